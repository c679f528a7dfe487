"""Notices as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When

from pilotage.calls.models import Application
from pilotage.directory.enums import UNDECIDED
from pilotage.directory.models import NoticeRow, Objection, PublicNotice


def with_counts(notices: QuerySet[PublicNotice]) -> QuerySet[PublicNotice]:
    """``row_count`` and ``open_objections`` on each notice, in the same query."""
    rows = NoticeRow.objects.filter(notice=OuterRef("pk")).order_by().values("notice").annotate(n=Count("pk")).values("n")
    waiting = (
        Objection.objects.filter(notice=OuterRef("pk"), state__in=UNDECIDED).order_by().values("notice").annotate(n=Count("pk")).values("n")
    )
    return notices.annotate(row_count=Subquery(rows), open_objections=Subquery(waiting))


def rows_of(notice: PublicNotice, text: str = "") -> QuerySet[NoticeRow]:
    """The rows with what is shown of them; only names, place and industry are read from the application. One query."""
    rows = notice.rows.select_related(
        "application__enterprise", "application__province", "application__prefecture", "application__industry"
    ).only(
        "position",
        "application__number",
        "application__state",
        "application__project_title",
        "application__level",
        *(f"application__{part}__{name}" for part in ("province", "prefecture") for name in ("name_zh", "name_en", "short_zh")),
        *(f"application__industry__{name}" for name in ("name_zh", "name_en", "short_zh", "short_en")),
        *(f"application__enterprise__{name}" for name in ("name_zh", "name_en", "short_zh", "is_fictional")),
    )
    text = text.strip()
    if text:
        found = Q()
        for field in ("project_title", "enterprise__name_zh", "enterprise__name_en", "province__name_zh", "prefecture__name_zh"):
            found |= Q(**{f"application__{field}__icontains": text})
        rows = rows.filter(found)
    return rows.order_by("position")


def newest(notices: QuerySet[PublicNotice], count: int = 5) -> Sequence[PublicNotice]:
    return list(with_counts(notices).order_by("-opens_at", "-id")[:count])


def waiting_for_notice(call: Any) -> int:
    """Selected applications that stand in no notice yet."""
    return Application.objects.filter(call=call, state="selected").count()


def objections_of(call: Any, objections: QuerySet[Objection]) -> QuerySet[Objection]:
    """Waiting ones first, then newest first."""
    decided = Case(When(state__in=UNDECIDED, then=0), default=1)
    return (
        objections.filter(notice__call=call)
        .select_related("notice", "application__enterprise")
        .annotate(is_decided=decided)
        .order_by("is_decided", "-received_at", "-id")
    )
