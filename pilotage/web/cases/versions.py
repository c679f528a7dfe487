"""The versions of a case, and what differs between two of them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.publications.cases import rules
from pilotage.publications.cases import versions as kept
from pilotage.publications.cases.models import CaseVersion
from pilotage.web.cases.common import case_of


@require_safe
def compare(request: HttpRequest, number: str) -> HttpResponse:
    case = case_of(request.user, number)
    rows = list(case.versions.select_related("made_by").prefetch_related("approvals__made_by").order_by("-number"))
    by_number = {version.number: version for version in rows}
    new = _asked(request, "to", by_number) or (rows[0] if rows else None)
    old = _asked(request, "from", by_number) or (by_number.get(new.number - 1) if new else None)
    context = {
        "case": case,
        "versions": rows,
        "old": old,
        "new": new,
        "changes": kept.changes(old, new, case.codes) if old and new else [],
        "may_restore": rules.can_write(request.user, case),
        "crumbs": [
            (_("Cases of ours"), reverse("cases:desk")),
            (case.number, reverse("cases:edit", args=[case.number])),
            (_("Versions"), ""),
        ],
    }
    return render(request, "cases/versions.html", context)


def _asked(request: HttpRequest, name: str, versions: dict[int, CaseVersion]) -> CaseVersion | None:
    value = request.GET.get(name, "")
    return versions.get(int(value)) if value.isdecimal() and len(value) < 9 else None
