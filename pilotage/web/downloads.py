"""Answers that a browser keeps as a file."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from pilotage.core.tables import XLSX_TYPE


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
