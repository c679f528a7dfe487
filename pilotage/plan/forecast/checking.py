"""What the forecast refuses, each with its reason. Messages are for whoever wrote the input; pages say it in their own words."""

from __future__ import annotations

import math
from itertools import pairwise

from pilotage.plan.forecast.arriving import window
from pilotage.plan.forecast.goals import KINDS
from pilotage.plan.forecast.model import Arrivals, CannotForecast, Goal, Pipeline, Series, Step
from pilotage.plan.forecast.stated import LEAST_POINTS, LEAST_SPAN_DAYS


def check(goal: Goal, inputs: Pipeline | Series) -> None:
    _need(goal.kind in KINDS, "kind", f"a goal of kind {goal.kind!r} has no number to forecast")
    _need(math.isfinite(goal.value), "goal", "the goal is not a number")
    _need(goal.value_max is None or goal.value_max >= goal.value, "goal", "the range ends below its beginning")
    _need(goal.due_on >= inputs.as_of, "past", "the due date is past")
    if isinstance(inputs, Series):
        _series(inputs)
    else:
        _pipeline(goal, inputs)


def _need(holds: bool, code: str, message: str) -> None:
    if not holds:
        raise CannotForecast(message, code)


def _series(series: Series) -> None:
    days = [day for day, _value in series.points]
    values = [value for _day, value in series.points]
    _need(all(math.isfinite(value) for value in values), "series", "a value of the series is not a number")
    _need(all(a < b for a, b in pairwise(days)), "series", "the points are not in the order of their days")
    _need(not days or days[-1] <= series.as_of, "series", "a point lies after the day of the forecast")
    enough = len(days) >= LEAST_POINTS and (days[-1] - days[0]).days >= LEAST_SPAN_DAYS
    _need(enough, "short", f"fewer than {LEAST_POINTS} values, or less than {LEAST_SPAN_DAYS} days, tell no pace")
    _need(len(set(values)) > 1, "still", "the value has not moved; nothing tells its pace")
    if series.never_falls:
        _need(all(a <= b for a, b in pairwise(values)), "series", "a value that never falls has fallen")


def _pipeline(goal: Goal, pipeline: Pipeline) -> None:
    _need(pipeline.counted >= 0, "pipeline", "fewer than none are counted")
    keys = [step.key for step in pipeline.steps]
    _need(len(set(keys)) == len(keys), "pipeline", "two steps have the same key")
    for step in pipeline.steps:
        _step(step)
    for place in pipeline.places:
        fits = len(place.waiting) == len(keys) and min((*place.waiting, place.counted), default=0) >= 0
        _need(fits, "pipeline", f"place {place.code}: needs a number for each step")
        _need(place.limit is None or place.limit_step in keys, "pipeline", f"place {place.code}: limited at a step that is not there")
    if pipeline.arrivals is not None:
        _arrivals(goal, pipeline, pipeline.arrivals)


def _step(step: Step) -> None:
    prior = step.prior
    _need(0 <= prior.share <= 1 and prior.weight >= 0, "pipeline", f"step {step.key}: the stated share is no share")
    _need(
        0 <= prior.days <= prior.days_90 and math.isfinite(prior.days_90),
        "pipeline",
        f"step {step.key}: the stated days contradict each other",
    )
    _need(prior.slip_90 >= 0, "pipeline", f"step {step.key}: a date cannot be kept better than on the day")
    _need(prior.weight + step.passed + step.left > 0, "pipeline", f"step {step.key}: neither stated nor learnt how many go on")
    numbers = [step.passed, step.left, *(value for pair in (*step.waiting, *step.waits) for value in pair)]
    _need(min(numbers) >= 0, "pipeline", f"step {step.key}: a number below nought")
    _need(step.limit is None or step.limit >= 0, "pipeline", f"step {step.key}: a limit below nought")
    kept = step.opens_on is None or step.closes_on is None or step.opens_on <= step.closes_on
    _need(kept, "pipeline", f"step {step.key}: closes before it opens")


def _arrivals(goal: Goal, pipeline: Pipeline, arrivals: Arrivals) -> None:
    _need(arrivals.so_far >= 0, "arrivals", "fewer than none have come")
    if arrivals.expected is not None:
        low, high = arrivals.expected
        _need(0 <= low <= high and math.isfinite(high), "arrivals", "the expected range ends below its beginning")
    _need(_is_profile(arrivals.profile), "arrivals", "the profile of earlier calls does not rise from 0 to 1")
    first, last = window(arrivals, pipeline.as_of, goal.due_on)
    _need(arrivals.expected is not None or last < 0 or (first < 0 and arrivals.so_far > 0), "arrivals", "nothing tells how many will come")


def _is_profile(profile: tuple[tuple[float, float], ...]) -> bool:
    rising = all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(profile))
    return rising and all(0 <= x <= 1 and 0 <= y <= 1 for x, y in profile)
