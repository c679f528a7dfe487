"""Editions, entries, what they say of themselves, their counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.db.models import Max, QuerySet

from pilotage.audit.models import AuditEvent
from pilotage.directory import rules
from pilotage.directory.campaign_enums import ChangeKind
from pilotage.directory.enums import PUBLIC, EntryLabel, EntryState
from pilotage.directory.models import Edition, Entry, EntryChange, EntryCount, EntryScenario
from pilotage.publications.open_data.standard.common import both, fictional, industry, key, named, page, place, source
from pilotage.publications.open_data.tables import Field, Page, PublicTable, QuerySource, TableEdition, absolute, register
from pilotage.registry.models import Division, Industry

SUBJECTS = (("5G工厂", "5G factory"), ("名录", "directory"), ("工业互联网", "industrial internet"))


def editions() -> Sequence[TableEdition]:
    found = rules.visible_editions(None).select_related("directory").order_by("directory__slug", "-year", "id")
    return [
        TableEdition(
            f"{edition.directory.slug}-{edition.key}",
            edition.title_zh,
            edition.title_en or edition.title_zh,
            edition.published_at,
            edition.is_fictional,
            edition.is_complete,
            edition,
        )
        for edition in found
    ]


def edition_key(edition: Edition) -> str:
    return f"{edition.directory.slug}-{edition.key}"


def changed_at() -> datetime | None:
    """When something was last done to an entry that is published."""
    acted: datetime | None = AuditEvent.objects.filter(verb__startswith="directory.entry.").aggregate(at=Max("at"))["at"]
    published: datetime | None = rules.visible_editions(None).aggregate(at=Max("published_at"))["at"]
    return max((at for at in (acted, published) if at), default=None)


def _entries(edition: TableEdition | None) -> QuerySet[Entry]:
    found = rules.visible_entries(None).select_related("edition__directory", "enterprise", "province", "prefecture", "industry")
    found = found.defer("bigrams")
    return found.filter(edition=edition.record) if edition else found


# --- entries ---------------------------------------------------------------------------------
ENTRY_FIELDS = (
    key("名录编号", "Entry number"),
    page(),
    Field("directory", "string", "名录", "Directory"),
    Field("edition", "string", "版次", "Edition"),
    Field("state", "string", "状态", "State", choices=EntryState),
    Field("project", "string", "项目名称", "Project"),
    Field("enterprise", "string", "企业名称", "Enterprise"),
    Field("credit_code", "string", "统一社会信用代码", "Unified social credit code", codes="GB 32100-2015"),
    *place("province", "省份", "Province"),
    *place("city", "城市", "City"),
    *industry(),
    Field("level", "string", "建设层级", "Building level"),
    *both("level_name", "建设层级名称", "Building level"),
    Field("scenario_count", "integer", "应用场景数", "Scenarios"),
    Field("label", "string", "标签", "Label", choices=EntryLabel),
    Field("labelled_on", "date", "授予标签日期", "Labelled on"),
    Field("listed_on", "date", "列入日期", "Listed on"),
    Field("removed_on", "date", "移出日期", "Removed on"),
    Field("next_evaluation_on", "date", "下次复核日期", "Next re-evaluation"),
    fictional(),
    source(),
)


def _entry_row(entry: Entry) -> Iterator[tuple[Any, ...]]:
    level = _code(entry.edition, "levels", entry.level)
    yield (
        entry.number,
        absolute("directory:entry", entry.number),
        entry.edition.directory.slug,
        edition_key(entry.edition),
        entry.state,
        entry.project_title,
        entry.enterprise_name,
        entry.enterprise.uscc if entry.enterprise else None,
        *named(entry.province),
        *named(entry.prefecture),
        *named(entry.industry),
        entry.level,
        level.get("zh", ""),
        level.get("en", ""),
        entry.scenario_count if entry.edition.is_complete else None,
        entry.label,
        entry.labelled_on,
        entry.listed_on,
        entry.removed_on,
        entry.next_evaluation_on,
        entry.is_fictional,
        entry.source,
    )


def _code(edition: Edition, codes: str, code: str) -> dict[str, str]:
    return next((row for row in edition.codes.get(codes, []) if row["code"] == code), {})


# --- scenarios and effects of an entry -------------------------------------------------------
SCENARIO_FIELDS = (
    key(),
    Field("entry", "string", "名录编号", "Entry number"),
    Field("edition", "string", "版次", "Edition"),
    Field("scenario_code", "string", "应用场景代码", "Scenario, code"),
    *both("scenario", "应用场景", "Scenario"),
    Field("description", "string", "说明", "Description"),
)


def _scenarios(edition: TableEdition | None) -> QuerySet[EntryScenario]:
    found = EntryScenario.objects.filter(entry__state__in=sorted(PUBLIC), edition__in=rules.visible_editions(None))
    found = found.select_related("entry", "edition__directory").defer("entry__bigrams", "entry__facts")
    return found.filter(edition=edition.record) if edition else found


def _scenario_row(row: EntryScenario) -> Iterator[tuple[Any, ...]]:
    name = _code(row.edition, "scenarios", row.code)
    number = row.entry.number
    yield f"{number}:{row.code}", number, edition_key(row.edition), row.code, name.get("zh", ""), name.get("en", ""), row.description


EFFECT_FIELDS = (
    key(),
    Field("entry", "string", "名录编号", "Entry number"),
    Field("edition", "string", "版次", "Edition"),
    Field("effect", "string", "成效指标", "Effect"),
    *both("effect_name", "成效指标名称", "Effect"),
    *both("unit", "单位", "Unit"),
    Field("better", "string", "较优方向（higher较高，lower较低）", "Which way is better: higher or lower"),
    Field("before", "number", "实施前", "Before"),
    Field("after", "number", "实施后", "After"),
    Field("change", "number", "变化率", "Change", unit="%"),
)


def _effect_rows(entry: Entry) -> Iterator[tuple[Any, ...]]:
    """The change in percent of the value before, to one place; none where nothing was there before."""
    for effect in entry.facts.get("effects", []):
        label, unit = effect.get("label") or {}, effect.get("unit") or {}
        before, after = _number(effect.get("before")), _number(effect.get("after"))
        change = (after - before) / before * 100 if before and after is not None else None
        yield (
            f"{entry.number}:{effect['key']}",
            entry.number,
            edition_key(entry.edition),
            effect["key"],
            label.get("zh", ""),
            label.get("en", ""),
            unit.get("zh", ""),
            unit.get("en", ""),
            effect.get("better", "higher"),
            before,
            after,
            round(change, 1) if change is not None else None,
        )


def _number(text: Any) -> Decimal | None:
    try:
        return Decimal(str(text)) if text not in (None, "") else None
    except InvalidOperation:
        return None


# --- what became of entries --------------------------------------------------------------------
CHANGE_FIELDS = (
    key(),
    Field("url", "uri", "条目网页", "Page of the entry"),
    Field("entry", "string", "名录编号", "Entry number"),
    Field("edition", "string", "版次", "Edition"),
    Field("kind", "string", "变更类型", "Kind of change", choices=ChangeKind),
    Field("changed_on", "date", "变更日期", "Changed on"),
    Field("recorded_at", "datetime", "记录时间", "Recorded at"),
    Field("reason", "string", "原因", "Reason"),
    Field("label", "string", "涉及的标签", "Label concerned", choices=EntryLabel),
    Field("fields", "string", "更新的填报项（分号分隔）", "Answers updated, separated by semicolons"),
    fictional(),
)


def _changes(edition: TableEdition | None) -> QuerySet[EntryChange]:
    found = EntryChange.objects.filter(entry__state__in=sorted(PUBLIC), edition__in=rules.visible_editions(None))
    found = found.select_related("entry", "edition__directory").defer("entry__bigrams", "entry__facts")
    return found.filter(edition=edition.record) if edition else found


def _change_row(change: EntryChange) -> Iterator[tuple[Any, ...]]:
    """The number of the change is given once and belongs to the record, which is only ever added to."""
    entry = change.entry
    yield (
        f"{entry.number}:{change.pk}",
        absolute("directory:entry", entry.number),
        entry.number,
        edition_key(change.edition),
        change.kind,
        change.on,
        change.at,
        change.reason,
        change.detail.get("label", ""),
        "；".join((field.get("label") or {}).get("zh", "") for field in change.detail.get("fields", [])),
        entry.is_fictional,
    )


# --- counts and editions ---------------------------------------------------------------------
COUNT_FIELDS = (
    key(),
    Field("edition", "string", "版次", "Edition"),
    Field("dimension", "string", "分类维度", "Dimension"),
    Field("code", "string", "代码", "Code"),
    *both("name", "名称", "Name"),
    Field("count", "integer", "在册数量", "Entries in force"),
)


def _counts(edition: TableEdition | None) -> QuerySet[EntryCount]:
    found = EntryCount.objects.filter(edition__in=rules.visible_editions(None), count__gt=0).select_related("edition__directory")
    return found.filter(edition=edition.record) if edition else found


class _Names:
    """Names of the codes that are counted by: two queries, asked for once a file or page."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, tuple[str, str]]] = {}

    def of(self, row: EntryCount) -> tuple[str, str]:
        if row.dimension in {"province", "industry"}:
            if row.dimension not in self.known:
                model: Any = Division if row.dimension == "province" else Industry
                self.known[row.dimension] = {
                    pk: (zh, en) for pk, zh, en in model.objects.order_by("pk").values_list("pk", "name_zh", "name_en")
                }
            return self.known[row.dimension].get(row.code, ("", ""))
        if row.dimension == "label" and row.code in EntryLabel.values:
            return next((zh, en) for value, zh, en in ENTRY_LABEL.words if value == row.code)
        name = _code(row.edition, f"{row.dimension}s", row.code)
        return name.get("zh", ""), name.get("en", "")


