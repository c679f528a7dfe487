from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pilotage.console import health


class Command(BaseCommand):
    help = "Check database, audit chain and attachments; exit 1 when something is wrong.\n\nExample: pilotage verify"

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for finding in health.findings():
            self.stdout.write(f"{finding.level:<7} {finding.text}")
            faults += finding.level is health.Level.FAULT
        if faults:
            raise CommandError(f"{faults} fault(s) found; they are listed above")
