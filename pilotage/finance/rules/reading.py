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

from django.utils.translation import gettext as _

from pilotage.finance.rules.metrics_text import flat, no_metric, read_metric, unit_of
from pilotage.finance.rules.model import (
    COMPARISONS,
    LARGEST,
    MARKS,
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
    Sum,
    Term,
    Value,
    fault,
    threshold,
)

# what is divided by share capital: one yuan of it is one share, as companies quoted on a market have it
PER_SHARE, SHARES = "yuan_per_share", "share_capital"
MONEY = {"yuan": 1, "wan_yuan": 10**4, "million_yuan": 10**6, "hundred_million_yuan": 10**8}
GROUPS = ("all", "any", "none", "at_least")
JOINED: dict[str, type[All] | type[AnyOf] | type[NoneOf]] = {"all": All, "any": AnyOf, "none": NoneOf}
MAX_DEPTH = 12
MOST_POINTS = 1000
BITS = 2**63 - 1


def read_rule(content: Mapping[str, Any], metrics: Mapping[str, Metric]) -> Rule:
    """``content``: key, title {zh, en}, parameters, rule. Raises :class:`RuleError` at the first fault."""
    key, title = str(content["key"]), content.get("title") or {}
    parameters = {name: _parameter(name, told) for name, told in (content.get("parameters") or {}).items()}
    reader = _Reader(metrics, parameters)
    tree = reader.node(content.get("rule"), "rule", 0)
    unused = sorted(set(parameters) - reader.used)
    if unused:
        raise fault(f"parameters.{unused[0]}", _("No condition uses it. Expected: remove it, or use it."))
    return Rule(key, str(title.get("zh", key)), str(title.get("en", key)), tree, parameters, metrics)


# --- parameters -----------------------------------------------------------------------------
def _parameter(name: str, told: Any) -> Parameter:
    where = f"parameters.{name}"
    if not isinstance(told, Mapping) or not told.get("values"):
        raise fault(where, _("It has no values. Expected: unit and values with in_force and citation."))
    unit = str(told.get("unit", ""))
    values = tuple(_value(each, unit, f"{where}.values[{place}]") for place, each in enumerate(told["values"]))
    _follow_each_other(values, where)
    return Parameter(name, unit, values)


def _value(told: Any, unit: str, where: str) -> Value:
    for needed in ("value", "in_force", "citation"):
        if not isinstance(told, Mapping) or needed not in told:
            raise fault(where, _("“%(key)s” is missing."), key=needed)
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
        raise fault(where, _("It ends on %(ends)s before it begins on %(begins)s."), ends=found.until, begins=found.in_force)
    if found.published > found.in_force and not told.get("retroactive"):
        raise fault(where, _("It is in force before it was published. Expected: `retroactive: true` where that is meant."))
    return found


def _quantity(told: Any, unit: str, where: str) -> Fraction | tuple[str, ...]:
    if unit == "codes":
        if not isinstance(told, Sequence) or isinstance(told, str) or not told:
            raise fault(where, _("“%(value)s” is no list of codes."), value=told)
        return tuple(str(each) for each in told)
    try:
        number = Fraction(str(told))
    except ValueError:
        raise fault(where, _("“%(value)s” is no number."), value=told) from None
    if number in MARKS:
        raise fault(
            where,
            _("“%(value)s” looks like a mark for “missing”. Expected: leave out the value of days of which nothing is known."),
            value=told,
        )
    if unit == "percent":
        return number / 100
    return number * MONEY.get(unit, 1)


def _follow_each_other(values: tuple[Value, ...], where: str) -> None:
    """In one region values neither overlap nor contradict; a value without an end ends where the next begins, said by the file."""
    for region in {value.region for value in values}:
        own = sorted((value for value in values if value.region == region), key=lambda value: value.in_force)
        for before, after in pairwise(own):
            if before.in_force == after.in_force:
                raise fault(
                    where,
                    _("Two values from %(day)s contradict each other. Expected: one value for each day and region."),
                    day=after.in_force,
                )
            if before.until is None or before.until >= after.in_force:
                ends = after.in_force - timedelta(days=1)
                raise fault(
                    where,
                    _("The values from %(first)s and %(second)s overlap. Expected: `until: %(ends)s`."),
                    first=before.in_force,
                    second=after.in_force,
                    ends=ends,
                )


