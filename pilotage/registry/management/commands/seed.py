from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from pilotage.registry.services import load_reference_data


class Command(BaseCommand):
    help = "Load divisions (GB/T 2260) and industries (GB/T 4754-2017). May be repeated.\n\nExample: pilotage seed"

    def handle(self, *args: Any, **options: Any) -> None:
        report = load_reference_data()
        self.stdout.write(f"{report.divisions} divisions, {report.industries} industries; {report.changed} rows added or corrected")
