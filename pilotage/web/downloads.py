"""Answers that a browser keeps as a file. Tables of any size: CSV as a stream, XLSX through a temporary file, so that size costs no memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from pilotage.core import clock
from pilotage.core.tables import XLSX_TYPE, Column, csv_lines, write_xlsx


def workbook(name: str, content: bytes) -> HttpResponse:
    """``name`` without its ending, in plain letters."""
    response = HttpResponse(content, content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def pdf(name: str, content: bytes) -> HttpResponse:
    """Shown in the browser; ``name`` without its ending, of any letters."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf") or "inline"
    return response


def kept_file(file: Any, name: str, content_type: str) -> FileResponse:
    """A file that somebody added: saved, never shown, so that no browser runs what is in it. 404 where the store has lost it.

    Ask first who may have it, and ``core.incoming`` whether it may be given out.
    """
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type or "application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def table_response(kind: str, name: str, columns: Sequence[Column | str], rows: Iterable[Sequence[Any]], title: str) -> HttpResponseBase:
    """``name`` without date and ending; 404 for a kind other than xlsx and csv."""
    full = f"{name}-{timezone.localtime(clock.now()):%Y%m%d-%H%M}.{kind}"
    if kind == "csv":
        response = StreamingHttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{full}"'
        return response
    if kind != "xlsx":
        raise Http404
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  closed by FileResponse
    write_xlsx(columns, rows, title=title, to=file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=full)
