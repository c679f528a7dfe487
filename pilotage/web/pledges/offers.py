"""An enterprise offers rights of its own to a bank."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import selectors, services
from pilotage.finance.pledges.models import IpAsset
from pilotage.finance.pledges.status import status_of
from pilotage.registry.models import Enterprise
from pilotage.web.pledges.common import put_errors, reader_of, tabs, to_yuan, yuan
from pilotage.web.pledges.forms import OfferForm
from pilotage.web.pledges.rights import status_words


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    enterprise = Enterprise.objects.filter(pk__in=reader.enterprises).order_by("pk").first()
    if enterprise is None:
        raise Http404
    banks = list(Organisation.objects.filter(kind=OrganisationKind.FINANCE).order_by("pk")[:500])
    rights = list(
        IpAsset.objects.filter(enterprise=enterprise)
        .select_related("enterprise")
        .prefetch_related("events", "valuations")
        .order_by("kind", "number")[:500]
    )
    chosen = request.GET.getlist("right")
    form = OfferForm(request.POST or None, banks=banks, rights=[(right, _label(right)) for right in rights], initial={"assets": chosen})
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            made = services.offer(
                actor=reader.actor,
                enterprise=enterprise,
                organisation=next((bank for bank in banks if str(bank.pk) == found["organisation"]), None),
                assets=[right for right in rights if str(right.pk) in found["assets"]],
                amount=to_yuan(found["amount"]),
                purpose=found["purpose"],
                sure=found["sure"],
            )
        except Invalid as problem:
            put_errors(form, problem)
        else:
            messages.success(request, _("Offered. The bank reads these rights from now on."))
            return redirect("pledges:pledge", made.number)
    context = {"form": form, "tabs": tabs("home"), "rights": rights, "enterprise": enterprise}
    return render(request, "pledges/new.html", context, status=422 if form.errors else 200)


def _label(right: IpAsset) -> str:
    """Number and name, what it is worth, and what stands against pledging it."""
    today = clock.today()
    status, value = status_of(right, right.events.all(), today), selectors.value_on(right.valuations.all(), today)
    words = [pgettext("right", "Ended")] if status.ended else status_words(right, status)
    return " · ".join([str(right), yuan(value.value) if value else _("not valued"), *words])
