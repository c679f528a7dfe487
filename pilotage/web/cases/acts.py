"""What is done with a case as a whole: approve, consent, publish, take down, comment."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pilotage.core.verdict import Invalid
from pilotage.publications.cases import publishing, rules, services
from pilotage.publications.cases.enums import ConsentState
from pilotage.publications.cases.models import CaseStudy
from pilotage.web.cases.common import back, case_of, say


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    case = case_of(request.user, number)
    try:
        sentence = _do(request, case, request.POST.get("do", ""))
        messages.success(request, sentence)
    except Invalid as error:
        say(request, error)
    return redirect("cases:desk") if case.state == "discarded" else back(case)


def _do(request: HttpRequest, case: CaseStudy, verb: str) -> str:
    actor, reason = request.user, request.POST.get("reason", "")
    if verb == "approve":
        base = request.POST.get("base", "")
        version = services.approve(actor=actor, case=case, base_version=int(base) if base.isdecimal() else -1)
        return _("You have approved version %(number)d.") % {"number": version.number}
    if verb == "keep":
        version = services.keep_version(actor=actor, case=case, note=request.POST.get("note", ""))
        return _("Kept as version %(number)d.") % {"number": version.number}
    if verb == "restore":
        version = get_object_or_404(case.versions, number=request.POST.get("version") if request.POST.get("version", "").isdecimal() else 0)
        services.restore_version(actor=actor, case=case, version=version)
        return _("The draft is as it was in version %(number)d.") % {"number": version.number}
    if verb == "reopen":
        services.reopen(actor=actor, case=case)
        return _("The text is open for changes.")
    if verb == "publish":
        publishing.publish(actor=actor, case=case)
        return _("The case is public.")
    if verb == "take_down":
        publishing.take_down(actor=actor, case=case, reason=reason)
        return _("The case has been taken down everywhere.")
    if verb == "discard":
        services.discard(actor=actor, case=case, reason=reason)
        return _("The case has been discarded.")
    raise Invalid(_("There is no such act."))


@require_POST
def consents(request: HttpRequest, number: str) -> HttpResponse:
    """The boxes as they are: what is ticked is consented to, what is not is withdrawn if it was given."""
    case = case_of(request.user, number)
    wanted = set(request.POST.getlist("items"))
    in_force = set(case.consents.filter(state=ConsentState.GIVEN).values_list("item", flat=True))
    rules.can_consent(request.user, case).require()
    try:
        given = publishing.give_consents(
            actor=request.user, case=case, items=[item for item in publishing.items_of(case) if item in wanted]
        )
        taken = publishing.withdraw_consents(actor=request.user, case=case, items=in_force - wanted, reason=request.POST.get("reason", ""))
        if taken and case.state == "unpublished":
            messages.success(request, _("Consent to the text is withdrawn: the case has been taken down everywhere."))
        elif given or taken:
            messages.success(
                request, _("Recorded: consent given to %(given)d, withdrawn from %(taken)d.") % {"given": len(given), "taken": len(taken)}
            )
    except Invalid as error:
        say(request, error)
    return back(case, "consents")


@require_POST
def comment(request: HttpRequest, number: str) -> HttpResponse:
    case = case_of(request.user, number)
    section = request.POST.get("section", "")
    try:
        services.comment(actor=request.user, case=case, section=section, text=request.POST.get("text", ""))
    except Invalid as error:
        say(request, error)
    return back(case, section)


@require_POST
def settle(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    case = case_of(request.user, number)
    found = get_object_or_404(case.comments.select_related("case"), pk=pk)
    found.case = case
    if found.state == "open":
        services.settle(actor=request.user, comment=found)
    else:
        services.unsettle(actor=request.user, comment=found)
    return back(case, found.section)
