"""What the pages of needs and offers share: who may open them, the line of tabs, reading what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from pilotage.core.keyset import Page
from pilotage.core.verdict import Invalid
from pilotage.finance.channels.models import Channel
from pilotage.finance.channels.selectors import channels
from pilotage.finance.matching import rules
from pilotage.web import formats

WAN = 10_000


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a page is made, reckoned once."""

    actor: Any
    enterprises: frozenset[int]
    institutions: frozenset[int]
    sees_all: bool
    is_secretariat: bool


def reader_of(request: HttpRequest) -> Reader:
    """404 for everybody who has no part in financing: not even that there are needs is told."""
    actor = request.user
    if not rules.can_see(actor):
        raise Http404
    return Reader(
        actor,
        frozenset(rules.enterprise_ids(actor)),
        frozenset(rules.institution_ids(actor)),
        rules.sees_all(actor),
        rules.is_secretariat(actor),
    )


def tabs(reader: Reader, current: str) -> list[dict[str, Any]]:
    pages = [
        ("home", pgettext("needs and offers", "Overview"), True),
        ("needs", pgettext("financing", "Needs"), True),
        ("offers", pgettext("financing", "Offers"), True),
        ("introductions", pgettext("financing", "Introductions"), True),
        ("notes", pgettext("financing", "Interbank notes"), True),
        ("batches", pgettext("financing", "Re-lending lists"), reader.sees_all or bool(reader.institutions)),
        ("amounts", pgettext("financing", "Amounts"), reader.sees_all),
    ]
    return [
        {"url": reverse(f"matching:{name}"), "label": label, "current": name == current, "count": None}
        for name, label, shown in pages
        if shown
    ]


def channels_by_key() -> dict[str, Channel]:
    """In the order of the plan. Two queries."""
    return {channel.key: channel for channel in channels()}


def yuan(amount: int | None) -> str:
    """Whole yuan as everybody reads them: 3,240万元 · CNY 32.4 million."""
    return formats.UNKNOWN if amount is None else formats.money(Decimal(amount) / WAN)


def percent(basis_points: int | None) -> str:
    return formats.UNKNOWN if basis_points is None else f"{formats.number(Decimal(basis_points) / 100, 2)}%"


def span(low: Any, high: Any, shown: Any) -> str:
    """``3–5``, ``≥3``, ``≤5``; blank where both ends are open."""
    if low is None and high is None:
        return ""
    if low is None:
        return f"≤{shown(high)}"
    if high is None:
        return f"≥{shown(low)}"
    return shown(low) if low == high else f"{shown(low)}–{shown(high)}"


def to_yuan(wan: Decimal | None) -> int | None:
    return None if wan is None else int(wan * WAN)


def to_wan(yuan: int | None) -> Decimal | None:
    return None if yuan is None else (Decimal(yuan) / WAN).normalize() + 0


def to_basis_points(rate: Decimal | None) -> int | None:
    return None if rate is None else int(rate * 100)


def to_percent(basis_points: int | None) -> Decimal | None:
    return None if basis_points is None else Decimal(basis_points) / 100


def paged(rows: Sequence[Any], after: str, size: int = 50) -> Page:
    """A page of what is in memory already, ordered by more than the database knows; ``after`` counts pages."""
    number = int(after) if after.isdecimal() and len(after) < 6 else 0
    start = number * size
    more = start + size < len(rows)
    return Page(list(rows[start : start + size]), str(number + 1) if more else None, str(number - 1) if number else None, size)


def say(request: HttpRequest, problem: Invalid) -> None:
    for sentence in problem.errors.values():
        messages.error(request, sentence)


def put_errors(form: Any, problem: Invalid, names: Mapping[str, str] | None = None) -> None:
    """A service's errors at the fields of the form; ``names`` where a field is called otherwise there."""
    for name, sentence in problem.errors.items():
        field = (names or {}).get(name, name)
        form.add_error(field if field in form.fields else None, sentence)
