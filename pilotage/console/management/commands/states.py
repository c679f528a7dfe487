from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from pilotage.core.transitions import StateTable, all_tables

HEAD = """# State tables

Printed by `make states` from the tables in each room's `transitions.py`; do not edit by hand.
The only function that applies them is `audit.services.transition` (and its `transition_many`, `propose`, `confirm`).
"""


class Command(BaseCommand):
    help = "Print every state table as a Mermaid diagram, in Markdown.\n\nExample: pilotage states > docs/states.md"
    requires_system_checks: list[str] = []  # noqa: RUF012

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(HEAD + "".join(section(label, table) for label, table in all_tables().items()), ending="")


def _listed(table: StateTable, states: frozenset[str]) -> str:
    return ", ".join(state for state in table.states if state in states)


def section(label: str, table: StateTable) -> str:
    rows = "".join(
        f"| `{row.verb}` | {_listed(table, row.sources)} | {_listed(table, row.targets)} "
        f"| {'yes' if row.needs_reason else ''} | {'yes' if row.two_person else ''} |\n"
        for row in table.rows
    )
    return (
        f"\n## {label}\n\n```mermaid\n{table.mermaid()}\n```\n\n"
        f"| verb | from | to | needs a reason | takes two people |\n|---|---|---|---|---|\n{rows}"
    )
