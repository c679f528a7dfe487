"""Scans of a registration file: added, given out, taken off; and all papers in one ZIP."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from pilotage.core import incoming
from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import bundle, files, papers, rules, selectors
from pilotage.finance.pledges.models import PledgeFile
from pilotage.web.downloads import kept_file
from pilotage.web.pledges.common import id_of, put_errors, reader_of
from pilotage.web.pledges.forms import ScanForm
from pilotage.web.pledges.pledge import pledge_of, show


@require_POST
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Several at once; what was refused is named, the others are kept."""
    reader = reader_of(request)
    pledge = pledge_of(reader, number)
    rules.can_party(reader.actor, pledge).require()
    form = ScanForm(request.POST, lines=selectors.lines_of(pledge), auto_id=id_of("scan"))
    uploads: list[Any] = request.FILES.getlist("files")
    if not form.is_valid():
        return show(request, reader, pledge, {"scan": form})
    kept = 0
    for upload in uploads or [None]:
        try:
            files.add_file(actor=reader.actor, pledge=pledge, paper=form.cleaned_data["paper"], upload=upload)
            kept += 1
        except Invalid as problem:
            put_errors(form, problem)
    if kept:
        messages.success(request, ngettext("%(count)d scan added.", "%(count)d scans added.", kept) % {"count": kept})
    if form.errors:
        return show(request, reader, pledge, {"scan": form})
    return redirect("pledges:pledge", pledge.number)


def _file_of(request: HttpRequest, number: str, pk: int) -> PledgeFile:
    rows = rules.visible_files(reader_of(request).actor).select_related("pledge")
    return get_object_or_404(rows, pk=pk, pledge__number=number)


@require_safe
def download(request: HttpRequest, number: str, pk: int) -> FileResponse:
    file = _file_of(request, number, pk)
    incoming.may_give_out_scanned(file).require()
    return kept_file(file.file, file.name, file.content_type)


@require_POST
def remove(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    file = _file_of(request, number, pk)
    files.remove_file(actor=request.user, file=file)
    messages.success(request, _("“%(name)s” is taken out of the file.") % {"name": file.name})
    return redirect("pledges:pledge", number)


@require_safe
def everything(request: HttpRequest, number: str) -> FileResponse:
    pledge = pledge_of(reader_of(request), number)
    if not papers.kinds_of(pledge):
        raise Http404
    response = FileResponse(bundle.bundle(pledge), as_attachment=True, filename=f"{pledge.number}.zip", content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response