# --- the tree -------------------------------------------------------------------------------
class _Reader:
    def __init__(self, metrics: Mapping[str, Metric], parameters: Mapping[str, Parameter]) -> None:
        self.metrics, self.parameters = metrics, parameters
        self.used: set[str] = set()
        self.keys: set[str] = set()

    def node(self, told: Any, where: str, depth: int) -> Node:
        if not isinstance(told, Mapping):
            raise fault(where, _("A condition or a group is expected: %(names)s, metric, is, in or attest."), names=", ".join(GROUPS))
        if depth > MAX_DEPTH:
            raise fault(where, _("Groups are nested deeper than %(depth)d."), depth=MAX_DEPTH)
        group = next((name for name in GROUPS if name in told), None)
        return self._group(group, told, where, depth) if group else self._leaf(told, where)

    def _group(self, name: str, told: Mapping[str, Any], where: str, depth: int) -> Node:
        listed = told["of"] if name == "at_least" else told[name]
        if not isinstance(listed, list) or not listed:
            raise fault(f"{where}.{name}", _("A list of conditions is expected."))
        parts = tuple(self.node(each, f"{where}.{name}[{place}]", depth + 1) for place, each in enumerate(listed))
        text = told.get("text") or {}
        heading = {"zh": str(text.get("zh", "")), "en": str(text.get("en", ""))}
        if name != "at_least":
            return JOINED[name](parts, **heading)
        points = self._points(listed, where)
        count, most = told[name], sum(points) or len(parts)
        if not isinstance(count, int) or not 1 <= count <= most:
            raise fault(f"{where}.at_least", _("“%(count)s” of %(total)d is not possible."), count=count, total=most)
        return AtLeast(count, parts, **heading, points=points)

    def _points(self, listed: list[Any], where: str) -> tuple[int, ...]:
        """Of a scorecard each line says what it is worth; of a plain count none does."""
        told = [each.get("points") for each in listed if isinstance(each, Mapping)]
        if all(points is None for points in told):
            return ()
        for place, points in enumerate(told):
            if not isinstance(points, int) or isinstance(points, bool) or not 1 <= points <= MOST_POINTS:
                raise fault(
                    f"{where}.of[{place}].points",
                    _("“%(points)s” is no number of points from 1 to %(most)d."),
                    points=points,
                    most=MOST_POINTS,
                )
        return tuple(points for points in told if points is not None)

    def _leaf(self, told: Mapping[str, Any], where: str) -> Node:
        shared = self._shared(told, where)
        if "attest" in told:
            return Attested(**shared)
        if "is" in told:
            return Holds(**shared, metric=self._metric(told["is"], "truth", where))
        if "in" in told:
            return Category(**shared, metric=self._metric(told.get("metric"), "code", where), parameter=self._parameter(told["in"], where))
        if "metric" not in told:
            raise fault(where, _("Nothing is compared. Expected: metric, is, in or attest."))
        return self._compare(told, shared, where)

    def _shared(self, told: Mapping[str, Any], where: str) -> dict[str, Any]:
        key, text = str(told.get("key") or ""), told.get("text") or {}
        if not key.isidentifier():
            raise fault(f"{where}.key", _("“%(key)s” is no key. Expected: letters, digits and _."), key=key)
        if key in self.keys or key in self.metrics:
            raise fault(f"{where}.key", _("“%(key)s” is used twice."), key=key)
        self.keys.add(key)
        since, until = told.get("since"), told.get("until")
        if since and until and until < since:
            raise fault(where, _("It ends on %(ends)s before it begins on %(begins)s."), ends=until, begins=since)
        zh, en = str(text.get("zh", key)), str(text.get("en", key))
        return {"key": key, "zh": zh, "en": en, "citation": str(told.get("citation", "")), "since": since, "until": until}

    def _compare(self, told: Mapping[str, Any], shared: dict[str, Any], where: str) -> Compare:
        op = next((op for op in COMPARISONS if op in told), None)
        if op is None:
            raise fault(where, _("There is nothing to compare with. Expected: one of %(names)s."), names=" ".join(COMPARISONS))
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
            raise no_metric(name, self.metrics, where)
        if self.metrics[name].unit != unit:
            raise fault(where, _("“%(name)s” is no %(unit)s, it counts %(own)s."), name=name, unit=unit, own=self.metrics[name].unit)
        return str(name)

    def _parameter(self, name: Any, where: str) -> str:
        if name not in self.parameters:
            names = ", ".join(sorted(self.parameters)) or "parameters"
            raise fault(where, _("There is no parameter “%(name)s”. Expected: one of %(names)s."), name=name, names=names)
        self.used.add(str(name))
        return str(name)

    def _units(self, leaf: Compare, where: str) -> None:
        top, bottom = (unit_of(side, self.metrics, where) for side in (leaf.top, leaf.bottom))
        unit = self.parameters[leaf.parameter].unit
        told = top if not bottom else "percent" if top == bottom else "number"
        if unit == PER_SHARE and top == bottom == "yuan" and leaf.bottom == (Term(1, SHARES),):
            return
        if unit != told and not (told == "yuan" and unit in MONEY):
            raise fault(
                where,
                _("%(told)s is compared with the parameter “%(name)s” in %(unit)s."),
                told=told or "number",
                name=leaf.parameter,
                unit=unit or "–",
            )

    def _fits(self, leaf: Compare, where: str) -> None:
        for value in self.parameters[leaf.parameter].values:
            limit = threshold(leaf, value)
            largest = max(_weight(leaf.top) * limit.denominator, _weight(leaf.bottom) * abs(limit.numerator))
            if largest * LARGEST > BITS:
                raise fault(where, _("The numbers grow past 64 bits. Expected: a threshold with fewer places, or fewer years."))


def _weight(side: Sum) -> int:
    """By how much the largest metric can be exceeded; 0 for a plain number, which is no metric."""
    return sum(abs(term.factor) for term in flat(side) if term.metric) * max(
        (abs(e.factor) for e in side if not hasattr(e, "metric")), default=1
    )
