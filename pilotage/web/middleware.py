"""Turns a rule's refusal and a lost race into a page that says why."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from pilotage.core.verdict import Conflict, Refused
from pilotage.core.write_queue import Busy
from pilotage.web import errors
from pilotage.web.calls import shedding


class ReasonMiddleware:
    """``Refused`` becomes 403 and ``Conflict`` 409, both with their own sentence; a fragment gets a note instead of a page.

    Who waited in vain for the turn to write is asked to come again (503): nothing was written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return errors.forbidden(request, exception)
        if isinstance(exception, Conflict):
            return errors.conflict(request, exception)
        if isinstance(exception, Busy):
            return shedding.shed(request) if shedding.HEADER in request.headers else errors.busy(request, shedding.RETRY_AFTER_SECONDS)
        return None
