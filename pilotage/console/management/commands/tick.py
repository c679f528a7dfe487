from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from pilotage.calls.tasks import tend_files
from pilotage.finance.facts.rows import catch_up as catch_up_facts
from pilotage.finance.screening.services import screen_today
from pilotage.finance.screening.tasks import requeue_stalled as requeue_screenings
from pilotage.messages.tasks import tick
from pilotage.plan.readings import take_yesterday
from pilotage.publications.site.index import catch_up
from pilotage.registry.tasks import requeue_stalled
from pilotage.reports.papers.sending import tend_reports
from pilotage.review.tasks import requeue_stalled as requeue_runs

logger = logging.getLogger("pilotage.console")


class Command(BaseCommand):
    help = (
        "Deliver the post: read new decisions into inboxes, send reminders, digests and e-mails, every few seconds until stopped;\n"
        "queue imports and assignment runs again whose worker was killed, and work on new files; remove uploads that were given up;\n"
        "keep what is said of each target at the end of each day; draft and send work reports on their day;\n"
        "read the index of the public search up to date; reckon for today what is known of enterprises and screen them.\n"
        "`pilotage serve` runs it beside the web server.\n\n"
        "Example: pilotage tick --once"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=5.0, help="seconds between two rounds (default: %(default)s)")
        parser.add_argument("--once", action="store_true", help="one round, then say what was done and end")

    def handle(self, *args: Any, every: float, once: bool, **options: Any) -> None:
        if once:
            done = {**tick(), "imports queued again": requeue_stalled(), "runs queued again": requeue_runs(), **tend_files()}
            done["screenings queued again"] = requeue_screenings()
            done["targets read"] = take_yesterday()
            done["work reports"] = tend_reports()
            done["search documents"] = catch_up()
            done["rows of facts"] = catch_up_facts()
            done["screenings begun"] = int(screen_today() is not None)
            self.stdout.write(", ".join(f"{name} {number}" for name, number in done.items()))
            return
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, lambda *_args: stopped.set())
        while not stopped.is_set():
            tick()
            _guarded("stalled imports could not be looked for", requeue_stalled)
            _guarded("stalled assignment runs could not be looked for", requeue_runs)
            _guarded("stored files could not be looked after", tend_files)
            _guarded("targets could not be read", take_yesterday)
            _guarded("work reports could not be drafted or sent", tend_reports)
            _guarded("the search index could not be read up to date", catch_up)
            _guarded("what is known of enterprises could not be reckoned for today", catch_up_facts)
            _guarded("the register could not be screened", screen_today)
            _guarded("stalled screenings could not be looked for", requeue_screenings)
            close_old_connections()
            stopped.wait(every)


def _guarded(failure: str, step: Callable[[], object]) -> None:
    """A database that is away for a moment must not end the process, and with it the site."""
    try:
        step()
    except Exception:
        logger.exception("%s; tried again at the next tick", failure)
