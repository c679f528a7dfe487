"""Who is on a re-lending list: everybody who held a title, or had an entry in force in a directory, on its day."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pilotage.core.verdict import Invalid
from pilotage.directory.enums import EditionState
from pilotage.directory.models import Entry
from pilotage.directory.selectors.entries import in_force_on
from pilotage.finance.facts.reckoned import metric_of_title
from pilotage.finance.matching.enums import BatchBasis
from pilotage.finance.matching.paper_models import RelendingBatch, RelendingLine
from pilotage.registry.models import Enterprise, Title

MOST_LINES = 20_000
_RELATED = ("province", "prefecture", "industry")


def fill(batch: RelendingBatch) -> None:
    lines = titled(batch) if batch.basis == BatchBasis.TITLES else listed(batch)
    if len(lines) > MOST_LINES:
        raise Invalid(_("The list would have more than %(count)s lines. Narrow it to a province.") % {"count": f"{MOST_LINES:,}"})
    for position, line in enumerate(lines, 1):
        line.position = position
    RelendingLine.objects.bulk_create(lines, batch_size=500)


def titled(batch: RelendingBatch) -> list[RelendingLine]:
    """Once each enterprise, by the title of it that was granted last. Two queries."""
    day = batch.as_of
    rows = Title.objects.filter(Q(granted_on__isnull=True) | Q(granted_on__lte=day), Q(valid_until__isnull=True) | Q(valid_until__gte=day))
    found: dict[int, Title] = {}
    for title in _in_region(rows, batch, "enterprise__").order_by("granted_on", "id").iterator(2000):
        if metric_of_title(title.name) == batch.source:
            found[title.enterprise_id] = title
    enterprises = Enterprise.objects.filter(pk__in=found).select_related(*_RELATED)
    return [_line(batch, each, found[each.pk]) for each in sorted(enterprises, key=_place)]


def listed(batch: RelendingBatch) -> list[RelendingLine]:
    """Every entry that was in force that day, with its project. One query."""
    day = batch.as_of
    published = Entry.objects.filter(edition__directory__slug=batch.source, edition__state=EditionState.PUBLISHED, enterprise__isnull=False)
    rows = in_force_on(published, day)
    related = ("edition__directory", *(f"enterprise__{name}" for name in _RELATED))
    entries = list(_in_region(rows, batch, "enterprise__").select_related(*related).order_by("number"))
    return [_entry_line(batch, entry, entry.enterprise) for entry in entries if entry.enterprise is not None]


def _in_region(rows: QuerySet[Any], batch: RelendingBatch, prefix: str) -> QuerySet[Any]:
    return rows.filter(**{f"{prefix}province": batch.region}) if batch.region else rows


def _place(enterprise: Enterprise) -> tuple[str, str, int]:
    return (enterprise.province_id or "9", enterprise.prefecture_id or "9", enterprise.pk)


def _line(batch: RelendingBatch, enterprise: Enterprise, title: Title) -> RelendingLine:
    return RelendingLine(
        batch=batch,
        **_named(enterprise),
        ground=title.name,
        ground_number=title.batch,
        ground_from=title.granted_on,
        ground_until=title.valid_until,
    )


def _entry_line(batch: RelendingBatch, entry: Entry, enterprise: Enterprise) -> RelendingLine:
    return RelendingLine(
        batch=batch,
        **_named(enterprise),
        project=(entry.project_title or "")[:300],
        ground=str(entry.edition.directory.title_zh)[:200],
        ground_number=entry.number,
        ground_from=entry.listed_on,
    )


def _named(enterprise: Enterprise) -> dict[str, Any]:
    """As the register has it on the day the list is made."""
    return {
        "enterprise": enterprise,
        "enterprise_name": enterprise.name_zh,
        "uscc": enterprise.uscc or "",
        "province": enterprise.province.name_zh if enterprise.province else "",
        "city": enterprise.prefecture.name_zh if enterprise.prefecture else "",
        "industry": enterprise.industry.name_zh if enterprise.industry else "",
    }
