"""Which channels are open to one enterprise on a day, why, and what would change it?

Everything is reckoned from what was known (``facts_on``) and from the rules of a day (``on``); nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pilotage.core import clock
from pilotage.finance.channels.models import Channel
from pilotage.finance.facts.models import Fact
from pilotage.finance.facts.selectors import Known, attestations_of, attestations_of_many, known_of_many
from pilotage.finance.rules import (
    All,
    AnyOf,
    AtLeast,
    Attested,
    Category,
    Compare,
    Condition,
    Explanation,
    Holds,
    Node,
    NoneOf,
    NotInForce,
    Resolved,
    Told,
    Value,
    Verdict,
    explain,
)
from pilotage.finance.rules.walker import columns, joined
from pilotage.finance.screening.enums import Answer
from pilotage.registry.models import Enterprise

Facts = Mapping[str, Any]
Group = All | AnyOf | NoneOf | AtLeast
YEARS_BACK = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the explanation: a group (``told`` None) or a condition. ``is_spare``: short of it, but another way was enough."""

    depth: int
    answer: Answer
    node: Node
    told: Told | None = None
    is_spare: bool = False


@dataclass(frozen=True, slots=True)
class Screened:
    """``answer`` None: the channel has no rule, or none was in force that day."""

    channel: Channel
    resolved: Resolved | None = None
    explanation: Explanation | None = None

    @property
    def answer(self) -> Answer | None:
        return Answer(self.explanation.verdict) if self.explanation else None

    @property
    def told(self) -> tuple[Told, ...]:
        return self.explanation.told if self.explanation else ()

    @property
    def nearest(self) -> tuple[Told, ...]:
        """What would have to change; nothing where it is open, or where no change would do."""
        return (self.explanation.nearest or ()) if self.explanation else ()

    @property
    def is_unverified(self) -> bool:
        """A number of that day's rule was found in no public text."""
        return any(told.source is not None and not told.source.verified for told in self.told)

    def parts(self) -> list[bool | None]:
        """Whether each part of the rule's first level holds; of one condition alone, that one."""
        tree, told = self._tree()
        return [_truth(part, told) for part in tree.parts] if isinstance(tree, Group) else [_truth(tree, told)] if tree else []

    def carrying(self) -> list[Told]:
        """The conditions that make it hold: all of what is asked together, of what is asked one of, those that hold."""
        tree, told = self._tree()
        return list(_carrying(tree, told)) if tree is not None else []

    def _tree(self) -> tuple[Node | None, dict[str, Told]]:
        return (self.resolved.tree if self.resolved else None), {each.condition.key: each for each in self.told}

    def rows(self) -> list[Row]:
        if self.resolved is None:
            return []
        told = {each.condition.key: each for each in self.told}
        return list(_rows(self.resolved.tree, told, 0, in_vain=False))


@dataclass(frozen=True, slots=True)
class Standing:
    """One enterprise and all channels, in the order of the plan."""

    enterprise: Enterprise
    on: date
    facts_on: date
    known: Known
    facts: Facts  # what is known and what was attested
    screened: list[Screened]

    def counts(self) -> dict[Answer, int]:
        return counts(self.screened)

    def by_nearness(self) -> list[Screened]:
        """What is open first, then by how little is missing; what cannot be said of this day last."""
        return sorted(self.screened, key=_nearness)

    def asked(self) -> list[str]:
        """The columns that the rules of that day read, each once; what is attested is not among them."""
        return list(dict.fromkeys(column for each in self.screened for column in _columns(each)))

    def missing(self) -> list[str]:
        return list(dict.fromkeys(column for each in self.screened if each.explanation for column in each.explanation.missing))


def screen(enterprise: Enterprise, channels: Sequence[Channel], *, on: date, facts_on: date | None = None) -> Standing:
    """A fixed number of queries. ``facts_on``: as known then; today where absent."""
    day = facts_on or clock.today()
    known = known_of_many([enterprise.pk], day)[enterprise.pk]
    facts = {**known.facts, **attestations_of(enterprise, day)}
    return Standing(enterprise, on, day, known, facts, [against(channel, facts, on) for channel in channels])


def screen_many(ids: Sequence[int], channels: Sequence[Channel], *, on: date) -> dict[int, list[Screened]]:
    """Each enterprise of a page against these channels, by what is known today. A fixed number of queries."""
    known, attested = known_of_many(ids, clock.today()), attestations_of_many(ids)
    facts = {pk: {**known[pk].facts, **attested.get(pk, {})} for pk in ids}
    return {pk: [against(channel, facts[pk], on) for channel in channels] for pk in ids}


def counts(screened: Sequence[Screened]) -> dict[Answer, int]:
    """How many channels give which answer."""
    answers = [each.answer for each in screened]
    return {answer: answers.count(answer) for answer in Answer}


def against(channel: Channel, facts: Facts, on: date) -> Screened:
    if not channel.has_rule:
        return Screened(channel)
    try:
        resolved = channel.on(on)
    except NotInForce:
        return Screened(channel)
    return Screened(channel, resolved, explain(resolved, facts))


