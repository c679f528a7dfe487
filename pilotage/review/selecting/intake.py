# Who takes part, in which public order, and what do the quotas demand of whom?
#
# Data: candidates, quotas, terms. Candidates kept out by a gate, with too few reviews or below the least score are
# set aside with the reason and figures that ranking.py gives. The others get their public rank: by score, then the
# published tie rules in order, last by key; `draw` orders by SHA-256 of seed and key.
# Quotas become rows: one for the total, one per attribute and value that candidates have or that is named; a
# quota without value gives its limits to every value without a line of its own.
#
# Invariants: each candidate is in at most one row per attribute; the order of input is without effect.
#
# Refuses, before anything is solved and naming all it finds: negative numbers, minimum above maximum, minimums of
# one attribute that sum to more than the total, two lines for one value, an attribute no candidate has, unknown
# tie rules, a draw without seed, two candidates with one key, scores that are not numbers or have more than three places.
from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from scipy import sparse

from pilotage.review.selecting.model import THOUSAND, Candidate, Ints, Quota, SelectionError, Terms

LARGEST = Decimal(10_000)
_INFINITY = float("inf")
# each rule gives a sort key: smaller comes first
TIE_RULES: dict[str, Callable[[Candidate, str], Any]] = {
    "finished_count": lambda c, _seed: -c.finished,
    "spread": lambda c, _seed: c.spread if c.spread is not None else _INFINITY,
    "recommended_rank": lambda c, _seed: c.recommended_rank if c.recommended_rank is not None else _INFINITY,
    "number": lambda c, _seed: c.key,
    "draw": lambda c, seed: digest(seed, c.key),
}


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """``eligible`` in public order; ``weights`` (eligible,) are scores in thousandths plus ``offset``, none negative.
    ``rows[0]`` is the total, further rows quotas with a value; ``matrix`` (rows, eligible) of 0 and 1; ``low`` and ``high``
    (rows,); ``member`` (eligible, attributes) gives the row of each attribute or -1."""

    eligible: tuple[Candidate, ...]
    aside: tuple[tuple[Candidate, str, dict[str, Any]], ...]
    rules: tuple[str, ...]
    weights: Ints
    offset: int
    rows: tuple[Quota, ...]
    matrix: sparse.csc_array
    low: Ints
    high: Ints
    member: Ints


