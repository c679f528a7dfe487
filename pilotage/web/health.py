"""Is this installation fit for use? Booleans for everybody, details for the secretariat."""

from __future__ import annotations

import sqlite3
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.audit import services as audit
from pilotage.core import sqlite


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    answers = _database_answers()
    body: dict[str, Any] = {"ok": answers, "database": answers}
    if answers and has_role(request.user, Role.SECRETARIAT):
        body |= details()
    return JsonResponse(body, status=200 if answers else 503)


def details() -> dict[str, Any]:
    number, digest = audit.head()
    found: dict[str, Any] = {
        "database_vendor": connection.vendor,
        "database_version": _version(),
        "audit_head": {"number": number, "digest": digest},
    }
    advice = sqlite.advice()
    return {**found, "advice": " ".join(advice)} if advice else found


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def _version() -> str:
    if connection.vendor == "sqlite":
        return sqlite3.sqlite_version
    return ".".join(map(str, connection.get_database_version()))
