"""Terms of risk compensation by region: read by all who work with pledges, entered by the secretariat."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import compensation, rules
from pilotage.finance.pledges.models import CompensationTerm
from pilotage.registry.models import Division
from pilotage.web.pledges.common import percent, put_errors, reader_of, tabs, to_basis_points, to_yuan, yuan
from pilotage.web.pledges.forms import TermForm


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    may_set = rules.can_set_terms(reader.actor)
    if request.method == "POST":
        may_set.require()
    form = TermForm(request.POST or None) if may_set else None
    if request.method == "POST" and form is not None and form.is_valid():
        found = form.cleaned_data
        try:
            compensation.set_term(
                actor=reader.actor,
                region=Division.objects.filter(pk=found["region"]).first(),
                share=to_basis_points(found["share"]),
                most=to_yuan(found["most"]),
                in_force=found["in_force"],
                until=found["until"],
                source=found["source"],
                verified=found["verified"],
            )
        except Invalid as problem:
            put_errors(form, problem)
        else:
            messages.success(request, _("Entered. Claims of defaults from that day on are reckoned by it."))
            return redirect("pledges:terms")
    rows = CompensationTerm.objects.select_related("region").order_by("region", "-in_force", "-id")[:500]
    context = {
        "tabs": tabs("terms"),
        "rows": [{"row": row, "share": percent(row.share), "most": yuan(row.most)} for row in rows],
        "form": form,
    }
    return render(request, "pledges/terms.html", context, status=422 if form is not None and form.errors else 200)
