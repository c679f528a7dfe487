"""Sixty applications that wait at one city's check desk. ``build()`` runs inside the installation (``pilotage shell``)."""

from __future__ import annotations

FILED, CHECKING = "2023-08-28T10:00", "2023-09-01T10:00"
COUNT = 60


def build() -> None:
    from django.db import transaction

    from pilotage.calls.models import Call
    from pilotage.core import clock
    from tests.e2e.every_call import moment
    from tests.e2e.scene import CALL
    from tests.factories import walks
    from tests.factories.cases import CASES, FACTORY

    call = Call.objects.get(slug=CALL)
    with clock.at(moment(FILED)), transaction.atomic():
        for number in range(1, COUNT + 1):
            who = walks.applicant(f"苏州演示{number:02d}号机械有限公司", "320505", number=100 + number)
            walks.submit(walks.draft(call, who, **CASES[FACTORY].answers | {"project_title": f"演示车间{number:02d}"}), who)
