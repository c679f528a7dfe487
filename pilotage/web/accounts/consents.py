"""Which financial institutions may see the enterprise: nobody, until its legal representative says so."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.accounts import rules, services
from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import EnterpriseConsent, Organisation
from pilotage.core import keyset
from pilotage.registry.models import Enterprise

INSTITUTIONS = Organisation.objects.filter(kind=OrganisationKind.FINANCE)


@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: HttpRequest) -> HttpResponse:
    enterprise = _enterprise(request)
    if request.method == "POST":
        _decide(request, enterprise)
        return redirect("accounts:consents")
    return render(request, "accounts/consents.html", _context(request, enterprise))


def _enterprise(request: HttpRequest) -> Enterprise:
    members = rules.memberships_as(request.user, Role.LEGAL_REPRESENTATIVE, Role.FILER)
    own = [m.organisation.enterprise_id for m in members if m.organisation.enterprise_id]
    if not own:
        raise Http404
    return Enterprise.objects.get(pk=own[0])


def _decide(request: HttpRequest, enterprise: Enterprise) -> None:
    wanted = request.POST.get("organisation", "")
    institution = get_object_or_404(INSTITUTIONS.all(), pk=int(wanted) if wanted.isdecimal() else 0)
    if request.POST.get("act") == "withdraw":
        consent = get_object_or_404(EnterpriseConsent, enterprise=enterprise, organisation=institution, withdrawn_at__isnull=True)
        services.withdraw_consent(actor=request.user, consent=consent)
        messages.success(request, _("%(institution)s sees nothing of the enterprise any more.") % {"institution": institution})
    else:
        services.give_consent(actor=request.user, enterprise=enterprise, organisation=institution)
        messages.success(request, _("%(institution)s may now see the enterprise.") % {"institution": institution})


def _context(request: HttpRequest, enterprise: Enterprise) -> dict[str, Any]:
    page = keyset.page(INSTITUTIONS.all(), order=("id",), after=request.GET.get("after", ""))
    in_force = EnterpriseConsent.objects.filter(enterprise=enterprise, withdrawn_at__isnull=True).select_related("given_by")
    given = {consent.organisation_id: consent for consent in in_force}
    return {
        "enterprise": enterprise,
        "page": page,
        "rows": [(institution, given.get(institution.pk)) for institution in page.rows],
        "may": rules.can_consent(request.user, enterprise),
    }
