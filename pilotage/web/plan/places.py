"""Which province stands where: enterprises that build, entries proposed, entries listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from pilotage.calls.models import Call
from pilotage.calls.selectors import building_by_province
from pilotage.directory.enums import CountDimension
from pilotage.directory.models import Edition, EntryCount, NoticeRow, PublicNotice
from pilotage.directory.rules import visible_editions, visible_notices

BUILDING, PROPOSED, LISTED = "building", "proposed", "listed"


@dataclass(frozen=True, slots=True)
class PlaceMap:
    options: list[dict[str, Any]]
    counts: dict[str, int]
    url_pattern: str
    total: int


def place_map(plan: Any, calls: Sequence[Call], actor: Any, wanted: str) -> PlaceMap:
    """The map asked for, else the latest that has anything to show. A handful of queries, none per province."""
    editions = list(visible_editions(actor).filter(call__plan=plan, is_complete=True).select_related("directory").order_by("-year", "id"))
    published = _largest([edition for edition in editions if edition.published_at])
    notices = [] if published else list(visible_notices(actor).filter(call__plan=plan).order_by("-opens_at", "-id"))
    offered = {BUILDING: _("Building enterprises")}
    if published:
        offered[LISTED] = _("Listed in the directory")
    elif notices:
        offered[PROPOSED] = _("Proposed for the directory")
    chosen = wanted if wanted in offered else list(offered)[-1]
    counts = _counts(chosen, calls, published, notices)
    options = [{"url": f"?map={key}#places", "label": label, "current": key == chosen} for key, label in offered.items()]
    return PlaceMap(options, counts, _pattern(chosen, published, notices), sum(counts.values()))


def _largest(editions: Sequence[Edition]) -> list[Edition]:
    """The editions of the directory with the most entries: one map shows one directory. One query where there are several."""
    if len({edition.directory_id for edition in editions}) < 2:
        return list(editions)
    counts = EntryCount.objects.filter(edition__in=editions, dimension=CountDimension.TOTAL).order_by("edition")
    size: Counter[int] = Counter()
    directory = {edition.pk: edition.directory_id for edition in editions}
    for edition, count in counts.values_list("edition", "count"):
        size[directory[edition]] += count
    chosen = max(size or directory.values(), key=lambda pk: (size[pk], -pk))
    return [edition for edition in editions if edition.directory_id == chosen]


def _counts(chosen: str, calls: Sequence[Call], editions: Sequence[Edition], notices: Sequence[PublicNotice]) -> dict[str, int]:
    if chosen == BUILDING:
        return building_by_province(calls)
    if chosen == LISTED:
        rows = EntryCount.objects.filter(edition__in=editions, dimension=CountDimension.PROVINCE, count__gt=0)
        return _sum([rows.order_by("edition", "code").values_list("code", "count")])
    proposed = NoticeRow.objects.filter(notice=notices[0], application__province__isnull=False).order_by()
    return _sum([proposed.values_list("application__province").annotate(number=Count("pk"))])


def _sum(parts: Iterable[Iterable[tuple[str, int]]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        for code, count in part:
            total[code] += count
    return dict(total)


def _pattern(chosen: str, editions: Sequence[Edition], notices: Sequence[PublicNotice]) -> str:
    if chosen == LISTED:
        keys = "%2C".join(edition.key for edition in editions)
        return f"{reverse('directory:list', args=[editions[0].directory.slug])}?edition={keys}&province={{code}}"
    return ""
