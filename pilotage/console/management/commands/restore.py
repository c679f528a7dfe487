from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilotage.audit import services as audit
from pilotage.console import backup, health, restore


class Command(BaseCommand):
    help = (
        "Put a backup into an empty place and check it there.\n\n"
        "Example: PILOTAGE_DATA_DIR=/srv/pilotage-new pilotage restore /srv/backups/pilotage-2023-10-31"
    )
    requires_system_checks: list[str] = []  # noqa: RUF012  they may open the database that is not there yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder written by `pilotage backup`")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = restore.restore(folder.resolve())
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        faults = [*health.chain(), *health.files()]
        for finding in faults:
            self.stdout.write(f"{finding.level:<7} {finding.text}")
        if audit.head() != (manifest.audit_number, manifest.audit_digest):
            raise CommandError("the restored audit chain does not end where the backup's manifest says")
        if any(finding.level is health.Level.FAULT for finding in faults):
            raise CommandError("the backup was restored, but it is not sound; the faults are listed above")
        if health.pending_migrations():
            self.stdout.write("The backup is of an older version: run `pilotage migrate` before serving.")
        self.stdout.write(f"Restored the backup of {manifest.made_at}.")
