"""What changed since a day: the public record of entries, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Count, QuerySet

from pilotage.core.keyset import Page, page
from pilotage.directory.campaign_enums import ChangeKind
from pilotage.directory.enums import PUBLIC
from pilotage.directory.models import Edition, Entry, EntryChange

SHOWN = ("entry__number", "entry__project_title", "entry__enterprise_name", "entry__state", "entry__edition_id", "entry__is_fictional")


def changes_since(editions: Sequence[Edition], since: date | None = None, kinds: Sequence[str] = ()) -> QuerySet[EntryChange]:
    """Of entries the public may see, of these editions; a change of the day itself is among them."""
    rows = EntryChange.objects.filter(edition__in=[edition.pk for edition in editions], entry__state__in=sorted(PUBLIC))
    rows = rows.filter(on__gte=since) if since else rows
    return rows.filter(kind__in=kinds) if kinds else rows


def counts_of(changes: QuerySet[EntryChange]) -> dict[str, int]:
    """How many of each kind, in the kinds' order. One query."""
    found = dict(changes.order_by().values_list("kind").annotate(Count("pk")))
    return {kind: found[kind] for kind in ChangeKind.values if found.get(kind)}


def page_of(changes: QuerySet[EntryChange], after: str, size: int) -> Page:
    """One query."""
    rows = changes.select_related("entry").only("kind", "on", "at", "reason", "detail", "edition_id", *SHOWN)
    return page(rows, order=("-on", "-id"), after=after, size=size)


def stream(changes: QuerySet[EntryChange]) -> Iterator[EntryChange]:
    """All of them, newest first, in constant memory."""
    rows = changes.select_related("entry").only("kind", "on", "at", "reason", "detail", "edition_id", *SHOWN)
    yield from rows.order_by("-on", "-id").iterator(chunk_size=2000)


def changes_of(entry: Entry) -> list[EntryChange]:
    return list(EntryChange.objects.filter(entry=entry).order_by("-on", "-id"))
