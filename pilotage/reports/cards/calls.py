"""Cards about a call on its way: how many applications have each step behind them, as far as the reader's territory goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from pilotage.calls.flow.selectors import FunnelStep
from pilotage.calls.flow.selectors import funnel as funnel_of
from pilotage.calls.models import Call
from pilotage.calls.rules import visible_calls
from pilotage.core.charts import Chart, FunnelRow, funnel
from pilotage.plan.models import Plan
from pilotage.reports.cards import sources
from pilotage.reports.cards.kinds import Card, CardKind, Cell, Column, Link, Nothing, Option, register
from pilotage.reports.papers.words import UNKNOWN, number, percent
from pilotage.reports.regions.reach import reach


def call_choices(plan: Plan, actor: Any) -> list[tuple[str, str]]:
    """The newest first."""
    calls = visible_calls(actor).filter(plan=plan).order_by("-year", "slug")
    return sources.once(("calls", plan.pk), lambda: [(call.slug, call.title) for call in calls])


def funnel_card(actor: Any, plan: Plan, as_of: date, options: Mapping[str, str]) -> Card:
    call = visible_calls(actor).filter(plan=plan, slug=options["call"]).prefetch_related("stages").first()
    if call is None:
        raise Nothing(_("The plan has no such call any more. Choose another one in the card's settings."))
    steps = _steps(actor, call, as_of)
    if not any(step.count for step in steps):
        raise Nothing(_("Nothing had been filed for “%(call)s” by that day.") % {"call": call.title})
    title = _("%(call)s: how far the applications are") % {"call": call.title}
    heads = (_("Step"), pgettext("funnel", "Number"), pgettext("funnel", "Passed"), pgettext("funnel", "Median"))

    def draw(width: int) -> Chart:
        return funnel([_row(step) for step in steps], title=title, heads=heads, width=width)

    page = sources.address("calls:detail", slug=call.slug)
    return Card(
        title,
        as_of,
        draw=draw,
        columns=(Column(heads[0]), *(Column(head, is_number=True) for head in heads[1:])),
        rows=[
            (
                Cell(step.title),
                Cell(step.count, number(step.count), url=step.url or ""),
                Cell(step.share, percent(step.share)),
                Cell(step.median_days, _days(step.median_days)),
            )
            for step in steps
        ],
        links=[Link(_("The call"), page)] if page else [],
    )


def _steps(actor: Any, call: Call, as_of: date) -> list[FunnelStep]:
    """All of it, or what is kept for the reader's provinces; who works for neither is told so."""
    may = reach(actor, [call])
    if may.everything:
        return funnel_of(call, as_of)
    if not may.provinces:
        raise Nothing(_("Applications on their way are shown to the officers of a province, for that province, and to the secretariat."))
    return funnel_of(call, as_of, sorted(may.provinces))


def _row(step: FunnelStep) -> FunnelRow:
    return FunnelRow(step.title, step.count, percent(step.share) if step.share is not None else "", _days(step.median_days), step.url or "")


def _days(days: float | None) -> str:
    if days is None:
        return UNKNOWN
    return ngettext("%(count)s day", "%(count)s days", round(days)) % {"count": number(days, 0 if float(days).is_integer() else 1)}


register(
    CardKind(
        "funnel",
        gettext_lazy("Course of a call"),
        gettext_lazy("How many applications have each step behind them, and how long the steps take."),
        funnel_card,
        (Option("call", gettext_lazy("Call"), call_choices),),
    )
)
