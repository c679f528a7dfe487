"""Lists laid open for objections, and what stands on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from pilotage.core import clock
from pilotage.directory import rules
from pilotage.directory.enums import NoticeState
from pilotage.directory.models import NoticeRow, PublicNotice
from pilotage.publications.open_data.standard.common import both, fictional, industry, key, named, page, place
from pilotage.publications.open_data.tables import Field, PublicTable, QuerySource, absolute, register

NOTICE_FIELDS = (
    key("公示编号", "Notice number"),
    page(),
    Field("call", "string", "申报工作", "Call"),
    *both("title", "标题", "Title"),
    Field("state", "string", "状态", "State", choices=NoticeState),
    Field("opens_at", "datetime", "公示开始", "Opens at"),
    Field("closes_at", "datetime", "公示结束", "Closes at"),
    Field("chain_head", "string", "公示时的存证链头", "Head of the audit chain at opening"),
)
ROW_FIELDS = (
    key(),
    Field("notice", "string", "公示编号", "Notice number"),
    Field("position", "integer", "序号", "Position"),
    Field("project", "string", "项目名称", "Project"),
    Field("enterprise", "string", "企业名称", "Enterprise"),
    *place("province", "省份", "Province"),
    *place("city", "城市", "City"),
    *industry(),
    fictional(),
)


def _minute() -> str:
    """A notice is seen from the minute it opens."""
    return clock.now().strftime("%Y%m%d%H%M")


def _changed_at() -> datetime | None:
    at: datetime | None = rules.visible_notices(None).aggregate(at=Max("opens_at"))["at"]
    return at


def _notices(_edition: Any) -> QuerySet[PublicNotice]:
    return rules.visible_notices(None).select_related("call")


def _notice_row(notice: PublicNotice) -> Iterator[tuple[Any, ...]]:
    yield (
        notice.number,
        absolute("directory:notice-detail", notice.number),
        notice.call.slug,
        notice.title_zh,
        notice.title_en,
        notice.state,
        notice.opens_at,
        notice.closes_at,
        notice.chain_head,
    )


def _rows(_edition: Any) -> QuerySet[NoticeRow]:
    found = NoticeRow.objects.filter(notice__in=rules.visible_notices(None)).select_related(
        "notice", "application__enterprise", "application__province", "application__prefecture", "application__industry"
    )
    return found.defer("application__data", "notice__body_zh", "notice__body_en")


def _row(row: NoticeRow) -> Iterator[tuple[Any, ...]]:
    application = row.application
    yield (
        f"{row.notice.number}:{row.position}",
        row.notice.number,
        row.position,
        application.project_title,
        application.enterprise.name_zh,
        *named(application.province),
        *named(application.prefecture),
        *named(application.industry),
        application.enterprise.is_fictional,
    )


def register_all() -> None:
    register(
        PublicTable(
            "notices",
            "公示",
            "Public notices",
            "已开始的各次公示及期限。",
            "The public notices that have begun, with their period.",
            NOTICE_FIELDS,
            QuerySource(_notices, ("opens_at", "id"), _notice_row),
            page_name="directory:notice-list",
            changed_at=_changed_at,
            valid=_minute,
            subjects=(("公示", "public notice"),),
        )
    )
    register(
        PublicTable(
            "notice-rows",
            "公示名单",
            "Lists in public notice",
            "各次公示所列的项目，不含联系人。",
            "The projects on each public notice, without contact persons.",
            ROW_FIELDS,
            QuerySource(_rows, ("notice__opens_at", "notice_id", "position"), _row),
            changed_at=_changed_at,
            valid=_minute,
            subjects=(("公示", "public notice"),),
        )
    )
