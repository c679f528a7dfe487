"""Papers for download: receipts of filings, as PDF and as the signed file inside it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from pilotage.calls.models import Application, Receipt
from pilotage.calls.papers import receipts
from pilotage.core.documents import DocumentError
from pilotage.web.calls.detail import visible_application


def file_response(name: str, content: bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def paper_response(name: str, make: Callable[[], bytes]) -> HttpResponse:
    """The PDF; where none can be made, a page with the reason (503: it is the installation's fault)."""
    try:
        return file_response(name, make(), "application/pdf")
    except DocumentError as error:
        response = HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
        response["Cache-Control"] = "no-store"
        return response


def _receipt(request: HttpRequest, number: str, revision: int) -> tuple[Application, Receipt]:
    application = visible_application(request, number)
    return application, get_object_or_404(Receipt, revision__application=application, revision__number=revision)


@require_safe
def receipt_paper(request: HttpRequest, number: str, revision: int) -> HttpResponse:
    application, receipt = _receipt(request, number, revision)
    return paper_response(f"receipt-{number}-{revision}.pdf", lambda: receipts.paper_of(receipt, application))


@require_safe
def receipt_file(request: HttpRequest, number: str, revision: int) -> HttpResponse:
    _application, receipt = _receipt(request, number, revision)
    return file_response(f"receipt-{number}-{revision}.json", receipts.file_of(receipt), "application/json")
