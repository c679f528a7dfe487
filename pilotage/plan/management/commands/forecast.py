from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from pilotage.core import clock
from pilotage.plan.models import Plan
from pilotage.plan.outlook import OutlookLine, in_words, outlooks
from pilotage.plan.outlook_words import chance_words, number
from pilotage.plan.selectors import newest_plan

HEADS = ("target", "now", "goal", "80%", "chance", "50% by", "90% by", "outlook")


class Command(BaseCommand):
    help = (
        "Print what is counted of each target and what is forecast for its due date.\n\n"
        "Example: pilotage forecast industrial-internet-2023 --as-of 2023-06-30 --why"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", nargs="?", help="the plan's slug (default: the newest plan)")
        parser.add_argument("--as-of", type=date.fromisoformat, help="what was known at the end of this day (default: today)")
        parser.add_argument("--why", action="store_true", help="say under each target how its forecast was made")
        parser.add_argument("--language", choices=["en", "zh-hans"], default="en", help="language of the words (default: en)")

    def handle(self, *args: Any, plan: str | None, as_of: date | None, why: bool, language: str, **options: Any) -> None:
        found = the_plan(plan)
        with override(language):
            lines = outlooks(found, as_of or clock.today(), None)
            rows = [HEADS, *(row(line) for line in lines)]
            widths = [max(len(each[at]) for each in rows) for at in range(len(HEADS))]
            self.stdout.write(aligned(HEADS, widths))
            for line, cells in zip(lines, rows[1:], strict=True):
                self.stdout.write(aligned(cells, widths))
                for sentence in in_words(line) if why else ():
                    self.stdout.write(f"    {sentence}")


def the_plan(slug: str | None) -> Plan:
    found = Plan.objects.filter(slug=slug).first() if slug else newest_plan(Plan.objects.all())
    if found is None:
        raise CommandError(f"there is no plan {slug}" if slug else "no plan is loaded")
    return found


def aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def row(line: OutlookLine) -> tuple[str, ...]:
    value, found, goal = line.line.value, line.forecast, line.target.value
    return (
        f"{line.target.code} {line.target.title}"[:44],
        "-" if value is None else number(float(value)),
        f"{line.target.get_kind_display()} {number(float(goal))}" if goal is not None else str(line.target.get_kind_display()),
        f"{number(found.intervals[80][0])} to {number(found.intervals[80][1])}" if found else "-",
        chance_words(line) if found else "-",
        *(str(found.met_by[sure] or "-") if found else "-" for sure in (50, 90)),
        str(line.outlook.label),
    )
