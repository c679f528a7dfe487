"""Under a storm, saves in passing wait in the browser so that submissions get through."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _

from pilotage.core import write_queue

HEADER = "Pilotage-Autosave"  # set by static/calls/saving.js, by nothing else
RETRY_AFTER_SECONDS = 20
PATIENCE = 5.0  # seconds for which a save in passing stands in the write queue of SQLite
_KEY = f"HTTP_{HEADER.upper().replace('-', '_')}"

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Admission:
    """Around the whole site: an autosave is answered 503 with ``Retry-After`` while too many requests are in flight in this process.

    Only a request that names itself an autosave is ever turned away: its text lies in the browser and comes again by itself. It
    costs next to nothing, being turned away before Django sees it. Those let in write after everybody else (``core.write_queue``).
    0 in the setting sheds nothing.
    """

    def __init__(self, application: Application):
        self.application = application
        self.lock = threading.Lock()
        self.in_flight = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        may_wait = _KEY in environ
        with self.lock:
            is_shed = may_wait and 0 < settings.AUTOSAVES_SHED_ABOVE <= self.in_flight
            self.in_flight += not is_shed  # those turned away must not crowd out those who follow
        if is_shed:
            sentence = _words(environ)
            start_response("503 Service Unavailable", list(_headers(sentence).items()))
            return [sentence]
        try:
            if not may_wait:
                return self.application(environ, start_response)
            with write_queue.standing_back(PATIENCE):
                return self.application(environ, start_response)
        finally:
            with self.lock:
                self.in_flight -= 1


def shed(request: HttpRequest) -> HttpResponse:
    """The same answer from inside, for a save whose turn to write did not come."""
    sentence = _words(request.META)
    return HttpResponse(sentence, status=503, headers=_headers(sentence))


def _headers(sentence: bytes) -> dict[str, str]:
    return {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(sentence)),
        "Retry-After": str(RETRY_AFTER_SECONDS),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }


def _words(environ: dict[str, Any]) -> bytes:
    chosen = re.search(rf"(?:^|;\s*){re.escape(settings.LANGUAGE_COOKIE_NAME)}=([^;]*)", environ.get("HTTP_COOKIE", ""))
    return _sentence(chosen[1] if chosen else "", environ.get("HTTP_ACCEPT_LANGUAGE", ""))


@lru_cache(maxsize=256)
def _sentence(chosen: str, accepted: str) -> bytes:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    request.COOKIES = {settings.LANGUAGE_COOKIE_NAME: chosen} if chosen else {}
    with override(get_language_from_request(request)):
        return _("Very many people are saving just now: kept on this device, sent by itself in a moment.").encode()
