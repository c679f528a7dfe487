"""One application in review: its seats, what each expert said, and who could still be asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.calls.forms.fields import in_language
from pilotage.calls.models import Application
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.review import services
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment, ExpertProfile, Score, StageScore
from pilotage.review.options import review_options, rubric_of
from pilotage.review.panel import gates, hearings, sittings
from pilotage.review.rules import can_manage, is_reviewable, visible_assignments, visible_experts
from pilotage.review.selectors import IN_REVIEW, expert_choices
from pilotage.review.wording import BARRED
from pilotage.web.review.board import call_of, in_review


@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    call = call_of(request, slug)
    rows = in_review(call).select_related("version", "enterprise__province", "industry", "province", "prefecture", "review_summary")
    found = get_object_or_404(rows, number=number)
    found.call = call
    errors: dict[str, str] = {}
    failed = 0
    if request.method == "POST":
        try:
            _act(request, found)
            return redirect("review:application", slug=slug, number=number)
        except Invalid as problem:
            errors, failed = problem.errors, int(request.POST.get("assignment", "0") or 0)
    return render(request, "review/application.html", _context(request, found, errors, failed), status=422 if errors else 200)


def _act(request: HttpRequest, found: Application) -> None:
    act, post = request.POST.get("act", ""), request.POST
    if act == "assign":
        expert = get_object_or_404(visible_experts(request.user).select_related("user", "employer"), pk=_number(post, "expert"))
        services.assign(actor=request.user, application=found, expert=expert)
        messages.success(request, _("%(expert)s has a seat.") % {"expert": expert})
        return
    seats = visible_assignments(request.user).select_related("call", "expert__user", "application")
    seat = get_object_or_404(seats, pk=_number(post, "assignment"), application=found)
    if act == "cancel":
        services.cancel_assignment(actor=request.user, assignment=seat, reason=post.get("reason", ""))
        messages.success(request, _("The seat of %(expert)s is cancelled.") % {"expert": seat.expert})
    elif act == "reopen":
        services.reopen_review(actor=request.user, assignment=seat, reason=post.get("reason", ""))
        messages.success(request, _("The review of %(expert)s is open again.") % {"expert": seat.expert})
    else:
        raise Http404


def _number(post: Any, name: str) -> int:
    value = post.get(name, "")
    if not value.isdecimal():
        raise Http404
    return int(value)


def _context(request: HttpRequest, found: Application, errors: dict[str, str], failed: int) -> dict[str, Any]:
    scores = Prefetch("scores", Score.objects.order_by("id"))
    seats = Assignment.objects.filter(application=found).select_related("expert__user", "expert__province", "call").order_by("id")
    rubric = rubric_of(found, review_options(found.call))
    criteria = [(c.key, in_language(c.title_zh, c.title_en), c.weight) for c in rubric.criteria]
    lines = [_line(request, seat, criteria) for seat in seats.prefetch_related(scores)]
    shown = [line for line in lines if line["seat"].state != AssignmentState.CANCELLED]
    open_to = can_manage(request.user, found.call) and is_reviewable(found)
    return {
        "call": found.call,
        "application": found,
        "summary": getattr(found, "review_summary", None),
        "lines": shown,
        "scored": [line for line in shown if line["marks"]],
        "criteria": criteria,
        "sittings": _sittings(found),
        "final": hearings.combined(found.call).get(found.pk) if gates.scored_stages(found.call) else None,
        "choices": expert_choices(found) if found.state in IN_REVIEW else [],
        "may_assign": open_to,
        "errors": errors,
        "failed": failed,
        "reason": request.POST.get("reason", ""),
    }


def _line(request: HttpRequest, seat: Assignment, criteria: list[tuple[str, str, Any]]) -> dict[str, Any]:
    given = {score.criterion: score for score in seat.scores.all()}
    is_open = seat.state in (AssignmentState.STARTED, AssignmentState.FINISHED)
    act = "reopen" if seat.state == AssignmentState.FINISHED else "cancel"
    return {
        "seat": seat,
        "conflict": BARRED.get(seat.conflict, ""),
        "act": act,
        "may": may(request.user, seat, act),
        "can_act": seat.state in (AssignmentState.ASSIGNED, AssignmentState.STARTED, AssignmentState.FINISHED),
        "marks": [given.get(key) for key, _title, _weight in criteria] if is_open and given else [],
        "comments": [(title, given[key].comment) for key, title, _weight in criteria if key in given and given[key].comment]
        if is_open
        else [],
    }


def _sittings(found: Application) -> list[dict[str, Any]]:
    """Each defence, video review or visit with a rubric: its score, its share, and what each member gave."""
    stages = gates.scored_stages(found.call)
    scores = {row.stage_key: row for row in StageScore.objects.filter(application=found).order_by("id")} if stages else {}
    lines = []
    for stage in stages:
        totals = sittings.totals_of(found.call, stage, found)
        experts = ExpertProfile.objects.filter(pk__in=totals).select_related("user").order_by("number")
        members = [(expert, totals[expert.pk]) for expert in experts]
        lines.append({"stage": stage, "weight": gates.weight_of(stage), "score": scores.get(stage.key), "members": members})
    return lines
