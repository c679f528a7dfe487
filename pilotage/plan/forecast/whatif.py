"""The same forecast with one thing changed, and which change would help most.

A change is made in the inputs and forecast anew with the same random numbers, so the difference is the change's alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pilotage.plan.forecast.chance import learnt_share
from pilotage.plan.forecast.kernel import forecast
from pilotage.plan.forecast.model import CannotForecast, Change, Goal, Pipeline, Place, Step

LEVER_DRAWS = 2_000
# the size of each change that is tried; ours
MORE_RECORDS, HIGHER_LIMIT, MORE_SHARE, SHORTER, EARLIER_DAYS = 0.1, 0.1, 0.05, 0.75, -14


@dataclass(frozen=True, slots=True)
class Helped:
    change: Change
    chance: float


def changed(pipeline: Pipeline, changes: Sequence[Change]) -> Pipeline:
    """Raises CannotForecast (code ``change``) for a change of what is not there."""
    for change in changes:
        pipeline = _CHANGES[change.lever](pipeline, change)
    return pipeline


def levers(goal: Goal, pipeline: Pipeline, *, seed: int, draws: int = LEVER_DRAWS) -> list[Helped]:
    """What was tried, the most helpful first; changes that do not help are left out."""
    tried = list(candidates(pipeline))
    cases = [(goal, pipeline), *((goal, changed(pipeline, [change])) for change in tried)]
    before, *after = forecast(cases, draws=draws, seed=seed)
    helped = [Helped(change, found.chance) for change, found in zip(tried, after, strict=True) if found.chance > before.chance]
    return sorted(helped, key=lambda each: -each.chance)


def candidates(pipeline: Pipeline) -> Iterator[Change]:
    coming = sum(number for step in pipeline.steps for _age, number in step.waiting)
    if pipeline.steps:
        yield Change("arrivals", pipeline.steps[0].key, "", float(max(1, round(MORE_RECORDS * max(coming, pipeline.counted)))))
    for step in pipeline.steps:
        going, ending = learnt_share(step.prior.share, step.prior.weight, step.passed, step.left)
        if ending > 0.01 * (going + ending):
            yield Change("share", step.key, "", MORE_SHARE)
        if step.limit:
            yield Change("limit", step.key, "", float(max(1, round(HIGHER_LIMIT * step.limit))))
        if not step.together:
            yield Change("days", step.key, "", SHORTER)
        if step.closes_on is not None and (step.closes_on - pipeline.as_of).days > -EARLIER_DAYS:
            yield Change("date", step.key, "", float(EARLIER_DAYS))


def _refuse(message: str) -> CannotForecast:
    return CannotForecast(message, "change")


def _at(pipeline: Pipeline, key: str, edit: Callable[[Step], Step]) -> Pipeline:
    if key not in {step.key for step in pipeline.steps}:
        raise _refuse(f"there is no step {key}")
    return replace(pipeline, steps=tuple(edit(step) if step.key == key else step for step in pipeline.steps))


def _in(pipeline: Pipeline, code: str, edit: Callable[[Place], Place]) -> Pipeline:
    if code not in {place.code for place in pipeline.places}:
        raise _refuse(f"there is no place {code}")
    return replace(pipeline, places=tuple(edit(place) if place.code == code else place for place in pipeline.places))


def _more_records(pipeline: Pipeline, change: Change) -> Pipeline:
    """They enter the step today."""
    number = round(change.amount)
    if number < 0:
        raise _refuse("records can be added, not taken away")
    if not pipeline.steps:
        raise _refuse("there is no step that records could enter")
    key = change.step or pipeline.steps[0].key
    pipeline = _at(pipeline, key, lambda step: replace(step, waiting=(*step.waiting, (0, number))))
    if not change.place:
        return pipeline
    at = [step.key for step in pipeline.steps].index(key)
    return _in(pipeline, change.place, lambda place: replace(place, waiting=_added(place.waiting, at, number)))


def _added(waiting: tuple[int, ...], at: int, number: int) -> tuple[int, ...]:
    return tuple(each + number * (index == at) for index, each in enumerate(waiting))


def _other_limit(pipeline: Pipeline, change: Change) -> Pipeline:
    def moved(limit: int | None) -> int:
        if limit is None:
            raise _refuse("there is no limit to change")
        return max(0, limit + round(change.amount))

    if change.place:
        return _in(pipeline, change.place, lambda place: replace(place, limit=moved(place.limit)))
    return _at(pipeline, change.step, lambda step: replace(step, limit=moved(step.limit)))


def _other_share(pipeline: Pipeline, change: Change) -> Pipeline:
    def moved(step: Step) -> Step:
        total = step.passed + step.left
        passed = _share(step.passed / total + change.amount) * total if total else 0.0
        prior = replace(step.prior, share=_share(step.prior.share + change.amount))
        return replace(step, passed=passed, left=total - passed, prior=prior)

    return _at(pipeline, change.step, moved)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _other_days(pipeline: Pipeline, change: Change) -> Pipeline:
    """The time still to wait is multiplied, too: what has waited half its time has half of the new time left."""
    if change.amount <= 0:
        raise _refuse("days are multiplied by more than nought")

    def moved(step: Step) -> Step:
        prior = replace(step.prior, days=step.prior.days * change.amount, days_90=step.prior.days_90 * change.amount)
        return replace(step, prior=prior, waits=_scaled(step.waits, change.amount), waiting=_scaled(step.waiting, change.amount))

    return _at(pipeline, change.step, moved)


def _scaled(pairs: tuple[tuple[float, int], ...], factor: float) -> tuple[tuple[float, int], ...]:
    return tuple((days * factor, number) for days, number in pairs)


def _other_date(pipeline: Pipeline, change: Change) -> Pipeline:
    """A date never moves before tomorrow, nor a closing before its opening."""

    def later(day: date) -> date:
        return max(day + timedelta(days=round(change.amount)), pipeline.as_of + timedelta(days=1))

    def moved(step: Step) -> Step:
        if step.closes_on is not None:
            closes = later(step.closes_on)
            return replace(step, closes_on=closes, opens_on=min(step.opens_on, closes) if step.opens_on else None)
        if step.opens_on is None:
            raise _refuse(f"step {step.key} has no date")
        return replace(step, opens_on=later(step.opens_on))

    return _at(pipeline, change.step, moved)


_CHANGES: dict[str, Callable[[Pipeline, Change], Pipeline]] = {
    "arrivals": _more_records,
    "limit": _other_limit,
    "share": _other_share,
    "days": _other_days,
    "date": _other_date,
}
