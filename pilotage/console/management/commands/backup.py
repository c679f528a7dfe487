from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilotage.console import backup


class Command(BaseCommand):
    help = (
        "Copy database and attachments into a new folder, while the site runs.\n\n"
        "Example: pilotage backup /srv/backups/pilotage-$(date +%F)"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder to write; it must be new or empty")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = backup.make(folder.resolve())
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{folder}: {manifest.database} database and {manifest.files} file(s), {manifest.files_bytes} bytes. "
            f"Audit head {manifest.audit_number} {manifest.audit_digest}"
        )
