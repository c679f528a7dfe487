"""The secretariat's page of certificates: what was issued, what is missing, keys, revocation by two people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from pilotage.audit.services import withdraw_proposal
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid, Verdict
from pilotage.directory.enums import EditionState
from pilotage.directory.models import Edition, Entry
from pilotage.directory.services import open_proposal
from pilotage.publications.certificates import rules, selectors, services
from pilotage.publications.certificates.enums import CertificateState
from pilotage.publications.certificates.models import Certificate, CertificateKey


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    rules.can_see_desk(request.user).require()
    return render(request, "certificates/desk.html", context_of(request))


def context_of(request: HttpRequest, errors: dict[str, str] | None = None) -> dict[str, Any]:
    state, text = request.GET.get("state", ""), request.GET.get("q", "")
    rows = selectors.listed(rules.visible_certificates(request.user), state=state, text=text)
    editions = Edition.objects.filter(state=EditionState.PUBLISHED, is_complete=True).select_related("directory", "call")
    return {
        "page": page(rows, order=selectors.ORDER, after=request.GET.get("after", ""), size=50),
        "states": [{"value": value, "label": label, "current": value == state} for value, label in CertificateState.choices],
        "query": text,
        "state": state,
        "keys": list(CertificateKey.objects.order_by("-number")),
        "waiting": [_waiting(request, edition, count) for edition in editions if (count := selectors.missing(edition))],
        "chosen": _chosen(request),
        "errors": errors,
    }


def _waiting(request: HttpRequest, edition: Edition, count: int) -> dict[str, Any]:
    return {"edition": edition, "count": count, "verdict": rules.can_issue(request.user, Entry(edition=edition))}


def _chosen(request: HttpRequest) -> dict[str, Any] | None:
    """The certificate opened beside the list."""
    number = request.GET.get("certificate", "")
    certificate = _visible(request).filter(number=number).first() if number else None
    if certificate is None:
        return None
    proposal = open_proposal(certificate, "revoke")
    verdict = may(request.user, certificate, "revoke")
    own = proposal is not None and proposal.proposed_by_id == request.user.pk
    return {
        "certificate": certificate,
        "proposal": proposal,
        "may_propose": verdict,
        "may_confirm": Verdict(False, _("The person who proposed an act cannot confirm it.")) if own else verdict,
        "may_withdraw": own,
    }


@require_POST
def issue(request: HttpRequest, edition: int) -> HttpResponse:
    rules.can_see_desk(request.user).require()
    found = get_object_or_404(Edition.objects.select_related("call", "directory"), pk=edition)
    made = len(services.issue_missing(actor=request.user, edition=found))
    messages.success(request, ngettext("%(count)d certificate issued.", "%(count)d certificates issued.", made) % {"count": made})
    return redirect("certificates:desk")


@require_POST
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    rules.can_see_desk(request.user).require()
    certificate = get_object_or_404(_visible(request), number=number)
    try:
        _do(request, certificate, act)
    except Invalid as problem:
        request.GET = request.GET.copy()  # type: ignore[assignment]
        request.GET["certificate"] = number  # type: ignore[index]
        return render(request, "certificates/desk.html", context_of(request, problem.errors), status=422)
    return redirect(f"{request.path.split(number)[0]}?certificate={number}")


def _do(request: HttpRequest, certificate: Certificate, act: str) -> None:
    if act == "propose":
        services.propose_revoke(actor=request.user, certificate=certificate, reason=request.POST.get("reason", ""))
        messages.success(request, _("Proposed. A second person must confirm."))
    elif act == "confirm":
        services.confirm_revoke(actor=request.user, certificate=certificate)
        messages.success(request, _("The certificate is revoked."))
    elif act == "withdraw" and (proposal := open_proposal(certificate, "revoke")):
        withdraw_proposal(proposal, actor=request.user)
        messages.success(request, _("The proposal is withdrawn."))
    else:
        raise Http404


def _visible(request: HttpRequest) -> Any:
    return rules.visible_certificates(request.user).select_related("entry__edition__call", "entry__edition__directory", "key")
