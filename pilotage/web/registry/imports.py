"""An import of enterprises, step by step: upload, columns, check, report, run."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pilotage.core import clock, keyset
from pilotage.core.tables import column_letter
from pilotage.core.verdict import Conflict, Invalid
from pilotage.registry import mapping, rules, selectors, services, tasks
from pilotage.registry.enums import ImportState
from pilotage.registry.models import EnterpriseImport
from pilotage.web.downloads import table_response
from pilotage.web.registry.forms import UploadForm

WORKING = (ImportState.CHECKING, ImportState.RUNNING)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """GET: the imports the reader may see; POST: upload a file."""
    may_import = rules.can_import(request.user)
    if request.method == "POST" or not rules.sees_everything(request.user):
        may_import.require()
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = services.upload_import(actor=request.user, file=file, file_name=file.name, source=form.cleaned_data["source"])
        except Invalid as invalid:
            form.add_error("file", str(invalid))
        else:
            return redirect("registry:import-detail", batch.pk)
    imports = rules.visible_imports(request.user).select_related("created_by")
    values = {
        "page": keyset.page(imports, order=("-id",), after=request.GET.get("after", ""), size=20),
        "form": form,
        "may_import": may_import,
        "crumbs": [(_("Enterprises"), reverse("registry:enterprise-list")), (_("Import"), "")],
    }
    return render(request, "registry/import_list.html", values, status=422 if form.errors else 200)


@require_safe
def import_template(request: HttpRequest) -> HttpResponseBase:
    """An empty workbook with the heads that are recognised by themselves."""
    rules.can_import(request.user).require()
    return table_response("xlsx", "enterprises-template", selectors.export_columns(), [], _("Enterprises"))


def _batch(request: HttpRequest, pk: int) -> EnterpriseImport:
    return get_object_or_404(rules.visible_imports(request.user).select_related("created_by"), pk=pk)


@never_cache
@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk)
    if request.htmx and request.htmx.target == "progress":
        if batch.state not in WORKING:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "registry/import_detail.html#progress", _context(request, batch))
    return render(request, "registry/import_detail.html", _context(request, batch))


def _context(request: HttpRequest, batch: EnterpriseImport, errors: dict[str, str] | None = None) -> dict[str, Any]:
    choosing = batch.state == ImportState.UPLOADED or (batch.state == ImportState.CHECKED and "columns" in request.GET) or bool(errors)
    values: dict[str, Any] = {
        "batch": batch,
        "errors": errors or {},
        "choosing": choosing,
        "crumbs": [
            (_("Enterprises"), reverse("registry:enterprise-list")),
            (_("Import"), reverse("registry:import")),
            (batch.file_name, ""),
        ],
        "may_run": rules.can_run_import(request.user, batch),
        "silent": batch.state in WORKING and _silent(batch),
        "good_count": batch.created_count + batch.updated_count,
    }
    if choosing:
        values["columns"] = _columns(request, batch)
        values["targets"] = mapping.TARGETS
    elif batch.state not in WORKING:
        kind = request.GET.get("kind", "")
        faults = selectors.import_faults(batch, warnings={"warning": True, "refused": False}.get(kind))
        values["page"] = keyset.page(faults, order=("row", "id"), after=request.GET.get("after", ""), size=50)
        values["kinds"] = _kinds(kind, batch)
    return values


def _silent(batch: EnterpriseImport) -> bool:
    return clock.now() - batch.updated_at > tasks.SILENT


def _kinds(kind: str, batch: EnterpriseImport) -> list[dict[str, Any]]:
    return [
        {"url": "?", "label": _("All"), "count": "", "current": not kind},
        {"url": "?kind=refused", "label": _("Refused rows"), "count": batch.refused_count, "current": kind == "refused"},
        {"url": "?kind=warning", "label": _("Warnings"), "count": batch.warning_count, "current": kind == "warning"},
    ]


def _columns(request: HttpRequest, batch: EnterpriseImport) -> list[dict[str, Any]]:
    chosen = {index: key for key, index in batch.mapping.items()}
    return [
        {
            "index": index,
            "letter": column_letter(index),
            "head": head,
            "samples": [row[index] for row in batch.sample if index < len(row) and row[index]][:2],
            "key": request.POST.get(f"column-{index}", chosen.get(index, "")),
        }
        for index, head in enumerate(batch.columns)
        if head or index in chosen
    ]


@require_POST
def import_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _batch(request, pk)
    try:
        services.choose_sheet(actor=request.user, batch=batch, sheet=request.POST.get("sheet", ""))
    except Invalid as invalid:
        return render(request, "registry/import_detail.html", _context(request, batch, invalid.errors), status=422)
    return redirect("registry:import-detail", pk)


@require_POST
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the choice of columns and check the file in the background."""
    batch = _batch(request, pk)
    rules.can_run_import(request.user, batch).require()
    if batch.state in {ImportState.UPLOADED, ImportState.CHECKED}:
        try:
            services.choose_columns(actor=request.user, batch=batch, mapping=_posted_mapping(request))
        except Invalid as invalid:
            return render(request, "registry/import_detail.html", _context(request, batch, invalid.errors), status=422)
    if batch.state != ImportState.CHECKING or _silent(batch):
        services.begin_check(actor=request.user, batch=batch)
        tasks.check_import.enqueue(batch.pk, request.user.pk)
    return redirect("registry:import-detail", pk)


def _posted_mapping(request: HttpRequest) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, key in request.POST.items():
        number = name.removeprefix("column-")
        if number == name or not number.isdecimal() or not key:
            continue
        if key in found:
            label = mapping.BY_KEY[key].label if key in mapping.BY_KEY else key
            raise Invalid({"mapping": _("Two columns are chosen for “%(field)s”. Choose one.") % {"field": label}})
        found[str(key)] = int(number)
    return found


@require_POST
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the import, or go on with one that stopped."""
    batch = _batch(request, pk)
    if batch.state == ImportState.UPLOADED:
        raise Conflict(_("Check the file first: the report says what the import will do."))
    if batch.state != ImportState.RUNNING or _silent(batch):
        services.begin_run(actor=request.user, batch=batch)
        tasks.run_import.enqueue(batch.pk, request.user.pk)
    return redirect("registry:import-detail", pk)


@require_safe
def import_report(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Every fault of the import as a table."""
    batch = _batch(request, pk)
    return table_response(
        kind, f"import-{pk}-report", [str(c) for c in selectors.FAULT_COLUMNS], selectors.fault_rows(batch), pgettext("import", "Report")
    )
