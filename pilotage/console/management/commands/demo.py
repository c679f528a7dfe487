from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pilotage.audit import services as audit
from pilotage.console.demo import people, year
from pilotage.core import bulk
from pilotage.plan.models import Plan


class Command(BaseCommand):
    help = (
        "Build a fictional year of the plan, through the same services people use, in an empty data directory.\n\n"
        "Example: pilotage demo --stage year_end"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stage", choices=[stage.value for stage in year.Stage], default="year_end", help="where in the year to stop")

    def handle(self, *args: Any, stage: str, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        marker = settings.DATA_DIR / "demo.json"
        if marker.is_file():
            built = json.loads(marker.read_text(encoding="utf-8")).get("stage")
            if built == stage:
                self.stdout.write(f"The demonstration stands at '{stage}' already.")
                self._accounts()
                return
            raise CommandError(
                f"this data directory holds the demonstration at stage '{built}': remove {settings.DATA_DIR} to build another"
            )
        if Plan.objects.exists():
            raise CommandError("this database holds a plan already; the demonstration is built only in an empty one")
        with bulk.rare_collection():
            now = year.build(year.Stage(stage), self._report)
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        offset = (now - timezone.now()).total_seconds()
        marker.write_text(json.dumps({"stage": stage, "clock_offset_seconds": offset}), encoding="utf-8")
        for state, number in year.outcome().items():
            self.stdout.write(f"  {state}: {number}")
        self.stdout.write(f"  {audit.head()[0]} decisions in the audit chain")
        self._accounts()

    def _report(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()

    def _accounts(self) -> None:
        self.stdout.write(f"\nDemo accounts, password {people.PASSWORD}")
        for address, who in people.ACCOUNTS:
            self.stdout.write(f"  {address:<30} {who}")
