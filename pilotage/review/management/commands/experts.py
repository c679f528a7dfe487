from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from pilotage.accounts.models import User
from pilotage.core.tables import Unreadable
from pilotage.core.verdict import Invalid, Refused
from pilotage.review.experts.importing import check_experts, import_experts


class Command(BaseCommand):
    help = "Bring experts in from an XLSX or CSV file, for example: pilotage experts import experts.xlsx --actor secretariat@example.org"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        importer = acts.add_parser("import", help="add or update experts by their number")
        importer.add_argument("file", type=Path)
        importer.add_argument("--check", action="store_true", help="say what the file would do and write nothing")
        importer.add_argument("--actor", help="e-mail address of the person who answers for the import; without it the system does")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = None
        if options["actor"]:
            actor = User.objects.filter(email=options["actor"].lower()).first()
            if actor is None:
                raise CommandError(f"no account with the address {options['actor']}")
        try:
            read = check_experts if options["check"] else import_experts
            report = read(actor=actor, path=options["file"])
        except (Invalid, Refused, Unreadable, OSError) as error:
            raise CommandError(str(error)) from error
        for fault in report.faults:
            said = {"cell": fault.cell, "column": fault.column, "sentence": fault.sentence}
            self.stderr.write(_("%(cell)s, %(column)s: %(sentence)s") % said)
        counts = {"created": len(report.created), "updated": len(report.updated), "unchanged": report.unchanged}
        if options["check"]:
            self.stdout.write(_("nothing written; the import would say:"))
        self.stdout.write(_("%(created)s added, %(updated)s changed, %(unchanged)s as before") % counts)
        if report.faults:
            raise CommandError(_("%(count)s faults; the rows named above were left out") % {"count": len(report.faults)})
