"""Every (state, verb, role) triple of reports and deliverables is tried; what passes is exactly what is written here."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from pilotage.core.transitions import may
from pilotage.plan.models import Deliverable, ProgressReport
from pilotage.plan.work.enums import DeliverableState, ReportState
from pilotage.plan.work.transitions import DELIVERABLE, REPORT
from tests.factories import work as make
from tests.factories.accounts import UNIT

MINISTRY = {"secretariat", "second_secretariat"}
LEAD, PARTNER = {"unit_officer"}, {"partner"}


@pytest.fixture
def people(cast: Any) -> dict[str, Any]:
    return cast.people() | {"partner": make.officer(), "stranger": make.officer("unit-c", "旁人"), "nobody": None}


def allowed(table: Any, obj: Any, people: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for state, row in product(table.states, table.rows):
        obj.state = state
        who = {name for name, person in people.items() if may(person, obj, row.verb)}
        if who:
            found[(state, row.verb)] = who
    return found


@pytest.mark.parametrize(
    ("unit", "writers", "reviewers"), [(UNIT, LEAD, MINISTRY), (make.PARTNER, PARTNER, MINISTRY | LEAD)], ids=["lead", "partner"]
)
def test_reports(people: dict[str, Any], unit: str, writers: set[str], reviewers: set[str]) -> None:
    measure = make.measure()
    report = ProgressReport(plan=measure.area.plan, measure_code=measure.code, unit_code=unit, period="2023Q2")

    assert allowed(REPORT, report, people) == {
        ("draft", "submit"): writers,
        ("returned", "resubmit"): writers,
        **{(state, verb): reviewers for state in ("submitted", "resubmitted") for verb in ("accept", "return")},
        ("accepted", "reopen"): MINISTRY,
    }
    assert set(REPORT.states) == set(ReportState.values)


def test_deliverables(people: dict[str, Any]) -> None:
    measure = make.measure()
    row = Deliverable(plan=measure.area.plan, measure_code=measure.code, unit_code=UNIT, proposed_by=people["secretariat"])

    assert allowed(DELIVERABLE, row, people) == {
        ("proposed", "accept"): MINISTRY - {"secretariat"},  # not whoever handed it over
        ("proposed", "decline"): MINISTRY - {"secretariat"},
        ("proposed", "withdraw"): LEAD | {"secretariat"},
        ("accepted", "revoke"): MINISTRY,
    }
    assert set(DELIVERABLE.states) == set(DeliverableState.values)


def test_nobody_reviews_the_own_unit(cast: Any) -> None:
    from tests.factories.accounts import MembershipFactory

    measure = make.measure()
    MembershipFactory(user=cast.secretariat, organisation=cast.unit_officer.active_memberships[0].organisation, role="unit_officer")
    report = ProgressReport(plan=measure.area.plan, measure_code=measure.code, unit_code=UNIT, period="2023Q2", state="submitted")

    assert not may(cast.secretariat, report, "accept")
    assert may(cast.second_secretariat, report, "accept")


def test_a_measure_that_left_the_plan_takes_no_reports(cast: Any) -> None:
    measure = make.measure()
    report = ProgressReport(plan=measure.area.plan, measure_code="M99", unit_code=UNIT, period="2023Q2")
    assert str(may(cast.unit_officer, report, "submit").reason) == "规划中已没有这项措施。"
