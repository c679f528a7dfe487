"""The record of decisions, as the auditor reads it. Every page only reads."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pilotage.audit import chain, services
from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.core import keyset
from pilotage.web.audit import words
from pilotage.web.audit.access import can_read_history, can_read_record
from pilotage.web.audit.forms import EventFilter

CHECKED_ON_PAGE = 100_000  # a longer chain is checked by the command, not while a reader waits
BREAKS_SHOWN = 50


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    can_read_record(request.user).require()
    form = EventFilter(request.GET)
    page = keyset.page(form.narrow(AuditEvent.objects.all()), order=("-number",), after=request.GET.get("after", ""))
    number, digest = services.head()
    context = {
        "page": page,
        "lines": _lines(page),
        "form": form,
        "acts": words.acts(),
        "head_number": number,
        "head_digest": digest,
        "narrow": form.is_narrow(),
    }
    return render(request, "audit/event_list.html", context)


@require_safe
def event_detail(request: HttpRequest, number: int) -> HttpResponse:
    can_read_record(request.user).require()
    event = get_object_or_404(AuditEvent, number=number)
    snapshot = AuditSnapshot.objects.filter(digest=event.snapshot_digest).first()
    context = {
        "event": event,
        "act": words.act(event.verb),
        "kind": words.kind(event.object_type),
        "snapshot": _pretty(snapshot.body) if snapshot else "",
        "fields_fit": _fits(event),
        "snapshot_fits": bool(snapshot) and _digest_of(snapshot.body, event.snapshot_digest) == event.snapshot_digest,
        "has_next": AuditEvent.objects.filter(number=number + 1).exists(),
    }
    return render(request, "audit/event_detail.html", context)


@require_safe
def object_history(request: HttpRequest, object_type: str, object_id: str) -> HttpResponse:
    can_read_history(request.user).require()
    events = AuditEvent.objects.filter(object_type=object_type, object_id=object_id)
    page = keyset.page(events, order=("-number",), after=request.GET.get("after", ""))
    if not page.rows:
        raise Http404
    context = {
        "page": page,
        "lines": _lines(page),
        "kind": words.kind(object_type),
        "object_type": object_type,
        "object_id": object_id,
        "may_read_record": can_read_record(request.user),
    }
    return render(request, "audit/object_history.html", context)


@never_cache
@require_safe
def chain_check(request: HttpRequest) -> HttpResponse:
    """With ``check=1`` the whole chain is verified now: reads only, and only up to a length that answers in seconds."""
    can_read_record(request.user).require()
    number, digest = services.head()
    checked = request.GET.get("check") == "1" and number <= CHECKED_ON_PAGE
    breaks: list[chain.Break] = []
    if checked:
        (number, digest), breaks = services.check()
    context = {
        "head_number": number,
        "head_digest": digest,
        "checked": checked,
        "too_long": number > CHECKED_ON_PAGE,
        "limit": CHECKED_ON_PAGE,
        "break_count": len(breaks),
        "breaks": breaks[:BREAKS_SHOWN],
    }
    return render(request, "audit/chain.html", context)


def _lines(page: keyset.Page) -> list[dict[str, Any]]:
    return [{"event": event, "act": words.act(event.verb), "kind": words.kind(event.object_type)} for event in page]


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2, sort_keys=True)
    except ValueError:
        return body


def _digest_of(body: str, written: str) -> str:
    algorithm = written.partition(":")[0]
    return chain.digest(body.encode(), algorithm) if algorithm in {"sha256", "sm3"} else ""


def _fits(event: AuditEvent) -> bool:
    algorithm = event.digest.partition(":")[0]
    return algorithm in {"sha256", "sm3"} and event.link.digest(algorithm) == event.digest
