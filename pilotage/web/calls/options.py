"""Choices of the filter selects. Provinces, industries and recommenders come from their own short lists;
cities, which are many, only as far as they occur in what the reader may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call, Recommender
from pilotage.registry.models import Division, Industry
from pilotage.web.calls.desks import levels_for
from pilotage.web.calls.filters import ApplicationFilter


def filter_options(
    chosen: ApplicationFilter, call: Call | None, queryset: QuerySet[Application], names: tuple[str, ...]
) -> list[dict[str, Any]]:
    """One entry per select: name, label, the choices and the one in force. One query each, levels one, states none."""
    return [_select(name, str(label), list(choices), getattr(chosen, name)) for name, label, choices in _all(call, queryset, names)]


def _select(name: str, label: str, choices: list[tuple[str, Any]], chosen: str) -> dict[str, Any]:
    """``html`` holds the option elements: a template loop over two hundred of them would cost more than the list itself."""
    marked = ((value, SafeString(" selected") if value == chosen else "", text) for value, text in choices)
    return {"name": name, "label": label, "choices": choices, "html": format_html_join("", '<option value="{}"{}>{}</option>', marked)}


def _all(call: Call | None, queryset: QuerySet[Application], names: tuple[str, ...]) -> list[tuple[str, Any, Any]]:
    makers = {
        "state": lambda: ("state", _("All states"), [(value, label) for value, label in ApplicationState.choices if value != "draft"]),
        "level": lambda: ("level", _("All levels"), levels_for(call).items()),
        "province": lambda: (
            "province",
            _("All provinces"),
            [(row.pk, row.name) for row in Division.objects.filter(level="province").order_by("code")],
        ),
        "city": lambda: ("city", _("All cities"), _cities(queryset)),
        "industry": lambda: (
            "industry",
            _("All industries"),
            [(row.pk, row.short) for row in Industry.objects.filter(level="division").order_by("code")],
        ),
        "recommender": lambda: (
            "recommender",
            _("All recommenders"),
            [(row.code, str(row)) for row in Recommender.objects.order_by("code")],
        ),
    }
    return [makers[name]() for name in names]


def _cities(queryset: QuerySet[Application]) -> list[tuple[str, str]]:
    used = queryset.order_by().filter(prefecture__isnull=False).values("prefecture_id").distinct()
    return [(row.pk, row.name) for row in Division.objects.filter(pk__in=used, is_pseudo=False).order_by("code")]
