from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pilotage.console import recounting


class Command(BaseCommand):
    help = (
        "Count anew what is kept counted: the flow of applications by day, the entries of each edition, the facts of enterprises. With --check nothing is "
        "changed, every difference is a line, and the exit is 1 where there is one.\n\nExample: pilotage recount --check"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
        else:
            self.stdout.write(f"counted anew, from {recounting.repair()} change(s) of state")

    def _check(self) -> None:
        found = recounting.lasting_differences()
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} kept counts differ from a recount; `pilotage recount` sets them right")
        self.stdout.write("every kept count is what a recount gives")
