from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilotage.core.tables import write_csv, write_xlsx
from pilotage.registry import selectors
from pilotage.registry.models import Enterprise


class Command(BaseCommand):
    help = "Write all enterprises to an XLSX or CSV file, in the columns that an import reads back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = "Example: pilotage export enterprises --to enterprises.xlsx"
        parser.add_argument("what", choices=["enterprises"])
        parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="a name ending in .xlsx or .csv")

    def handle(self, *args: Any, to: Path, **options: Any) -> None:
        heads, rows = selectors.export_columns(), selectors.export_rows(Enterprise.objects.all())
        try:
            if to.suffix.lower() == ".xlsx":
                write_xlsx(heads, rows, title="enterprises", to=to)
            elif to.suffix.lower() == ".csv":
                write_csv(heads, rows, to=to)
            else:
                raise CommandError(f"{to.name}: the name must end in .xlsx or .csv")
        except OSError as error:
            raise CommandError(f"{to}: {error.strerror}") from None
        self.stdout.write(f"{Enterprise.objects.count():,} enterprises written to {to}")
