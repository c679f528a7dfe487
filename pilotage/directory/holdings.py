"""What an enterprise holds in the directories, for the conditions of calls."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from pilotage.calls import standing
from pilotage.calls.eligibility import Holding
from pilotage.calls.models import Application
from pilotage.calls.reports import selectors as reports
from pilotage.directory.enums import IN_FORCE, EditionState
from pilotage.directory.models import Directory, Entry
from pilotage.registry.models import Title


def holdings(enterprise_id: int) -> Iterator[Holding]:
    """Entries in force of published editions; the term is that of the title granted with the entry. Two queries."""
    entries = list(
        Entry.objects.filter(enterprise=enterprise_id, state__in=IN_FORCE, edition__state=EditionState.PUBLISHED)
        .order_by("number")
        .values_list("edition__directory__slug", "number", "label", "listed_on")
    )
    terms = dict(
        Title.objects.filter(enterprise=enterprise_id, valid_until__isnull=False).values_list("source", "valid_until").order_by("id")
    )
    for directory, number, label, since in entries:
        yield Holding(directory, number, label, since, terms.get(number))


def names() -> dict[str, str]:
    return {directory.slug: directory.title for directory in Directory.objects.order_by("slug")}


def out_of_force() -> QuerySet[Application]:
    """Listed projects whose entry was removed or has run out: they owe no report any more."""
    return Application.objects.filter(entry__isnull=False).exclude(entry__state__in=IN_FORCE)


def register() -> None:
    standing.register_holdings(holdings, names)
    reports.register_released(out_of_force)
