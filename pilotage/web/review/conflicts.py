"""Conflicts of a call: seats held in spite of one and what to do, how many pairs each rule bars, what the secretariat learns."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.calls.models import Call
from pilotage.core.verdict import Invalid
from pilotage.review.experts import relations
from pilotage.review.experts.conflicts import ALWAYS
from pilotage.review.experts.screening import conflict_day
from pilotage.review.experts.taking_part import screening_of, seats_in_conflict
from pilotage.review.options import review_options
from pilotage.review.rules import can_manage, visible_experts
from pilotage.review.wording import BARRED
from pilotage.web.review.board import call_of, in_review
from pilotage.web.review.forms import ConflictForm, show_errors

SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def conflict_page(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    form = ConflictForm(request.POST if request.POST.get("act") == "record" else None)
    if request.method == "POST" and _done(request, call, form):
        return redirect("review:conflicts", slug=slug)
    barred = screening_of(call)
    context = {
        "call": call,
        "seats": seats_in_conflict(call),
        "barred": barred,
        "barred_pairs": sum(barred.by_rule.values()),
        "rules": [(BARRED[rule], count, rule in ALWAYS) for rule, count in barred.by_rule.items()],
        "most": barred.by_expert[:SHOWN],
        "day": conflict_day(call),
        "blind": review_options(call).blind,
        "may_manage": can_manage(request.user, call),
        "form": form,
    }
    return render(request, "review/conflicts.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, call: Call, form: ConflictForm) -> bool:
    act = request.POST.get("act", "")
    if act == "recheck":
        count = len(relations.recheck_call(actor=request.user, call=call))
        said = ngettext("%(count)s seat is newly in conflict.", "%(count)s seats are newly in conflict.", count) % {"count": count}
        messages.success(request, said)
        return True
    if act != "record":
        raise Http404
    return form.is_valid() and _record(request, call, form)


def _record(request: HttpRequest, call: Call, form: Any) -> bool:
    can_manage(request.user, call).require()
    values = form.cleaned_data
    expert = visible_experts(request.user).select_related("user", "employer").filter(number=values["expert"].strip()).first()
    application = in_review(call).select_related("enterprise").filter(number=values["application"].strip()).first()
    if expert is None:
        form.add_error("expert", _("No expert of the pool has this number."))
    if application is None:
        form.add_error("application", _("No application in this review has this number."))
    if expert is None or application is None:
        return False
    application.call = call
    try:
        relations.record_conflict(actor=request.user, expert=expert, application=application, kind=values["kind"], note=values["reason"])
    except Invalid as problem:
        show_errors(form, problem)
        return False
    messages.success(request, _("The conflict is recorded."))
    return True