# --- over time ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Earlier:
    """What the rule of a day said of the facts known now: ``values`` are those of the asked parameter that began that day."""

    since: date
    value: Value
    truth: bool | None
    answer: Answer | None


def has_changed(screened: Screened, condition: Compare) -> bool:
    """Whether the condition's number was ever another one, or came into force anew."""
    return sum(not value.region for value in screened.channel.rule.parameters[condition.parameter].values) > 1


def threshold_history(screened: Screened, told: Told, facts: Facts) -> list[Earlier]:
    """Every value the condition's parameter had, oldest first, and what it would have said of the same facts."""
    if not isinstance(told.condition, Compare):
        return []
    parameter = screened.channel.rule.parameters[told.condition.parameter]
    found = []
    for value in sorted((each for each in parameter.values if not each.region), key=lambda each: each.in_force):
        since = value.operated_from or value.in_force
        then = against(screened.channel, facts, since)
        own = next((each for each in then.told if each.condition.key == told.condition.key), None)
        found.append(Earlier(since, value, own.truth if own else None, then.answer))
    return found


def over_years(enterprise: Enterprise, channels: Sequence[Channel]) -> list[tuple[date, list[Screened]]]:
    """The verdicts of the rules and facts of each day on which new figures of a year became known, oldest first."""
    days = Fact.objects.filter(enterprise=enterprise, metric="revenue", known_from__lte=clock.today()).order_by("-known_from")
    kept = sorted({*days.values_list("known_from", flat=True).distinct()[:YEARS_BACK], clock.today()})
    return [(day, screen(enterprise, channels, on=day, facts_on=day).screened) for day in kept]


# --- parts ----------------------------------------------------------------------------------
def _rows(node: Node, told: Mapping[str, Told], depth: int, *, in_vain: bool) -> Iterator[Row]:
    """``in_vain``: a group above has been satisfied another way."""
    if not isinstance(node, Group):
        each = told[node.key]
        yield Row(depth, _answer(each.truth, is_word=isinstance(node, Attested)), node, each, in_vain and each.truth is False)
        return
    truth = _truth(node, told)
    if node.zh or depth == 0:
        yield Row(depth, _answer(truth, is_word=truth is None and _waits_for_words(node, told)), node)
    spare = in_vain or (isinstance(node, AnyOf | AtLeast) and truth is True)
    for part in node.parts:
        yield from _rows(part, told, depth + 1, in_vain=spare)


def _truth(node: Node, told: Mapping[str, Told]) -> bool | None:
    if isinstance(node, Group):
        return joined(node, [_truth(part, told) for part in node.parts])
    return told[node.key].truth


def _carrying(node: Node, told: Mapping[str, Told]) -> Iterator[Told]:
    """Of ways that are groups of conditions, the first that holds stands for the others."""
    if not isinstance(node, Group):
        if told[node.key].truth is True:
            yield told[node.key]
        return
    parts = [] if isinstance(node, NoneOf) else [part for part in node.parts if _truth(part, told) is True]
    if isinstance(node, AnyOf) and any(isinstance(part, Group) for part in parts):
        parts = parts[:1]
    for part in parts:
        yield from _carrying(part, told)


def _waits_for_words(node: Node, told: Mapping[str, Told]) -> bool:
    """Whether it would hold if all that is open to attest were attested."""
    if isinstance(node, Group):
        return joined(node, [_once_attested(part, told) for part in node.parts]) is True
    return isinstance(node, Attested)


def _once_attested(node: Node, told: Mapping[str, Told]) -> bool | None:
    if isinstance(node, Group):
        return joined(node, [_once_attested(part, told) for part in node.parts])
    return True if isinstance(node, Attested) and told[node.key].truth is None else told[node.key].truth


def _answer(truth: bool | None, *, is_word: bool) -> Answer:
    if truth is not None:
        return Answer.MEETS if truth else Answer.DOES_NOT_MEET
    return Answer.NEEDS_ATTESTATION if is_word else Answer.CANNOT_DETERMINE


_FIRST = {Verdict.MEETS: 0}


def _nearness(each: Screened) -> tuple[int, int, Fraction, int]:
    if each.explanation is None:
        return 3, 0, Fraction(0), each.channel.position
    nearest = each.explanation.nearest
    if nearest is None:
        return 2, 0, Fraction(0), each.channel.position
    gap = sum((abs(told.margin / told.threshold) for told in nearest if told.margin and isinstance(told.threshold, Fraction) and told.threshold),
              Fraction(0))  # fmt: skip
    return _FIRST.get(each.explanation.verdict, 1), len(nearest), gap, each.channel.position


def _columns(each: Screened) -> Iterator[str]:
    for told in each.told:
        if each.resolved is not None:
            yield from columns_of(told.condition, each.resolved)


def columns_of(condition: Condition, resolved: Resolved) -> list[str]:
    """The columns of METRICS that a condition reads; none where a person answers."""
    if isinstance(condition, Compare):
        return list(dict.fromkeys(columns(condition, resolved)))
    return [condition.metric] if isinstance(condition, Category | Holds) else []
