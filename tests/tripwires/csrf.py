"""A page with a POST form that would be refused for want of its CSRF token fails the test."""

from __future__ import annotations

import gzip
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.test.client import ClientHandler

# its view asks for none, so that public pages are the same for every reader
WITHOUT = frozenset({"/language/"})


class MissingToken(AssertionError):
    pass


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.bare: list[str] = []
        self._open: str | None = None
        self._has_token = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form" and (values.get("method") or "").lower() == "post" and not urlsplit(values.get("action") or "").netloc:
            self._open, self._has_token = values.get("action") or "(this page)", False
        elif tag == "input" and values.get("name") == "csrfmiddlewaretoken" and values.get("value"):
            self._has_token = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open is not None:
            if not self._has_token and self._open not in WITHOUT:
                self.bare.append(self._open)
            self._open = None


def forms_without_token(html: str) -> list[str]:
    parser = _Forms()
    parser.feed(html)
    return parser.bare


def install() -> None:
    original = ClientHandler.get_response

    def get_response(self: ClientHandler, request: Any) -> Any:
        response = original(self, request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            content = gzip.decompress(response.content) if response.get("Content-Encoding") == "gzip" else response.content
            bare = forms_without_token(content.decode(response.charset))
            if bare:
                raise MissingToken(f"{request.path}: a POST form without a CSRF token, action {bare[0]}")
        return response

    ClientHandler.get_response = get_response  # type: ignore[method-assign]
