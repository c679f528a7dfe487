"""Which applications does a list show? The same object answers the page, its links and its export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.core import search

SORTS = {
    "": (_("newest first"), ("-id",)),
    "updated": (_("last changed first"), ("-updated_at", "-id")),
    "project": (_("project"), ("project_title", "id")),
    "enterprise": (_("enterprise"), ("enterprise__name_zh", "id")),
    "number": (_("number"), ("number",)),
}

# what a list row shows and nothing more; the form's content stays in the database
LIST_COLUMNS = (
    "id",
    "number",
    "kind",
    "period",
    "open_flags",
    "state",
    "project_title",
    "level",
    "rank",
    "cosign",
    "check_result",
    "submitted_at",
    "updated_at",
    "call_id",
    "province_id",
    "prefecture_id",
    "county_id",
    "recommender_id",
    "enterprise__name_zh",
    "enterprise__name_en",
    "enterprise__short_zh",
    "enterprise__ownership",
    "province__name_zh",
    "province__name_en",
    "province__short_zh",
    "prefecture__name_zh",
    "prefecture__name_en",
    "prefecture__is_pseudo",
    "industry__name_zh",
    "industry__name_en",
    "industry__short_zh",
    "industry__short_en",
)
LIST_JOINS = ("enterprise", "province", "prefecture", "industry")


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """Every field is one query parameter; '' means not filtered."""

    q: str = ""
    state: str = ""
    province: str = ""
    city: str = ""
    industry: str = ""
    recommender: str = ""
    level: str = ""
    sort: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> ApplicationFilter:
        found = cls(**{field.name: query.get(field.name, "").strip()[:100] for field in fields(cls)})
        return found if found.sort in SORTS else replace(found, sort="")

    def apply(self, queryset: QuerySet[Application]) -> QuerySet[Application]:
        if self.state in ApplicationState.values:
            queryset = queryset.filter(state=self.state)
        for name, column in (
            ("province", "province_id"),
            ("city", "prefecture_id"),
            ("industry", "industry_id"),
            ("recommender", "recommender__code"),
            ("level", "level"),
        ):
            if value := getattr(self, name):
                queryset = queryset.filter(**{column: value})
        return search.match(queryset, self.q)

    @property
    def order(self) -> tuple[str, ...]:
        return SORTS[self.sort][1]

    @property
    def is_narrowed(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self) if field.name != "sort")

    def query(self, **changes: str) -> str:
        """The query string of this filter with changes; blank parameters are left out."""
        values = {field.name: getattr(self, field.name) for field in fields(self)} | changes
        return urlencode({name: value for name, value in values.items() if value})

    def chips(self, names: dict[str, Callable[[str], str]]) -> list[Chip]:
        """Applied filters in words, each with the query string that removes it."""
        return [
            Chip(names[field.name](value), self.query(**{field.name: ""}))
            for field in fields(self)
            if field.name in names and (value := getattr(self, field.name))
        ]


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    without: str


def lean(queryset: QuerySet[Application]) -> QuerySet[Application]:
    """Only the list columns, joins included: one query whatever the rows."""
    return queryset.select_related(*LIST_JOINS).only(*LIST_COLUMNS)


def label_of(choices: Any, value: str) -> str:
    return str(dict(choices).get(value, value))
