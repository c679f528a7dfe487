# ruff: noqa: N999  the module is named for the command
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from pilotage.core.tables import write_csv
from pilotage.core.verdict import Conflict, Invalid
from pilotage.registry import mapping, selectors, services
from pilotage.registry.enums import ImportState
from pilotage.registry.models import Division, EnterpriseImport

EXAMPLES = """Examples:
  pilotage import enterprises list.xlsx --dry-run --report faults.csv
  pilotage import enterprises list.csv --mapping name_zh=企业 --mapping uscc=C
  pilotage import enterprises --resume 12"""


class Command(BaseCommand):
    help = "Import enterprises from an XLSX or CSV file: every row is checked, bad rows are named and left out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EXAMPLES
        parser.add_argument("what", choices=["enterprises"])
        parser.add_argument("file", nargs="?", type=Path, help="the XLSX or CSV file")
        parser.add_argument("--sheet", default="", help="sheet of the workbook (default: the first)")
        parser.add_argument(
            "--mapping",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help=f"column of a field by head, letter or number; fields: {', '.join(mapping.BY_KEY)}",
        )
        parser.add_argument("--dry-run", action="store_true", help="check only; the import can be run later with --resume")
        parser.add_argument("--resume", type=int, metavar="ID", help="go on with an import that was checked or interrupted")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write every fault to this CSV file")
        parser.add_argument("--source", default="", help="where the list comes from; kept on each new enterprise")
        parser.add_argument("--fictional", action="store_true", help="mark new enterprises as fictional")

    def handle(self, *args: Any, **options: Any) -> None:
        if not Division.objects.exists():
            raise CommandError("there are no divisions yet: run `pilotage seed` first")
        with override("en"):
            try:
                self._import(options)
            except (Invalid, Conflict) as error:
                raise CommandError(str(error)) from None
            except OSError as error:
                raise CommandError(f"{error.filename}: {error.strerror}") from None

    def _import(self, options: dict[str, Any]) -> None:
        batch = self._resumed(options["resume"]) if options["resume"] else self._uploaded(options)
        if options["dry_run"] or batch.state == ImportState.CHECKING:
            services.check_import(actor=None, batch=batch, progress=self._show("checked"))
            self._end_line()
        if options["dry_run"]:
            self._tell(batch, "would be")
            self._report(batch, options["report"])
            self.stdout.write(f"nothing was written; to run it: pilotage import enterprises --resume {batch.pk}")
            return
        services.run_import(actor=None, batch=batch, progress=self._show("written"))
        self._end_line()
        self._tell(batch, "were")
        self._report(batch, options["report"])

    def _resumed(self, number: int) -> EnterpriseImport:
        batch = EnterpriseImport.objects.filter(pk=number).first()
        if batch is None:
            raise CommandError(f"there is no import {number}")
        if batch.state == ImportState.DONE:
            raise CommandError(f"import {number} is done: {batch.created_count} enterprises were entered")
        return batch

    def _uploaded(self, options: dict[str, Any]) -> EnterpriseImport:
        path: Path | None = options["file"]
        if path is None:
            raise CommandError("name the file to import, or --resume ID")
        with path.open("rb") as handle:
            batch = services.upload_import(
                actor=None,
                file=File(handle, name=str(path)),
                file_name=path.name,
                sheet=options["sheet"],
                source=options["source"],
                is_fictional=options["fictional"],
            )
        chosen = {**batch.mapping, **mapping.from_words(options["mapping"], batch.columns)}
        services.choose_columns(actor=None, batch=batch, mapping=chosen)
        self.stdout.write(f"import {batch.pk}: {path.name}, heads in row {batch.header_row}")
        for key, index in batch.mapping.items():
            self.stdout.write(f"  {key:18} <- {batch.columns[index]}")
        return batch

    def _show(self, word: str) -> services.imports.Progress:  # type: ignore[name-defined]
        def show(batch: EnterpriseImport) -> None:
            if not sys.stderr.isatty():
                return
            of = f" of {batch.last_row:,} ({batch.percent} %)" if word == "written" and batch.last_row else ""
            row = batch.position if word == "written" else batch.last_row
            self.stderr.write(f"\r{word}: row {row:,}{of}, {batch.refused_count:,} refused ", ending="")
            self.stderr.flush()

        return show

    def _end_line(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("")

    def _tell(self, batch: EnterpriseImport, verb: str) -> None:
        self.stdout.write(
            f"{batch.total_rows:,} rows: {batch.created_count:,} enterprises {verb} entered, {batch.updated_count:,} {verb} changed, "
            f"{batch.unchanged_count:,} rows say nothing new, {batch.refused_count:,} rows {verb} refused; {batch.warning_count:,} warnings"
        )
        for fault in selectors.import_faults(batch, warnings=False)[:20]:
            self.stdout.write(f"  row {fault.row}, {fault.column or 'whole row'}: {fault.message} {fault.value!r}")
        if batch.refused_count > 20:
            self.stdout.write("  … all of them with --report FILE")

    def _report(self, batch: EnterpriseImport, path: Path | None) -> None:
        if path is None:
            return
        write_csv([str(column) for column in selectors.FAULT_COLUMNS], selectors.fault_rows(batch), to=path)
        self.stdout.write(f"faults written to {path}")
