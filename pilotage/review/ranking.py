# Who is selected, who stands in reserve, and what exactly kept each of the others out?
#
# Data: candidates with a mean score, the number of finished reviews, a group (the province whose cap
# counts them; any partition would do) and the published tie figures; Terms with the total, a cap per
# group (None: no cap), the size of the reserve, the reviews required and an optional least score.
#
# Algorithm: candidates that a gate (defence, site visit) keeps out, with too few reviews or below the least score
# are set aside. The others are
# ranked by mean, then by the tie rules in the order published, last always by key, so the order is
# strict. Down the ranks each is taken unless its group is full, until total + reserve are taken: the
# first `total` are selected, the rest are the reserve in order.
#
# Why greedy is exact: the sets allowed by one cap per group inside one overall cap are nested (laminar)
# caps, which form a matroid; for a matroid the greedy set has the greatest sum of scores of all allowed
# sets, and no other allowed set beats it when compared place by place down the ranks. Caps that cross
# (province and industry together) are not nested; they need a solver and are the full engine's work.
# Because the reserve is the same greedy list continued under the same caps, its members can move up one
# by one without ever breaking a cap.
#
# Invariants: no cap is broken; every candidate gets exactly one outcome and one reason with its figures;
# whoever is passed over for a full group scores no more than everyone selected in that group; whoever is
# below the line scores no more than the last one taken; the same input gives the same list.
#
# Refuses: negative numbers, unknown tie rules, two candidates with one key.
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

SELECTED, RESERVE, NOT_SELECTED = "selected", "reserve", "not_selected"


@dataclass(frozen=True, slots=True)
class Candidate:
    """``key`` is unique and sorts; it decides the last tie. ``kept_out``: the stage that was not passed, and why."""

    key: str
    mean: Decimal | None
    finished: int
    group: Any = None
    spread: Decimal | None = None
    recommended_rank: int | None = None
    kept_out: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    total: int
    reserve: int = 0
    default_cap: int | None = None
    caps: Mapping[Any, int | None] = field(default_factory=dict)
    required_reviews: int = 1
    least_mean: Decimal | None = None
    tie_break: tuple[str, ...] = ("finished_count",)

    def cap(self, group: Any) -> int | None:
        return self.caps.get(group, self.default_cap)


@dataclass(frozen=True, slots=True)
class Place:
    """``position`` counts ranked candidates from 1; those set aside follow after them."""

    candidate: Candidate
    position: int
    outcome: str
    reason: str
    figures: dict[str, Any]


_INFINITY = float("inf")
# each rule gives a sort key: smaller comes first
TIE_RULES: dict[str, Callable[[Candidate], Any]] = {
    "finished_count": lambda c: -c.finished,
    "spread": lambda c: c.spread if c.spread is not None else _INFINITY,
    "recommended_rank": lambda c: c.recommended_rank if c.recommended_rank is not None else _INFINITY,
    "number": lambda c: c.key,
}


def rank(candidates: Sequence[Candidate], terms: Terms) -> list[Place]:
    """Every candidate in its place, ranked ones first. Raises ValueError for impossible terms."""
    rules = _tie_rules(terms)
    _refuse(candidates, terms)
    aside = {c.key: why for c in candidates if (why := _set_aside(c, terms)) is not None}
    order = sorted((c for c in candidates if c.key not in aside), key=lambda c: _sort_key(c, rules))
    places = _walk(order, terms)
    _explain(places, order, terms, rules)
    rest = sorted((c for c in candidates if c.key in aside), key=lambda c: (-(c.mean or Decimal(-1)), c.key))
    start = len(order) + 1
    return places + [Place(c, start + i, NOT_SELECTED, aside[c.key][0], aside[c.key][1]) for i, c in enumerate(rest)]


def national_line(places: Sequence[Place]) -> Decimal | None:
    """The mean of the last one selected; None while places are left over."""
    selected = [place.candidate.mean for place in places if place.outcome == SELECTED]
    return selected[-1] if selected else None


