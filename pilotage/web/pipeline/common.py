"""What the pages of the pipeline share: who may open them, the line of tabs, saying what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from pilotage.core.verdict import Invalid
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.enums import BatchState, LineState


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a page is made, reckoned once."""

    actor: Any
    enterprises: frozenset[int]
    receivers: frozenset[int]
    sees_all: bool
    is_secretariat: bool


def reader_of(request: HttpRequest) -> Reader:
    """404 for everybody who has no part in financing."""
    actor = request.user
    if not rules.can_see(actor):
        raise Http404
    return Reader(
        actor,
        frozenset(rules.enterprise_ids(actor)),
        frozenset(rules.receiver_ids(actor)),
        rules.sees_all(actor),
        rules.is_secretariat(actor),
    )


def worker_of(request: HttpRequest) -> Reader:
    """For the pages on which the secretariat enters things."""
    reader = reader_of(request)
    if not reader.is_secretariat:
        raise Http404
    return reader


def tabs(reader: Reader, current: str) -> list[dict[str, Any]]:
    """With how many lists wait for the reader's own word. One query for enterprises, one for receivers."""
    pages = [
        ("home", pgettext("listing pipeline", "Projects"), True),
        ("funnel", pgettext("listing pipeline", "Funnel"), reader.sees_all),
        ("batches", pgettext("listing pipeline", "Recommendations"), reader.sees_all or bool(reader.receivers)),
        ("lists", pgettext("listing pipeline", "Lists we are on"), bool(reader.enterprises)),
        ("rounds", pgettext("listing pipeline", "Tier rounds"), True),
        ("tiers", pgettext("listing pipeline", "Tiers"), reader.sees_all),
    ]
    waiting = _waiting(reader)
    return [
        {"url": reverse(f"pipeline:{name}"), "label": label, "current": name == current, "count": waiting.get(name) or None}
        for name, label, shown in pages
        if shown
    ]


def _waiting(reader: Reader) -> dict[str, int]:
    """Lists that ask the enterprise, lists whose receipt is to be confirmed."""
    found = {}
    if reader.enterprises:
        asked = rules.visible_lines(reader.actor).filter(state=LineState.ASKED, batch__state=BatchState.DRAFT)
        found["lists"] = asked.count()
    if reader.receivers:
        found["batches"] = rules.visible_batches(reader.actor).filter(received_on__isnull=True, state=BatchState.SIGNED).count()
    return found


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def say(request: HttpRequest, problem: Invalid) -> None:
    for sentence in problem.errors.values():
        messages.error(request, sentence)


def put_errors(form: forms.Form, problem: Invalid) -> None:
    for name, sentence in problem.errors.items():
        form.add_error(name if name in form.fields else None, sentence)
