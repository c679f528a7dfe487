"""Projects on their way to a market, moved by the secretariat of the cast."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pilotage.core import clock
from pilotage.finance.pipeline import services
from pilotage.finance.pipeline.models import ListingProject
from pilotage.registry.models import Enterprise
from tests.conftest import moment

NOW = moment("2023-11-20 10:00")
TODAY = date(2023, 11, 20)
BEGIN = date(2022, 3, 1)
WAY = ("file_tutoring", "accept_tutoring", "accept", "inquire", "hear", "submit", "register", "list")


def project(by: Any, enterprise: Enterprise, *, market: str = "star", verbs: tuple[str, ...] = (), on: date = BEGIN) -> ListingProject:
    """Put on the list ``on``; each further step thirty days later."""
    with clock.at(NOW):
        made = services.enter(actor=by, enterprise=enterprise, market=market, on=on)
        for count, verb in enumerate(verbs, 1):
            services.move(actor=by, project=made, verb=verb, on=on + timedelta(days=30 * count), reason="演示原因")
    return made
