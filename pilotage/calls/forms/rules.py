"""When is a field shown or required, and which rules do the answers break?

Data: conditions as the call file states them, ``{field: value | [values] | {min, max, filled}}``: all of one
mapping must hold; of a list of mappings, one. Rules are formulas (``core.expressions``) with a sentence.
Invariants: a test on an unanswered field fails, except ``filled: false``; a rule is broken only where its
formula is definitely false, so a missing answer never breaks one.
Refuses: what the file check names too (``plan.formrefs``); here the form as a whole is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pilotage.calls.forms.words import in_language, texts
from pilotage.core.expression_values import is_filled
from pilotage.core.expressions import Expression, ExpressionError, Kind, Name, compile_expression, number_of
from pilotage.core.verdict import Invalid
from pilotage.plan.refs.form_names import as_list

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Test:
    """One field of a condition. ``values``: one of them; ``least``/``most``: number or day; ``filled``: answered or not."""

    key: str
    values: tuple[Any, ...] | None = None
    least: Decimal | str | None = None
    most: Decimal | str | None = None
    filled: bool | None = None

    def holds(self, value: Any) -> bool:
        if self.filled is not None and is_filled(value) is not self.filled:
            return False
        if self.values is not None:
            return any(_is_one(each, self.values) for each in value) if isinstance(value, list) else _is_one(value, self.values)
        return self._within(value)

    def _within(self, value: Any) -> bool:
        if self.least is None and self.most is None:
            return True
        limit = self.least if self.least is not None else self.most
        found: Any = value if isinstance(limit, str) and isinstance(value, str) else number_of(value)
        if found is None or isinstance(found, str) is not isinstance(limit, str):
            return False
        return (self.least is None or found >= self.least) and (self.most is None or found <= self.most)


def _is_one(value: Any, wanted: tuple[Any, ...]) -> bool:
    if isinstance(value, Mapping):
        value = value.get("agreed", value.get("value"))
    if value in wanted:
        return True
    # the file may say 3 where "3.0" is stored
    numbers = [each for each in wanted if isinstance(each, int | float) and not isinstance(each, bool)]
    return bool(numbers) and number_of(value) in [Decimal(str(each)) for each in numbers]


@dataclass(frozen=True, slots=True)
class Condition:
    """One of ``alternatives`` holds when all its tests do; without any, it always holds."""

    alternatives: tuple[tuple[Test, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    @property
    def keys(self) -> list[str]:
        return list(dict.fromkeys(test.key for tests in self.alternatives for test in tests))

    def holds(self, answers: Answers, hidden: Iterable[str] = ()) -> bool:
        """A test on a hidden field fails, whatever is asked."""
        if not self.alternatives:
            return True
        return any(all(test.key not in hidden and test.holds(answers.get(test.key)) for test in tests) for tests in self.alternatives)


# the condition of a field that states none
ALWAYS = Condition()


def condition_of(raw: Any) -> Condition:
    return Condition(tuple(tuple(_test(str(key), wanted) for key, wanted in one.items()) for one in as_list(raw) if one))


def _test(key: str, wanted: Any) -> Test:
    if not isinstance(wanted, Mapping):
        return Test(key, values=tuple(as_list(wanted)))
    return Test(key, least=_limit(wanted.get("min")), most=_limit(wanted.get("max")), filled=wanted.get("filled"))


def _limit(value: Any) -> Decimal | str | None:
    return value if value is None or isinstance(value, str) else Decimal(str(value))


@dataclass(frozen=True, slots=True)
class Rule:
    """``fields`` (columns, in a rule over rows) are where the sentence is shown."""

    key: str
    check: Expression
    fields: tuple[str, ...]
    message_zh: str
    message_en: str
    is_error: bool = True

    @property
    def message(self) -> str:
        return in_language(self.message_zh, self.message_en)

    def is_broken(self, answers: Answers) -> bool:
        return self.check.evaluate(answers) is False


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that the answers break. ``table`` and ``row`` (from 1) where it is one of a table's rows."""

    rule: Rule
    fields: tuple[str, ...]
    sentence: str
    table: str = ""
    row: int = 0

    @property
    def is_error(self) -> bool:
        return self.rule.is_error


def rules_of(raw: Iterable[Mapping[str, Any]], names: Mapping[str, Name], known: Iterable[str]) -> tuple[Rule, ...]:
    """``known``: the fields at which a sentence can be shown."""
    found = [_rule(each, names) for each in raw]
    known = set(known)
    for rule in found:
        if unknown := [field for field in rule.fields if field not in known]:
            raise Invalid({rule.key: f"form rule {rule.key!r}: there is no field {unknown[0]!r}"})
    return tuple(found)


def _rule(raw: Mapping[str, Any], names: Mapping[str, Name]) -> Rule:
    key = str(raw["key"])
    check = formula(key, str(raw["check"]), names, Kind.BOOLEAN)
    fields = tuple(raw.get("fields") or check.names)
    return Rule(key, check, fields, *texts(raw, "message"), is_error=raw.get("severity", "error") == "error")


def formula(key: str, source: str, names: Mapping[str, Name], kind: Kind) -> Expression:
    try:
        found = compile_expression(source, names)
    except ExpressionError as error:
        raise Invalid({key: f"form formula of {key!r}: {error}"}) from None
    if found.kind is not kind:
        raise Invalid({key: f"form formula of {key!r}: it gives {found.kind}, not {kind}"})
    return found
