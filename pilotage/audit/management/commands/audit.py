from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilotage.audit import services


class Command(BaseCommand):
    help = "Check the chain of decisions.\n\nExample: pilotage audit verify"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        verbs.add_parser("verify", help="check every event and every snapshot; exit 1 and name the event on a break")
        verbs.add_parser("head", help="print the number and digest of the last event, to be kept elsewhere")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "head":
            self.stdout.write("{} {}".format(*services.head()))
            return
        (number, digest), breaks = services.check()
        if breaks:
            for found in breaks[:20]:
                self.stderr.write(f"event {found.number}: {found.what}")
            raise CommandError(f"the audit chain is broken in {len(breaks)} place(s), first at event {breaks[0].number}: {breaks[0].what}")
        self.stdout.write(f"{number} events, every snapshot checked, unbroken. Head {digest}")
