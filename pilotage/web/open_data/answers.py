"""Answers that change only with the records: a reader who has the newest is told so, and nothing is made."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags

from pilotage.audit.services import head
from pilotage.publications.open_data.tables import PublicTable

# a file of a release before may name a field otherwise
FORM = "1"


def state(*parts: str) -> str:
    """The head of the chain names the state of all records: every act that changes one writes to it. One query."""
    number, digest = head()
    return sha256("\n".join((FORM, str(number), digest, *parts)).encode()).hexdigest()[:32]


def table_state(table: PublicTable, *parts: str) -> str:
    return state(table.key, table.valid(), *parts)


def unless_known(request: HttpRequest, name: str, make: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """304 where the reader holds what ``name`` names. Public for every cache, which has to ask again each time."""
    tag = f'"{name}"'
    known = [given.removeprefix("W/") for given in parse_etags(request.headers.get("If-None-Match", ""))]
    response = HttpResponseNotModified() if tag in known or "*" in known else make()
    response["ETag"] = tag
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, no_cache=True)
    return response
