"""What every page's frame needs: the navigation of the reader's role, the demo sign, the languages."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, lazy

from pilotage.messages.selectors import MOST_COUNTED, unread_count
from pilotage.web import nav


def site(request: HttpRequest) -> dict[str, Any]:
    """Lazy throughout: a fragment pays for none of it."""
    user = getattr(request, "user", None)
    lines = cache(lambda: nav.work_links(user, request.path))
    return {
        "DEMO": settings.DEMO,
        "public_nav": SimpleLazyObject(lambda: nav.public_links(request.path)),
        "footer_nav": SimpleLazyObject(lambda: nav.footer_links(request.path)),
        "work_nav": SimpleLazyObject(lambda: lines()[0]),
        "steering_nav": SimpleLazyObject(lambda: lines()[1]),
        "publication_nav": SimpleLazyObject(lambda: nav.publication_links(user, request.path)),
        "financing_nav": SimpleLazyObject(lambda: nav.financing_links(user, request.path)),
        "own_organisation": SimpleLazyObject(lambda: _own_organisation(user)),
        "unread_messages": SimpleLazyObject(lambda: _unread(user)),
        "same_page": lazy(request.get_full_path, str)(),
    }


def _unread(user: Any) -> str:
    """What the bell shows, '' for nothing."""
    number = unread_count(user)
    return "" if not number else f"{MOST_COUNTED - 1}+" if number >= MOST_COUNTED else str(number)


def _own_organisation(user: Any) -> Any:
    memberships = getattr(user, "active_memberships", [])
    return memberships[0].organisation if memberships else ""
