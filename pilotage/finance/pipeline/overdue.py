"""Suspensions past the last day of their limit: told once each to who is responsible. The messages room writes the letters."""

from __future__ import annotations

from django.db import transaction

from pilotage.audit.services import Entry, record_many
from pilotage.core import clock
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.selectors import overdue


def tell() -> int:
    """How many are newly told. One query where nothing is new."""
    today = clock.today()
    waiting = overdue(ListingProject.objects.filter(overdue_told_on__isnull=True), today).order_by("pk")
    if not waiting.exists():
        return 0
    with transaction.atomic():
        rows = list(waiting.select_for_update())
        for row in rows:
            row.overdue_told_on = today
        ListingProject.objects.bulk_update(rows, ["overdue_told_on"])
        record_many([Entry(row, "finance.listing.overdue", extra={"until": row.suspended_until}) for row in rows], actor=None)
    return len(rows)
