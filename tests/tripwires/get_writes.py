"""A GET or HEAD that writes to the database fails the test.

Exempt: the session row, the time of the last sign-in, and the day an API token was last used.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import Any

from django.db import connections
from django.test.client import ClientHandler

READS = re.compile(r"[\s(]*(SELECT|WITH|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA|EXPLAIN|SET|SHOW|BEGIN|COMMIT)\b", re.IGNORECASE)
EXEMPT = re.compile(r'"django_session"|UPDATE "accounts_user" SET "last_login"|UPDATE "accounts_apitoken" SET "last_used_on" = ')


class WriteDuringGet(AssertionError):
    pass


def refuse_writes(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    text = str(sql)
    if not READS.match(text) and not EXEMPT.search(text):
        raise WriteDuringGet(f"a page that is only read wrote to the database: {text[:200]}")
    return execute(sql, params, many, context)


def install() -> None:
    original = ClientHandler.get_response

    def get_response(self: ClientHandler, request: Any) -> Any:
        with ExitStack() as stack:
            if request.method in {"GET", "HEAD"}:
                for connection in connections.all():
                    stack.enter_context(connection.execute_wrapper(refuse_writes))
            return original(self, request)

    ClientHandler.get_response = get_response  # type: ignore[method-assign]
