# Who is selected under any number of crossing quotas, who stands in reserve, and what kept each of the others out?
#
# Data: candidates with a calibrated score and attributes, quotas (minimum and maximum per value of any attribute),
# terms (total, reserve, published tie rules, seed). The parts: intake.py (who takes part, public rank, rows),
# program.py (proven optimum, goal after goal), relax.py (minimums that cannot be met), reasons.py (bars, swap test).
#
# Goals in order: 1. the greatest sum of scores (where scores below zero occur all are raised by the lowest, so that an
# empty place is never better than a filled one); 2. the published tie rule: the best public ranks, by the sum of
# (candidates + 1 - rank), so that equal scores never leave a place empty; 3. should sets still be equal, a draw by
# SHA-256 of seed and key. Each later goal chooses only among the best of the earlier, so the result is one set.
# The reserve is the best continuation: the selected stay, `reserve` places more, same goals and quotas; ordered by
# margin (score minus bar), then public rank.
# Lottery (a switch): members of the zone keep as many places as they won; a seeded draw gives these out under the quotas.
#
# Bars that contradict the outcome (possible only where the relaxation is fractional) are corrected, see needed.py.
#
# Invariants: no maximum nor the total is ever broken; a minimum gives way only if all cannot be met, and is named; every
# candidate gets one outcome and one reason; no exchange of one for one would improve the result; the same input in any
# order gives the same result.
#
# Refuses: what intake.py refuses; a lottery zone with names that do not take part.
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from pilotage.review.selecting import program, reasons, relax
from pilotage.review.selecting.intake import Intake, digest, take_in
from pilotage.review.selecting.model import (
    NOT_SELECTED,
    RESERVE,
    SELECTED,
    THOUSAND,
    Bar,
    Bools,
    Candidate,
    Certificate,
    Checks,
    Ints,
    Lottery,
    Place,
    Quota,
    Relaxed,
    SelectionError,
    Terms,
    Used,
)
from pilotage.review.selecting.needed import corrected, open_program
from pilotage.review.selecting.program import MILLION, Best, Program

MOST_CORRECTED = 20  # bars of a fractional relaxation that are found exactly, one solve each


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """``places`` in public order, those set aside last. ``selected`` in public order, ``reserve`` in the order of moving up.
    ``substitutes``: for each selected key who could take exactly that place. ``line``: lowest selected score."""

    places: tuple[Place, ...]
    selected: tuple[str, ...]
    reserve: tuple[str, ...]
    line: Decimal | None
    total_score: Decimal
    substitutes: dict[str, str | None]
    quotas: tuple[Used, ...]
    relaxed: tuple[Relaxed, ...]
    certificate: Certificate
    checks: Checks
    terms: Terms
    intake: Intake = field(repr=False)
    low: Ints = field(repr=False)
    chosen: Bools = field(repr=False)
    at: dict[str, int] = field(repr=False)

    def place(self, key: str) -> Place:
        if key not in self.at:
            raise SelectionError(f"{key} is not among the candidates of this selection")
        return self.places[self.at[key]]

    def figures(self) -> dict[str, Any]:
        """Everything published, as plain values for JSON: the same input in any order gives the same bytes."""
        return {
            "selected": list(self.selected),
            "reserve": list(self.reserve),
            "line": None if self.line is None else str(self.line),
            "total_score": str(self.total_score),
            "places": [_place_figures(place) for place in self.places],
            "substitutes": dict(sorted(self.substitutes.items())),
            "quotas": [[u.attribute, u.value, u.minimum, u.maximum, u.eligible, u.used] for u in self.quotas],
            "relaxed": [str(relaxed) for relaxed in self.relaxed],
            "certificate": {
                name: str(getattr(self.certificate, name)) for name in ("status", "method", "value", "bound", "gap", "fractional")
            },
            "checks": {
                name: getattr(self.checks, name)
                for name in ("bars", "bars_agree", "bars_corrected", "swaps_tried", "improving_swaps", "quotas_kept")
            },
        }