def _tie_rules(terms: Terms) -> list[str]:
    names = [name for name in terms.tie_break if name != "mean"]
    unknown = sorted(set(names) - TIE_RULES.keys())
    if unknown:
        raise ValueError(f"unknown tie rule: {', '.join(unknown)}")
    return [*names, "number"] if "number" not in names else names


def _refuse(candidates: Sequence[Candidate], terms: Terms) -> None:
    numbers = [terms.total, terms.reserve, terms.required_reviews, *(c for c in (terms.default_cap, *terms.caps.values()) if c is not None)]
    if any(number < 0 for number in numbers):
        raise ValueError("numbers of places, caps and reviews cannot be negative")
    if len({c.key for c in candidates}) != len(candidates):
        raise ValueError("two candidates have the same key")


def _sort_key(candidate: Candidate, rules: list[str]) -> tuple[Any, ...]:
    return (-(candidate.mean or Decimal(0)), *(TIE_RULES[name](candidate) for name in rules))


def _set_aside(candidate: Candidate, terms: Terms) -> tuple[str, dict[str, Any]] | None:
    if candidate.kept_out is not None:
        return f"gate_{candidate.kept_out[1]}", {"stage": candidate.kept_out[0], "mean": candidate.mean}
    if candidate.mean is None or candidate.finished < terms.required_reviews:
        return "few_reviews", {"finished": candidate.finished, "required": max(terms.required_reviews, 1)}
    if terms.least_mean is not None and candidate.mean < terms.least_mean:
        return "below_least", {"mean": candidate.mean, "least": terms.least_mean}
    return None


def _walk(order: Sequence[Candidate], terms: Terms) -> list[Place]:
    """Outcomes down the ranks; reasons follow once the line is known."""
    used: Counter[Any] = Counter()
    taken = 0
    places = []
    for position, candidate in enumerate(order, start=1):
        cap = terms.cap(candidate.group)
        over = taken >= terms.total + terms.reserve
        if over or (cap is not None and used[candidate.group] >= cap):
            places.append(Place(candidate, position, NOT_SELECTED, "below_line" if over else "province_cap", {}))
            continue
        used[candidate.group] += 1
        taken += 1
        outcome = SELECTED if taken <= terms.total else RESERVE
        places.append(Place(candidate, position, outcome, outcome, {"place": taken if taken <= terms.total else taken - terms.total}))
    return places


def _explain(places: list[Place], order: Sequence[Candidate], terms: Terms, rules: list[str]) -> None:
    line = national_line(places)
    last: dict[Any, Candidate] = {}
    used: Counter[Any] = Counter()
    held: Counter[Any] = Counter()
    last_taken: Candidate | None = None
    for place in places:
        if place.outcome == NOT_SELECTED:
            continue
        held[place.candidate.group] += 1
        last_taken = place.candidate
        if place.outcome == SELECTED:
            used[place.candidate.group] += 1
            last[place.candidate.group] = place.candidate
    for index, place in enumerate(places):
        figures = {**place.figures, "mean": place.candidate.mean, "line": line}
        reason = place.reason
        if reason == "province_cap":
            group = place.candidate.group
            figures |= {
                "cap": terms.cap(group),
                "used": used[group],
                "reserve_used": held[group] - used[group],
                "last_selected": last[group].mean if group in last else None,
            }
        elif reason == "below_line" and last_taken is not None and place.candidate.mean == last_taken.mean:
            reason = "tie_at_line"
        if index and order[index - 1].mean == place.candidate.mean:
            figures["tie"] = _decided_by(order[index - 1], place.candidate, rules)
        places[index] = Place(place.candidate, place.position, place.outcome, reason, figures)


def _decided_by(before: Candidate, after: Candidate, rules: list[str]) -> str:
    return next(name for name in rules if TIE_RULES[name](before) != TIE_RULES[name](after))
