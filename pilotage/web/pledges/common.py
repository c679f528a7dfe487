"""What the pages of pledges share: who may open them, the line of tabs, money and rates as they are typed and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import rules
from pilotage.web import formats, units

WAN = 10_000


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a page is made, reckoned once."""

    actor: Any
    enterprises: frozenset[int]
    banks: frozenset[int]
    sees_all: bool


def reader_of(request: HttpRequest) -> Reader:
    """404 for everybody who has no part in financing."""
    actor = request.user
    if not rules.can_see(actor):
        raise Http404
    return Reader(actor, frozenset(rules.enterprise_ids(actor)), frozenset(rules.bank_ids(actor)), rules.sees_all(actor))


def tabs(current: str) -> list[dict[str, Any]]:
    pages = [
        ("home", pgettext("financing", "Pledges")),
        ("rights", pgettext("financing", "Rights")),
        ("terms", pgettext("financing", "Risk compensation")),
    ]
    return [{"url": reverse(f"pledges:{name}"), "label": label, "current": name == current, "count": None} for name, label in pages]


def yuan(amount: int | None) -> str:
    return units.amount(amount, "yuan")


def percent(basis_points: int | None) -> str:
    return units.amount(basis_points, "basis_points")


def day(value: Any) -> str:
    return formats.day(value) if value else formats.UNKNOWN


def months(count: int | None) -> str:
    return units.amount(count, "months")


def said(answer: bool | None) -> str:
    if answer is None:
        return _("not said")
    return pgettext("answer", "yes") if answer else pgettext("answer", "no")


def to_yuan(wan: Decimal | None) -> int | None:
    return None if wan is None else int(wan * WAN)


def to_wan(amount: int | None) -> Decimal | None:
    return None if amount is None else (Decimal(amount) / WAN).normalize() + 0


def to_basis_points(rate: Decimal | None) -> int | None:
    return None if rate is None else int(rate * 100)


def to_percent(basis_points: int | None) -> Decimal | None:
    return None if basis_points is None else Decimal(basis_points) / 100


def id_of(verb: str) -> str:
    """Several forms stand on one page, so that the ids of their fields begin with the act."""
    return f"{verb}-%s"


def say(request: HttpRequest, problem: Invalid) -> None:
    for sentence in problem.errors.values():
        messages.error(request, sentence)


def put_errors(form: Any, problem: Invalid, names: Mapping[str, str] | None = None) -> None:
    """A service's errors at the fields of the form; ``names`` where a field is called otherwise there."""
    if "sure" in problem.errors and hasattr(form, "doubted"):
        form.doubted()
    for name, sentence in problem.errors.items():
        field = (names or {}).get(name, name)
        form.add_error(field if field in form.fields else None, sentence)
