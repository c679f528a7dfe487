"""Who comes in and who drops out of a channel under the rules of another day, or with other thresholds, and which condition decides it?

Data: the facts known today of the enterprises one may see, and the channel's rule of two days, the second with thresholds put in by name.
Algorithm: one statement gives letters and masks of both; the database counts how often each pair of answers occurs, and the masks are
taken apart here. Nothing is stored.
Invariants: both sides are asked of the same facts, so every difference comes from the rule; unknown stays unknown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
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
GROUPS = {"out": ("m", "xua"), "in": ("xua", "m"), "other": ("xua", "xua")}


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
class Comparison:
    channel: Channel
    days: tuple[date, date]
    total: int
    pairs: Mapping[tuple[Answer, Answer], int]
    flips: list[Flip] = field(default_factory=list)

    def counts(self, side: int) -> dict[Answer, int]:
        found: Counter[Answer] = Counter()
        for pair, count in self.pairs.items():
            found[pair[side]] += count
        return {answer: found[answer] for answer in Answer}

    @property
    def out(self) -> int:
        return sum(count for (old, new), count in self.pairs.items() if old == Answer.MEETS != new)

    @property
    def other(self) -> int:
        """Neither side meets, and yet the answers differ: what was unknown is decided, or the other way."""
        return sum(count for (old, new), count in self.pairs.items() if old != new and Answer.MEETS not in (old, new))

    @property
    def come_in(self) -> int:
        return sum(count for (old, new), count in self.pairs.items() if new == Answer.MEETS != old)


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

    def statement(self, *, masks: bool) -> SQL:
        dialect = Dialect(connection.vendor)
        asked = [Asked(name, resolved) for name, resolved in zip((BEFORE, AFTER), self.sides(), strict=True)]
        where, bound = "", ()
        if self.seen is not None:
            inner, bound = self.seen.order_by().values("pk").query.sql_with_params()
            where = f"f.enterprise_id IN ({inner})"
        text, values = select(asked, dialect, facts_with_words(asked, dialect, clock.today(), where=where, bound=bound), masks=masks)
        return for_django(text, dialect), values


def compare(question: Question) -> Comparison:
    """One query, whatever the number of enterprises."""
    text, values = question.statement(masks=True)
    names = f"{BEFORE}, {AFTER}, {BEFORE}_failed, {BEFORE}_unknown, {AFTER}_failed, {AFTER}_unknown"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names}, COUNT(*) FROM ({text}) answers GROUP BY {names}", values)
        rows = cursor.fetchall()
    pairs: Counter[tuple[Answer, Answer]] = Counter()
    for row in rows:
        pairs[OF_LETTER[row[0]], OF_LETTER[row[1]]] += row[6]
    return Comparison(question.channel, question.days, sum(pairs.values()), dict(pairs), _flips(question, rows))


def moved(question: Question, group: str, *, after: int = 0, size: int = 25) -> list[int]:
    """Who drops out (``out``), comes in (``in``) or changes among the rest (``other``), by number. One query.

    One more than ``size`` are given where there are further ones.
    """
    text, values = question.statement(masks=False)
    marks = [", ".join("%s" for _ in letters) for letters in GROUPS[group]]
    condition = f"{BEFORE} IN ({marks[0]}) AND {AFTER} IN ({marks[1]}) AND {BEFORE} <> {AFTER} AND enterprise_id > %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT enterprise_id FROM ({text}) answers WHERE {condition} ORDER BY enterprise_id LIMIT %s",
            [*values, *GROUPS[group][0], *GROUPS[group][1], after, size + 1],
        )
        return [row[0] for row in cursor.fetchall()]


def _flips(question: Question, rows: Sequence[Sequence[Any]]) -> list[Flip]:
    sides = question.sides()
    places = [{leaf.key: place for place, leaf in enumerate(leaves(side.tree))} for side in sides]
    lost: dict[str, int] = defaultdict(int)
    gained: dict[str, int] = defaultdict(int)
    shared = [leaf for leaf in leaves(sides[1].tree) if leaf.key in places[0]]
    for row in rows:
        for leaf in shared:
            old, new = (_truth(row[2 + 2 * side], row[3 + 2 * side], places[side][leaf.key]) for side in (0, 1))
            lost[leaf.key] += row[6] if old is True and new is False else 0
            gained[leaf.key] += row[6] if old is False and new is True else 0
    return [
        Flip(leaf, _unit(sides[1], leaf), lost[leaf.key], gained[leaf.key], _value(sides[0], leaf), _value(sides[1], leaf))
        for leaf in shared
    ]


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
