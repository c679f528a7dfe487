from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from pilotage.core.verdict import Invalid
from pilotage.plan.diff import Change, ChangeKind
from pilotage.plan.positions import Problem
from pilotage.plan.services import BrokenFolder, compare, load_folder, read_folder

SIGNS = {ChangeKind.ADDED: "+", ChangeKind.CHANGED: "~", ChangeKind.REMOVED: "-"}
EXAMPLES = """Examples:
  pilotage plan check plans/industrial-internet-2023
  pilotage plan diff plans/industrial-internet-2023
  pilotage plan load plans/industrial-internet-2023
  pilotage plan check plans/industrial-internet-2023 --language zh-hans

Exit code 0: no fault (for diff: compared); 1: the folder has faults or cannot be loaded, each fault is named; 2: wrong arguments."""


class Command(BaseCommand):
    help = "Check, compare or load a plan folder."
    requires_system_checks = ()  # checking files needs neither database nor addresses

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True, metavar="check|load|diff")
        for name, text in (
            ("check", "name every fault with file, line, column and what was expected"),
            ("load", "check, show the difference, load in one transaction and keep the version"),
            ("diff", "show what a load would change, and change nothing"),
        ):
            verb = verbs.add_parser(name, help=text, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
            verb.add_argument(
                "folder", nargs="?", type=Path, default=settings.PLAN_DIR, help="the plan folder (default: PILOTAGE_PLAN_DIR)"
            )
            verb.add_argument("--language", choices=["en", "zh-hans"], default="en", help="language of the messages (default: en)")
            verb.add_argument("--json", action="store_true", help="print faults or changes as JSON")

    def handle(self, *args: Any, what: str, folder: Path, language: str, **options: Any) -> None:
        with override(language):
            try:
                getattr(self, f"_{what}")(folder, options["json"])
            except BrokenFolder as error:
                self._name(error.problems, options["json"])
                raise CommandError(self._count(len(error.problems))) from None
            except Invalid as error:
                raise CommandError(str(error)) from None

    def _check(self, folder: Path, as_json: bool) -> None:
        found = read_folder(folder)
        if as_json:
            self.stdout.write("[]")
            return
        self.stdout.write(_("%(slug)s: no fault. %(digest)s") % {"slug": found.slug, "digest": found.digest})

    def _diff(self, folder: Path, as_json: bool) -> None:
        latest, changes = compare(read_folder(folder))
        if not as_json:
            self.stdout.write(_("Against version %(number)d:") % {"number": latest.number} if latest else _("Not loaded before:"))
        self._show(changes, as_json)

    def _load(self, folder: Path, as_json: bool) -> None:
        report = load_folder(folder, actor=None)
        self._show(report.changes, as_json)
        if as_json:
            return
        for note in report.notes:
            self.stdout.write(note)
        told = {"slug": report.plan.slug, "number": report.version}
        if report.is_new_version:
            self.stdout.write(_("%(slug)s: version %(number)d loaded.") % told)
        else:
            self.stdout.write(_("%(slug)s: nothing has changed, version %(number)d stays.") % told)

    def _show(self, changes: list[Change], as_json: bool) -> None:
        if as_json:
            rows = [{"path": c.path, "kind": c.kind, "before": c.before, "after": c.after} for c in changes]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for change in changes:
            self.stdout.write(f"{SIGNS[change.kind]} {change.path}{_values(change)}")
        if not changes:
            self.stdout.write(_("No difference."))

    def _name(self, problems: list[Problem], as_json: bool) -> None:
        if as_json:
            rows = [{"file": p.file, "line": p.line, "column": p.column, "message": p.message, "expected": p.expected} for p in problems]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for problem in problems:
            self.stderr.write(str(problem))

    @staticmethod
    def _count(count: int) -> str:
        return ngettext("%(count)d fault; nothing was changed.", "%(count)d faults; nothing was changed.", count) % {"count": count}


def _values(change: Change) -> str:
    if change.kind is not ChangeKind.CHANGED:
        return ""
    before, after = (json.dumps(value, ensure_ascii=False) for value in (change.before, change.after))
    return f": {_cut(before)} -> {_cut(after)}"


def _cut(text: str, length: int = 80) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
