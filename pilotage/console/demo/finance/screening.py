"""The register of the demonstration, screened at the end of the year, and once more by the rules of three years before."""

from __future__ import annotations

from datetime import date

from pilotage.console.demo.filing import local_moment
from pilotage.console.demo.people import Offices
from pilotage.core import clock
from pilotage.finance.facts.rows import refresh_rows
from pilotage.finance.screening import services
from pilotage.plan.models import Plan

ON = date(2023, 12, 29)


def build(people: Offices, plan: Plan) -> None:
    with clock.at(local_moment(2023, 12, 29, 16)):
        refresh_rows()
        services.begin(actor=people.secretariat[0], rule_date=date(2020, 12, 31))
        services.begin(actor=people.secretariat[0], rule_date=ON)
