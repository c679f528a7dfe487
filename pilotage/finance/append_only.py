"""What was known of an enterprise, and when a project entered a stage, is added to and never changed; the database refuses the rest."""

from __future__ import annotations

from pilotage.core.append_only import AppendOnly, register

GUARDED = register(AppendOnly("finance", "facts and steps of listings are append-only", {"finance_fact": "id", "finance_stagestep": "id"}))
