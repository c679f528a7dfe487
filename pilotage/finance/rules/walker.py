"""Why? One enterprise against one rule of one day, condition by condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pilotage.finance.rules.model import (
    All,
    AnyOf,
    AtLeast,
    Attested,
    Category,
    Compare,
    Condition,
    Holds,
    Lower,
    Node,
    NoneOf,
    Sum,
    Term,
    Value,
    Verdict,
    threshold,
)
from pilotage.finance.rules.resolving import Resolved

Facts = Mapping[str, Any]
Truth = bool | None
# ours: how far away an unknown fact and an open attestation are taken to be, against a gap measured in shares of the threshold
UNKNOWN_GAP, ATTESTATION_GAP = Fraction(1), Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Told:
    """One condition. ``margin``: own value less threshold; ``gap``: its share of the threshold where it falls short; ``missing``: columns."""

    condition: Condition
    truth: Truth
    value: Fraction | str | bool | None = None
    threshold: Fraction | tuple[str, ...] | None = None
    margin: Fraction | None = None
    missing: tuple[str, ...] = ()
    source: Value | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """``nearest``: the fewest and smallest changes after which the verdict is *meets*; empty where it is already, None where none would do."""

    verdict: Verdict
    told: tuple[Told, ...]
    missing: tuple[str, ...]
    nearest: tuple[Told, ...] | None


def explain(resolved: Resolved, facts: Facts) -> Explanation:
    told: dict[str, Told] = {}
    truth = _walk(resolved.tree, resolved, facts, told)
    verdict = verdict_of(truth, lambda: _walk(resolved.tree, resolved, _attesting(resolved, facts), {}))
    nearest = _nearest(resolved.tree, told, wanted=True)
    missing = dict.fromkeys(column for each in told.values() for column in each.missing)
    return Explanation(verdict, tuple(told.values()), tuple(missing), None if nearest is None else nearest[1])


def verdict_of(truth: Truth, once_attested: Any) -> Verdict:
    """``once_attested()``: the truth if all that is open were attested; asked only where nothing is decided."""
    if truth is not None:
        return Verdict.MEETS if truth else Verdict.DOES_NOT_MEET
    return Verdict.NEEDS_ATTESTATION if once_attested() else Verdict.CANNOT_DETERMINE


def _attesting(resolved: Resolved, facts: Facts) -> Facts:
    open_ones = {each.key: True for each in leaves(resolved.tree) if isinstance(each, Attested) and facts.get(each.key) is None}
    return {**facts, **open_ones}


def leaves(node: Node) -> list[Compare | Holds | Category | Attested]:
    if isinstance(node, All | AnyOf | NoneOf | AtLeast):
        return [leaf for part in node.parts for leaf in leaves(part)]
    return [node]


# --- truth ----------------------------------------------------------------------------------
def _walk(node: Node, resolved: Resolved, facts: Facts, told: dict[str, Told]) -> Truth:
    """All conditions are told, also those that no longer decide."""
    if isinstance(node, All | AnyOf | NoneOf | AtLeast):
        return joined(node, [_walk(part, resolved, facts, told) for part in node.parts])
    told[node.key] = _tell(node, resolved, facts)
    return told[node.key].truth


def joined(node: All | AnyOf | NoneOf | AtLeast, truths: list[Truth]) -> Truth:
    match node:
        case All():
            return False if False in truths else None if None in truths else True
        case AnyOf():
            return True if True in truths else None if None in truths else False
        case NoneOf():
            return False if True in truths else None if None in truths else True
    sure = sum(worth for worth, truth in zip(node.worth, truths, strict=True) if truth is True)
    possible = sum(worth for worth, truth in zip(node.worth, truths, strict=True) if truth is not False)
    return True if sure >= node.count else False if possible < node.count else None


def _tell(leaf: Compare | Holds | Category | Attested, resolved: Resolved, facts: Facts) -> Told:
    match leaf:
        case Compare():
            return _compared(leaf, resolved, facts)
        case Category():
            own, source = facts.get(leaf.metric), resolved.values[leaf.parameter]
            return Told(
                leaf,
                None if own is None else own in source.codes,
                own,
                source.codes,
                None,
                () if own is not None else (leaf.metric,),
                source,
            )
        case Holds():
            held = facts.get(leaf.metric)
            return Told(leaf, held, held, missing=() if held is not None else (leaf.metric,))
    stated = facts.get(leaf.key)
    return Told(leaf, stated, stated)


def _compared(leaf: Compare, resolved: Resolved, facts: Facts) -> Told:
    source = resolved.values[leaf.parameter]
    limit = threshold(leaf, source)
    missing = tuple(dict.fromkeys(column for column in columns(leaf, resolved) if facts.get(column) is None))
    bottom = None if missing else _worth(leaf.bottom, resolved, facts)
    if missing or not bottom:
        return Told(leaf, None, None, limit, None, missing, source)
    own = Fraction(_worth(leaf.top, resolved, facts), bottom)
    return Told(leaf, holds(own, leaf.op, limit), own, limit, own - limit, (), source)


def holds(own: Fraction, op: str, limit: Fraction) -> bool:
    return {">=": own >= limit, ">": own > limit, "<=": own <= limit, "<": own < limit, "==": own == limit}[op]


def columns(leaf: Compare, resolved: Resolved) -> list[str]:
    """The columns that the condition reads, in order."""
    terms = [term for side in (leaf.top, leaf.bottom) for each in side for term in _terms(each)]
    return [resolved.rule.metrics[term.metric].column(term.back) for term in terms if term.metric]


def _terms(each: Term | Lower) -> tuple[Term, ...]:
    return (each,) if isinstance(each, Term) else (*each.left, *each.right)


def _worth(side: Sum, resolved: Resolved, facts: Facts) -> int:
    return sum(_part(each, resolved, facts) for each in side)


def _part(each: Term | Lower, resolved: Resolved, facts: Facts) -> int:
    if isinstance(each, Lower):
        return each.factor * min(_worth(each.left, resolved, facts), _worth(each.right, resolved, facts))
    return each.factor * (int(facts[resolved.rule.metrics[each.metric].column(each.back)]) if each.metric else 1)


# --- the nearest way in ---------------------------------------------------------------------
Way = tuple[Fraction, tuple[Told, ...]]


def _nearest(node: Node, told: Mapping[str, Told], *, wanted: bool) -> Way | None:
    """The cheapest set of conditions to change so that ``node`` is ``wanted``; each condition is counted once."""
    if not isinstance(node, All | AnyOf | NoneOf | AtLeast):
        return _step(told[node.key], wanted=wanted)
    inner = not wanted if isinstance(node, NoneOf) else wanted
    ways = [_nearest(part, told, wanted=inner) for part in node.parts]
    if isinstance(node, AtLeast) and node.points:
        return _by_points(ways, node.points, node.count if wanted else sum(node.points) - node.count + 1)
    open_ways = sorted((way for way in ways if way is not None), key=lambda way: (len(way[1]), way[0]))
    needed = _needed(node, wanted=wanted)
    return None if len(open_ways) < needed else _together(open_ways[:needed])


def _by_points(ways: list[Way | None], points: tuple[int, ...], needed: int) -> Way | None:
    """The cheapest parts that are worth as much together: for each sum of points the fewest and smallest changes."""
    best: dict[int, tuple[int, Fraction, tuple[Way, ...]]] = {0: (0, Fraction(0), ())}
    for way, worth in zip(ways, points, strict=True):
        if way is None:
            continue
        for reached, (size, gap, taken) in list(best.items()):
            option = (size + len(way[1]), gap + way[0], (*taken, way))
            sum_ = min(needed, reached + worth)
            if sum_ not in best or option[:2] < best[sum_][:2]:
                best[sum_] = option
    return _together(list(best[needed][2])) if needed in best else None


def _needed(node: All | AnyOf | NoneOf | AtLeast, *, wanted: bool) -> int:
    """How many parts must be turned: all of them, or one, or k."""
    every = len(node.parts)
    match node:
        case All():
            return every if wanted else 1
        case AnyOf():
            return 1 if wanted else every
        case NoneOf():
            return every if wanted else 1
    return node.count if wanted else every - node.count + 1


def _together(ways: list[Way]) -> Way:
    changes = dict.fromkeys(told for way in ways for told in way[1])
    return sum((way[0] for way in ways), Fraction(0)), tuple(changes)


def _step(told: Told, *, wanted: bool) -> Way:
    if told.truth is wanted:
        return Fraction(0), ()
    if told.truth is None:
        return ATTESTATION_GAP if isinstance(told.condition, Attested) else UNKNOWN_GAP, (told,)
    if told.margin is None or not isinstance(told.threshold, Fraction) or not told.threshold:
        return UNKNOWN_GAP, (told,)
    return abs(told.margin / told.threshold), (told,)
