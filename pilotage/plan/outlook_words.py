"""How a forecast was made, in sentences for whoever answers for the target."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pilotage.core.wording import day_words, in_english
from pilotage.plan.forecast import Arrivals, Change, Forecast, Pipeline, Series, Step
from pilotage.plan.forecast.stated import PACE_DRIFT, YEARLY_DRIFT

if TYPE_CHECKING:
    from pilotage.plan.outlook import OutlookLine


def in_words(line: OutlookLine) -> list[str]:
    if line.forecast is None:
        return [line.why_none] if line.why_none else []
    if isinstance(line.inputs, Pipeline):
        return [*_result(line, line.forecast), *_pipeline(line.inputs), *_ours(line.inputs)]
    return [*_result(line, line.forecast), *(_series(line.inputs) if isinstance(line.inputs, Series) else [])]


def lever_words(change: Change, pipeline: Pipeline) -> str:
    step = next((step.title for step in pipeline.steps if step.key == change.step), change.step)
    amount = f"{abs(change.amount):,.0f}"
    if change.lever == "arrivals":
        return _("%(number)s more records enter “%(step)s” today") % {"number": amount, "step": step}
    if change.lever == "limit":
        return _("“%(step)s” lets %(number)s more pass") % {"number": amount, "step": step}
    if change.lever == "share":
        return _("%(points)s percentage points more go on at “%(step)s”") % {"points": f"{change.amount * 100:.0f}", "step": step}
    if change.lever == "days":
        return _("“%(step)s” takes %(percent)s of the time") % {"percent": percent(change.amount), "step": step}
    if change.amount < 0:
        return _("“%(step)s” is %(days)s days earlier") % {"days": amount, "step": step}
    return _("“%(step)s” is %(days)s days later") % {"days": amount, "step": step}


def percent(share: float) -> str:
    return f"{share * 100:.0f}%"


def sure(chance: float) -> str:
    """A chance in percent that never says 0 or 100 of what is merely very likely."""
    if 0 < chance < 0.01:
        return "<1%"
    return ">99%" if 0.99 < chance < 1 else percent(chance)


def _result(line: OutlookLine, found: Forecast) -> Iterator[str]:
    low, high = found.intervals[80]
    yield _(
        "On %(due)s the number lies between %(low)s and %(high)s with 80%% certainty; the target is met with a chance of %(chance)s."
    ) % {
        "due": day_words(found.due_on),
        "low": number(low),
        "high": number(high),
        "chance": sure(found.chance),
    }
    half, nine = found.met_by[50], found.met_by[90]
    if half is not None and nine is not None:
        yield _("It is as likely as not met by %(half)s, and nine times of ten by %(nine)s.") % {
            "half": day_words(half),
            "nine": day_words(nine),
        }
    elif half is not None:
        yield _("It is as likely as not met by %(half)s; no day is foreseen by which it is met nine times of ten.") % {
            "half": day_words(half)
        }
    yield _(
        "The forecast knows what was known at the end of %(day)s and nothing later; it draws %(draws)s ways in which the rest may go."
    ) % {
        "day": day_words(found.as_of),
        "draws": f"{found.draws:,}",
    }


def number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:,.1f}"


def _pipeline(pipeline: Pipeline) -> Iterator[str]:
    if pipeline.arrivals is not None:
        yield from _arrivals(pipeline.arrivals, pipeline.as_of)
    for step in pipeline.steps:
        yield _joined(_step(step, pipeline.as_of))


def _joined(sentences: Iterator[str]) -> str:
    return (" " if in_english() else "").join(sentences)


def _arrivals(arrivals: Arrivals, as_of: date) -> Iterator[str]:
    if arrivals.closes_on is not None and arrivals.closes_on < as_of:
        return
    if arrivals.expected is not None:
        yield _("%(count)s have come so far; the organiser expects %(low)s to %(high)s in all, nine times of ten.") % {
            "count": number(arrivals.so_far),
            "low": number(arrivals.expected[0]),
            "high": number(arrivals.expected[1]),
        }
    else:
        yield _("%(count)s have come so far; that and the time gone tell how many will come.") % {"count": number(arrivals.so_far)}
    if arrivals.profile:
        yield _("When they come is taken from earlier calls.")
    else:
        yield _("That most come in the last days before the deadline is an assumption of ours, unverified.")


def _step(step: Step, as_of: date) -> Iterator[str]:
    waiting = sum(number for _days, number in step.waiting)
    yield ngettext("%(step)s: %(count)s waits.", "%(step)s: %(count)s wait.", waiting) % {"step": step.title, "count": number(waiting)}
    yield _share(step)
    if not step.together and max(step.prior.days, *(days for days, _n in step.waits), 0) > 1:
        yield _days(step)
    yield from _dates(step, as_of)
    if step.limit is not None:
        yield _("At most %(limit)s pass in all.") % {"limit": number(step.limit)}


def _share(step: Step) -> str:
    from pilotage.plan.forecast.chance import learnt_share  # loads numpy

    going, ending = learnt_share(step.prior.share, step.prior.weight, step.passed, step.left)
    total = step.passed + step.left
    words = {"share": percent(going / (going + ending)), "passed": number(step.passed), "total": number(total)}
    if total:
        return _("%(share)s are taken to go on: %(passed)s of %(total)s did so far, drawn towards what was assumed before.") % words
    return _("%(share)s are taken to go on; nothing was learnt yet, this is an assumption.") % words


def _days(step: Step) -> str:
    seen = sorted(step.waits)
    count = sum(number for _days, number in seen)
    if not count:
        return _("Half are taken to wait at most %(days)s days, nine of ten %(most)s; an assumption.") % {
            "days": number(math.ceil(step.prior.days)),
            "most": number(math.ceil(step.prior.days_90)),
        }
    return _("Of %(count)s that went on, half waited at most %(days)s days.") % {
        "count": number(count),
        "days": number(_median(seen, count)),
    }


def _median(seen: list[tuple[float, int]], count: int) -> float:
    before = 0
    for days, records in seen:
        before += records
        if before * 2 >= count:
            return round(days)
    return 0


def _dates(step: Step, as_of: date) -> Iterator[str]:
    if step.opens_on is not None and step.opens_on > as_of:
        yield _("It opens on %(day)s.") % {"day": day_words(step.opens_on)}
    day = step.closes_on or (step.opens_on if step.together else None)
    if day is None:
        return
    words = {"day": day_words(day), "slip": number(step.prior.slip_90)}
    if day < as_of:
        yield _("It was to be over on %(day)s and is not.") % words
    elif step.together:
        yield _("All pass on one day, planned for %(day)s; one time of ten it is more than %(slip)s days late.") % words
    else:
        yield _("It closes on %(day)s; one time of ten it is more than %(slip)s days late.") % words


def _ours(pipeline: Pipeline) -> Iterator[str]:
    if not pipeline.steps:
        return
    yield _(
        "Because years differ, no share is taken to be known better than to about %(points)s percentage points either way, and the pace of "
        "work is taken to differ by about %(pace)s from year to year. These two figures and every lateness are assumptions of ours, unverified."
    ) % {"points": f"{YEARLY_DRIFT * 25:.0f}", "pace": percent(PACE_DRIFT)}


def _series(series: Series) -> Iterator[str]:
    from pilotage.plan.forecast.reported import pace_of  # loads numpy

    pace = pace_of(series)
    yield _(
        "No records are on their way to this number; its pace so far goes on: %(pace)s a month over %(count)s values since %(day)s."
    ) % {
        "pace": number(round(pace.daily * 30.4, 1)),
        "count": len(series.points),
        "day": day_words(series.points[0][0]),
    }
    if len(set(pace.seasons)) > 1:
        yield _("Months are told apart, as two years of values are there.")


def chance_words(line: OutlookLine) -> str:
    """The chance in a table: a dash where there is none."""
    return sure(line.forecast.chance) if line.forecast is not None else pgettext("no value", "–")
