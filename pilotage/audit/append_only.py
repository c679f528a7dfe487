"""The database's own refusal to change or remove what the audit chain holds.

Whoever may alter tables can still drop the triggers: ``pilotage verify`` then names them, and
``pilotage audit verify`` the event that was changed meanwhile.
"""

from __future__ import annotations

from pilotage.core.append_only import AppendOnly, register

# a snapshot is stored once per content: writing it again is no fault
GUARDED = register(
    AppendOnly(
        "audit",
        "the audit chain is append-only",
        {"audit_auditevent": "number", "audit_auditsnapshot": "digest"},
        repeats=frozenset({"audit_auditsnapshot"}),
    )
)
create, drop = GUARDED.create, GUARDED.drop