def select(candidates: Sequence[Candidate], quotas: Sequence[Quota], terms: Terms) -> Selection:
    """The proven best selection with a reason for everyone. Raises SelectionError naming what contradicts."""
    intake = take_in(candidates, quotas, terms)
    low, first, chosen = optimum(intake, terms)
    bars = reasons.bars(intake, low, first.prices, chosen)
    agree = reasons.agreeing(intake, bars, chosen)
    apart = np.flatnonzero(~agree)[:MOST_CORRECTED]
    for i in apart.tolist():
        bars[i] = corrected(intake, low, terms, i, bars[i])
    agree = reasons.agreeing(intake, bars, chosen)
    verdicts = reasons.verdicts(intake, low, chosen, terms.seed)
    zone = _zone(intake, terms.lottery)
    final = chosen if terms.lottery is None else _drawn(intake, low, chosen, zone, terms.lottery)
    reserve = _reserve(intake, low, final, bars, terms)
    used = np.asarray(intake.matrix @ final.astype(np.int64)).ravel()
    kept = bool(((low <= used) & (used <= intake.high)).all())
    keys = [candidate.key for candidate in intake.eligible]
    stand_in = reasons.substitutes(intake, low, final)
    places = _places(intake, final, reserve, bars, verdicts, zone if terms.lottery else None)
    return Selection(
        places=places,
        selected=tuple(keys[i] for i in np.flatnonzero(final)),
        reserve=tuple(keys[i] for i in reserve),
        line=min((intake.eligible[i].score or Decimal(0) for i in np.flatnonzero(final)), default=None),
        total_score=_score(intake, final),
        substitutes={keys[j]: None if i is None else keys[i] for j, i in stand_in.items()},
        quotas=_used(intake, used),
        relaxed=relax.named(intake, low, final),
        certificate=_certificate(intake, first, chosen),
        checks=Checks(len(keys), int(agree.sum()), len(apart), verdicts.tried, verdicts.improving, kept),
        terms=terms,
        intake=intake,
        low=low,
        chosen=final,
        at={place.candidate.key: n for n, place in enumerate(places)},
    )


def optimum(intake: Intake, terms: Terms) -> tuple[Ints, Best, Bools]:
    """The minimums as far as they can be met, the certificate of the first goal, the choice after all goals."""
    low = np.minimum(intake.low, relax.at_most(intake))
    first = program.best(open_program(intake, low, terms), intake.weights)
    if first is None:
        low = relax.reachable(intake, low, terms)
        first = program.best(open_program(intake, low, terms), intake.weights)
    if first is None:
        raise SelectionError("no selection keeps all quotas, even with minimums lowered; report the input")
    return low, first, _settled(first.left, intake, terms.seed)


def _settled(left: Program, intake: Intake, seed: str) -> Bools:
    """The one choice that the later goals leave."""
    size = len(intake.eligible)
    draw = np.zeros(size, dtype=np.int64)
    for weights in (size - np.arange(size), draw):
        if not len(left.open):
            break
        draw[left.open] = [int.from_bytes(digest(seed, intake.eligible[i].key)[:2], "big") for i in left.open.tolist()]
        found = program.best(left, weights)
        if found is None:
            raise SelectionError("the solver lost the choice it had found; run again or report the input")
        left = found.left
    return program.chosen(left, size)


def _reserve(intake: Intake, low: Ints, chosen: Bools, bars: list[Bar], terms: Terms) -> list[int]:
    """Places in public order of those who continue the selection, in the order in which they move up."""
    if not terms.reserve:
        return []
    start = open_program(intake, low, terms)
    fixed = start.decide(chosen, np.zeros(len(chosen), dtype=bool))
    high = fixed.high.copy()
    high[0] = terms.reserve
    more = Program(fixed.open, fixed.taken, fixed.matrix, np.minimum(fixed.low, 0), high, terms.time_limit)
    found = program.best(more, intake.weights)
    if found is None:
        return []
    extra = np.flatnonzero(_settled(found.left, intake, terms.seed) & ~chosen)
    margin = {int(i): (intake.eligible[i].score or Decimal(0)) - bars[i].value for i in extra}
    return sorted(margin, key=lambda i: (-margin[i], i))


