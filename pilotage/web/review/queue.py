"""The expert's own seats: what is to review, by when, what is done."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.accounts import rules as accounts
from pilotage.accounts.enums import Role
from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call, Stage
from pilotage.core.keyset import page
from pilotage.core.verdict import no
from pilotage.review.dossier import blind_title
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment
from pilotage.review.options import review_options
from pilotage.review.panel.gates import scored_stages
from pilotage.review.panel.sittings import can_score, own_sittings
from pilotage.review.rules import own_assignments
from pilotage.review.selectors import expert_counts
from pilotage.web.review.invitations import open_invitations

GROUPS: dict[str, tuple[str, ...]] = {
    "todo": (AssignmentState.ASSIGNED, AssignmentState.STARTED),
    "finished": (AssignmentState.FINISHED,),
    "recused": (AssignmentState.RECUSED,),
    "all": (AssignmentState.ASSIGNED, AssignmentState.STARTED, AssignmentState.FINISHED, AssignmentState.RECUSED),
}
# the names that blinding must strike out of a title, and what a line shows
LINE = (
    "application__industry",
    "application__enterprise__group",
    "application__enterprise__province",
    "application__enterprise__prefecture",
    "application__enterprise__county",
)
HEAVY = ("application__data", "application__field_versions", "application__bigrams")


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    if not accounts.has_role(request.user, Role.EXPERT):
        no(_("Only experts have a review queue.")).require()
    seats = own_assignments(request.user)
    calls = list(Call.objects.filter(pk__in=seats.values("call")).annotate(newest=Max("pk")).order_by("-year", "-pk"))
    call = next((each for each in calls if each.slug == request.GET.get("call")), calls[0] if calls else None)
    if call is None:
        return render(
            request, "review/queue.html", {"call": None, "invitations": open_invitations(request.user), "sittings": _sittings(request)}
        )
    seats = seats.filter(call=call)
    counts = expert_counts(seats)
    group = request.GET.get("state") if request.GET.get("state") in GROUPS else "todo"
    rows = page(
        seats.filter(state__in=GROUPS[group]).select_related(*LINE).defer(*HEAVY),
        order=("position", "id"),
        after=request.GET.get("after", ""),
    )
    blind = review_options(call).blind
    lines = [(seat, blind_title(seat.application) if blind else seat.application.project_title) for seat in rows]
    return render(
        request,
        "review/queue.html",
        {
            "call": call,
            "calls": [{"url": f"?call={c.slug}", "label": c.title, "current": c == call} for c in calls],
            "stage": call.stage(StageKind.REVIEW),
            "tabs": _tabs(call, counts, group),
            "todo": counts["assigned"] + counts["started"],
            "counts": counts,
            "page": rows,
            "lines": lines,
            "next": seats.filter(state__in=GROUPS["todo"]).order_by("position", "id").first(),
            "blind": blind,
            "invitations": open_invitations(request.user),
            "sittings": _sittings(request),
        },
    )


def _sittings(request: HttpRequest) -> list[Stage]:
    """The defences, video reviews and visits in which the expert scores now."""
    members = [(member, {stage.key: stage for stage in scored_stages(member.call)}) for member in own_sittings(request.user)[:20]]
    return [
        stages[member.stage_key]
        for member, stages in members
        if member.stage_key in stages and can_score(request.user, member, stages[member.stage_key])
    ]


def _tabs(call: Call, counts: dict[str, int], group: str) -> list[dict[str, Any]]:
    labels = {"todo": pgettext("review", "To review"), "finished": _("Reviewed"), "recused": _("Recused"), "all": _("All")}
    base = reverse("review:queue")
    return [
        {
            "url": f"{base}?call={call.slug}&state={key}",
            "label": labels[key],
            "count": sum(counts[state] for state in states),
            "current": key == group,
        }
        for key, states in GROUPS.items()
    ]


def strip(assignment: Assignment, user: Any) -> list[dict[str, Any]]:
    """The whole queue as small numbers, in order. One query."""
    rows = own_assignments(user).filter(call=assignment.call).order_by("position", "id").values_list("pk", "state")
    looks = {AssignmentState.FINISHED: "is-done", AssignmentState.RECUSED: "is-recused"}
    return [
        {
            "pk": pk,
            "number": number,
            "state": state,
            "label": AssignmentState(state).label,
            "look": looks.get(AssignmentState(state), ""),
            "current": pk == assignment.pk,
        }
        for number, (pk, state) in enumerate(rows, start=1)
    ]


def following(items: list[dict[str, Any]], pk: int) -> int | None:
    """The next seat to review after this one, from the start again at the end."""
    at = next(i for i, item in enumerate(items) if item["pk"] == pk)
    turned = items[at + 1 :] + items[:at]
    return next((item["pk"] for item in turned if item["state"] in GROUPS["todo"]), None)
