"""Answers that a browser keeps as a file."""

from __future__ import annotations

from django.http import HttpResponse

from pilotage.core.tables import XLSX_TYPE


def workbook(name: str, content: bytes) -> HttpResponse:
    """``name`` without its ending, in plain letters."""
    response = HttpResponse(content, content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
