"""Who comes in and who drops out of a channel under the rules of another day, or with other thresholds, and which condition decides it?

Data: the facts known today of the enterprises one may see, and the channel's rule of two days, the second with thresholds put in by name.
Algorithm: one statement gives letters and masks of both; the database counts how often each pair of answers occurs, and the masks are
taken apart here. Enterprises are read in parts of ``CHUNK``, so a list of any length costs the memory of one part. Nothing is stored.
Invariants: both sides are asked of the same facts, so every difference comes from the rule; unknown stays unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.channels.models import Channel
from pilotage.finance.facts.units import typed_factor
from pilotage.finance.rules import Compare, Condition, Dialect, Resolved, Value
from pilotage.finance.rules.metrics_text import flat
from pilotage.finance.rules.model import LARGEST, threshold
from pilotage.finance.rules.reading import BITS
from pilotage.finance.rules.walker import leaves
from pilotage.finance.screening.enums import OF_LETTER, Answer
from pilotage.finance.screening.statement import SQL, Asked, facts_with_words, for_django, select, what_if

BEFORE, AFTER = "before", "after"
CHUNK = 5_000
COLUMNS = f"{BEFORE}, {AFTER}, {BEFORE}_failed, {BEFORE}_unknown, {AFTER}_failed, {AFTER}_unknown"


class Group(StrEnum):
    """Which enterprises of a comparison. Of one condition: those it holds for no longer, or newly."""

    OUT = "out"
    IN = "in"
    OTHER = "other"
    ANY = "any"
    LOST = "lost"
    GAINED = "gained"


@dataclass(frozen=True, slots=True)
class Flip:
    """Of one condition: how many it held for and no longer does (``lost``), and the other way; unknown on either side is neither.

    ``before`` and ``after``: its threshold on either side; None where it is not compared with a number or was not in force.
    """

    condition: Condition
    unit: str
    lost: int
    gained: int
    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One enterprise: its answers, and the conditions that hold on one side and fail on the other, by key.

    ``added``: conditions that the rule has on the second side only and that do not hold or are not known.
    """

    enterprise: int
    before: Answer
    after: Answer
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    added: tuple[str, ...] = ()

    def is_in(self, group: Group, condition: str = "") -> bool:
        match group:
            case Group.OUT:
                return self.before == Answer.MEETS != self.after
            case Group.IN:
                return self.after == Answer.MEETS != self.before
            case Group.OTHER:
                return self.before != self.after and Answer.MEETS not in (self.before, self.after)
            case Group.LOST:
                return condition in self.lost
            case Group.GAINED:
                return condition in self.gained
        return self.before != self.after or bool(self.lost or self.gained)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``groups``: how many enterprises are in each of those that need no condition. ``added``, ``dropped``: conditions of one side only."""

    channel: Channel
    days: tuple[date, date]
    total: int
    pairs: Mapping[tuple[Answer, Answer], int]
    flips: list[Flip] = field(default_factory=list)
    groups: Mapping[Group, int] = field(default_factory=dict)
    added: Sequence[Condition] = ()
    dropped: Sequence[Condition] = ()

    def counts(self, side: int) -> dict[Answer, int]:
        found: Counter[Answer] = Counter()
        for pair, count in self.pairs.items():
            found[pair[side]] += count
        return {answer: found[answer] for answer in Answer}


@dataclass(frozen=True, slots=True)
class Question:
    """``channel`` on two days, over ``seen`` (enterprises); ``thresholds`` replace numbers of the second side. Raises ``NotInForce``."""

    channel: Channel
    days: tuple[date, date]
    seen: QuerySet[Any] | None = None
    thresholds: Mapping[str, Fraction] = field(default_factory=dict)

    def sides(self) -> tuple[Resolved, Resolved]:
        before, after = self.channel.on(self.days[0]), self.channel.on(self.days[1])
        return before, what_if(after, self.thresholds)

    def statement(self, *, after: int | None = None) -> SQL:
        """Letters and masks of both sides. ``after``: of enterprises with a higher number, in order, as many as make a part."""
        dialect = Dialect(connection.vendor)
        asked = [Asked(name, resolved) for name, resolved in zip((BEFORE, AFTER), self.sides(), strict=True)]
        conditions: list[str] = []
        bound: list[Any] = []
        if self.seen is not None:
            inner, inner_values = self.seen.order_by().values("pk").query.sql_with_params()
            conditions, bound = [f"f.enterprise_id IN ({inner})"], [*inner_values]
        if after is not None:
            conditions, bound = [*conditions, "f.enterprise_id > %s"], [*bound, after]
        source = facts_with_words(asked, dialect, clock.today(), where=" AND ".join(conditions), bound=bound)
        text, values = select(asked, dialect, source, masks=True)
        if after is not None:
            text, values = f"{text} ORDER BY enterprise_id LIMIT %s", [*values, CHUNK]
        return for_django(text, dialect), values


def compare(question: Question) -> Comparison:
    """One query, whatever the number of enterprises."""
    text, values = question.statement()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS}, COUNT(*) FROM ({text}) answers GROUP BY {COLUMNS}", values)
        rows = cursor.fetchall()
    told = _Told(question)
    pairs: Counter[tuple[Answer, Answer]] = Counter()
    groups: Counter[Group] = Counter()
    lost: Counter[str] = Counter()
    gained: Counter[str] = Counter()
    for row in rows:
        moved, count = told.of(0, row), row[6]
        pairs[moved.before, moved.after] += count
        groups.update({group: count for group in Group if moved.is_in(group)})
        lost.update(dict.fromkeys(moved.lost, count))
        gained.update(dict.fromkeys(moved.gained, count))
    flips = [
        Flip(leaf, _unit(told.sides[1], leaf), lost[leaf.key], gained[leaf.key], _value(told.sides[0], leaf), _value(told.sides[1], leaf))
        for leaf in told.shared
    ]
    return Comparison(question.channel, question.days, sum(pairs.values()), dict(pairs), flips, dict(groups), told.added, told.dropped)


def walk(question: Question, group: Group, condition: str = "", *, after: int = 0) -> Iterator[Moved]:
    """The enterprises of a group, by number, from the one ``after`` on. A query for each part of the register."""
    told, last = _Told(question), after
    while True:
        text, values = question.statement(after=last)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT enterprise_id, {COLUMNS} FROM ({text}) answers ORDER BY enterprise_id", values)
            rows = cursor.fetchall()
        for row in rows:
            moved = told.of(row[0], row[1:])
            if moved.is_in(group, condition):
                yield moved
        if len(rows) < CHUNK:
            return
        last = rows[-1][0]


class _Told:
    """Takes letters and masks apart, with the conditions that stand on both sides."""

    def __init__(self, question: Question) -> None:
        self.sides = question.sides()
        self.places = [{leaf.key: place for place, leaf in enumerate(leaves(side.tree))} for side in self.sides]
        self.shared = [leaf for leaf in leaves(self.sides[1].tree) if leaf.key in self.places[0]]
        self.added = [leaf for leaf in leaves(self.sides[1].tree) if leaf.key not in self.places[0]]
        self.dropped = [leaf for leaf in leaves(self.sides[0].tree) if leaf.key not in self.places[1]]

    def of(self, enterprise: int, row: Sequence[Any]) -> Moved:
        """``row`` begins with ``COLUMNS``."""
        lost, gained = [], []
        for leaf in self.shared:
            old, new = (_truth(row[2 + 2 * side], row[3 + 2 * side], self.places[side][leaf.key]) for side in (0, 1))
            if old is True and new is False:
                lost.append(leaf.key)
            elif old is False and new is True:
                gained.append(leaf.key)
        added = tuple(leaf.key for leaf in self.added if _truth(row[4], row[5], self.places[1][leaf.key]) is not True)
        return Moved(enterprise, OF_LETTER[row[0]], OF_LETTER[row[1]], tuple(lost), tuple(gained), added)


def _truth(failed: int, unknown: int, place: int) -> bool | None:
    if failed >> place & 1:
        return False
    return None if unknown >> place & 1 else True


def _unit(side: Resolved, leaf: Any) -> str:
    return side.rule.parameters[leaf.parameter].unit if isinstance(leaf, Compare) else ""


def _value(side: Resolved, leaf: Any) -> Value | None:
    return side.values.get(leaf.parameter) if isinstance(leaf, Compare) else None


def threshold_in(channel: Channel, parameter: str, text: str) -> Fraction:
    """A number as a person types it: money in 万元, a rate in per cent. Raises :class:`Invalid` where it cannot be compared exactly."""
    try:
        number = Fraction(Decimal(text.replace(",", "")))
    except (ArithmeticError, ValueError, OverflowError):
        raise Invalid({parameter: _("“%(text)s” is no number.") % {"text": text}}) from None
    found = number * typed_factor(channel.rule.parameters[parameter].unit)
    told = Value(found, date.min, date.min, "")
    for leaf in leaves(channel.rule.tree):
        if isinstance(leaf, Compare) and leaf.parameter == parameter and not fits(leaf, told):
            raise Invalid({parameter: _("“%(text)s” has too many places to be compared exactly.") % {"text": text}})
    return found


def fits(leaf: Compare, value: Value) -> bool:
    """Whether all databases can multiply it out within 64 bits."""
    limit = threshold(leaf, value)
    weights = [sum(abs(term.factor) for term in flat(side) if term.metric) for side in (leaf.top, leaf.bottom)]
    return max(weights[0] * limit.denominator, weights[1] * abs(limit.numerator), abs(limit.numerator) // LARGEST) * LARGEST <= BITS
