"""Guidelines as they were issued."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from pilotage.publications.guidelines.enums import GuidelineState
from pilotage.publications.guidelines.models import Revision
from pilotage.publications.open_data.standard.common import both, fictional, key, page
from pilotage.publications.open_data.tables import Field, PublicTable, QuerySource, absolute, register

FIELDS = (
    key("文号", "Number"),
    page(),
    Field("guideline", "string", "指南标识", "Guideline"),
    *both("title", "标题", "Title"),
    Field("plan", "string", "规划", "Plan"),
    Field("industry", "string", "重点行业代码", "Key industry, code"),
    Field("revision", "integer", "版次", "Revision"),
    Field("issued_on", "date", "发布日期", "Issued on"),
    Field("as_of", "date", "数据截止日期", "Figures as of"),
    Field("digest", "string", "正文摘要值", "Digest of the text"),
    fictional(),
)


def public_revisions() -> QuerySet[Revision]:
    return Revision.objects.exclude(guideline__state=GuidelineState.WITHDRAWN).select_related("guideline__plan").defer("packed")


def _changed_at() -> datetime | None:
    at: datetime | None = public_revisions().aggregate(at=Max("made_at"))["at"]
    return at


def _revisions(_edition: Any) -> QuerySet[Revision]:
    return public_revisions()


def _row(found: Revision) -> Iterator[tuple[Any, ...]]:
    guideline = found.guideline
    yield (
        found.number,
        absolute("guidelines:detail", guideline.slug),
        guideline.slug,
        guideline.title_zh,
        guideline.title_en,
        guideline.plan.slug,
        guideline.industry,
        found.revision,
        found.issued_on,
        found.as_of,
        found.digest,
        guideline.is_fictional,
    )


def register_all() -> None:
    register(
        PublicTable(
            "guidelines",
            "行业指南",
            "Guidelines",
            "已发布的重点行业指南各版次。",
            "The issued revisions of the guidelines for key industries.",
            FIELDS,
            QuerySource(_revisions, ("number",), _row),
            page_name="guidelines:list",
            changed_at=_changed_at,
            subjects=(("行业指南", "industry guideline"),),
        )
    )
