"""A table, or one edition of it, as a file."""

from __future__ import annotations

from tempfile import TemporaryFile

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from pilotage.publications.open_data import files, tables
from pilotage.publications.open_data.files import Kind
from pilotage.publications.open_data.tables import PublicTable, TableEdition
from pilotage.web.open_data.answers import table_state, unless_known

_STREAMED = {"csv": files.csv, "json": files.json_text}
_WRITTEN = {"xlsx": files.xlsx, "parquet": files.parquet}


def table_or_404(key: str) -> PublicTable:
    found = tables.get(key)
    if found is None:
        raise Http404
    return found


def edition_or_404(table: PublicTable, key: str) -> TableEdition | None:
    """None for the table as a whole."""
    found = table.edition(key) if key else None
    if key and found is None:
        raise Http404
    return found


@login_not_required
@require_safe
def file(request: HttpRequest, key: str, kind: str, edition: str = "") -> HttpResponseBase:
    table = table_or_404(key)
    form = next((form for form in files.kinds() if form.key == kind), None)
    if form is None:
        raise Http404
    found = edition_or_404(table, edition)
    return unless_known(request, table_state(table, kind, edition), lambda: _answer(table, found, form))


def _answer(table: PublicTable, edition: TableEdition | None, form: Kind) -> HttpResponseBase:
    name = f"{table.key}-{edition.key}" if edition else table.key
    if form.key in _STREAMED:
        response: HttpResponseBase = StreamingHttpResponse(_STREAMED[form.key](table, edition), content_type=form.content_type)
        response["Content-Disposition"] = f'attachment; filename="{name}.{form.key}"'
        return response
    body = TemporaryFile()  # noqa: SIM115  closed with the response
    _WRITTEN[form.key](table, edition, body)
    body.seek(0)
    return FileResponse(body, as_attachment=True, filename=f"{name}.{form.key}", content_type=form.content_type)
