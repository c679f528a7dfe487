"""One project: the line of its stages, what comes next, every entry with its corrections and papers, who it was recommended to."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pilotage.core.incoming import may_give_out_scanned
from pilotage.finance.pipeline import documents, rules
from pilotage.finance.pipeline.batch_models import BatchLine
from pilotage.finance.pipeline.enums import ON_LIST, BatchState
from pilotage.finance.pipeline.history import everything
from pilotage.finance.pipeline.models import ListingProject
from pilotage.web.downloads import kept_file
from pilotage.web.pipeline.common import Reader, reader_of, tabs
from pilotage.web.pipeline.project_forms import forms_of
from pilotage.web.pipeline.project_history import entries, line, suspension


def found_project(reader: Reader, number: str) -> ListingProject:
    rows = rules.visible_projects(reader.actor).select_related("enterprise__province", "owner")
    return get_object_or_404(rows, number=number)


@require_safe
def project_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    return page_of(request, reader, found_project(reader, number))


def page_of(request: HttpRequest, reader: Reader, project: ListingProject, bound: Any = None) -> HttpResponse:
    """``bound``: the form that was refused; the page comes again with it as it was typed."""
    steps = everything(project.steps.select_related("by", "owner"))
    held = [step for step in steps if step.taken_back is None]
    papers = list(documents.visible_documents(reader.actor, project).select_related("by"))
    tells = rules.can_read_documents(reader.actor, project)
    forms = forms_of(reader, project, held, bound)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "home"),
        "project": project,
        "own": project.enterprise_id in reader.enterprises,
        "told_all": tells,
        "line": line(project, held),
        "suspension": suspension(project) if tells else None,
        "entries": entries(project, steps, papers, forms),
        "paper_count": len(papers),
        "forms": forms,
        "recommendations": _recommendations(reader, project),
    }
    return render(request, "pipeline/project.html", context, status=422 if bound is not None else 200)


def _recommendations(reader: Reader, project: ListingProject) -> list[dict[str, Any]]:
    """The enterprise reads those that have asked it, by its own page of the list. One query."""
    rows = BatchLine.objects.filter(project=project).exclude(batch__state=BatchState.DROPPED).select_related("batch__receiver")
    own = project.enterprise_id in reader.enterprises and not reader.sees_all
    if own:
        rows = rows.filter(asked_at__isnull=False)
    elif not reader.sees_all:
        rows = rows.filter(batch__receiver__in=reader.receivers, batch__state=BatchState.SIGNED, state__in=ON_LIST)
    return [
        {"line": row, "batch": row.batch, "own": own, "sent": row.batch.state == BatchState.SIGNED and row.is_on}
        for row in rows.order_by("-batch")
    ]


@require_safe
def document(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """Kept as a file, never shown in the page."""
    reader = reader_of(request)
    rows = documents.visible_documents(reader.actor, found_project(reader, number))
    found = get_object_or_404(rows, pk=pk)
    may_give_out_scanned(found).require()
    return kept_file(found.file, found.file_name, found.content_type)
