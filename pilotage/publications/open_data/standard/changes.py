"""The feeds of the rooms below: what was listed, removed, labelled, opened, closed, published, issued."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from pilotage.calls import rules as call_rules
from pilotage.calls.models import Stage
from pilotage.core import clock
from pilotage.directory import rules
from pilotage.directory.campaign_enums import ChangeKind
from pilotage.directory.enums import PUBLIC
from pilotage.directory.models import Entry, EntryChange
from pilotage.publications.cases.rules import published_cases
from pilotage.publications.open_data.feeds import Change, Feed, register
from pilotage.publications.open_data.standard.guidelines import public_revisions
from pilotage.publications.open_data.tables import absolute

# what happened to an entry, as its record of changes has it: the name in a key, the words for it
_KINDS = {
    ChangeKind.LISTED: ("listed", "列入名录", "Listed"),
    ChangeKind.UPDATED: ("updated", "年度更新", "Yearly update"),
    ChangeKind.LABELLED: ("labelled", "授予标签", "Labelled"),
    ChangeKind.UNLABELLED: ("unlabelled", "撤销标签", "Label withdrawn"),
    ChangeKind.RECTIFY: ("rectifying", "限期整改", "To be rectified"),
    ChangeKind.RESTORED: ("rectified", "整改通过", "Rectified"),
    ChangeKind.RENEWED: ("renewed", "复核通过", "Re-evaluation passed"),
    ChangeKind.REMOVED: ("removed", "移出名录", "Removed from the directory"),
    ChangeKind.EXPIRED: ("expired", "到期", "Expired"),
    ChangeKind.READMITTED: ("readmitted", "恢复列入", "Listed again"),
}
# the columns that tell as much of an entry that was recorded without its changes
_COLUMNS = ((ChangeKind.LISTED, "listed_on"), (ChangeKind.LABELLED, "labelled_on"), (ChangeKind.REMOVED, "removed_on"))


def _entries(count: int) -> Iterator[Change]:
    """Four queries."""
    public = rules.visible_entries(None).select_related("edition").defer("facts", "bigrams")
    found = EntryChange.objects.filter(entry__state__in=sorted(PUBLIC), edition__in=rules.visible_editions(None))
    found = found.select_related("entry__edition").defer("detail", "entry__facts", "entry__bigrams")
    for change in found.order_by("-on", "-id")[:count]:
        yield _of_entry(change.entry, ChangeKind(change.kind), change.on, change.reason, change)
    unrecorded = public.filter(~Exists(EntryChange.objects.filter(entry=OuterRef("pk"))))
    for kind, column in _COLUMNS:
        for entry in unrecorded.filter(**{f"{column}__isnull": False}).order_by(f"-{column}", "-number")[:count]:
            yield _of_entry(entry, kind, getattr(entry, column))


def _of_entry(entry: Entry, kind: ChangeKind, day: date, reason: str = "", change: EntryChange | None = None) -> Change:
    edition = entry.edition
    name, zh, en = _KINDS[kind]
    key = f"entry/{entry.number}/{name}/{day.isoformat()}"
    return Change(
        key=f"{key}/{change.pk}" if change else key,
        at=change.at if change else _noon(day),
        address=absolute("directory:entry", entry.number),
        title_zh=f"{zh}：{entry.title}",
        title_en=f"{en}: {entry.title}",
        text_zh=" ".join(filter(None, [entry.enterprise_name, edition.title_zh, entry.number, reason])),
        text_en=" ".join(filter(None, [entry.enterprise_name, edition.title_en or edition.title_zh, entry.number, reason])),
        kind=name,
    )


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def _notices(count: int) -> Iterator[Change]:
    found = rules.visible_notices(None)
    for notice in found.order_by("-opens_at", "-id")[:count]:
        address = absolute("directory:notice-detail", notice.number)
        title, english = notice.title_zh, notice.title_en or notice.title_zh
        yield Change(
            f"notice/{notice.number}/opened", notice.opens_at, address, f"公示开始：{title}", f"Notice opened: {english}", kind="opened"
        )
        if notice.closes_at <= clock.now():
            key = f"notice/{notice.number}/closed"
            yield Change(key, notice.closes_at, address, f"公示期满：{title}", f"Notice period over: {english}", kind="closed")


def _calls(count: int) -> Iterator[Change]:
    """Stages that have opened."""
    found = Stage.objects.filter(Q(opens_at__lte=clock.now()), call__in=call_rules.visible_calls(None)).select_related("call")
    for stage in found.order_by(F("opens_at").desc(), "-id")[:count]:
        call = stage.call
        yield Change(
            f"call/{call.slug}/{stage.key}",
            stage.opens_at or clock.now(),
            absolute("calls:detail", call.slug),
            f"{call.title_zh}：{stage.title_zh}开始",
            f"{call.title_en or call.title_zh}: {stage.title_en or stage.title_zh} opens",
            kind=stage.kind,
        )


def _cases(count: int) -> Iterator[Change]:
    found = published_cases().filter(published_at__isnull=False).defer("data", "field_versions", "codes")
    for case in found.order_by("-published_at", "-id")[:count]:
        at = case.published_at or case.updated_at
        key = f"case/{case.number}/published/{at.date().isoformat()}"
        address = absolute("cases:detail", case.number)
        english = case.title_en or case.title_zh
        yield Change(
            key,
            at,
            address,
            f"案例发布：{case.title_zh}",
            f"Case published: {english}",
            case.enterprise_name,
            case.enterprise_name,
            "published",
        )


def _guidelines(count: int) -> Iterator[Change]:
    for found in public_revisions().order_by("-made_at", "-id")[:count]:
        guideline = found.guideline
        english = guideline.title_en or guideline.title_zh
        yield Change(
            f"guideline/{guideline.slug}/{found.revision}",
            found.made_at,
            absolute("guidelines:detail", guideline.slug),
            f"指南发布：{guideline.title_zh}（{found.number}）",
            f"Guideline issued: {english} ({found.number})",
            guideline.summary_zh,
            guideline.summary_en,
            "issued",
        )


def register_all() -> None:
    register(Feed("directory", "名录变动", "Changes of the directory", _entries))
    register(Feed("notices", "公示", "Public notices", _notices))
    register(Feed("calls", "申报", "Calls", _calls))
    register(Feed("cases", "典型案例", "Cases", _cases))
    register(Feed("guidelines", "行业指南", "Guidelines", _guidelines))
