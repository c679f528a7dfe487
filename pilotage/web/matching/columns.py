"""The columns in which a bank wants its lists: which, in which order, under which names."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.core.verdict import Invalid
from pilotage.finance.matching import batches as services
from pilotage.finance.matching import columns as fields
from pilotage.finance.matching import paper_rules
from pilotage.web.matching.common import reader_of, tabs

SPARE = 3


def columns(request: HttpRequest, organisation: int) -> HttpResponse:
    reader = reader_of(request)
    bodies = Organisation.objects.filter(kind=OrganisationKind.FINANCE)
    body = get_object_or_404(bodies if reader.sees_all else bodies.filter(pk__in=reader.institutions), pk=organisation)
    verdict = paper_rules.can_set_columns(reader.actor, body)
    rows, errors = services.columns_of(body), None
    if request.method == "POST":
        rows = _typed(request)
        try:
            services.set_columns(actor=reader.actor, organisation=body, columns=rows)
        except Invalid as problem:
            errors = problem.errors
        else:
            messages.success(request, _("The columns are set. Lists made from now on use them."))
            return redirect("matching:batches")
    elif request.method not in {"GET", "HEAD"}:
        raise Http404
    spare = [{"field": "", "title": ""}] * SPARE if verdict else []
    context = {
        "tabs": tabs(reader, "batches"),
        "body": body,
        "rows": [*rows, *spare][: fields.MOST],
        "fields": [(key, label) for key, (label, _width, _cell) in fields.FIELDS.items()],
        "verdict": verdict,
        "errors": errors,
    }
    return render(request, "matching/columns.html", context, status=422 if errors else 200)


def _typed(request: HttpRequest) -> list[dict[str, str]]:
    """A row without a field is left out, so that a column is taken away by emptying it."""
    pairs = zip(request.POST.getlist("field"), request.POST.getlist("title"), strict=False)
    return [{"field": field, "title": title} for field, title in pairs if field]
