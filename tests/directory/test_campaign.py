"""The yearly re-evaluation: drawn by a recorded seed, terms, removal and return, and what the public reads of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory import services
from pilotage.directory.campaign_sampling import draw, population_digest, size_of
from pilotage.directory.campaign_transitions import CAMPAIGN, EVALUATION
from pilotage.directory.indicators import listed, listed_history
from pilotage.directory.models import Campaign, Entry, EntryAbsence, EntryChange, EntryCount, Evaluation, TermReminder
from pilotage.directory.services import counts
from pilotage.registry.models import Title
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
TODAY = "2024-10-08 10:00"


def planned(cast: Any, stage: Any, **fields: Any) -> Campaign:
    values = {"year": 2024, "listed_before": date(2024, 1, 1), "percent": 100, "term_days": 30, **fields}
    return services.plan_campaign(actor=cast.secretariat, directory=stage.edition.directory, **values)


@pytest.fixture
def stage(cast: Any) -> Any:
    return make.published(cast, count=3)


@pytest.fixture
def running(cast: Any, stage: Any) -> Campaign:
    with clock.at(make.moment(TODAY)):
        return services.draw_campaign(actor=cast.secretariat, campaign=planned(cast, stage), seed="开奖号码 08 17 21")


def first(campaign: Campaign) -> Evaluation:
    return campaign.evaluations.select_related("entry__edition__call", "campaign__directory").order_by("pk")[0]


# --- drawing --------------------------------------------------------------------------------
def test_the_same_seed_draws_the_same_whatever_the_order() -> None:
    population = {"320000": [f"5GF-2023-{i:04d}" for i in range(1, 98)], "370000": ["5GF-2023-0098", "5GF-2023-0099"]}
    drawn = draw(population, "seed", 10, 1)
    backwards = {key: list(reversed(numbers)) for key, numbers in reversed(population.items())}
    assert drawn == draw(backwards, "seed", 10, 1)
    assert population_digest(population) == population_digest(backwards)
    assert [(each.stratum, each.position) for each in drawn] == [("320000", i) for i in range(1, 11)] + [("370000", 1)]
    assert {each.number for each in drawn} <= {each.number for each in draw(population, "seed", 20, 1)}
    assert drawn != draw(population, "another seed", 10, 1)


@pytest.mark.parametrize(
    ("count", "percent", "least", "size"), [(97, 10, 1, 10), (2, 10, 1, 1), (2, 10, 5, 2), (10, 10, 0, 1), (0, 50, 3, 0)]
)
def test_a_share_is_rounded_up_and_never_more_than_all(count: int, percent: int, least: int, size: int) -> None:
    assert size_of(count, percent, least) == size


def test_every_entry_is_drawn_about_as_often() -> None:
    population = {"320000": [f"5GF-2023-{i:04d}" for i in range(1, 21)]}
    times = dict.fromkeys(population["320000"], 0)
    for seed in range(1000):
        for each in draw(population, str(seed), 25, 1):
            times[each.number] += 1
    assert 200 < min(times.values()) <= max(times.values()) < 300  # 250 expected


def test_drawing_records_seed_population_and_sample(cast: Any, stage: Any) -> None:
    make.edition(2024)  # another edition, listed too late
    campaign = planned(cast, stage, percent=50)
    head = audit.head()
    services.draw_campaign(actor=cast.secretariat, campaign=campaign)
    campaign.refresh_from_db()
    assert campaign.seed == f"{head[0]}:{head[1]}"
    assert campaign.population == {"320000": [entry.number for entry in stage.entries]}
    again = draw(campaign.population, campaign.seed, campaign.percent, campaign.least)
    assert list(campaign.evaluations.order_by("position").values_list("entry__number", "position")) == [
        (e.number, e.position) for e in again
    ]
    assert len(again) == 2
    with pytest.raises(Conflict):
        services.draw_campaign(actor=cast.secretariat, campaign=campaign)
    assert audit.verify() == []


def test_what_makes_no_sense_is_refused(cast: Any, stage: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        planned(cast, stage, percent=0, term_days=900)
    assert set(refusal.value.errors) == {"percent", "term_days"}
    with pytest.raises(Invalid):
        services.draw_campaign(actor=cast.secretariat, campaign=planned(cast, stage, listed_before=date(2020, 1, 1)))
    with pytest.raises(Conflict):
        planned(cast, stage)
    services.cancel_campaign(actor=cast.secretariat, campaign=Campaign.objects.get(), reason="日期有误")
    planned(cast, stage)


@pytest.mark.parametrize("role", ["outsider", "filer", "province_officer", "expert", "auditor"])
def test_others_run_nothing(cast: Any, stage: Any, role: str) -> None:
    with pytest.raises(Refused):
        services.plan_campaign(
            actor=getattr(cast, role), directory=stage.edition.directory, year=2024, listed_before=date(2024, 1, 1), percent=10
        )


# --- examining ------------------------------------------------------------------------------
def test_passing_renews_until_the_years_are_over(cast: Any, running: Campaign) -> None:
    rows = list(running.evaluations.select_related("entry__edition__call", "campaign").order_by("pk"))
    with clock.at(make.moment("2024-10-20 10:00")):
        services.pass_entries(actor=cast.secretariat, evaluations=rows, reason="现场核查，与填报一致")
    assert set(Entry.objects.values_list("state", "next_evaluation_on")) == {("listed", date(2025, 10, 20))}
    assert set(running.evaluations.values_list("state", "finding")) == {("passed", "现场核查，与填报一致")}
    services.propose_close_campaign(actor=cast.secretariat, campaign=running)
    with pytest.raises(Refused):
        services.confirm_close_campaign(actor=cast.secretariat, campaign=running)
    services.confirm_close_campaign(actor=cast.second_secretariat, campaign=running)
    assert running.state == "closed"


def test_rectification_has_a_term_a_report_and_a_way_back(cast: Any, stage: Any, running: Campaign) -> None:
    row = first(running)
    row.entry.enterprise = cast.filer.active_memberships[0].organisation.enterprise
    row.entry.save()
    with clock.at(make.moment("2024-10-20 10:00")):
        services.require(actor=cast.secretariat, evaluation=row, reason="边缘节点停用")
        assert (row.state, row.due_on, row.entry.state) == ("rectifying", date(2024, 11, 19), "rectifying")
        with pytest.raises(Refused):
            services.restore(actor=cast.secretariat, entry=row.entry, reason="绕开复核")
        with pytest.raises(Invalid):
            services.extend(actor=cast.secretariat, evaluation=row, reason="更早", due_on=date(2024, 11, 1))
        services.extend(actor=cast.secretariat, evaluation=row, reason="设备到货推迟", due_on=date(2024, 12, 1))
        services.report(actor=cast.filer, evaluation=row, text="边缘节点已于11月恢复。")
        services.send_back(actor=cast.secretariat, evaluation=row, reason="缺运行记录", due_on=date(2024, 12, 10))
        services.report(actor=cast.filer, evaluation=row, text="补充运行记录。")
        services.pass_entries(actor=cast.secretariat, evaluations=[row], reason="整改到位")
    row.entry.refresh_from_db()
    assert (row.state, row.entry.state, row.entry.next_evaluation_on) == ("passed", "listed", date(2025, 10, 20))
    assert list(EntryChange.objects.filter(entry=row.entry).order_by("id").values_list("kind", "reason", "on")) == [
        ("list", "", date(2023, 11, 29)),
        ("rectify", "边缘节点停用", date(2024, 10, 20)),
        ("restore", "整改到位", date(2024, 10, 20)),
    ]


def test_failing_is_a_removal_by_two_people_and_return_restores(cast: Any, stage: Any, running: Campaign) -> None:
    row = first(running)
    entry, plan = row.entry, stage.call.plan
    with clock.at(make.moment("2024-10-20 10:00")):
        services.propose_failure(actor=cast.secretariat, evaluation=row, reason="项目已停用")
        with pytest.raises(Refused):
            services.confirm_remove(actor=cast.secretariat, entry=entry)
        services.confirm_remove(actor=cast.second_secretariat, entry=entry)
    row.refresh_from_db()
    assert (row.state, row.finding) == ("failed", "项目已停用")
    assert Title.objects.get(source=entry.number).valid_until == date(2024, 10, 20)
    with clock.at(make.moment("2025-03-03 10:00")):
        services.propose_readmit(actor=cast.secretariat, entry=entry, reason="恢复运行，复查合格")
        services.confirm_readmit(actor=cast.second_secretariat, entry=entry)
    entry.refresh_from_db()
    assert (entry.state, entry.removed_on, Title.objects.get(source=entry.number).valid_until) == ("listed", None, None)
    assert list(EntryAbsence.objects.values_list("left_on", "returned_on")) == [(date(2024, 10, 20), date(2025, 3, 3))]
    assert EntryCount.objects.get(edition=stage.edition, dimension="total").count == 3
    assert list(counts.differences()) == []
    days = [date(2023, 11, 28), date(2024, 10, 19), date(2024, 10, 20), date(2025, 3, 2), date(2025, 3, 3)]
    assert [listed(plan, {}, day) for day in days] == [0, 3, 2, 2, 3]
    assert listed_history(plan, {}, days) == [0, 3, 2, 2, 3]


def test_an_entry_that_expires_leaves_the_examination(cast: Any, running: Campaign) -> None:
    row = first(running)
    with clock.at(make.moment("2026-01-05 10:00")):
        services.expire(actor=cast.secretariat, entry=row.entry)
    row.refresh_from_db()
    assert row.state == "dropped"


def test_a_cause_takes_in_what_was_not_drawn(cast: Any, stage: Any) -> None:
    campaign = services.draw_campaign(actor=cast.secretariat, campaign=planned(cast, stage, percent=1))
    drawn = set(campaign.evaluations.values_list("entry", flat=True))
    rest = [entry for entry in stage.entries if entry.pk not in drawn]
    with pytest.raises(Invalid):
        services.include(actor=cast.secretariat, campaign=campaign, entry=rest[0], cause=" ")
    made = services.include(actor=cast.secretariat, campaign=campaign, entry=rest[0], cause="收到反映")
    assert (made.position, made.cause, made.state) == (None, "收到反映", "drawn")
    with pytest.raises(Conflict):
        services.include(actor=cast.secretariat, campaign=campaign, entry=rest[0], cause="再次反映")


def test_terms_are_reminded_of_once_each(cast: Any, running: Campaign) -> None:
    row = first(running)
    with clock.at(make.moment("2024-10-20 10:00")):
        services.require(actor=cast.secretariat, evaluation=row, reason="停用")
        assert services.remind_terms() == 0
    said = {}
    for day in ("2024-11-05", "2024-11-06", "2024-11-16", "2024-11-17", "2024-11-20", "2024-11-21", "2024-11-27", "2025-01-01"):
        with clock.at(make.moment(f"{day} 09:00")):
            said[day] = services.remind_terms()
    assert {day for day, number in said.items() if number} == {"2024-11-05", "2024-11-16", "2024-11-20", "2024-11-27"}
    assert list(TermReminder.objects.order_by("id").values_list("days", flat=True)) == [14, 3, -1, -8]


# --- every state, verb and role -------------------------------------------------------------
def test_campaign_states(cast: Any, stage: Any) -> None:
    _everyone(CAMPAIGN, planned(cast, stage), cast, {verb: {"secretariat", "second_secretariat"} for verb in CAMPAIGN.by_verb})


def test_evaluation_states(cast: Any, running: Campaign) -> None:
    row = first(running)
    row.entry.enterprise = cast.filer.active_memberships[0].organisation.enterprise
    office = {"secretariat", "second_secretariat"}
    own = {role for role, person in cast.people().items() if row.entry.enterprise_id in _files_for(person)}
    assert "filer" in own
    _everyone(EVALUATION, row, cast, {verb: own if verb == "report" else office for verb in EVALUATION.by_verb})


def _files_for(person: Any) -> set[int]:
    from pilotage.accounts.rules import enterprise_ids

    return enterprise_ids(person)


def _everyone(table: Any, obj: Any, cast: Any, allowed: dict[str, set[str]]) -> None:
    for state in table.states:
        setattr(obj, table.field, state)
        for verb, row in table.by_verb.items():
            for role, actor in {**cast.people(), "nobody": None}.items():
                expected = state in row.sources and role in allowed[verb]
                assert bool(may(actor, obj, verb)) is expected, (state, verb, role)
                assert expected or str(may(actor, obj, verb).reason)
