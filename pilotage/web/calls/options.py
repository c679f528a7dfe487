"""Choices of the filter selects: only values that occur in what the reader may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
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
    return [
        {"name": name, "label": str(label), "choices": list(choices), "chosen": getattr(chosen, name)}
        for name, label, choices in _all(call, queryset, names)
    ]


def _all(call: Call | None, queryset: QuerySet[Application], names: tuple[str, ...]) -> list[tuple[str, Any, Any]]:
    makers = {
        "state": lambda: ("state", _("All states"), [(value, label) for value, label in ApplicationState.choices if value != "draft"]),
        "level": lambda: ("level", _("All levels"), levels_for(call).items()),
        "province": lambda: ("province", _("All provinces"), _named(Division, queryset, "province")),
        "city": lambda: ("city", _("All cities"), _named(Division, queryset, "prefecture")),
        "industry": lambda: ("industry", _("All industries"), _named(Industry, queryset, "industry")),
        "recommender": lambda: ("recommender", _("All recommenders"), _recommenders(queryset)),
    }
    return [makers[name]() for name in names]


def _named(model: Any, queryset: QuerySet[Application], column: str) -> list[tuple[str, str]]:
    used = queryset.order_by().filter(**{f"{column}__isnull": False}).values(f"{column}_id").distinct()
    return [(row.pk, getattr(row, "short", row.name) if model is Industry else row.name) for row in model.objects.filter(pk__in=used).order_by("code")]


def _recommenders(queryset: QuerySet[Application]) -> list[tuple[str, str]]:
    used = queryset.order_by().filter(recommender__isnull=False).values("recommender_id").distinct()
    return [(row.code, str(row)) for row in Recommender.objects.filter(pk__in=used).order_by("code")]