def digest(seed: str, key: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{key}".encode()).digest()


def take_in(candidates: Sequence[Candidate], quotas: Sequence[Quota], terms: Terms) -> Intake:
    rules = _tie_rules(terms)
    _refuse_candidates(candidates)
    aside = {c.key: why for c in candidates if (why := _set_aside(c, terms)) is not None}
    eligible = sorted(
        (c for c in candidates if c.key not in aside), key=lambda c: (-_score(c), *(TIE_RULES[name](c, terms.seed) for name in rules))
    )
    rest = sorted((c for c in candidates if c.key in aside), key=lambda c: (-(c.score if c.score is not None else Decimal(-1)), c.key))
    lines = _lines(candidates, quotas, terms)
    points = np.array([int(_score(c) * THOUSAND) for c in eligible], dtype=np.int64)
    offset = max(0, -int(points.min(initial=0)))
    member = _membership(eligible, lines)
    rows = (Quota("", None, 0, terms.total), *lines)
    matrix = _matrix(member, len(rows))
    count = np.asarray(matrix.sum(axis=1), dtype=np.int64).ravel()
    high = np.array([n if row.maximum is None else row.maximum for row, n in zip(rows, count.tolist(), strict=True)], dtype=np.int64)
    low = np.array([row.minimum for row in rows], dtype=np.int64)
    set_aside = tuple((c, *aside[c.key]) for c in rest)
    return Intake(tuple(eligible), set_aside, tuple(rules), points + offset, offset, rows, matrix, low, high, member)


def decided_by(before: Candidate, after: Candidate, rules: Sequence[str], seed: str) -> str:
    """The tie rule that puts one before the other."""
    return next(name for name in rules if TIE_RULES[name](before, seed) != TIE_RULES[name](after, seed))


def _score(candidate: Candidate) -> Decimal:
    return candidate.score if candidate.score is not None else Decimal(0)


def _tie_rules(terms: Terms) -> list[str]:
    names = [name for name in terms.tie_break if name not in {"mean", "score"}]
    if unknown := sorted(set(names) - TIE_RULES.keys()):
        raise SelectionError(f"unknown tie rule: {', '.join(unknown)}; known are {', '.join(TIE_RULES)}")
    if "draw" in names and not terms.seed:
        raise SelectionError("the tie rule draw needs a seed; commit one before the scores are known")
    return [*names, "number"] if "number" not in names else names


def _refuse_candidates(candidates: Sequence[Candidate]) -> None:
    if twice := sorted(key for key, count in Counter(c.key for c in candidates).items() if count > 1):
        raise SelectionError(f"two candidates have the same key: {', '.join(twice[:5])}; keep one of each")
    for candidate in candidates:
        if candidate.score is None:
            continue
        if not candidate.score.is_finite():
            raise SelectionError(f"the score of {candidate.key} is not a number; correct it or leave it absent")
        if abs(candidate.score) > LARGEST:
            raise SelectionError(f"the score of {candidate.key} is out of range: {candidate.score}; scores lie within {LARGEST}")
        if candidate.score * THOUSAND != int(candidate.score * THOUSAND):
            raise SelectionError(f"the score of {candidate.key} has more than three places: {candidate.score}; round it as published")


def _set_aside(candidate: Candidate, terms: Terms) -> tuple[str, dict[str, Any]] | None:
    if candidate.kept_out is not None:
        return f"gate_{candidate.kept_out[1]}", {"stage": candidate.kept_out[0], "mean": candidate.score}
    if candidate.score is None or candidate.finished < terms.required_reviews:
        return "few_reviews", {"finished": candidate.finished, "required": max(terms.required_reviews, 1)}
    if terms.least_score is not None and candidate.score < terms.least_score:
        return "below_least", {"mean": candidate.score, "least": terms.least_score}
    return None


def _lines(candidates: Sequence[Candidate], quotas: Sequence[Quota], terms: Terms) -> tuple[Quota, ...]:
    """Every (attribute, value) with a limit, in order. Raises with all contradictions at once."""
    faults = _faults_of_lines(quotas, terms)
    values: dict[str, set[str]] = {}
    for candidate in candidates:
        for attribute, value in candidate.attributes.items():
            values.setdefault(attribute, set()).add(value)
    named = {(quota.attribute, quota.value) for quota in quotas}
    lines = []
    for quota in quotas:
        if candidates and quota.attribute not in values:
            faults.append(f"quota on {quota.attribute}: no candidate has this attribute; correct the name")
        if quota.value is not None:
            lines.append(quota)
            continue
        free = (value for value in values.get(quota.attribute, ()) if (quota.attribute, value) not in named)
        lines += [Quota(quota.attribute, value, quota.minimum, quota.maximum) for value in free]
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.attribute] += max(line.minimum, 0)
    faults += [
        f"the minimums of {name} sum to {total}, more than the total of {terms.total}; lower them"
        for name, total in sorted(sums.items())
        if total > max(terms.total, 0)
    ]
    if faults:
        raise SelectionError("contradictory terms: " + "; ".join(dict.fromkeys(faults)))
    return tuple(sorted((line for line in lines if line.minimum or line.maximum is not None), key=lambda q: (q.attribute, str(q.value))))


def _faults_of_lines(quotas: Sequence[Quota], terms: Terms) -> list[str]:
    faults = []
    for name, number in (("total", terms.total), ("reserve", terms.reserve), ("number of required reviews", terms.required_reviews)):
        if number < 0:
            faults.append(f"the {name} is {number}; it cannot be negative")
    for quota in quotas:
        if quota.minimum < 0 or (quota.maximum is not None and quota.maximum < 0):
            faults.append(f"quota for {quota}: a limit cannot be negative")
        if quota.maximum is not None and quota.minimum > quota.maximum:
            faults.append(f"quota for {quota}: minimum {quota.minimum} is above maximum {quota.maximum}")
    counts = Counter(str(quota) for quota in quotas)
    return faults + [f"quota for {name}: stands there {count} times; keep one line" for name, count in sorted(counts.items()) if count > 1]


def _membership(eligible: Sequence[Candidate], lines: tuple[Quota, ...]) -> Ints:
    attributes = list(dict.fromkeys(line.attribute for line in lines))
    at = {(line.attribute, line.value): row for row, line in enumerate(lines, start=1)}
    member = np.full((len(eligible), len(attributes)), -1, dtype=np.int64)
    for i, candidate in enumerate(eligible):
        for column, attribute in enumerate(attributes):
            if attribute in candidate.attributes:
                member[i, column] = at.get((attribute, candidate.attributes[attribute]), -1)
    return member


def _matrix(member: Ints, rows: int) -> sparse.csc_array:
    who, column = np.nonzero(member >= 0)
    row = np.concatenate([np.zeros(len(member), dtype=np.int64), member[who, column]])
    who = np.concatenate([np.arange(len(member)), who])
    return sparse.csc_array((np.ones(len(row), dtype=np.int64), (row, who)), shape=(rows, len(member)))
