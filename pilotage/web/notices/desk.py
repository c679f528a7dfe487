"""The secretariat's desk of objections: what waits, what is overdue, one objection with its hearing and decision. Auditors read it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core.keyset import page
from pilotage.core.transitions import may, table_for
from pilotage.core.verdict import Invalid, Verdict, no
from pilotage.directory import objection_rules, rules, services
from pilotage.directory.enums import UNDECIDED
from pilotage.directory.models import Objection
from pilotage.directory.selectors import objections as selectors
from pilotage.review.selection.reserve import Reserve
from pilotage.web.notices.forms import DecisionForm, HearingForm


@require_safe
def objection_desk(request: HttpRequest) -> HttpResponse:
    rules.can_see_management(request.user).require()
    view = request.GET.get("view", "")
    view = view if view in selectors.VIEWS else "open"
    objections = rules.visible_objections(request.user)
    counts = selectors.view_counts(objections)
    words = {"open": _("To be decided"), "overdue": _("Overdue"), "hearing": _("Applicant asked"), "decided": _("Objections decided")}
    order = ("-id",) if view == "decided" else ("id",)
    found = page(selectors.desk(objections, view, request.GET.get("notice", "")), order=order, after=request.GET.get("after", ""), size=50)
    tabs = [{"url": f"?view={key}", "label": words[key], "count": counts[key], "current": key == view} for key in selectors.VIEWS]
    lines = [{"objection": objection, "is_overdue": selectors.is_overdue(objection)} for objection in found]
    return render(request, "notices/objection_desk.html", {"page": found, "lines": lines, "tabs": tabs, "view": view})


@require_http_methods(["GET", "HEAD", "POST"])
def objection_handle(request: HttpRequest, number: str) -> HttpResponse:
    rules.can_see_management(request.user).require()
    objections = rules.visible_objections(request.user).select_related(
        "notice__call__current", "application__enterprise", "application__call"
    )
    objection = get_object_or_404(objections, number=number)
    forms: dict[str, Any] = {"hearing_form": HearingForm(), "decision_form": DecisionForm()}
    if request.method == "POST":
        said = _act(request, objection, forms)
        if said:
            messages.success(request, said)
            return redirect("directory:objection-handle", number=objection.number)
    context = _context(request, objection) | forms
    return render(request, "notices/objection_handle.html", context, status=422 if request.method == "POST" else 200)


def _context(request: HttpRequest, objection: Objection) -> dict[str, Any]:
    is_undecided = objection.state in UNDECIDED
    alike = services.same_text(objection).count() if is_undecided else 0
    return selectors.with_terms(objection) | {
        "objection": objection,
        "is_undecided": is_undecided,
        "files": list(objection_rules.visible_files(request.user, objection)),
        "verdicts": {verb: _checked(request.user, objection, verb) for verb in ("hear", "dismiss", "uphold")},
        "alike": alike,
        "others_alike": max(0, alike - 1),
        "next": Reserve(objection.notice.call).next(objection.application.number) if is_undecided and objection.application else None,
    }


def _checked(actor: Any, objection: Objection, verb: str) -> Verdict:
    """With its validators, so that a button says why it is disabled."""
    verdict = may(actor, objection, verb)
    try:
        for validator in table_for(objection).by_verb[verb].validators if verdict else ():
            validator(objection)
    except Invalid as refusal:
        return no(str(refusal))
    return verdict


def _act(request: HttpRequest, objection: Objection, forms: dict[str, Any]) -> str:
    """What was done, '' where a form is to be mended."""
    run = {"hear": _hear, "dismiss": _decide, "uphold": _decide}.get(request.POST.get("do", ""))
    if run is None:
        raise Http404
    name = "hearing_form" if run is _hear else "decision_form"
    form = forms[name] = (HearingForm if run is _hear else DecisionForm)(request.POST)
    if not form.is_valid():
        return ""
    try:
        return run(request, objection, form.cleaned_data)
    except Invalid as refusal:
        for field, sentence in refusal.errors.items():
            form.add_error(field if field in form.fields else None, sentence)
        return ""


def _hear(request: HttpRequest, objection: Objection, values: dict[str, Any]) -> str:
    hearing = services.hear_applicant(actor=request.user, objection=objection, **values)
    return _("The applicant was asked; it may answer until %(day)s.") % {"day": hearing.due_on}


def _decide(request: HttpRequest, objection: Objection, values: dict[str, Any]) -> str:
    upheld = request.POST.get("do") == "uphold"
    if not upheld and values["alike"]:
        done = len(services.dismiss_alike(actor=request.user, objection=objection, decision=values["decision"]))
        return ngettext("%(count)d objection was dismissed.", "%(count)d objections were dismissed.", done) % {"count": done}
    services.decide_objection(actor=request.user, objection=objection, upheld=upheld, decision=values["decision"])
    if not upheld:
        return _("Objection %(number)s was dismissed.") % {"number": objection.number}
    return _("Objection %(number)s was upheld. Whoever moved up from the reserve needs a supplementary notice.") % {
        "number": objection.number
    }
