"""The pool of experts, and how a file of them comes in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.core.keyset import page
from pilotage.core.tables import Unreadable
from pilotage.core.verdict import Invalid
from pilotage.registry.models import Industry
from pilotage.review.experts import COLUMNS, REQUIRED, ExpertImport, import_experts, set_availability
from pilotage.review.rules import can_import_experts, can_see_results, visible_experts

MAX_BYTES = 5 * 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
def expert_list(request: HttpRequest) -> HttpResponse:
    can_see_results(request.user).require()
    report, error = None, ""
    if request.method == "POST":
        if "expert" in request.POST:
            return _switch(request)
        try:
            report = _read(request)
        except (Invalid, Unreadable) as problem:
            error = str(problem)
    query = request.GET.get("q", "").strip()[:100]
    rows = visible_experts(request.user).select_related("user", "employer", "province")
    if query:
        rows = rows.filter(number__icontains=query) | rows.filter(user__name__icontains=query) | rows.filter(employer_name__icontains=query)
    shown = page(rows, order=("number",), after=request.GET.get("after", ""))
    codes = {code for expert in shown for code in expert.disciplines}
    names = {i.code: i.short for i in Industry.objects.filter(pk__in=codes)}
    for expert in shown:
        expert.fields_of_work = [names.get(code, code) for code in expert.disciplines]
    context: dict[str, Any] = {
        "page": shown,
        "query": query,
        "columns": [(names[0], key in REQUIRED) for key, names in COLUMNS.items()],
        "may_import": can_import_experts(request.user),
        "report": report,
        "error": error,
    }
    return render(request, "review/experts.html", context, status=422 if error or (report and report.faults) else 200)


def _switch(request: HttpRequest) -> HttpResponse:
    value = request.POST["expert"]
    expert = get_object_or_404(visible_experts(request.user).select_related("user"), pk=int(value) if value.isdecimal() else 0)
    set_availability(actor=request.user, expert=expert, is_available=request.POST.get("available") == "1")
    messages.success(request, _("%(expert)s is changed.") % {"expert": expert})
    return redirect("review:expert-list")


def _read(request: HttpRequest) -> ExpertImport:
    can_import_experts(request.user).require()
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid(_("Choose an XLSX or CSV file."))
    if (upload.size or 0) > MAX_BYTES:
        raise Invalid(_("The file is larger than 5 MB."))
    suffix = Path(upload.name or "").suffix.lower()
    if suffix not in {".xlsx", ".csv"}:
        raise Invalid(_("Choose an XLSX or CSV file."))
    with tempfile.NamedTemporaryFile(suffix=suffix) as kept:
        for chunk in upload.chunks():
            kept.write(chunk)
        kept.flush()
        return import_experts(actor=request.user, path=kept.name)
