"""How the review of a call stands: every application with its seats and scores, every expert with the load."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Application, Call
from pilotage.calls.rules import visible_calls
from pilotage.core.keyset import page
from pilotage.core.search import match
from pilotage.registry.models import Division
from pilotage.review.options import review_options
from pilotage.review.panel.gates import hearing_stages
from pilotage.review.panel.options import discussion_options
from pilotage.review.rules import can_manage, can_see_results
from pilotage.review.selectors import conflict_count, expert_loads

WIDE = Decimal(20)  # points between the highest and the lowest total that deserve a look
STATES = (
    ApplicationState.ACCEPTED,
    ApplicationState.UNDER_REVIEW,
    ApplicationState.SELECTED,
    ApplicationState.RESERVE,
    ApplicationState.NOT_SELECTED,
    ApplicationState.IN_NOTICE,
    ApplicationState.EXCLUDED,
    ApplicationState.LISTED,
)
SORTS = {
    "number": ("number",),
    "mean": ("-mean_key", "number"),
    "spread": ("-spread_key", "number"),
    "finished": ("finished_key", "number"),
}
HEAVY = ("data", "field_versions", "bigrams")


def call_of(request: HttpRequest, slug: str) -> Call:
    """The call, for those who may see all scores; 403 with the rule's sentence for others."""
    call = get_object_or_404(visible_calls(request.user).prefetch_related("stages"), slug=slug)
    can_see_results(request.user).require()
    return call


def in_review(call: Call) -> QuerySet[Application]:
    """No yearly update ever reaches these states, so the index on call and state answers alone."""
    return Application.objects.filter(call=call, state__in=STATES)


def progress_filters(wanted: int) -> dict[str, Q]:
    seats, finished = Q(review_summary__seat_count__gte=wanted), F("review_summary__seat_count")
    return {
        "all": Q(),
        "seats": ~seats,
        "open": Q(review_summary__finished_count__lt=finished),
        "done": seats & Q(review_summary__finished_count=finished),
        "wide": Q(review_summary__spread__gte=WIDE),
    }


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    wanted = review_options(call).experts_per_application
    filters = progress_filters(wanted)
    progress = request.GET.get("progress") if request.GET.get("progress") in filters else "all"
    sort = request.GET.get("sort") if request.GET.get("sort") in SORTS else "number"
    counts = in_review(call).aggregate(**{key: Count("id", filter=condition) for key, condition in filters.items()})
    provinces = list(Division.objects.filter(pk__in=in_review(call).values("province")).order_by("code"))
    rows = in_review(call).filter(filters[progress])
    province = next((p for p in provinces if p.code == request.GET.get("province")), None)
    if province:
        rows = rows.filter(province=province)
    query = request.GET.get("q", "").strip()[:100]
    rows = match(rows, query).annotate(
        mean_key=Coalesce("review_summary__mean", Value(Decimal(-1))),
        spread_key=Coalesce("review_summary__spread", Value(Decimal(-1))),
        finished_key=Coalesce("review_summary__finished_count", Value(0)),
    )
    shown = page(rows.only("number"), order=SORTS[sort], after=request.GET.get("after", ""))
    shown.rows[:] = _whole(shown.rows, wanted)
    return render(
        request,
        "review/board.html",
        {
            "call": call,
            "stage": call.stage(StageKind.REVIEW),
            "wanted": wanted,
            "counts": counts,
            "groups": _groups(progress, counts),
            "sort": sort,
            "page": shown,
            "total": counts[progress] if not (province or query) else None,
            "provinces": provinces,
            "province": province,
            "query": query,
            "progress": progress,
            "loads": expert_loads(call),
            "in_conflict": conflict_count(call),
            "may_manage": can_manage(request.user, call),
            "hearing_stages": hearing_stages(call),
            "discusses": discussion_options(call).offered,
        },
    )


def _whole(rows: list[Application], wanted: int) -> list[Application]:
    """The rows of one page with all they show: sorting thousands of slim rows and reading fifty whole ones is cheaper."""
    related = Application.objects.select_related("enterprise", "province", "industry", "review_summary").defer(*HEAVY)
    by_pk = related.in_bulk([row.pk for row in rows])
    for row in by_pk.values():
        row.seat_marks = _marks(row, wanted)
        row.is_wide = (getattr(row, "review_summary", None) is not None) and (row.review_summary.spread or 0) >= WIDE
    return [by_pk[row.pk] for row in rows]


def _marks(row: Application, wanted: int) -> list[str]:
    """One mark per seat: finished, open or empty."""
    summary = getattr(row, "review_summary", None)
    if summary is None:
        return ["empty"] * wanted
    finished, seats = summary.finished_count, summary.seat_count
    return ["finished"] * finished + ["open"] * (seats - finished) + ["empty"] * max(0, wanted - seats)


def _groups(current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "all": _("All"),
        "seats": _("Seats empty"),
        "open": _("Reviews open"),
        "done": _("All finished"),
        "wide": _("Scores far apart"),
    }
    return [{"url": f"?progress={key}", "label": label, "count": counts[key], "current": key == current} for key, label in labels.items()]
