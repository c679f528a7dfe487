"""The draws of a pipeline: how many are counted by any later day.

Groups are the records to come and those waiting before each step. Each draw has its shares (Beta), its number to come and its
world (schedule and pace). A limit turns all ahead of it into one group of at most so many; limits by place are applied as the
mean of what they cut off, given how well the draw does on the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from scipy.special import ndtr

from pilotage.plan.forecast import arriving
from pilotage.plan.forecast.chance import (
    EXACT_UP_TO,
    Floats,
    at_quantiles,
    beta_levels,
    few_successes,
    learnt_share,
    normal,
    successes,
    uniform,
)
from pilotage.plan.forecast.model import Pipeline, Step
from pilotage.plan.forecast.schedule import schedule
from pilotage.plan.forecast.timing import NODES, Times

_SCALE = np.linspace(0, 4, 65)  # of the number through, over its mean


@dataclass(slots=True)
class Flow:
    """``sizes`` and ``chances`` (of passing all steps so far) by group; ``by_day(days)`` gives the draws."""

    counted: int
    seed: int
    draws: int
    times: Times
    world: Floats
    names: list[str] = field(default_factory=list)
    sizes: list[Floats] = field(default_factory=list)
    chances: list[Floats] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def enter(self, name: str, size: Floats | float, chance: Floats) -> None:
        self.names.append(name)
        self.sizes.append(np.broadcast_to(np.asarray(size, float), (self.draws,)))
        self.chances.append(chance)
        self.most.append(float(np.max(size)))

    def by_day(self, days: float) -> Floats:
        """Counted by so many days from now, in each draw; never falls with the days."""
        return self.counted + self.number(self.times.by(days), "count")

    def number(self, made: Floats, stream: str) -> Floats:
        """How many get through of all groups, where so much of each (group, world) is in time."""
        # a group of which nobody is through in any world adds nothing
        here = [at for at, part in enumerate(made) if self.most[at] > 0 and part.any()]
        chances = {at: self.chances[at] * made[at][self.world] for at in here}
        if sum(self.most[at] for at in here) <= EXACT_UP_TO:
            return self._exactly(chances, stream)
        mean = np.zeros(self.draws)
        variance, most = mean.copy(), mean.copy()
        for at, chance in chances.items():
            part = self.sizes[at] * chance
            mean += part
            variance += part * (1 - chance)
            most += self.sizes[at]
        return successes(mean, variance, most, normal(self.seed, stream, self.draws))

    def _exactly(self, chances: dict[int, Floats], stream: str) -> Floats:
        found = np.zeros(self.draws)
        for at, chance in chances.items():
            found += few_successes(self.sizes[at], chance, uniform(self.seed, f"{stream}:{self.names[at]}", self.draws))
        return found


def flow(pipeline: Pipeline, due_on: date, far: float, *, seed: int, draws: int) -> Flow:
    plan = schedule(pipeline, seed, draws)
    found = Flow(pipeline.counted, seed, draws, Times.empty(plan, far), np.arange(draws) * plan.worlds // draws)
    _arrive(found, pipeline, due_on)
    for index, step in enumerate(pipeline.steps):
        _pass(found, pipeline, index, step)
    return found


def _arrive(found: Flow, pipeline: Pipeline, due_on: date) -> None:
    arrivals = pipeline.arrivals
    if arrivals is None:
        return
    number = arriving.to_come(arrivals, pipeline.as_of, due_on, normal(found.seed, "arrivals", found.draws))
    if not number.any():
        return
    edges = (np.arange(NODES + 1) - 0.5) * found.times.length * found.times.schedule.pace[:, None]
    by = arriving.arriving_by(arrivals, pipeline.as_of, due_on, edges)
    by[:, 0] = 0.0
    found.times.enter(np.diff(by, axis=-1))
    found.enter("arrivals", number, np.ones(found.draws))


def _pass(found: Flow, pipeline: Pipeline, index: int, step: Step) -> None:
    found.times.pass_step(index, step)
    found.enter(step.key, sum(number for _age, number in step.waiting), np.ones(found.draws))
    going, ending = learnt_share(step.prior.share, step.prior.weight, step.passed, step.left)
    share = at_quantiles(beta_levels(going, ending), found.seed, f"share:{step.key}", found.draws)
    found.chances = [chance * share if most else chance for chance, most in zip(found.chances, found.most, strict=True)]
    limited = [place for place in pipeline.places if place.limit is not None and place.limit_step == step.key]
    if step.limit is not None or limited:
        _limit(found, pipeline, index, step)


def _limit(found: Flow, pipeline: Pipeline, index: int, step: Step) -> None:
    ever = found.times.ever()
    through = found.number(ever, f"limit:{step.key}")
    expected = np.array([float((s * c).mean()) for s, c in zip(found.sizes, found.chances, strict=True)]) * ever.mean(-1)
    kept = _within_places(found, pipeline, index, step, through, expected)
    if step.limit is not None:
        kept = np.minimum(kept, max(0, step.limit - already_through(pipeline, index)))
    found.times.merge(expected, float(kept.mean()) / max(float(through.mean()), 1e-9) if through.any() else 1.0)
    found.names, found.sizes, found.chances, found.most = [], [], [], []
    found.enter(f"through:{step.key}", kept, np.ones(found.draws))


def already_through(pipeline: Pipeline, index: int) -> int:
    return pipeline.counted + sum(number for step in pipeline.steps[index + 1 :] for _age, number in step.waiting)


def _within_places(found: Flow, pipeline: Pipeline, index: int, step: Step, through: Floats, expected: Floats) -> Floats:
    """What limits by place leave of those who get through, as a function of how many do."""
    limited = [place for place in pipeline.places if place.limit is not None and place.limit_step == step.key]
    total = float(expected.sum())
    if not limited or total <= 0:
        return through
    mine = np.array([_expected_of(found, pipeline, index, place.waiting, expected) for place in limited])
    room = np.array([max(0, (place.limit or 0) - place.counted - sum(place.waiting[index + 1 :])) for place in limited], float)
    mine *= min(1.0, total / max(float(mine.sum()), 1e-12))
    at = mine[:, None] * _SCALE
    left = _mean_of_least(at, np.sqrt(at), room[:, None]).sum(0) + (total - mine.sum()) * _SCALE
    return np.asarray(np.minimum(through, np.floor(np.interp(through / total, _SCALE, left) + 0.5)))


def _expected_of(found: Flow, pipeline: Pipeline, index: int, waiting: tuple[int, ...], expected: Floats) -> float:
    """A place's part of those expected through: of each group that waits, by its records; of those to come, as of those there."""
    total = 0.0
    here, everywhere = 0.0, 0.0
    for name, size, mean in zip(found.names, found.sizes, expected, strict=True):
        position = next((at for at, step in enumerate(pipeline.steps[: index + 1]) if step.key == name), None)
        if position is not None and size[0] > 0 and position < len(waiting):
            total += waiting[position] / size[0] * mean
            here, everywhere = here + waiting[position], everywhere + size[0]
    others = sum(float(mean) for name, mean in zip(found.names, expected, strict=True) if name not in {s.key for s in pipeline.steps})
    return total + (others * here / everywhere if everywhere else 0.0)


def _mean_of_least(mean: Floats, spread: Floats, most: Floats) -> Floats:
    """The mean of min(X, most) for normal X."""
    spread = np.maximum(spread, 1e-9)
    z = (most - mean) / spread
    return np.asarray(mean * ndtr(z) - spread * np.exp(-z * z / 2) / np.sqrt(2 * np.pi) + most * (1 - ndtr(z)))
