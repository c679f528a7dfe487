"""Everything that is counted once and kept, compared with the records it was counted from."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

from pilotage.calls.flow import recount as flow_recount
from pilotage.calls.services.recounting import recount as recount_calls
from pilotage.directory.services import counts
from pilotage.finance.facts import rows as fact_rows
from pilotage.finance.pipeline import kept as listings
from pilotage.publications.site import index


def differences() -> Iterator[str]:
    """``<room>: <table> <key>: kept …, recounted …``, one line each."""
    for line in flow_recount.differences(flow_recount.Models(apps.get_model)):
        yield f"calls: {line}"
    for line in counts.differences():
        yield f"directory: {line}"
    for line in index.differences():
        yield f"publications: {line}"
    for line in fact_rows.differences():
        yield f"finance: {line}"
    for line in listings.differences():
        yield f"finance: {line}"


def lasting_differences() -> list[str]:
    """Those that are there twice: a count and its records are read one after the other, and others may act in between."""
    found = list(differences())
    again = set(differences()) if found else set()
    return [line for line in found if line in again]


def repair() -> int:
    """Count everything anew; how many changes of state the flow of applications has."""
    moves = recount_calls()
    counts.recount_all()
    index.rebuild()
    fact_rows.refresh_rows()
    listings.repair()
    return moves
