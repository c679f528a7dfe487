"""A tier entered by a round or by hand ends the way of the project that led to it; what the calendar does of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import verify
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.facts.models import TierStay
from pilotage.finance.pipeline import amending, kept, rounds, services, tiers
from pilotage.finance.pipeline.history import effective
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.selectors import Filter, filtered, funnel, histories
from tests.conftest import moment
from tests.factories import finance
from tests.factories import listings as make

pytestmark = pytest.mark.django_db
EFFECT = date(2023, 12, 11)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def final(cast: Any, effective_on: date = EFFECT) -> Any:
    """One company up, final on 28 November 2023."""
    finance.tier_stay(cast.enterprise, date(2022, 5, 1), tier="base")
    found = rounds.begin(actor=cast.secretariat, direction="up", day=date(2023, 11, 1), effective_on=effective_on, objection_days=5)
    rounds.add(actor=cast.secretariat, found=found, enterprise=cast.enterprise, ground="演示：满足标准一")
    rounds.open_notice(actor=cast.secretariat, found=found)
    with clock.at(moment("2023-11-28 09:00")):
        rounds.propose(actor=cast.secretariat, found=found)
        return rounds.confirm(actor=cast.second_secretariat, found=found)


@pytest.mark.parametrize("verbs", [(), ("accept",), ("accept", "inquire"), ("accept", "inquire", "register"), ("accept", "suspend")])
def test_a_final_round_ends_the_way_on_the_day_of_effect(cast: Any, verbs: tuple[str, ...]) -> None:
    project = make.project(cast.secretariat, cast.enterprise, market="neeq-innovation", verbs=verbs)
    other = make.project(cast.secretariat, cast.other_enterprise, market="neeq-innovation")
    found = final(cast)
    before = project.state
    project.refresh_from_db()
    assert (project.state, found.carried_out_on) == (before, None)
    with clock.at(moment("2023-12-10 23:00")):
        assert rounds.tick() == 0
    with clock.at(moment("2023-12-11 00:10")):
        assert rounds.tick() == 1
        assert rounds.tick() == 0
    project.refresh_from_db()
    other.refresh_from_db()
    assert (project.state, project.stage_on, project.left_from, other.state) == ("listed", EFFECT, "", "cultivation")
    step = effective(project.steps.all())[-1]
    assert (step.stage, step.on, found.number in step.row.document) == ("listed", EFFECT, True)
    assert verify() == []


def test_what_holds_already_is_carried_out_at_once(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, market="neeq-innovation")
    found = final(cast, effective_on=date(2023, 11, 27))
    project.refresh_from_db()
    assert (project.state, project.stage_on) == ("listed", date(2023, 11, 27))
    assert found.carried_out_on == date(2023, 11, 28)
    # a way begun afterwards is no matter of that round
    assert rounds.tick() == 0


def test_who_is_there_already_keeps_its_stay(cast: Any) -> None:
    finance.tier_stay(cast.enterprise, date(2022, 5, 1), tier="base")
    found = rounds.begin(actor=cast.secretariat, direction="up", day=date(2023, 11, 1), effective_on=EFFECT, objection_days=1)
    rounds.add(actor=cast.secretariat, found=found, enterprise=cast.enterprise, ground="演示")
    rounds.open_notice(actor=cast.secretariat, found=found)
    tiers.enter(actor=cast.secretariat, enterprise=cast.enterprise, tier="innovation", from_on=make.TODAY, source="股转公告")
    with clock.at(moment("2023-11-28 09:00")):
        rounds.propose(actor=cast.secretariat, found=found)
        rounds.confirm(actor=cast.second_secretariat, found=found)
    assert TierStay.objects.filter(enterprise=cast.enterprise).count() == 2


def test_a_tier_by_hand(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, market="neeq-base", verbs=("accept",))
    said = {"enterprise": cast.enterprise, "tier": "base", "from_on": date(2023, 6, 1), "source": "股转系统公告〔2023〕演示1号"}
    for person in (cast.filer, cast.legal_representative, cast.finance_liaison, cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            tiers.enter(actor=person, **said)
        with pytest.raises(Refused):
            tiers.leave(actor=person, enterprise=cast.enterprise, until_on=make.TODAY, source="演示")
    for wrong in ({"source": " "}, {"from_on": None}, {"from_on": date(2024, 1, 1)}, {"tier": "none"}):
        with pytest.raises(Invalid):
            tiers.enter(actor=cast.secretariat, **{**said, **wrong})
    tiers.enter(actor=cast.secretariat, **said)
    project.refresh_from_db()
    assert (project.state, project.stage_on) == ("listed", date(2023, 6, 1))
    with pytest.raises(Invalid, match="该层级"):
        services.move(actor=cast.secretariat, project=project, verb="leave", on=make.TODAY, reason="演示")
    tiers.enter(actor=cast.secretariat, **{**said, "tier": "innovation", "from_on": date(2023, 9, 1)})
    for wrong in ({"until_on": None}, {"until_on": date(2024, 1, 1)}, {"until_on": date(2023, 8, 1)}, {"source": ""}):
        with pytest.raises(Invalid):
            tiers.leave(**{"actor": cast.secretariat, "enterprise": cast.enterprise, "until_on": make.TODAY, "source": "演示", **wrong})
    tiers.leave(actor=cast.secretariat, enterprise=cast.enterprise, until_on=date(2023, 11, 1), source="终止挂牌公告")
    stays = TierStay.objects.order_by("from_on").values_list("tier", "from_on", "until_on")
    assert list(stays) == [
        ("base", date(2023, 6, 1), date(2023, 8, 31)),
        ("innovation", date(2023, 9, 1), date(2023, 11, 1)),
    ]


def test_a_stay_that_ends_takes_the_project_with_it(cast: Any) -> None:
    """Up, off the NEEQ and back again: each project is listed as long as the stay it led to."""
    by, firm = cast.secretariat, cast.enterprise
    base = make.project(by, firm, market="neeq-base", verbs=("accept",))
    innovation = make.project(by, firm, market="neeq-innovation")
    other = make.project(by, cast.other_enterprise, market="neeq-base", verbs=("accept",))
    said = {"actor": by, "enterprise": firm, "source": "股转公告（演示）"}
    tiers.enter(tier="base", from_on=date(2023, 6, 1), **said)
    tiers.enter(tier="innovation", from_on=date(2023, 9, 1), **said)
    assert told(base) == ("left", date(2023, 9, 1), "listed")
    assert told(innovation) == ("listed", date(2023, 9, 1), "")
    tiers.leave(until_on=date(2023, 11, 1), **said)
    assert told(innovation) == ("left", date(2023, 11, 1), "listed")
    again = services.enter(actor=by, enterprise=firm, market="neeq-base", on=date(2023, 11, 2))
    tiers.enter(tier="base", from_on=date(2023, 11, 20), **said)
    assert told(again) == ("listed", date(2023, 11, 20), "")
    with pytest.raises(Conflict):
        amending.take_back(actor=by, project=base, reason="演示")
    assert (told(other)[0], list(kept.differences()), verify()) == ("application_accepted", [], [])


def told(project: Any) -> tuple[str, date, str]:
    project.refresh_from_db()
    return project.state, project.stage_on, project.left_from


def test_who_leaves_an_exchange_may_begin_again_and_the_leaving_is_taken_back(cast: Any) -> None:
    by = cast.secretariat
    project = make.project(by, cast.enterprise, market="bse", verbs=make.WAY)
    with pytest.raises(Invalid):
        services.move(actor=by, project=project, verb="leave", on=make.TODAY)
    services.move(actor=by, project=project, verb="leave", on=make.TODAY, reason="演示：终止上市")
    listed = Filter.read({"reached": "listed", "since": "2022-01-01", "as_of": make.TODAY.isoformat()})
    rows = ListingProject.objects.all()
    assert told(project) == ("left", make.TODAY, "listed")
    assert list(filtered(rows, listed)) == [project]
    assert list(filtered(rows, Filter.read({"left": "listed"}))) == [project]
    assert list(filtered(rows, replace(listed, since=make.TODAY))) == []
    row = funnel(rows, histories(rows), "bse", make.TODAY)[-1]
    assert (row.stage, row.reached, row.now, row.left) == ("listed", 1, 0, 1)
    amending.take_back(actor=by, project=project, reason="演示：公告已撤回")
    assert told(project)[::2] == ("listed", "")
    services.move(actor=by, project=project, verb="leave", on=make.TODAY, reason="演示：终止上市")
    again = services.enter(actor=by, enterprise=cast.enterprise, market="bse", on=make.TODAY)
    assert (again.state, list(kept.differences()), verify()) == ("cultivation", [], [])


def test_the_end_of_the_days_to_object_is_told_once(cast: Any) -> None:
    finance.tier_stay(cast.enterprise, date(2022, 5, 1), tier="base")
    found = rounds.begin(actor=cast.secretariat, direction="up", day=date(2023, 11, 1), effective_on=EFFECT, objection_days=5)
    rounds.add(actor=cast.secretariat, found=found, enterprise=cast.enterprise, ground="演示")
    rounds.open_notice(actor=cast.secretariat, found=found)
    with clock.at(moment("2023-11-27 23:59")):
        assert rounds.tick() == 0
    with clock.at(moment("2023-11-28 00:05")):
        assert rounds.tick() == 1
        assert rounds.tick() == 0
    found.refresh_from_db()
    assert (found.state, found.closed_on) == ("notice", date(2023, 11, 28))
    assert AuditEvent.objects.filter(verb="finance.tier_round.close").count() == 1
