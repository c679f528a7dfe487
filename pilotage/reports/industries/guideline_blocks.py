"""Live blocks of guidelines that come from the industry view: the same counts as its pages, from what everybody may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilotage.core.charts import bars, spread
from pilotage.plan.models import Plan
from pilotage.publications.guidelines.live import Filled, LiveKind, register
from pilotage.reports.industries import view as industries
from pilotage.reports.industries.effects import effect_lines
from pilotage.reports.papers.words import number, percent

WIDTH = 640
MOST_BARS = 12
NOTHING = gettext_lazy("No entry had been published on that day, so nothing can be said here.")


def industries_block(plan: Plan, as_of: date, options: Mapping[str, Any]) -> Filled:
    rows = [row for row in industries.table(plan, as_of).rows if row.entries]
    return _counted(_("Listed entries by industry"), _("Industry"), rows[: options.get("limit")])


def key_industries_block(plan: Plan, as_of: date, _options: Mapping[str, Any]) -> Filled:
    found = industries.table(plan, as_of)
    rows = [row for row in found.key_rows if row.entries]
    unverified = any(not row.is_verified for row in rows)
    note = _("Which divisions of GB/T 4754 count under a key industry is our own reading.") if unverified else ""
    return _counted(_("Listed entries by key industry"), _("Key industry"), rows, note)


def scenarios_block(plan: Plan, as_of: date, options: Mapping[str, Any]) -> Filled:
    """In one industry, or in all."""
    code = options.get("industry", "")
    if not code:
        used = [row for row in industries.table(plan, as_of).scenarios if row.entries]
        rows = sorted(used, key=lambda row: (-row.entries, row.code))
        return _counted(_("Scenarios in use"), _("Scenario"), rows[: options.get("limit")])
    spots = industries.white_spots(plan, as_of)
    size = spots.sizes.get(code, 0)
    counts = sorted(
        ((spots.cells.get((code, key), 0), name) for key, name in spots.scenarios.items()), key=lambda pair: (-pair[0], pair[1])
    )
    shown = [(name, count, count / size if size else 0.0) for count, name in counts if count]
    title = _("Scenarios in use: %(industry)s") % {"industry": spots.industries.get(code, code)}
    note = _("%(count)s entries of the industry; an entry may use several scenarios.") % {"count": number(size)}
    return _barred(title, _("Scenario"), shown[: options.get("limit")], note)


def effects_block(plan: Plan, as_of: date, options: Mapping[str, Any]) -> Filled:
    found = effect_lines(plan, as_of, industry=options.get("industry", ""), scenario=options.get("scenario", ""))
    rows = [line.row for line in found.lines if line.row is not None]
    title = _("Effects of listed projects")
    if not rows:
        return Filled(title, sentence=_("Too few projects have given figures before and after, so no effect can be shown."))
    heads = (_("Median"), _("Projects"))
    drawn = spread(
        rows, title=title, unit=_("Improvement, %"), heads=heads, format_number=lambda value: number(round(value, 1)), width=WIDTH
    )
    columns = (_("Effect figure"), _("First quarter"), _("Median"), _("Third quarter"), _("Projects"))
    return Filled(
        title,
        head=columns,
        rows=tuple((row.label, *(number(value, 1) for value in (row.q1, row.median, row.q3)), number(row.count)) for row in rows),
        numbers=(1, 2, 3, 4),
        note=_("Improvement in percent as the projects declared it; half of them lie inside the box."),
        svg=drawn.svg,
    )


def white_spots_block(plan: Plan, as_of: date, options: Mapping[str, Any]) -> Filled:
    found = industries.white_spots(plan, as_of)
    spots = [spot for spot in found.spots if not options.get("industry") or spot.industry == options["industry"]][: options.get("limit")]
    title = _("White spots")
    if not spots:
        return Filled(title, sentence=_("There is no scenario here that one would expect and that nobody uses."))
    rows = tuple((found.industries[spot.industry], found.scenarios[spot.scenario], number(spot.expected, 1)) for spot in spots)
    return Filled(
        title,
        head=(_("Industry"), _("Scenario"), _("Expected entries")),
        rows=rows,
        numbers=(2,),
        note=_(
            "Nobody listed uses the scenario there; expected is how many would if industry and scenario had nothing to do with each other."
        ),
    )


def _counted(title: str, what: str, rows: Iterable[Any], note: str = "") -> Filled:
    return _barred(title, what, [(row.name, row.entries, row.share) for row in rows], note)


def _barred(title: str, what: str, rows: list[tuple[str, int, float]], note: str = "") -> Filled:
    if not rows:
        return Filled(title, sentence=str(NOTHING))
    drawn = bars([(name, float(count), percent(share)) for name, count, share in rows[:MOST_BARS]], title=title, width=WIDTH)
    return Filled(
        title,
        head=(what, _("Entries"), _("Share")),
        rows=tuple((name, number(count), percent(share)) for name, count, share in rows),
        numbers=(1, 2),
        note=note,
        svg=drawn.svg,
    )


def register_blocks() -> None:
    industry = "industry: 39"
    for kind in (
        LiveKind("industries", gettext_lazy("Listed entries by industry, as bars."), industries_block, "limit: 8"),
        LiveKind("key_industries", gettext_lazy("Listed entries by key industry of the plan."), key_industries_block),
        LiveKind("scenarios", gettext_lazy("Scenarios in use, in one industry or in all."), scenarios_block, industry),
        LiveKind("effects", gettext_lazy("What listed projects gained: median and spread of each effect figure."), effects_block, industry),
        LiveKind("white_spots", gettext_lazy("Scenarios one would expect in an industry and nobody uses."), white_spots_block, industry),
    ):
        register(kind)
