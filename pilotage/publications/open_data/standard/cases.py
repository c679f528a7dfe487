"""Cases: those written here and published with consent, and those published elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce

from pilotage.publications.cases.rules import published_cases
from pilotage.publications.models import Case, CaseStudy
from pilotage.publications.open_data.standard.common import both, fictional, industry, key, named, page, place
from pilotage.publications.open_data.tables import Field, PublicTable, QuerySource, absolute, register
from pilotage.publications.rules import visible_cases

STUDY_FIELDS = (
    key("案例编号", "Case number"),
    page(),
    *both("title", "标题", "Title"),
    Field("enterprise", "string", "企业名称", "Enterprise"),
    *place("province", "省份", "Province"),
    *place("city", "城市", "City"),
    *industry(),
    Field("key_industry", "string", "重点行业代码", "Key industry, code"),
    Field("scenarios", "string", "应用场景代码（分号分隔）", "Scenario codes, separated by semicolons"),
    Field("entry", "string", "名录编号", "Directory entry"),
    Field("published_at", "datetime", "发布时间", "Published at"),
    fictional(),
)
HISTORY_FIELDS = (
    key("标识（由项目类别、名称和年份得出）", "Identifier, made of programme, name and year"),
    Field("year", "integer", "年份", "Year"),
    *both("programme", "项目类别", "Programme"),
    Field("name", "string", "名称", "Name"),
    Field("enterprise", "string", "企业名称", "Enterprise"),
    *place("province", "省份", "Province"),
    Field("city", "string", "城市", "City"),
    *both("category", "类别", "Category"),
    fictional(),
    Field("source", "uri", "来源网页", "Source"),
)


def _changed_at() -> datetime | None:
    at: datetime | None = published_cases().aggregate(at=Max("published_at"))["at"]
    return at


def _studies(_edition: Any) -> QuerySet[CaseStudy]:
    found = published_cases().select_related("entry", "province", "prefecture", "industry")
    return found.prefetch_related("tags").defer("data", "field_versions", "codes")


def _study_row(case: CaseStudy) -> Iterator[tuple[Any, ...]]:
    yield (
        case.number,
        absolute("cases:detail", case.number),
        case.title_zh,
        case.title_en,
        case.enterprise_name,
        *named(case.province),
        *named(case.prefecture),
        *named(case.industry),
        case.key_industry,
        ";".join(tag.code for tag in case.tags.all() if tag.kind == "scenario"),
        case.entry.number if case.entry else None,
        case.published_at,
        case.is_fictional,
    )


def _history(_edition: Any) -> QuerySet[Case]:
    return visible_cases(None).select_related("province").annotate(sort_year=Coalesce("year", 0)).defer("bigrams")


def history_key(case: Case) -> str:
    """The same wherever and in whatever order the rows are recorded: made of what tells them apart."""
    named = "\n".join([case.programme_zh, case.name, str(case.year or "")])
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def _history_row(case: Case) -> Iterator[tuple[Any, ...]]:
    yield (
        history_key(case),
        case.year,
        case.programme_zh,
        case.programme_en,
        case.name,
        case.enterprise_name,
        *named(case.province),
        case.city,
        case.category_zh,
        case.category_en,
        case.is_fictional,
        case.source,
    )


def register_all() -> None:
    register(
        PublicTable(
            "cases",
            "典型案例",
            "Cases",
            "经企业同意发布的典型案例。",
            "Cases published with the enterprise's consent.",
            STUDY_FIELDS,
            QuerySource(_studies, ("number",), _study_row),
            page_name="cases:list",
            changed_at=_changed_at,
            subjects=(("典型案例", "case study"),),
        )
    )
    register(
        PublicTable(
            "cases-elsewhere",
            "其他渠道公布的案例",
            "Cases published elsewhere",
            "其他渠道公布的试点城市、示范基地、领军企业等，附来源网页。",
            "Pilot cities, demonstration bases, leading firms and others as published elsewhere, each with its page.",
            HISTORY_FIELDS,
            QuerySource(_history, ("-sort_year", "programme_zh", "id"), _history_row),
            page_name="cases:history",
            subjects=(("典型案例", "case study"),),
        )
    )
