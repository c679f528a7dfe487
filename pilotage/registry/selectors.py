from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.core import search
from pilotage.core.wording import in_english
from pilotage.registry.addresses import DivisionRow, Gazetteer
from pilotage.registry.enums import DivisionLevel, IndustryLevel
from pilotage.registry.mapping import BY_KEY
from pilotage.registry.models import Division, Enterprise, EnterpriseImport, ImportFault, Industry
from pilotage.registry.rowcheck import Reference

FILTERS = ("province", "prefecture", "industry", "size", "ownership")


def reference() -> Reference:
    """Divisions and industries in memory, for reading many rows: two queries."""
    rows = Division.objects.values_list("code", "name_zh", "short_zh", "level", "is_pseudo")
    gazetteer = Gazetteer(DivisionRow(*row) for row in rows)
    industries: dict[str, str] = {}
    for code, name, short, english in Industry.objects.order_by("level", "code").values_list("code", "name_zh", "short_zh", "name_en"):
        for word in (short, english.lower(), name, code):
            if word:
                industries.setdefault(word, code)
    return Reference(gazetteer, industries, {code: row.name for code, row in gazetteer.by_code.items()})


def enterprise_list(enterprises: QuerySet[Enterprise], *, search_text: str = "", **filters: str) -> QuerySet[Enterprise]:
    """``enterprises`` (what the actor may see) under a search and filters; ``industry`` takes a section letter or a two-digit code."""
    queryset = enterprises.select_related("province", "prefecture", "county", "industry")
    for name in FILTERS:
        value = filters.get(name, "")
        if value and name == "industry":
            queryset = queryset.filter(Q(industry=value) | Q(industry__parent=value))
        elif value:
            queryset = queryset.filter(**{name: value})
    return search.match(queryset, search_text)


def provinces() -> QuerySet[Division]:
    return Division.objects.filter(level=DivisionLevel.PROVINCE).order_by("code")


def prefectures(province: str) -> QuerySet[Division]:
    return Division.objects.filter(level=DivisionLevel.PREFECTURE, parent=province, is_pseudo=False).order_by("code")


def industry_sections() -> QuerySet[Industry]:
    return Industry.objects.filter(level=IndustryLevel.SECTION).order_by("code")


def industry_divisions() -> QuerySet[Industry]:
    return Industry.objects.filter(level=IndustryLevel.DIVISION).order_by("code")


def import_faults(batch: EnterpriseImport, *, warnings: bool | None = None) -> QuerySet[ImportFault]:
    faults = ImportFault.objects.filter(batch=batch).order_by("row", "id")
    return faults if warnings is None else faults.filter(is_warning=warnings)


EXPORT_FIELDS = (
    "name_zh",
    "uscc",
    "stock_code",
    "name_en",
    "short_zh",
    "division",
    "province",
    "prefecture",
    "county",
    "address",
    "industry",
    "ownership",
    "size",
    "is_legal_person",
)


def export_columns() -> list[str]:
    """Heads of an export in the active language; an import recognises them in both."""
    english = in_english()
    return [str(BY_KEY[key].label) if english else BY_KEY[key].heads[0] for key in EXPORT_FIELDS]


def export_rows(enterprises: QuerySet[Enterprise]) -> Iterator[list[Any]]:
    """Rows in the columns of EXPORT_FIELDS, which an import reads back; streamed by 1,000 with two queries each."""
    last = 0
    while True:
        found = list(
            enterprises.filter(pk__gt=last)
            .select_related("province", "prefecture", "county")
            .prefetch_related("identifiers")
            .order_by("pk")[:1000]
        )
        if not found:
            return
        for enterprise in found:
            yield _export_row(enterprise)
        last = found[-1].pk


def _export_row(enterprise: Enterprise) -> list[Any]:
    places = [enterprise.province, enterprise.prefecture, enterprise.county]
    stock = next((i.value for i in enterprise.identifiers.all() if i.scheme == "CN-STOCK"), "")
    return [
        enterprise.name_zh,
        enterprise.uscc or "",
        stock,
        enterprise.name_en,
        enterprise.short_zh,
        next((place.code for place in reversed(places) if place is not None), ""),
        *(place.name_zh if place else "" for place in places),
        enterprise.address,
        enterprise.industry_id or "",
        enterprise.ownership,
        enterprise.size,
        "是" if enterprise.is_legal_person else "否",
    ]


FAULT_COLUMNS = (_("row"), _("column"), _("value"), _("kind"), _("what is wrong"), _("what to do"))


def fault_rows(batch: EnterpriseImport) -> Iterator[list[Any]]:
    """The report of an import in the active language, streamed."""
    kinds = {True: str(_("warning")), False: str(_("row refused"))}
    for fault in import_faults(batch).iterator(chunk_size=1000):
        yield [fault.row, fault.column, fault.value, kinds[fault.is_warning], fault.message, fault.advice]
