"""All that a report says with figures, read once and frozen: numbers for comparing, and the parts in each language.

Data: ``facts`` are plain numbers by target, measure and place; ``papers`` hold, for each language of the report, the parts as
blocks (see ``work_paper``) and the fields that texts name. Texts themselves are not in it: officers edit them.
Invariants: everything is counted as of one day; a part whose records do not exist says so in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from pilotage.reports.papers import parts_places as work_parts_places
from pilotage.reports.papers import parts_review as work_parts_review
from pilotage.reports.papers import parts_targets as work_parts_targets
from pilotage.reports.papers import parts_work as work_parts_work
from pilotage.reports.papers.paper import Block, note
from pilotage.reports.papers.sources import Sources
from pilotage.reports.papers.targets import target_fields
from pilotage.reports.papers.words import day, number

Builder = Callable[[Sources, Mapping[str, Any]], list[Block]]


def _notes(sources: Sources, _part: Mapping[str, Any]) -> list[Block]:
    plan = sources.plan
    words = [*plan.shown_notes]
    if sources.content.get("note"):
        words.append(sources.words(sources.content["note"]))
    missing = (plan.declared_measure_count or 0) - len(sources.measures)
    if missing > 0:
        words.append(
            _("The plan declares %(declared)s measures; %(entered)s are entered, the others are not made up.")
            % {"declared": plan.declared_measure_count, "entered": len(sources.measures)}
        )
    addresses = [source["url"] for source in plan.sources if source.get("url")]
    if addresses:
        words.append(_("Sources of the plan: %(addresses)s") % {"addresses": "; ".join(addresses)})
    return [note(each) for each in words] or [note(_("There are no notes."))]


BUILDERS: dict[str, Builder] = {
    "text": lambda _sources, _part: [],
    "targets": work_parts_targets.targets,
    "target_chart": work_parts_targets.target_charts,
    "changes": work_parts_targets.changes,
    "forecast_review": work_parts_review.forecast_review,
    "measures": work_parts_work.measures,
    "funnel": work_parts_work.funnel,
    "statistics": work_parts_work.statistics,
    "regions": work_parts_places.regions,
    "region_map": work_parts_places.region_map,
    "industries": work_parts_places.industries,
    "effects": work_parts_places.effects,
    "notes": _notes,
}


def _title(kind: str) -> str:
    return {
        "targets": _("Targets"),
        "target_chart": _("Course of the targets"),
        "changes": _("Changes since the last report"),
        "forecast_review": _("Forecasts and outcome"),
        "measures": _("Progress by measure"),
        "funnel": _("From filing to listing"),
        "statistics": _("Reported figures"),
        "regions": pgettext("work report", "By province"),
        "region_map": _("Where the listed projects are"),
        "industries": _("By industry"),
        "effects": _("Effects"),
        "notes": pgettext("work report", "Notes"),
    }[kind]


def gather(sources: Sources, languages: tuple[str, ...]) -> dict[str, Any]:
    """The content of one generation, ready to be kept as JSON. Costs what the plan's indicators cost, once for each language."""
    papers = {}
    for language in languages:
        with override(language):
            papers[language] = {
                "plan": sources.plan.title,
                "issuer": sources.plan.issuer,
                "fields": _fields(sources),
                "parts": [_built(sources, part) for part in sources.content["parts"]],
            }
    return {"as_of": sources.as_of.isoformat(), "facts": sources.facts(), "papers": papers}


def _built(sources: Sources, part: Mapping[str, Any]) -> dict[str, Any]:
    title = sources.words(part["title"]) if "title" in part else _title(part["kind"])
    return {"kind": part["kind"], "key": part.get("key", ""), "title": title, "blocks": BUILDERS[part["kind"]](sources, part)}


def _fields(sources: Sources) -> dict[str, str]:
    """What texts may name; ``plan.workreports`` lists the names."""
    period, counts = sources.period, sources.target_counts()
    found = {
        "plan": sources.plan.title,
        "issuer": sources.plan.issuer,
        "period": sources.period_words(),
        "from": day(period.first),
        "to": day(period.last),
        "as_of": day(sources.as_of),
        "measures": number(len(sources.measures)),
        "measures_reported": number(sources.measures_reported),
        "measures_late": number(sources.measures_late),
        **{name: number(value) for name, value in counts.items()},
    }
    return found | {f"{fact.code}.{name}": words for fact in sources.targets for name, words in target_fields(fact).items()}
