"""Do the intervals hold? Histories made up from a known truth, forecast on a day in their last year, and how it came out.

Each history is a call of some steps over four years. Shares, pace, numbers and slips differ from year to year around the
history's own level; waits are gamma or Weibull, not the lognormal of the kernel; records are walked one by one, limits take
records by lot. What was known on the chosen day becomes the pipeline, exactly as the platform would hand it over; nothing of the
truth is told to the kernel but the stated ranges an operator would give.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pilotage.plan.forecast.chance import Floats
from pilotage.plan.forecast.model import Arrivals, Goal, Pipeline, Prior, Series, Step
from pilotage.plan.forecast.stated import ON_TIME

START = date(2023, 1, 1)
EARLIER_YEARS = 3
YEAR = 365
# how years differ in the made-up truth (logit of shares, log of pace and of when records come); the kernel states its own
SHARE_DRIFT, PACE_DRIFT, COMING_DRIFT = 0.25, 0.15, 0.3
# a statement is off the level as far as a year is, so of this year it is worth half of what a year that was seen is
STATED_WEIGHT = 32.0
_Z95 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Case:
    goal: Goal
    inputs: Pipeline | Series
    outcome: float
    straight_line: float


@dataclass(frozen=True, slots=True)
class _Truth:
    """Of one step: level of the share, shape and scale of the wait, dates in days of the year."""

    share: float
    shape: float
    days: float
    is_gamma: bool
    opens: int | None
    closes: int | None
    together: bool
    slip_90: float
    limit: float | None  # as a share of those expected through


@dataclass(slots=True)
class _Year:
    """By record: entry into and exit from each step (infinite: never), and whether it went on."""

    entries: Floats
    exits: Floats
    passed: Floats

    def counted(self, day: float) -> int:
        return int((self.passed[-1] & (self.exits[-1] <= day)).sum())


def histories(count: int, seed: int) -> Iterator[Case]:
    """Four of five are pipelines, the others reported values."""
    for number in range(count):
        random = np.random.default_rng([seed, number])
        yield _series_case(random) if number % 5 == 4 else _pipeline_case(random)


def _pipeline_case(random: np.random.Generator) -> Case:
    truths = _truths(random)
    opens, closes = int(random.integers(20, 60)), int(random.integers(110, 190))
    level, spread = float(random.uniform(150, 1500)), float(random.uniform(0.08, 0.3))
    through = level * math.prod(each.share for each in truths)
    limits = [None if each.limit is None else max(5, round(each.limit * through)) for each in truths]
    earlier = [
        _year(truths, opens, closes, level * math.exp(spread * random.standard_normal()), limits, random) for _ in range(EARLIER_YEARS)
    ]
    number = level * math.exp(spread * random.standard_normal())
    this = _year(truths, opens, closes, number, limits, random)
    as_of = int(random.integers(opens + 10, 330))
    expected = (level * math.exp(-_Z95 * spread), level * math.exp(_Z95 * spread))
    profile = tuple((part, part**3) for part in (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0))
    steps = tuple(_step(f"step{at}", at, truth, limits[at], earlier, this, as_of, random) for at, truth in enumerate(truths))
    so_far = int((this.entries[0] <= as_of).sum())
    arrivals = Arrivals(so_far, _day(opens), _day(closes), expected, profile)
    counted, outcome = this.counted(as_of), this.counted(YEAR - 1)
    usual = np.mean([each.counted(YEAR - 1) for each in earlier])
    goal = Goal("minimum", float(max(1, round(usual * random.uniform(0.8, 1.2)))), None, None, _day(YEAR - 1))
    line = counted * (YEAR - 1) / max(as_of, 1)
    return Case(goal, Pipeline(_day(as_of), counted, steps, arrivals), float(outcome), line)


def _day(number: int) -> date:
    return START + timedelta(days=number)


def _truths(random: np.random.Generator) -> list[_Truth]:
    """Two to four steps; in half of the histories the later ones keep dates and the last but one selects under a limit."""
    count, dated = int(random.integers(2, 5)), bool(random.integers(0, 2))
    found, closing = [], int(random.integers(200, 240))
    for at in range(count):
        selects, publishes = dated and at == count - 2, dated and at == count - 1
        closing += int(random.integers(10, 35))
        found.append(
            _Truth(
                share=float(random.uniform(0.9, 0.99) if publishes else random.uniform(0.45, 0.95)),
                shape=float(random.uniform(1.2, 3)),
                days=float(random.uniform(5, 35)),
                is_gamma=bool(random.integers(0, 2)),
                opens=None,
                closes=closing if dated else None,
                together=selects or publishes,
                slip_90=float(random.uniform(7, 25)),
                limit=float(random.uniform(0.7, 1.3)) if selects and random.random() < 0.6 else None,
            )
        )
    return found


def _drifted(share: float, random: np.random.Generator) -> float:
    return 1 / (1 + math.exp(-(math.log(share / (1 - share)) + SHARE_DRIFT * random.standard_normal())))


def _year(truths: list[_Truth], opens: int, closes: int, number: float, limits: list[int | None], random: np.random.Generator) -> _Year:
    pace = math.exp(PACE_DRIFT * random.standard_normal())
    records = max(1, round(number))
    # most come late: u to the third of the window, give or take the year
    bend = 1 / (3 * math.exp(COMING_DRIFT * random.standard_normal()))
    entry = opens + (closes - opens) * random.random(records) ** bend
    entries, exits, passed, ahead = [], [], [], 0.0
    for truth, limit in zip(truths, limits, strict=True):
        closing = max(ahead, _closing(truth, random))
        ahead = closing if math.isfinite(closing) else ahead
        out = _exits(truth, entry, closing, pace, random)
        going = np.isfinite(out) & (random.random(records) < _drifted(truth.share, random))
        if limit is not None:
            kept = random.permutation(np.flatnonzero(going))[:limit]
            going = np.isin(np.arange(records), kept)
        entries.append(entry)
        exits.append(out)
        passed.append(going)
        entry = np.where(going, out, np.inf)
    return _Year(np.array(entries), np.array(exits), np.array(passed))


def _closing(truth: _Truth, random: np.random.Generator) -> float:
    if truth.closes is None:
        return math.inf
    slip = random.exponential(truth.slip_90 / math.log((1 - ON_TIME) / 0.1)) if random.random() >= ON_TIME else 0.0
    return float(truth.closes + slip)


def _exits(truth: _Truth, entry: Floats, closing: float, pace: float, random: np.random.Generator) -> Floats:
    if truth.together:
        return np.where(entry <= closing, closing, np.inf)
    draw = random.gamma(truth.shape, size=len(entry)) / truth.shape if truth.is_gamma else random.weibull(truth.shape, len(entry))
    out = entry + pace * truth.days * draw
    return np.asarray(np.where(entry <= closing, np.minimum(out, closing), entry))


def _step(
    key: str, at: int, truth: _Truth, limit: int | None, earlier: list[_Year], this: _Year, as_of: int, random: np.random.Generator
) -> Step:
    """What the platform would know: earlier years whole, this year up to the day."""
    decided = [(year, np.isfinite(year.exits[at])) for year in earlier] + [(this, this.exits[at] <= as_of)]
    # where a limit took by lot, who went on says nothing of the share; the platform states it instead
    going = sum(int((year.passed[at] & known).sum()) for year, known in decided) if limit is None else 0
    gone = sum(int(known.sum()) for _year, known in decided) if limit is None else 0
    waits: dict[int, int] = {}
    for year, known in decided:
        through = year.passed[at] & known
        waited = np.round(year.exits[at][through] - year.entries[at][through]).astype(int)
        for days, number in zip(*np.unique(waited, return_counts=True), strict=True):
            waits[int(days)] = waits.get(int(days), 0) + int(number)
    here = (this.entries[at] <= as_of) & (this.exits[at] > as_of)
    ages, numbers = np.unique(np.floor(as_of - this.entries[at][here]).astype(int), return_counts=True)
    guess = truth.days * math.exp(0.4 * random.standard_normal())
    stated = Prior(_drifted(truth.share, random), STATED_WEIGHT, guess, guess * 2.5, truth.slip_90)
    return Step(
        key=key,
        title=key,
        waiting=tuple((int(age), int(number)) for age, number in zip(ages, numbers, strict=True)),
        passed=going,
        left=gone - going,
        waits=() if truth.together else tuple(sorted(waits.items())),
        prior=stated,
        opens_on=None if truth.opens is None else _day(truth.opens),
        closes_on=None if truth.closes is None else _day(truth.closes),
        together=truth.together,
        limit=limit,
    )


def _series_case(random: np.random.Generator) -> Case:
    """Monthly values over two to four years: over-dispersed growth with a pace of its own each year."""
    years, pace, unrest = int(random.integers(2, 5)), float(random.uniform(2, 60)), float(random.uniform(1, 8))
    months = np.concatenate([_grown(pace * math.exp(0.15 * random.standard_normal()), unrest, random) for _ in range(years)])
    known = (years - 1) * 12 + int(random.integers(2, 11))
    values = np.cumsum(months)
    first = START - timedelta(days=YEAR * (years - 1))
    days = [first + timedelta(days=round(YEAR / 12 * (month + 1))) for month in range(len(values))]
    points = tuple((day, float(value)) for day, value in zip(days[:known], values, strict=False))
    spent = (days[known - 1] - days[0]).days
    line = values[known - 1] + (values[known - 1] - values[0]) / spent * (days[-1] - days[known - 1]).days
    value = float(round(line * random.uniform(0.93, 1.07)))
    return Case(Goal("minimum", value, None, None, days[-1]), Series(days[known - 1], points), float(values[-1]), float(line))


def _grown(pace: float, unrest: float, random: np.random.Generator) -> Floats:
    """Twelve months, negative binomial: variance is ``unrest`` times the mean, and one at least in the first."""
    mean = np.full(12, pace)
    found = random.poisson(random.gamma(mean / unrest, unrest))
    found[0] = max(1, found[0])
    return np.asarray(found)