ENTRY_LABEL = Field("label", "string", "", "", choices=EntryLabel)


class _Counts:
    """Asks for the names anew for each file or page."""

    def every(self, edition: TableEdition | None) -> Iterator[tuple[Any, ...]]:
        return self._source().every(edition)

    def page(self, edition: TableEdition | None, after: str, size: int) -> Page:
        return self._source().page(edition, after, size)

    def _source(self) -> QuerySource:
        return QuerySource(_counts, ("edition_id", "dimension", "code"), partial(_count_row, _Names()))


def _count_row(names: _Names, row: EntryCount) -> Iterator[tuple[Any, ...]]:
    edition = edition_key(row.edition)
    identifier = ":".join(filter(None, (edition, row.dimension, row.code)))
    yield identifier, edition, row.dimension, row.code, *names.of(row), row.count


EDITION_FIELDS = (
    key("版次", "Edition"),
    page(),
    Field("directory", "string", "名录", "Directory"),
    *both("title", "名称", "Title"),
    Field("year", "integer", "年份", "Year"),
    Field("published_at", "datetime", "公布时间", "Published at"),
    Field("declared_count", "integer", "公布数量", "Number declared"),
    Field("is_complete", "boolean", "是否收录全部条目", "All entries are here"),
    fictional(),
    source(),
)


