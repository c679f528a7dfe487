# What exactly kept each one out, and would any exchange have been better?
#
# Data: an Intake, the final choice as a mask, the prices of the first goal.
#
# Bar of a candidate = price of the total (the national line) + price of each maximum it counts under - price of each
# minimum it helps to meet. By complementary slackness nobody selected scores below the own bar and nobody left out
# above it, where the linear bound is met; this is counted for everybody (ties at the bar agree).
#
# Swap test: everyone left out against every selected one with no higher score (a contender). Their exchange is blocked
# where it would exceed a full maximum or leave a minimum short. An exchange that is not blocked and has a higher score, or an
# equal score and a better public rank, would improve the selection; so would adding one while places are left.
# None may exist. The limits that block all exchanges of one candidate are the reason it was not selected.
#
# Invariants: the parts of a bar sum to the bar, also as published; each one left out has exactly one reason.
from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np

from pilotage.review.selecting.intake import Intake, decided_by
from pilotage.review.selecting.model import PLACES, THOUSAND, Bar, Blocker, Bools, Ints, Part
from pilotage.review.selecting.program import MILLION, Prices

CHUNK = 500


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How full every row is: ``used``, ``full`` and ``bare`` (rows,); rows of -1 are neither."""

    used: Ints
    full: Bools
    bare: Bools

    @classmethod
    def of(cls, intake: Intake, low: Ints, chosen: Bools) -> Standing:
        used = np.asarray(intake.matrix @ chosen.astype(np.int64)).ravel()
        nothing = np.zeros(1, dtype=bool)  # so that row -1 reads as neither full nor bare
        return cls(used, np.append(used >= intake.high, nothing), np.append((used <= low) & (low > 0), nothing))


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """``reason`` and ``figures`` of each one left out, by place in the public order."""

    reasons: dict[int, tuple[str, dict[str, Any]]]
    tried: int
    improving: int


def bars(intake: Intake, low: Ints, prices: Prices, chosen: Bools) -> list[Bar]:
    used = np.asarray(intake.matrix @ chosen.astype(np.int64)).ravel()
    amounts = [_points(int(up) - int(down)) for up, down in zip(prices.upper, prices.lower, strict=True)]
    line = Part("line", None, None, amounts[0] - Decimal(intake.offset) / THOUSAND, int(intake.high[0]), int(used[0]))
    parts: dict[int, Part] = {}
    for row in np.flatnonzero(prices.upper != prices.lower):
        quota, pushed = intake.rows[row], prices.upper[row] > prices.lower[row]
        limit = int(intake.high[row] if pushed else low[row])
        parts[int(row)] = Part("maximum" if pushed else "minimum", quota.attribute, quota.value, amounts[row], limit, int(used[row]))
    found = []
    for rows in intake.member.tolist():
        mine = (line, *(parts[row] for row in rows if row in parts))
        found.append(Bar(sum((part.amount for part in mine), Decimal(0)), mine))
    return found


def agreeing(intake: Intake, found: list[Bar], chosen: Bools) -> Bools:
    """Where outcome and published bar agree, (eligible,)."""
    bar = np.array([int(one.value * THOUSAND) for one in found], dtype=np.int64)
    score = intake.weights - intake.offset
    return np.where(chosen, score >= bar, score <= bar)


def verdicts(intake: Intake, low: Ints, chosen: Bools, seed: str) -> Verdicts:
    """The swap test over all pairs, and from it the reason of everyone left out."""
    standing = Standing.of(intake, low, chosen)
    inside, outside = np.flatnonzero(chosen), np.flatnonzero(~chosen)
    lowest = int(intake.weights[inside].min()) if len(inside) else None
    reasons: dict[int, tuple[str, dict[str, Any]]] = {}
    tried = improving = 0
    room = bool(standing.used[0] < intake.high[0])
    for start in range(0, len(outside), CHUNK):
        part = outside[start : start + CHUNK]
        rivals: Bools = intake.weights[inside][None, :] <= intake.weights[part][:, None]
        if not room and not rivals.any():
            reasons |= {int(i): ("below_line", _line(intake, lowest)) for i in part}
            continue
        maxima, minima = _blocks(intake, standing, part, inside)
        free: Bools = rivals & ~(maxima.any(axis=2) | minima.any(axis=2))
        better: Bools = (intake.weights[inside][None, :] < intake.weights[part][:, None]) | (inside[None, :] > part[:, None])
        fits = ~standing.full[intake.member[part]].any(axis=1) & room
        tried += int(rivals.sum()) + (len(part) if room else 0)
        improving += int((free & better).sum()) + int(fits.sum())
        for at, i in enumerate(part.tolist()):
            pair = np.flatnonzero(rivals[at])
            own = (maxima[at, pair], minima[at, pair], inside[pair])
            reasons[i] = _reason(intake, low, standing, i, own, inside[free[at]], room, lowest, seed)
    return Verdicts(reasons, tried, improving)


def substitutes(intake: Intake, low: Ints, chosen: Bools) -> dict[int, int | None]:
    """For each selected one the first in public order who could take exactly that place."""
    standing = Standing.of(intake, low, chosen)
    inside, outside = np.flatnonzero(chosen), np.flatnonzero(~chosen)
    found: dict[int, int | None] = {}
    for j in inside.tolist():
        found[j] = next(
            (i for start in range(0, len(outside), CHUNK) for i in _fitting(intake, standing, outside[start : start + CHUNK], j)), None
        )
    return found


def _fitting(intake: Intake, standing: Standing, outside: Ints, j: int) -> list[int]:
    maxima, minima = _blocks(intake, standing, outside, np.array([j]))
    fits = np.flatnonzero(~np.concatenate([maxima, minima], axis=2).any(axis=2))  # one column: places in `outside`
    return outside[fits].tolist()


def _blocks(intake: Intake, standing: Standing, outside: Ints, inside: Ints) -> tuple[Bools, Bools]:
    """Whether the exchange of each pair breaks a maximum of the newcomer or a minimum of the one who leaves; (outside, inside, attributes)."""
    new, old = intake.member[outside][:, None, :], intake.member[inside][None, :, :]
    apart = new != old
    return standing.full[new] & apart, standing.bare[old] & apart


def _line(intake: Intake, lowest: int | None) -> dict[str, Any]:
    return {"lowest": None if lowest is None else Decimal(lowest - intake.offset) / THOUSAND}


def _reason(
    intake: Intake,
    low: Ints,
    standing: Standing,
    i: int,
    pairs: tuple[Bools, Bools, Ints],
    free: Ints,
    room: bool,
    lowest: int | None,
    seed: str,
) -> tuple[str, dict[str, Any]]:
    maxima, minima, rivals = pairs
    figures = _line(intake, lowest)
    if len(free):
        winner = int(free.max())
        rule = decided_by(intake.eligible[winner], intake.eligible[i], intake.rules, seed)
        return "tie", figures | {"ahead": intake.eligible[winner].key, "rule": rule}
    if not len(rivals) and not room:
        return "below_line", figures
    blocked: dict[tuple[str, int], int] = {}
    for column, row in enumerate(intake.member[i].tolist()):
        own = int(maxima[:, column].sum()) + int(room and standing.full[row])
        if own:
            blocked["maximum", row] = own
        held, counts = np.unique(intake.member[rivals[minima[:, column]], column], return_counts=True)
        blocked |= {("minimum", int(row)): int(n) for row, n in zip(held, counts, strict=True)}
    everything = len(rivals) + int(room)
    blockers = [_blocker(intake, low, code, row, n) for (code, row), n in sorted(blocked.items())]
    common = [blocker for blocker in blockers if blocker.blocked == everything]
    code = f"quota_{common[0].code}" if len(common) == 1 else "quotas"
    return code, figures | {"blockers": tuple(common or blockers), "single": len(common) == 1, "contenders": everything}


def _blocker(intake: Intake, low: Ints, code: str, row: int, blocked: int) -> Blocker:
    quota = intake.rows[row]
    return Blocker(code, quota.attribute, str(quota.value), int(intake.high[row] if code == "maximum" else low[row]), blocked)


def _points(millionths_of_thousandths: int) -> Decimal:
    return (Decimal(millionths_of_thousandths) / (MILLION * THOUSAND)).quantize(PLACES, rounding=ROUND_HALF_EVEN)
