"""What was known of an enterprise or a right, and when a project entered a stage, is added to and never changed; the database refuses the rest."""

from __future__ import annotations

from pilotage.core.append_only import AppendOnly, register

_TABLES = ("fact", "stagestep", "listingdocument", "ipevent", "valuation", "pledgechange", "compensationterm")
GUARDED = register(
    AppendOnly(
        "finance",
        "facts, steps and papers of listings, events and values of rights, changes of pledges and terms of compensation are append-only",
        {f"finance_{table}": "id" for table in _TABLES},
    )
)