def _zone(intake: Intake, lottery: Lottery | None) -> Bools:
    keys = {candidate.key: i for i, candidate in enumerate(intake.eligible)}
    zone = np.zeros(len(keys), dtype=bool)
    if lottery is None:
        return zone
    if not lottery.seed:
        raise SelectionError("the lottery needs a seed; commit one before the zone is known")
    if unknown := sorted(lottery.zone - keys.keys()):
        raise SelectionError(
            f"the lottery zone names candidates that do not take part: {', '.join(unknown[:5])}; take them out of the zone"
        )
    zone[[keys[key] for key in lottery.zone]] = True
    return zone


def _drawn(intake: Intake, low: Ints, chosen: Bools, zone: Bools, lottery: Lottery) -> Bools:
    """As many of the zone as had been chosen, by draw; all others as they were."""
    fixed = open_program(intake, low, Terms(0)).decide(chosen & ~zone, ~chosen & ~zone)
    exact = fixed.with_row(np.ones(len(fixed.open), dtype=np.int64), int((chosen & zone).sum()))
    keys = [candidate.key for candidate in intake.eligible]
    draw = np.array([int.from_bytes(hashlib.sha256(f"lottery\n{lottery.seed}\n{key}".encode()).digest()[:3], "big") for key in keys])
    found = program.best(exact, draw)
    if found is None:
        raise SelectionError("no draw inside the zone keeps the quotas; widen the zone")
    return _settled(found.left, intake, lottery.seed)


def _places(
    intake: Intake, chosen: Bools, reserve: list[int], bars: list[Bar], verdicts: reasons.Verdicts, zone: Bools | None
) -> tuple[Place, ...]:
    found = []
    order = {i: place for place, i in enumerate(reserve, start=1)}
    place = 0
    for i, candidate in enumerate(intake.eligible):
        drawn = zone is not None and bool(zone[i])
        if chosen[i]:
            place += 1
            found.append(Place(candidate, i + 1, SELECTED, "lottery" if drawn else SELECTED, {"place": place}, bars[i]))
        elif i in order:
            found.append(Place(candidate, i + 1, RESERVE, RESERVE, {"place": order[i]} | _why(verdicts, i, drawn), bars[i]))
        else:
            why = _why(verdicts, i, drawn)
            found.append(Place(candidate, i + 1, NOT_SELECTED, why.pop("reason"), why, bars[i]))
    after = len(found) + 1
    aside = (Place(c, after + n, NOT_SELECTED, reason, figures) for n, (c, reason, figures) in enumerate(intake.aside))
    return (*found, *aside)


def _why(verdicts: reasons.Verdicts, i: int, drawn: bool) -> dict[str, Any]:
    if drawn or i not in verdicts.reasons:
        return {"reason": "lottery"}
    reason, figures = verdicts.reasons[i]
    return {"reason": reason} | figures


def _score(intake: Intake, chosen: Bools) -> Decimal:
    return Decimal(int((intake.weights[chosen] - intake.offset).sum())) / THOUSAND


def _certificate(intake: Intake, first: Best, chosen: Bools) -> Certificate:
    raised = intake.offset * int(chosen.sum())
    value, bound = Decimal(first.value - raised) / THOUSAND, Decimal(first.bound - raised * MILLION) / (MILLION * THOUSAND)
    return Certificate(program.solver_name(), "optimal", first.method, value, bound, Decimal(str(first.gap)), first.method != "lp")


def _used(intake: Intake, used: Ints) -> tuple[Used, ...]:
    eligible = np.asarray(intake.matrix.sum(axis=1)).ravel()
    return tuple(
        Used(quota.attribute or None, quota.value, quota.minimum, quota.maximum, int(there), int(taken))
        for quota, there, taken in zip(intake.rows, eligible, used, strict=True)
    )


def _place_figures(place: Place) -> list[Any]:
    bar = None
    if place.bar is not None:
        bar = [str(place.bar.value), [[p.code, p.attribute, p.value, str(p.amount), p.limit, p.used] for p in place.bar.parts]]
    figures = {name: _plain(value) for name, value in place.figures.items()}
    score = None if place.candidate.score is None else str(place.candidate.score)
    return [place.candidate.key, score, place.position, place.outcome, place.reason, figures, bar]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [[b.code, b.attribute, b.value, b.limit, b.blocked] for b in value]
    return str(value) if isinstance(value, Decimal) else value
