"""Results of a defence or site visit: every application under review, ticked and decided together."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call, Stage
from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.verdict import Invalid
from pilotage.review.enums import HearingResult
from pilotage.review.models import ExpertProfile, SittingMember, StageScore
from pilotage.review.panel import gates, hearings, sittings
from pilotage.review.rules import can_manage
from pilotage.web.review.board import HEAVY, call_of

STATES = (ApplicationState.UNDER_REVIEW, ApplicationState.SELECTED, ApplicationState.RESERVE, ApplicationState.NOT_SELECTED)


@require_http_methods(["GET", "HEAD", "POST"])
def hearing_desk(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    call = call_of(request, slug)
    stage = next((each for each in gates.hearing_stages(call) if each.key == key), None)
    if stage is None:
        raise Http404
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            if request.POST.get("act") in _MEMBER_ACTS:
                return _MEMBER_ACTS[request.POST["act"]](request, call, stage)
            return _record(request, call, stage)
        except Invalid as error:
            errors = error.errors
    return _page(request, call, stage, errors)


def _record(request: HttpRequest, call: Call, stage: Stage) -> HttpResponse:
    chosen = [int(pk) for pk in request.POST.getlist("ids") if pk.isdigit()]
    found = list(Application.objects.filter(pk__in=chosen, call=call, state__in=STATES).order_by("pk"))
    held = hearings.record_hearings(
        actor=request.user,
        call=call,
        stage=stage,
        applications=found,
        result=request.POST.get("result", ""),
        held_on=_day(request.POST.get("held_on", "")),
        note=request.POST.get("note", ""),
    )
    messages.success(request, ngettext("%(count)s result is kept.", "%(count)s results are kept.", len(held)) % {"count": len(held)})
    return redirect("review:hearings", call.slug, stage.key)


def _appoint(request: HttpRequest, call: Call, stage: Stage) -> HttpResponse:
    number = request.POST.get("expert", "").strip()
    expert = ExpertProfile.objects.select_related("user").filter(number=number).first()
    if expert is None:
        raise Invalid({"expert": _("The pool has no expert with this number.")})
    sittings.appoint(actor=request.user, call=call, stage=stage, expert=expert)
    messages.success(request, _("%(expert)s scores in this sitting.") % {"expert": expert})
    return redirect("review:hearings", call.slug, stage.key)


def _dismiss(request: HttpRequest, call: Call, stage: Stage) -> HttpResponse:
    key = request.POST.get("member", "")
    rows = SittingMember.objects.filter(call=call, stage_key=stage.key).select_related("expert__user", "call")
    member = get_object_or_404(rows, pk=int(key) if key.isdecimal() else 0)
    sittings.dismiss(actor=request.user, member=member)
    messages.success(request, _("%(expert)s no longer sits here.") % {"expert": member.expert})
    return redirect("review:hearings", call.slug, stage.key)


_MEMBER_ACTS = {"appoint": _appoint, "dismiss": _dismiss}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page(request: HttpRequest, call: Call, stage: Stage, errors: dict[str, Any]) -> HttpResponse:
    rows = Application.objects.filter(call=call, state__in=STATES).select_related("enterprise", "province").defer(*HEAVY)
    shown = page(rows, order=("number",), after=request.GET.get("after", ""))
    results = gates.latest(call, stage)
    is_scored = stage in gates.scored_stages(call)
    scores = _scores(call, stage, shown.rows) if is_scored else {}
    finals = hearings.combined(call) if is_scored else {}
    for row in shown.rows:
        row.hearing, row.stage_score, row.final = results.get(row.pk), scores.get(row.pk), finals.get(row.pk)
    return render(
        request,
        "review/hearings.html",
        {
            "call": call,
            "stage": stage,
            "is_scored": is_scored,
            "weight": gates.weight_of(stage),
            "members": _members(call, stage) if is_scored else [],
            "is_gate": bool(stage.options.get("gate")),
            "page": shown,
            "counts": {each: sum(row.result == each for row in results.values()) for each in HearingResult.values},
            "errors": errors,
            "chosen": request.POST.getlist("ids"),
            "posted": {name: request.POST.get(name, "") for name in ("note", "result")},
            "held_on": request.POST.get("held_on") or clock.today().isoformat(),
            "may_manage": can_manage(request.user, call),
            "expert": request.POST.get("expert", ""),
            "labels": {"errors": _("The results were not kept")},
        },
        status=422 if errors else 200,
    )


def _members(call: Call, stage: Stage) -> list[SittingMember]:
    return list(SittingMember.objects.filter(call=call, stage_key=stage.key).select_related("expert__user").order_by("id"))


def _scores(call: Call, stage: Stage, rows: list[Application]) -> dict[int, StageScore]:
    return {
        row.application_id: row for row in StageScore.objects.filter(call=call, stage_key=stage.key, application__in=rows).order_by("id")
    }