def _editions(edition: TableEdition | None) -> QuerySet[Edition]:
    found = rules.visible_editions(None).select_related("directory")
    return found.filter(pk=edition.record.pk) if edition else found


def _edition_row(edition: Edition) -> Iterator[tuple[Any, ...]]:
    yield (
        edition_key(edition),
        f"{absolute('directory:list', edition.directory.slug)}?edition={edition.key}",
        edition.directory.slug,
        edition.title_zh,
        edition.title_en,
        edition.year,
        edition.published_at,
        edition.declared_count,
        edition.is_complete,
        edition.is_fictional,
        edition.source,
    )


def register_all() -> None:
    table = partial(PublicTable, editions=editions, changed_at=changed_at, subjects=SUBJECTS)
    register(
        table(
            "directory-entries",
            "名录条目",
            "Directory entries",
            "已公布名录的全部条目，含整改、移出和到期的条目及其日期。来源没有载明的留空。",
            "Every entry of the published directories, those under rectification, removed and expired included, with their dates. "
            "What the source does not print is blank.",
            ENTRY_FIELDS,
            QuerySource(_entries, ("number",), _entry_row),
            page_name="directory:home",
        )
    )
    register(
        table(
            "directory-scenarios",
            "条目应用场景",
            "Scenarios of entries",
            "每个条目的典型应用场景及说明。",
            "The typical scenarios of each entry with their description.",
            SCENARIO_FIELDS,
            QuerySource(_scenarios, ("entry__number", "code"), _scenario_row),
        )
    )
    register(
        table(
            "directory-effects",
            "条目实施成效",
            "Effects of entries",
            "每个条目公开的实施前后数值和变化率。",
            "What each entry publishes of before and after, with the change.",
            EFFECT_FIELDS,
            QuerySource(_entries, ("number",), _effect_rows),
        )
    )
    register(
        table(
            "directory-changes",
            "名录变更记录",
            "Changes of the directory",
            "条目的列入、更新、授予标签、整改、复核、移出和恢复，附日期和公布的原因，从最近一次起。",
            "Each listing, update, label, rectification, re-evaluation, removal and return of an entry with its day and published reason, "
            "the newest first.",
            CHANGE_FIELDS,
            QuerySource(_changes, ("-on", "-id"), _change_row),
        )
    )
    register(
        table(
            "directory-counts",
            "名录统计",
            "Directory counts",
            "在册条目按省份、行业、应用场景和标签的数量，由条目本身计算得出。",
            "Entries in force by province, industry, scenario and label, counted from the entries themselves.",
            COUNT_FIELDS,
            _Counts(),
        )
    )
    register(
        PublicTable(
            "directory-editions",
            "名录版次",
            "Directory editions",
            "已公布的各批名录。",
            "The published editions of the directories.",
            EDITION_FIELDS,
            QuerySource(_editions, ("directory__slug", "-year", "id"), _edition_row),
            changed_at=changed_at,
            subjects=SUBJECTS,
        )
    )
