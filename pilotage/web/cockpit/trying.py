"""What the what-if page shows: the forecast as it is, with the changes, and which change would help most."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.safestring import SafeString

from pilotage.core.verdict import Invalid
from pilotage.plan import outlook
from pilotage.plan.forecast import Forecast, Pipeline
from pilotage.plan.models import Plan, Target
from pilotage.plan.outlook import OutlookLine
from pilotage.registry.models import Division
from pilotage.web import formats
from pilotage.web.cockpit import levers
from pilotage.web.plan import forecasts
from pilotage.web.plan.days import AsOf
from pilotage.web.plan.lines import amount

SIZE = (620, 320)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two forecasts in words and as a picture."""

    chance: str
    median: str
    interval: str
    likely: str
    sure: str
    fan: SafeString
    fan_phone: SafeString


@dataclass(frozen=True, slots=True)
class Help:
    """A change that raises the chance; ``url`` tries it, '' where the form cannot hold it."""

    words: str
    chance: str
    gain: int
    url: str


@dataclass(frozen=True, slots=True)
class Trial:
    """``after`` None: nothing was changed yet. ``gain`` in percentage points."""

    form: levers.Levers
    before: Side
    after: Side | None
    gain: int
    fault: str
    helps: list[Help]

    @property
    def loss(self) -> int:
        return -self.gain


def trial(plan: Plan, found: OutlookLine, as_of: AsOf, query: QueryDict, path: str) -> Trial | None:
    """None where the target has no forecast of records on their way."""
    inputs, before = found.inputs, found.forecast
    if before is None or not isinstance(inputs, Pipeline):
        return None
    codes = [place.code for place in inputs.places]
    names = {each.pk: each.name for each in Division.objects.filter(pk__in=codes)} if codes else {}
    form = levers.read(query.dict(), inputs, names)
    after, fault = _after(plan, found, as_of, form)
    return Trial(
        form=form,
        before=_side(plan, found, before),
        after=_side(plan, found, after) if after else None,
        gain=round(after.chance * 100) - round(before.chance * 100) if after else 0,
        fault=fault,
        helps=[_help(lever, before, inputs, as_of, path) for lever in outlook.levers(found)],
    )


def _after(plan: Plan, found: OutlookLine, as_of: AsOf, form: levers.Levers) -> tuple[Forecast | None, str]:
    if not form.changes or form.errors:
        return None, ""
    try:
        return outlook.what_if(plan, found.target, as_of.day, None, form.changes).after, ""
    except Invalid as error:
        return None, " ".join(str(sentence) for sentence in error.errors.values())


def _side(plan: Plan, found: OutlookLine, forecast: Forecast) -> Side:
    target: Target = found.target
    trend = forecasts.within(plan, found.trend)
    likely, sure = forecast.met_by.get(50), forecast.met_by.get(90)
    return Side(
        chance=forecasts.chance(forecast.chance),
        median=amount(target, forecasts.rounded(target, forecast.median)),
        interval=forecasts.interval(target, forecast),
        likely=formats.day(likely) if likely else formats.UNKNOWN,
        sure=formats.day(sure) if sure else formats.UNKNOWN,
        fan=forecasts.fan(target, trend, forecast, size=SIZE),
        fan_phone=forecasts.fan(target, trend, forecast, size=forecasts.PHONE),
    )


def _help(lever: outlook.Lever, before: Forecast, pipeline: Pipeline, as_of: AsOf, path: str) -> Help:
    query = levers.query_of(lever.change, pipeline)
    further = {} if as_of.is_today else {"as_of": as_of.day.isoformat()}
    return Help(
        words=lever.words,
        chance=forecasts.chance(lever.chance),
        gain=round((lever.chance - before.chance) * 100),
        url=f"{path}?{urlencode({**further, **query})}" if query else "",
    )
