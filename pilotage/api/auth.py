"""Who is asking: a bearer key made on the account page, or nobody."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from pilotage.accounts.services import user_of_key


class Key(HttpBearer):
    """A key is required: 401 without one or with a wrong one."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return user_of_key(token)


class OptionalKey(HttpBearer):
    """Public without a key; a key widens what is seen, and a wrong key is refused, not ignored."""

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" not in request.headers:
            return AnonymousUser()
        found = super().__call__(request)
        if not found:
            raise HttpError(401, "This key is not valid.")
        return found

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return user_of_key(token)
