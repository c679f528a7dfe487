"""The form of the what-if page: what was typed becomes changes of the pipeline, or a sentence that says why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.flow.selectors import median
from pilotage.plan.forecast import Change, Pipeline, Step

MOST = {"more": 1_000_000, "days": 365, "limit": 1_000_000, "share": 100}
Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One lever: a number, where it applies, and of records to come also the place. ``error`` is a sentence."""

    name: str
    legend: str
    unit: str
    help: str
    value: str
    at: str
    options: Options
    place: str
    places: Options
    error: str

    @property
    def most(self) -> int:
        return MOST[self.name]


@dataclass(frozen=True, slots=True)
class Levers:
    fields: list[Field]
    changes: list[Change]

    @property
    def errors(self) -> dict[str, str]:
        return {field.name: field.error for field in self.fields if field.error}


class _Refused(Exception):
    """Carries the sentence."""


def read(query: Mapping[str, str], pipeline: Pipeline, names: Mapping[str, str]) -> Levers:
    """``names``: province codes with their names. A lever left empty or at 0 changes nothing."""
    fields, changes = [], []
    for name in MOST:
        options = _options(name, pipeline, names)
        if not options:
            continue
        change, error = _change(name, query, pipeline, options)
        changes += [change] if change else []
        fields.append(_field(name, query, options, _places(name, pipeline, names), error))
    return Levers(fields, changes)


def _field(name: str, query: Mapping[str, str], options: Options, places: Options, error: str) -> Field:
    legend, unit, hint = {
        "more": (_("More applications on their way"), _("more"), _("They enter the step today.")),
        "days": (_("A step that takes less time"), _("days less"), _("A minus sign makes it longer.")),
        "limit": (_("A larger quota or limit"), _("more"), _("A minus sign makes it smaller.")),
        "share": (_("A larger share that goes on"), _("points"), _("Percentage points; a minus sign makes it smaller.")),
    }[name]
    at = query.get(f"{name}_at", "")
    return Field(name, legend, unit, hint, query.get(name, "").strip()[:12], at, options, query.get(f"{name}_place", ""), places, error)


def _options(name: str, pipeline: Pipeline, names: Mapping[str, str]) -> Options:
    """Where a lever can be set; none where the pipeline has nothing of the kind."""
    if name != "limit":
        return [(step.key, step.title) for step in pipeline.steps]
    steps = [(f"step:{step.key}", step.title) for step in pipeline.steps if step.limit is not None]
    return steps + [(f"place:{place.code}", names.get(place.code, place.code)) for place in pipeline.places if place.limit is not None]


def _places(name: str, pipeline: Pipeline, names: Mapping[str, str]) -> Options:
    if name != "more" or not pipeline.places:
        return []
    return [("", pgettext("place", "Anywhere")), *((place.code, names.get(place.code, place.code)) for place in pipeline.places)]


def _change(name: str, query: Mapping[str, str], pipeline: Pipeline, options: Options) -> tuple[Change | None, str]:
    text = query.get(name, "").strip()
    if text in {"", "0"}:
        return None, ""
    try:
        number = _number(name, text)
        at = query.get(f"{name}_at") or options[0][0]
        if at not in dict(options):
            raise _Refused(_("Choose one of the steps in the list."))
        return _CHANGES[name](pipeline, at, query.get(f"{name}_place", ""), number), ""
    except _Refused as refused:
        return None, str(refused)


def _number(name: str, text: str) -> int:
    try:
        number = int(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        raise _Refused(_("“%(text)s” is no whole number.") % {"text": text[:20]}) from None
    if name == "more" and number < 0:
        raise _Refused(_("Applications can be added here, not taken away."))
    if abs(number) > MOST[name]:
        raise _Refused(_("At most %(most)s can be tried.") % {"most": f"{MOST[name]:,}"})
    return number


def _more(pipeline: Pipeline, at: str, place: str, number: int) -> Change:
    if place and place not in {each.code for each in pipeline.places}:
        raise _Refused(_("Choose one of the places in the list."))
    return Change("arrivals", at, place, float(number))


def _limit(_pipeline: Pipeline, at: str, _place: str, number: int) -> Change:
    kind, _colon, key = at.partition(":")
    return Change("limit", key if kind == "step" else "", key if kind == "place" else "", float(number))


def _share(_pipeline: Pipeline, at: str, _place: str, number: int) -> Change:
    return Change("share", at, "", number / 100)


def _days(pipeline: Pipeline, at: str, _place: str, number: int) -> Change:
    """A step with a date is moved by days; of one without, all waits are shortened in proportion."""
    step = next(step for step in pipeline.steps if step.key == at)
    if is_dated(step):
        return Change("date", at, "", float(-number))
    usual = usual_days(step)
    if number >= usual:
        told = {"step": step.title, "days": f"{usual:.0f}"}
        raise _Refused(_("“%(step)s” takes about %(days)s days; it can only be shortened by less.") % told)
    return Change("days", at, "", (usual - number) / usual)


_CHANGES = {"more": _more, "limit": _limit, "share": _share, "days": _days}


def is_dated(step: Step) -> bool:
    return step.closes_on is not None or (step.together and step.opens_on is not None)


def usual_days(step: Step) -> float:
    """Half of the records wait at most so long: as learnt, where enough was learnt, else as stated beforehand."""
    seen = {round(days): number for days, number in step.waits}
    learnt = median(seen) if sum(seen.values()) >= step.prior.weight else None
    return max(1.0, learnt or step.prior.days)


def query_of(change: Change, pipeline: Pipeline) -> dict[str, str]:
    """What the form would hold for this change; empty where it cannot hold it."""
    if change.lever == "arrivals":
        return {"more": f"{change.amount:.0f}", "more_at": change.step, **({"more_place": change.place} if change.place else {})}
    if change.lever == "limit":
        return {"limit": f"{change.amount:.0f}", "limit_at": f"place:{change.place}" if change.place else f"step:{change.step}"}
    if change.lever == "share":
        return {"share": f"{change.amount * 100:.0f}", "share_at": change.step}
    if change.lever == "date":
        return {"days": f"{-change.amount:.0f}", "days_at": change.step}
    return _query_of_days(change, pipeline.steps)


def _query_of_days(change: Change, steps: Sequence[Step]) -> dict[str, str]:
    step = next(step for step in steps if step.key == change.step)
    days = round(usual_days(step) * (1 - change.amount))
    return {} if is_dated(step) or not days else {"days": str(days), "days_at": step.key}
