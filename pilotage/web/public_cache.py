"""Public pages made once for many readers who are not signed in, and never one that is out of date.

Data: finished answers in this process, by language and address, each with the public change number and the minute it was made at.
Algorithm: an answer is used again while no act has changed what is public (``change_number``: one small query) and the minute is the same,
because pages say how long something is still open. One reader makes a page, the others wait for it. Browsers and caches on the way keep a
copy but ask each time (``no-cache`` with an ``ETag``): what is withdrawn is gone with the next reading.
Invariants: who has a session, a message waiting or a key is never answered from here; nothing with a cookie, a form's token or another
status than 200 is kept; only addresses under ``PUBLIC`` are.
Refuses: answers of more than ``LARGEST`` bytes and those that stream; the oldest go when ``MOST`` bytes are held.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeGuard

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request

from pilotage.core import clock
from pilotage.publications.site.change_number import public_number

PUBLIC = (
    "/plans/",
    "/calls/",
    "/notices/",
    "/directory/",
    "/cases/",
    "/case-sets/",
    "/guidelines/",
    "/certificates/",
    "/news/",
    "/pages/",
    "/search/",
    "/open-data/",
    "/statistics/",
)
LARGEST, MOST = 2_000_000, 96_000_000
PATIENCE = 10.0  # seconds one waits for somebody else who makes the same page
SMALLEST_ZIPPED = 500
_KEPT_HEADERS = (
    "Content-Type",
    "Content-Language",
    "Content-Disposition",
    "Link",
    "X-Robots-Tag",
    "X-Frame-Options",
    "Access-Control-Allow-Origin",
)
_VARY = ("Accept-Language", "Accept-Encoding", "Cookie")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    content: bytes
    zipped: bytes
    headers: dict[str, str]
    tag: str
    number: int
    minute: int

    @property
    def size(self) -> int:
        return len(self.content) + len(self.zipped)


@dataclass(slots=True)
class Store:
    """Finished answers, the least recently used first."""

    kept: OrderedDict[Key, Kept] = field(default_factory=OrderedDict)
    making: dict[Key, threading.Event] = field(default_factory=dict)
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Key) -> Kept | None:
        with self.lock:
            found = self.kept.get(key)
            if found is not None:
                self.kept.move_to_end(key)
            return found

    def put(self, key: Key, kept: Kept) -> None:
        with self.lock:
            self.size += kept.size - (old.size if (old := self.kept.pop(key, None)) else 0)
            self.kept[key] = kept
            while self.size > MOST:
                self.size -= self.kept.popitem(last=False)[1].size

    def begin(self, key: Key) -> threading.Event | None:
        """None: the caller makes the page and says so with :meth:`end`. Else what to wait for."""
        with self.lock:
            if key in self.making:
                return self.making[key]
            self.making[key] = threading.Event()
            return None

    def end(self, key: Key) -> None:
        with self.lock:
            self.making.pop(key).set()

    def forget(self) -> None:
        with self.lock:
            self.kept.clear()
            self.size = 0


store = Store()


class PublicCacheMiddleware:
    """Stands before the session, so that a page that is kept costs next to nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_shared(request):
            return self.get_response(request)
        number, minute = public_number(), int(clock.now().timestamp()) // 60
        key = (request.scheme or "", request.get_host(), get_language_from_request(request), request.get_full_path())
        found = store.get(key)
        if _is_fresh(found, number, minute):
            return answer(request, found)
        waited = store.begin(key)
        if waited is None:
            return self._make(request, key, number, minute)
        if found is not None and found.number == number and found.minute == minute - 1:
            return answer(request, found)  # only the minute changed, and the new page is on its way
        waited.wait(PATIENCE)
        found = store.get(key)
        return answer(request, found) if _is_fresh(found, number, minute) else self.get_response(request)

    def _make(self, request: HttpRequest, key: Key, number: int, minute: int) -> HttpResponseBase:
        try:
            response = self.get_response(request)
            if request.method != "GET" or not may_keep(request, response):
                return response
            kept = keep(response, number, minute)
            store.put(key, kept)
        finally:
            store.end(key)
        return answer(request, kept)


def is_shared(request: HttpRequest) -> bool:
    """Would everybody get this answer? Decided by the request alone."""
    if request.method not in {"GET", "HEAD"} or not (request.path == "/" or request.path.startswith(PUBLIC)) or "/object/" in request.path:
        return False
    if settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES:
        return False
    return not ({"Authorization", "HX-Request", "Range"} & request.headers.keys())


def may_keep(request: HttpRequest, response: HttpResponseBase) -> bool:
    if response.status_code != 200 or response.streaming or not isinstance(response, HttpResponse) or response.cookies:
        return False
    if (
        request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        or "no-store" in response.get("Cache-Control", "")
        or "private" in response.get("Cache-Control", "")
    ):
        return False
    return len(response.content) <= LARGEST


def keep(response: HttpResponseBase, number: int, minute: int) -> Kept:
    content = response.content  # type: ignore[attr-defined]  # not streaming
    kind = response.get("Content-Type", "")
    is_text = kind.startswith(
        ("text/", "application/json", "application/xml", "application/ld+json", "application/rdf+xml", "application/atom+xml")
    )
    zipped = gzip.compress(content, 6, mtime=0) if is_text and len(content) >= SMALLEST_ZIPPED else b""
    tag = f'W/"{hashlib.sha256(content + kind.encode()).hexdigest()[:24]}"'
    return Kept(content, zipped, {name: response[name] for name in _KEPT_HEADERS if name in response}, tag, number, minute)


def _is_fresh(found: Kept | None, number: int, minute: int) -> TypeGuard[Kept]:
    return found is not None and (found.number, found.minute) == (number, minute)


def answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    if kept.tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
        if "Content-Language" in kept.headers:
            response["Content-Language"] = kept.headers["Content-Language"]
    else:
        zips = bool(kept.zipped) and "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(kept.zipped if zips else kept.content, headers=kept.headers)
        if zips:
            response["Content-Encoding"] = "gzip"
        response["Content-Length"] = str(len(response.content))
    response["ETag"] = kept.tag
    response["Cache-Control"] = "public, no-cache"
    patch_vary_headers(response, _VARY)
    return response
