"""Under a storm, saves in passing wait in the browser so that submissions get through."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _

HEADER = "Pilotage-Autosave"  # set by static/calls/saving.js, by nothing else
RETRY_AFTER_SECONDS = 20


class ShedAutosaves:
    """Answers an autosave with 503 and ``Retry-After`` while as many requests as the setting says are in flight in this process.

    Only a request that names itself an autosave is ever turned away: its text lies in the browser and comes again by itself.
    It costs next to nothing, being turned away before session and database. 0 in the setting sheds nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response
        self.lock = threading.Lock()
        self.in_flight = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        may_wait = HEADER in request.headers
        with self.lock:
            is_shed = may_wait and 0 < settings.AUTOSAVES_SHED_ABOVE <= self.in_flight
            self.in_flight += not is_shed  # those turned away must not crowd out those who follow
        if is_shed:
            return shed(request)
        try:
            return self.get_response(request)
        finally:
            with self.lock:
                self.in_flight -= 1


def shed(request: HttpRequest) -> HttpResponse:
    with override(get_language_from_request(request)):
        sentence = _("Very many people are saving just now: kept on this device, sent by itself in a moment.").encode()
    return HttpResponse(
        sentence,
        status=503,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store", "Content-Length": str(len(sentence))},
    )
