"""The legal representative's page: reads exactly what is signed, and signs or says why not."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pilotage.calls import services
from pilotage.calls.enums import SignoffState
from pilotage.calls.joint import rules as joint_rules
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.web.calls import dossier
from pilotage.web.calls.mine import own_application
from pilotage.web.calls.parts import parts
from pilotage.web.calls.sheet import Sheet


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signing(request: HttpRequest, number: str) -> HttpResponse:
    application = own_application(request, number)
    if not joint.needs_signoff(application):
        raise Http404
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _act(request, application)
        except Invalid as error:
            errors = error.errors
    return _page(request, application, errors)


def _page(request: HttpRequest, application: Application, errors: dict[str, str]) -> HttpResponse:
    signoff, digest = joint.signoff_of(application), joint.what_is_signed(application)[1]
    if signoff:
        signoff.application = application
    holds = signoff is not None and signoff.state != SignoffState.VOID and signoff.digest == digest
    sheet = Sheet(application)
    values = {
        "application": application,
        "signoff": signoff,
        "digest": digest,
        "holds": holds,
        "void_sentence": "" if signoff is None or holds else joint.signoff_problem(application).get("signoff", ""),
        "may_sign": may(request.user, signoff, "sign") if holds and signoff else None,
        "may_ask": joint_rules.can_ask_signoff(request.user, application),
        "statements": [sheet.form.by_key[key] for key in joint.statements_of(sheet.form)],
        "sections": dossier.sections(sheet),
        "parts": parts(application, request.user),
        "errors": errors,
        "posted": {"reason": request.POST.get("reason", "")},
    }
    return render(request, "calls/signing.html", values, status=422 if errors else 200)


def _act(request: HttpRequest, application: Application) -> HttpResponse:
    act, signoff = request.POST.get("do", ""), joint.signoff_of(application)
    if act == "ask":
        services.ask_signoff(actor=request.user, application=application)
        messages.success(request, _("The legal representative has been asked to sign."))
        return redirect("calls:application-check", number=application.number)
    if signoff is None:
        raise Http404
    signoff.application = application
    if act == "sign":
        if request.POST.get("agreed") != "true":
            raise Invalid({"agreed": _("Tick the statement to sign it.")})
        services.sign(actor=request.user, signoff=signoff, digest=request.POST.get("digest", ""))
        messages.success(request, _("Signed. The application can now be submitted."))
    elif act == "refuse":
        services.refuse_signoff(actor=request.user, signoff=signoff, reason=request.POST.get("reason", ""))
        messages.success(request, _("Not signed. The filer reads why."))
    else:
        raise Http404
    return redirect("calls:signing", number=application.number)
