"""Who takes part in the review of a call: the secretariat's list, and the page on which an expert answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.review.enums import InvitationState
from pilotage.review.experts import invitations as services
from pilotage.review.experts.taking_part import Part, answers, experts_of, parts, supply
from pilotage.review.models import ExpertInvitation, ExpertProfile
from pilotage.review.options import review_options
from pilotage.review.rules import can_manage, visible_experts, visible_invitations
from pilotage.review.wording import BARRED_SHORT
from pilotage.web.review.board import call_of

GROUPS = ("all", "invited", "accepted", "gone")


@require_http_methods(["GET", "HEAD", "POST"])
def call_experts(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _act(request, call)
            return redirect(f"{reverse('review:invitations', args=[slug])}?group={_group(request)}")
        except Invalid as problem:
            errors = problem.errors
    group = _group(request)
    rows = page(experts_of(call, group).select_related("user", "employer"), order=("number",), after=request.GET.get("after", ""))
    counts = answers(call)
    context = {
        "call": call,
        "stage": call.stage(StageKind.REVIEW),
        "page": rows,
        "lines": [_line(request, call, part) for part in parts(call, list(rows))],
        "counts": counts,
        "tabs": _tabs(call, group, counts),
        "supply": supply(call),
        "by_invitation": review_options(call).invitations,
        "may_manage": can_manage(request.user, call),
        "errors": errors,
        "failed": _failed(request) if errors else 0,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "review/call_experts.html", context, status=422 if errors else 200)


def _group(request: HttpRequest) -> str:
    return request.GET["group"] if request.GET.get("group") in GROUPS else "all"


def _failed(request: HttpRequest) -> int:
    value = request.POST.get("expert", "")
    return int(value) if value.isdecimal() else 0


def _act(request: HttpRequest, call: Call) -> None:
    found: ExpertProfile = get_object_or_404(visible_experts(request.user).select_related("user"), pk=_failed(request))
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    if act == "replace":
        freed = services.replace_expert(actor=request.user, call=call, expert=found, reason=reason)
        count = len(freed.seats)
        said = ngettext("%(count)s seat is free again.", "%(count)s seats are free again.", count) % {"count": count}
        messages.success(request, _("%(expert)s is replaced.") % {"expert": found} + " " + said)
    elif act == "withdraw":
        row = get_object_or_404(visible_invitations(request.user).select_related("call"), call=call, expert=found)
        services.withdraw(actor=request.user, invitation=row, reason=reason)
        messages.success(request, _("The invitation of %(expert)s is taken back.") % {"expert": found})
    elif act == "invite":
        services.invite(actor=request.user, call=call, experts=[found])
        messages.success(request, _("%(expert)s is invited.") % {"expert": found})
    else:
        raise Http404


def _line(request: HttpRequest, call: Call, part: Part) -> dict[str, Any]:
    asked = part.invitation
    if asked is not None:
        asked.call = call
    acts = []
    if asked is None or may(request.user, asked, "replace"):
        acts.append(("replace", _("Replace")))
    if asked is not None and not part.open_seats and may(request.user, asked, "withdraw"):
        acts = [("withdraw", pgettext("invitation", "Take back"))]
    again = asked is not None and bool(may(request.user, asked, "invite_again"))
    return {"part": part, "acts": acts, "again": again}


def _tabs(call: Call, group: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "all": _("All"),
        "invited": pgettext("invitation", "No answer yet"),
        "accepted": InvitationState.ACCEPTED.label,
        "gone": pgettext("invitation", "Declined, taken back, replaced"),
    }
    gone = counts["declined"] + counts["withdrawn"] + counts["replaced"]
    numbers = {"all": None, "invited": counts["invited"], "accepted": counts["accepted"], "gone": gone}
    base = reverse("review:invitations", args=[call.slug])
    return [{"url": f"{base}?group={key}", "label": labels[key], "count": numbers[key], "current": key == group} for key in GROUPS]


# --- the expert's answer --------------------------------------------------------------------
def open_invitations(user: Any) -> list[ExpertInvitation]:
    """What the expert has still to answer. One query."""
    rows = visible_invitations(user).filter(expert__user=user, state=InvitationState.INVITED)
    return list(rows.select_related("call").order_by("answer_by", "id"))


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    rows = visible_invitations(request.user).select_related("call", "expert__user", "invited_by")
    found = get_object_or_404(rows, pk=pk)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _answer(request, found)
        except Invalid as problem:
            errors = problem.errors
    options = review_options(found.call)
    context = {
        "invitation": found,
        "call": found.call,
        "stage": found.call.stage(StageKind.REVIEW),
        "options": options,
        "rules": [BARRED_SHORT[rule] for rule in options.conflict_rules],
        "may_accept": may(request.user, found, "accept"),
        "may_decline": may(request.user, found, "decline"),
        "errors": errors,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "review/invitation.html", context, status=422 if errors else 200)


def _answer(request: HttpRequest, found: ExpertInvitation) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "accept":
        services.accept(actor=request.user, invitation=found)
        messages.success(request, _("You take part. The projects appear in your queue once they are assigned."))
    elif act == "decline":
        services.decline(actor=request.user, invitation=found, reason=request.POST.get("reason", ""))
        messages.success(request, _("You have declined. The secretariat asks another expert."))
    else:
        raise Http404
    return redirect("review:queue")
