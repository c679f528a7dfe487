"""Pages for what went wrong: what failed, what is kept, what to do."""

from __future__ import annotations

import logging
import secrets
import sys

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from pilotage.core.verdict import Refused

logger = logging.getLogger("pilotage.web")

NOTE_TARGET = "#page-notes"  # the live region of base.html


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 with the rule's own sentence. Only sentences of ``Refused`` are written for readers."""
    return _answer(request, 403, str(exception) if isinstance(exception, Refused) else "")


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404)


@login_not_required
def conflict(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 409, str(exception))


@login_not_required
def busy(request: HttpRequest, seconds: int) -> HttpResponse:
    """503: the turn to write did not come in time. Nothing was written."""
    response = _answer(request, 503)
    response["Retry-After"] = str(seconds)
    return response


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.warning("cross-site check failed at %s: %s", request.path, reason)
    return _answer(request, 403, template="errors/csrf.html")


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """500 without database or session: the page must come even when those are what failed."""
    reference = secrets.token_hex(4).upper()
    logger.error("reference %s at %s", reference, request.path, exc_info=sys.exc_info())
    return HttpResponse(render_to_string("errors/500.html", {"reference": reference}), status=500)


def _answer(request: HttpRequest, status: int, sentence: str = "", template: str = "") -> HttpResponse:
    context = {"sentence": sentence, "status": status}
    if getattr(request, "htmx", False):
        response = render(request, "errors/fragment.html", context, status=status)
        response["HX-Retarget"] = NOTE_TARGET
        response["HX-Reswap"] = "innerHTML show:window:top"
        return response
    return render(request, template or f"errors/{status}.html", context, status=status)
