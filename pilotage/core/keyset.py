"""Pages of a long list whose cost does not grow with how far one has turned.

A page is asked for by the values of the order fields at its edge, not by a row count. Order fields
must be non-null and end in a unique one; the cursor is those values, so a row inserted or removed
elsewhere neither repeats nor hides another.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet


@dataclass(frozen=True, slots=True)
class Page:
    """``next`` and ``previous`` are cursors for the neighbouring pages, None at the ends."""

    rows: list[Any]
    next: str | None
    previous: str | None
    size: int

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Any:
        return iter(self.rows)


def page(queryset: QuerySet, *, order: tuple[str, ...], after: str = "", size: int = 50) -> Page:
    """The page after (or, for a ``previous`` cursor, before) ``after``. One query.

    An unreadable cursor gives the first page: it can only come from a hand-made address.
    """
    backwards, values = _decode(after, len(order))
    direction = tuple(_reverse(name) for name in order) if backwards else order
    rows = queryset.order_by(*direction)
    if values:
        rows = rows.filter(_beyond(direction, values))
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_next = more if not backwards else bool(values)
    has_previous = more if backwards else bool(values)
    return Page(
        found,
        _encode(False, order, found[-1]) if found and has_next else None,
        _encode(True, order, found[0]) if found and has_previous else None,
        size,
    )


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    """Rows strictly after ``values`` in ``order``: (a > x) or (a = x and b > y) …"""
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        condition |= equal & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{field: value})
    if len(order) > 1:
        # stated a second time in the plain form, so that both databases start the index at the cursor
        first = order[0].lstrip("-")
        condition &= Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": values[0]})
    return condition


def _reverse(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _value(row: Any, name: str) -> Any:
    value = row
    for part in name.lstrip("-").split("__"):
        value = value.get(part) if isinstance(value, dict) else getattr(value, part)
    return value


def _encode(backwards: bool, order: tuple[str, ...], row: Any) -> str:
    values = [_value(row, name) for name in order]
    raw = json.dumps([int(backwards), values], cls=DjangoJSONEncoder, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _decode(cursor: str, length: int) -> tuple[bool, list[Any]]:
    if not cursor:
        return False, []
    try:
        backwards, values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        return False, []
    if not isinstance(values, list) or len(values) != length or any(isinstance(v, dict | list) or v is None for v in values):
        return False, []
    return bool(backwards), values
