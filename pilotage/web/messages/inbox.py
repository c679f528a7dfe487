"""A person's own messages. Opening one marks it as read, so it is a POST that leads on to what the message speaks of."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pilotage.core import keyset
from pilotage.messages import selectors, services, wording
from pilotage.messages.models import Message
from pilotage.messages.rules import visible_messages

PAGE = 30


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    kind, unread = request.GET.get("kind", ""), request.GET.get("unread") == "1"
    found = selectors.inbox(visible_messages(request.user), kind=kind, unread=unread)
    page = keyset.page(found, order=("-id",), after=request.GET.get("after", ""), size=PAGE)
    kinds = [(str(each.value), each.label) for each in selectors.kinds_for(request.user)]
    context = {
        "page": page,
        "lines": [_line(row) for row in page],
        "tabs": _tabs(kind, unread, selectors.unread_count(request.user)),
        "kinds": kinds,
        "kind": kind if kind in dict(kinds) else "",
        "unread": unread,
        "newest": page.rows[0].pk if page.rows else 0,
        "own_tabs": own_tabs("inbox"),
    }
    return render(request, "messages/inbox.html", context)


def _line(row: Message) -> dict[str, Any]:
    return {
        "row": row,
        "title": wording.title(row.text, row.params),
        "body": wording.body(row.text, row.params),
        "icon": ICONS[row.kind],
    }


ICONS = {
    "work": "list-check",
    "returned": "arrow-back-up",
    "receipt": "file-certificate",
    "progress": "circle-dashed",
    "outcome": "flag",
    "seat": "user-check",
    "deadline": "clock",
    "account": "key",
}


def _tabs(kind: str, unread: bool, count: int) -> list[dict[str, Any]]:
    query = f"&kind={kind}" if kind else ""
    return [
        {"url": f"?{query.lstrip('&')}", "label": _("All"), "count": None, "current": not unread},
        {"url": f"?unread=1{query}", "label": _("Unread"), "count": count if count < selectors.MOST_COUNTED else None, "current": unread},
    ]


def own_tabs(current: str) -> list[dict[str, Any]]:
    """The person's own three pages."""
    pages = (("inbox", "/messages/", _("Inbox")), ("preferences", "/messages/preferences/", _("What reaches me how")))
    pages += (("calendar", "/messages/calendar/", _("Calendar")),)
    return [{"url": url, "label": label, "count": None, "current": name == current} for name, url, label in pages]


@require_POST
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(visible_messages(request.user), pk=pk)
    services.mark_read(actor=request.user, message=message)
    return redirect(message.link or "messages:inbox")


@require_POST
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(visible_messages(request.user), pk=pk)
    services.mark_read(actor=request.user, message=message)
    return _back(request)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Those up to the newest the reader had before the eyes; what came since stays unread."""
    newest = request.POST.get("newest", "")
    services.mark_all_read(actor=request.user, up_to=int(newest) if newest.isdecimal() and len(newest) < 19 else None)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was filtered."""
    address = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}) and address.startswith("/messages/")
    return redirect(address if is_here else "messages:inbox")
