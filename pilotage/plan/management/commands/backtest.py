from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pilotage.plan.backtest import EVERY, backtest
from pilotage.plan.forecast.scoring import Outcome, Score, score
from pilotage.plan.forecast.simulating import simulate as simulated
from pilotage.plan.management.commands.forecast import the_plan
from pilotage.plan.outlook_words import number


class Command(BaseCommand):
    help = (
        "Roll through the stored history of a plan: forecast each target from what was known at each month's end, compare with what\n"
        "came, print how often the intervals held and the Brier score, beside a straight line. --simulate does so on made-up histories.\n\n"
        "Examples: pilotage backtest industrial-internet-2023 --every month\n"
        "          pilotage backtest --simulate 500 --seed 3"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", nargs="?", help="the plan's slug (default: the newest plan)")
        parser.add_argument("--every", choices=sorted(EVERY), default="month", help="how far the days forecast from lie apart")
        parser.add_argument("--simulate", type=int, metavar="N", help="N simulated histories in place of the plan's own")
        parser.add_argument("--seed", type=int, default=1, help="of the simulated histories (default: %(default)s)")
        parser.add_argument("--each", action="store_true", help="print every single comparison, too")

    def handle(self, *args: Any, plan: str | None, every: str, simulate: int | None, seed: int, each: bool, **options: Any) -> None:
        if simulate is not None:
            self._simulated(simulate, seed)
            return
        found = backtest(the_plan(plan), every=every)
        if not found:
            raise CommandError("no forecast of this plan can be compared with what came yet")
        for tested in found if each else ():
            self.stdout.write(f"{tested.day}  {tested.target.code:<8} {_line(tested.outcome)}")
        self._print(score([tested.outcome for tested in found]))

    def _simulated(self, count: int, seed: int) -> None:
        if count < 1:
            raise CommandError("--simulate needs at least one history")
        self._print(score(simulated(count, seed=seed)))

    def _print(self, found: Score) -> None:
        self.stdout.write(f"{found.count} forecasts compared with what came")
        for level, part in found.coverage.items():
            exact = found.exact_coverage[level]
            beside = f"; {exact * 100:.1f}% by place in the draws" if exact == exact else ""
            self.stdout.write(f"{level}% interval: held {part * 100:.1f}%{beside}")
        self.stdout.write(f"Brier score: {found.brier:.3f}; straight line: {found.brier_straight_line:.3f}")
        self.stdout.write(f"mean error of the median: {found.error:.1f}; straight line: {found.error_straight_line:.1f}")


def _line(outcome: Outcome) -> str:
    low, high = outcome.forecast.intervals[80]
    return (
        f"for {outcome.goal.due_on}: 80% {number(low)} to {number(high)}, came {number(outcome.value)}, "
        f"straight line {number(outcome.straight_line)}, chance {outcome.forecast.chance:.2f}"
    )
