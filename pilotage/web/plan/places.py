"""Which province stands where: enterprises that build, entries proposed, entries listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.calls.models import Call
from pilotage.calls.selectors import building_by_province
from pilotage.directory.enums import CountDimension
from pilotage.directory.models import Edition, Entry, EntryCount, NoticeRow, PublicNotice
from pilotage.directory.rules import visible_editions, visible_notices
from pilotage.directory.selectors.entries import in_force_on
from pilotage.plan.indicators import as_counted, named, records_address
from pilotage.plan.models import Target
from pilotage.web.plan.days import AsOf

COUNTS_BUILDING = "calls.enterprises_building"
BUILDING, PROPOSED, LISTED = "building", "proposed", "listed"


@dataclass(frozen=True, slots=True)
class MapView:
    """One thing a map can count. ``counts`` is asked only of the view that is shown; ``pattern`` is the address of one province's records."""

    key: str
    label: str
    counts: Callable[[], dict[str, int]]
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class PlaceMap:
    options: list[dict[str, Any]]
    counts: dict[str, int]
    url_pattern: str
    total: int


def map_views(plan: Any, calls: Sequence[Call], actor: Any, as_of: AsOf, targets: Iterable[Target] = ()) -> list[MapView]:
    """What there is to show on that day: who builds, and what is listed, or proposed as long as nothing is listed. Two queries.

    Who builds is counted in the calls that the ``targets`` count, so that the map adds up to their number; else in all calls.
    """
    counted = building_calls(calls, targets)
    found = [MapView(BUILDING, _("Building enterprises"), lambda: _building(counted, as_of), _building_pattern(counted, actor, as_of))]
    if published := _largest(_published(plan, actor, as_of.moment)):
        found.append(MapView(LISTED, _("Listed in the directory"), lambda: _listed(published, as_of), _pattern(published, as_of)))
    elif notices := _opened(plan, actor, as_of.moment):
        found.append(MapView(PROPOSED, _("Proposed for the directory"), lambda: _proposed(notices[0])))
    return found


def place_map(views: Sequence[MapView], wanted: str, address: Callable[[str], str]) -> PlaceMap:
    """The view asked for, else the last; ``address`` of a view by its key."""
    chosen = next((view for view in views if view.key == wanted), views[-1])
    counts = chosen.counts()
    options = [{"url": f"{address(view.key)}#places", "label": view.label, "current": view is chosen} for view in views]
    return PlaceMap(options, counts, chosen.pattern, sum(counts.values()))


def _published(plan: Any, actor: Any, moment: datetime) -> list[Edition]:
    found = visible_editions(actor).filter(call__plan=plan, is_complete=True, published_at__lte=moment)
    return list(found.select_related("directory").order_by("-year", "id"))


def _opened(plan: Any, actor: Any, moment: datetime) -> list[PublicNotice]:
    return list(visible_notices(actor).filter(call__plan=plan, opens_at__lte=moment).order_by("-opens_at", "-id"))


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


def building_calls(calls: Sequence[Call], targets: Iterable[Target]) -> list[Call]:
    slugs = {
        str(slug) for target in targets if target.indicator == COUNTS_BUILDING for slug in named(target.indicator_options, "call", "calls")
    }
    return [call for call in calls if call.slug in slugs] or list(calls)


def _building_pattern(calls: Sequence[Call], actor: Any, as_of: AsOf) -> str:
    """The applications counted in one province, of one call, for those who see them all."""
    if len(calls) != 1 or not has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return ""
    address = records_address("calls:application-list", {"call": calls[0].slug, "counted": "building"})
    return f"{as_counted(address, as_of.day)}&province={{code}}" if address else ""


def _building(calls: Sequence[Call], as_of: AsOf) -> dict[str, int]:
    return building_by_province(calls, as_of.day)


def _listed(editions: Sequence[Edition], as_of: AsOf) -> dict[str, int]:
    """Today from the kept counts, for an earlier day from the entries themselves. One query."""
    if as_of.is_today:
        rows = EntryCount.objects.filter(edition__in=editions, dimension=CountDimension.PROVINCE, count__gt=0)
        return _sum([rows.order_by("edition", "code").values_list("code", "count")])
    entries = in_force_on(Entry.objects.filter(edition__in=editions), as_of.day).order_by()
    return _sum([entries.filter(province__isnull=False).values_list("province").annotate(number=Count("pk"))])


def _proposed(notice: PublicNotice) -> dict[str, int]:
    proposed = NoticeRow.objects.filter(notice=notice, application__province__isnull=False).order_by()
    return _sum([proposed.values_list("application__province").annotate(number=Count("pk"))])


def _sum(parts: Iterable[Iterable[tuple[str, int]]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        for code, count in part:
            total[code] += count
    return dict(total)


def _pattern(editions: Sequence[Edition], as_of: AsOf) -> str:
    """The entries of one province, as of that day."""
    keys = "%2C".join(edition.key for edition in editions)
    further = "" if as_of.is_today else f"&as_of={as_of.day.isoformat()}"
    return f"{reverse('directory:list', args=[editions[0].directory.slug])}?edition={keys}&province={{code}}{further}"
