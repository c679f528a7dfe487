"""From what a channel file says (mappings, lists, text, numbers, days) to a :class:`Rule`; every fault with its place in the file.

Units of a threshold: ``yuan``, ``wan_yuan`` (10,000), ``million_yuan``, ``hundred_million_yuan`` for money; ``percent`` for a quotient
of two sums of one unit and for basis points; else the unit of the metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pilotage.finance.rules.metrics_text import flat, read_metric, unit_of
from pilotage.finance.rules.model import (
    COMPARISONS,
    LARGEST,
    All,
    AnyOf,
    AtLeast,
    Attested,
    Category,
    Compare,
    Holds,
    Metric,
    Node,
    NoneOf,
    Parameter,
    Rule,
    RuleError,
    Sum,
    Value,
    threshold,
)

MONEY = {"yuan": 1, "wan_yuan": 10**4, "million_yuan": 10**6, "hundred_million_yuan": 10**8}
GROUPS = ("all", "any", "none", "at_least")
JOINED: dict[str, type[All] | type[AnyOf] | type[NoneOf]] = {"all": All, "any": AnyOf, "none": NoneOf}
MAX_DEPTH = 12
BITS = 2**63 - 1


def read_rule(content: Mapping[str, Any], metrics: Mapping[str, Metric]) -> Rule:
    """``content``: key, title {zh, en}, parameters, rule. Raises :class:`RuleError` at the first fault."""
    key, title = str(content["key"]), content.get("title") or {}
    parameters = {name: _parameter(name, told) for name, told in (content.get("parameters") or {}).items()}
    reader = _Reader(metrics, parameters)
    tree = reader.node(content.get("rule"), "rule", 0)
    unused = sorted(set(parameters) - reader.used)
    if unused:
        raise RuleError(f"parameters.{unused[0]}: no condition uses it. Expected: remove it, or use it")
    return Rule(key, str(title.get("zh", key)), str(title.get("en", key)), tree, parameters, metrics)


# --- parameters -----------------------------------------------------------------------------
def _parameter(name: str, told: Any) -> Parameter:
    where = f"parameters.{name}"
    if not isinstance(told, Mapping) or not told.get("values"):
        raise RuleError(f"{where}: it has no values. Expected: unit and values with in_force and citation")
    unit = str(told.get("unit", ""))
    values = tuple(_value(each, unit, f"{where}.values[{place}]") for place, each in enumerate(told["values"]))
    _follow_each_other(values, where)
    return Parameter(name, unit, values)


def _value(told: Any, unit: str, where: str) -> Value:
    for needed in ("value", "in_force", "citation"):
        if not isinstance(told, Mapping) or needed not in told:
            raise RuleError(f"{where}: “{needed}” is missing")
    found = Value(
        value=_quantity(told["value"], unit, where),
        published=told.get("published") or told["in_force"],
        in_force=told["in_force"],
        citation=str(told["citation"]),
        operated_from=told.get("operated_from"),
        until=told.get("until"),
        region=str(told.get("region", "")),
        verified=bool(told.get("verified", False)),
    )
    if found.until and found.until < found.in_force:
        raise RuleError(f"{where}: it ends on {found.until} before it begins on {found.in_force}")
    if found.published > found.in_force and not told.get("retroactive"):
        raise RuleError(f"{where}: it is in force before it was published. Expected: `retroactive: true` where that is meant")
    return found


def _quantity(told: Any, unit: str, where: str) -> Fraction | tuple[str, ...]:
    if unit == "codes":
        if not isinstance(told, Sequence) or isinstance(told, str) or not told:
            raise RuleError(f"{where}: “{told}” is no list of codes")
        return tuple(str(each) for each in told)
    try:
        number = Fraction(str(told))
    except ValueError:
        raise RuleError(f"{where}: “{told}” is no number") from None
    if unit == "percent":
        return number / 100
    return number * MONEY.get(unit, 1)


def _follow_each_other(values: tuple[Value, ...], where: str) -> None:
    """In one region values neither overlap nor contradict; a value without an end ends where the next begins, said by the file."""
    for region in {value.region for value in values}:
        own = sorted((value for value in values if value.region == region), key=lambda value: value.in_force)
        for before, after in pairwise(own):
            if before.in_force == after.in_force:
                raise RuleError(
                    f"{where}: two values from {after.in_force} contradict each other. Expected: one value for each day and region"
                )
            if before.until is None or before.until >= after.in_force:
                ends = after.in_force - timedelta(days=1)
                raise RuleError(f"{where}: the values from {before.in_force} and {after.in_force} overlap. Expected: `until: {ends}`")


# --- the tree -------------------------------------------------------------------------------
class _Reader:
    def __init__(self, metrics: Mapping[str, Metric], parameters: Mapping[str, Parameter]) -> None:
        self.metrics, self.parameters = metrics, parameters
        self.used: set[str] = set()
        self.keys: set[str] = set()

    def node(self, told: Any, where: str, depth: int) -> Node:
        if not isinstance(told, Mapping):
            raise RuleError(f"{where}: a condition or a group is expected: {', '.join(GROUPS)}, metric, is, in or attest")
        if depth > MAX_DEPTH:
            raise RuleError(f"{where}: groups are nested deeper than {MAX_DEPTH}")
        group = next((name for name in GROUPS if name in told), None)
        return self._group(group, told, where, depth) if group else self._leaf(told, where)

    def _group(self, name: str, told: Mapping[str, Any], where: str, depth: int) -> Node:
        listed = told["of"] if name == "at_least" else told[name]
        if not isinstance(listed, list) or not listed:
            raise RuleError(f"{where}.{name}: a list of conditions is expected")
        parts = tuple(self.node(each, f"{where}.{name}[{place}]", depth + 1) for place, each in enumerate(listed))
        text = told.get("text") or {}
        heading = {"zh": str(text.get("zh", "")), "en": str(text.get("en", ""))}
        if name != "at_least":
            return JOINED[name](parts, **heading)
        count = told[name]
        if not isinstance(count, int) or not 1 <= count <= len(parts):
            raise RuleError(f"{where}.at_least: “{count}” of {len(parts)} is not possible")
        return AtLeast(count, parts, **heading)

    def _leaf(self, told: Mapping[str, Any], where: str) -> Node:
        shared = self._shared(told, where)
        if "attest" in told:
            return Attested(**shared)
        if "is" in told:
            return Holds(**shared, metric=self._metric(told["is"], "truth", where))
        if "in" in told:
            return Category(**shared, metric=self._metric(told.get("metric"), "code", where), parameter=self._parameter(told["in"], where))
        if "metric" not in told:
            raise RuleError(f"{where}: nothing is compared. Expected: metric, is, in or attest")
        return self._compare(told, shared, where)

    def _shared(self, told: Mapping[str, Any], where: str) -> dict[str, Any]:
        key, text = str(told.get("key") or ""), told.get("text") or {}
        if not key.isidentifier():
            raise RuleError(f"{where}.key: “{key}” is no key. Expected: letters, digits and _")
        if key in self.keys or key in self.metrics:
            raise RuleError(f"{where}.key: “{key}” is used twice")
        self.keys.add(key)
        since, until = told.get("since"), told.get("until")
        if since and until and until < since:
            raise RuleError(f"{where}: it ends on {until} before it begins on {since}")
        zh, en = str(text.get("zh", key)), str(text.get("en", key))
        return {"key": key, "zh": zh, "en": en, "citation": str(told.get("citation", "")), "since": since, "until": until}

    def _compare(self, told: Mapping[str, Any], shared: dict[str, Any], where: str) -> Compare:
        op = next((op for op in COMPARISONS if op in told), None)
        if op is None:
            raise RuleError(f"{where}: nothing to compare with. Expected: one of {' '.join(COMPARISONS)}")
        top, bottom = read_metric(str(told["metric"]), self.metrics, f"{where}.metric")
        growth = told.get("growth_over")
        found = Compare(
            **shared, top=top, bottom=bottom, op=op, parameter=self._parameter(told[op], where), power=growth or 1, plus_one=bool(growth)
        )
        self._units(found, where)
        self._fits(found, where)
        return found

    def _metric(self, name: Any, unit: str, where: str) -> str:
        if name not in self.metrics:
            raise RuleError(f"{where}: there is no metric “{name}”. Expected: one of {', '.join(sorted(self.metrics))}")
        if self.metrics[name].unit != unit:
            raise RuleError(f"{where}: “{name}” is no {unit}, it counts {self.metrics[name].unit}")
        return str(name)

    def _parameter(self, name: Any, where: str) -> str:
        if name not in self.parameters:
            raise RuleError(
                f"{where}: there is no parameter “{name}”. Expected: one of {', '.join(sorted(self.parameters)) or 'parameters'}"
            )
        self.used.add(str(name))
        return str(name)

    def _units(self, leaf: Compare, where: str) -> None:
        top, bottom = (unit_of(side, self.metrics, where) for side in (leaf.top, leaf.bottom))
        unit = self.parameters[leaf.parameter].unit
        told = top if not bottom else "percent" if top == bottom else "number"
        if unit != told and not (told == "yuan" and unit in MONEY):
            raise RuleError(f"{where}: {told or 'a number'} is compared with the parameter “{leaf.parameter}” in {unit or 'no unit'}")

    def _fits(self, leaf: Compare, where: str) -> None:
        for value in self.parameters[leaf.parameter].values:
            limit = threshold(leaf, value)
            largest = max(_weight(leaf.top) * limit.denominator, _weight(leaf.bottom) * abs(limit.numerator))
            if largest * LARGEST > BITS:
                raise RuleError(f"{where}: the numbers grow past 64 bits. Expected: a threshold with fewer places, or fewer years")


def _weight(side: Sum) -> int:
    """By how much the largest metric can be exceeded; 0 for a plain number, which is no metric."""
    return sum(abs(term.factor) for term in flat(side) if term.metric) * max(
        (abs(e.factor) for e in side if not hasattr(e, "metric")), default=1
    )
