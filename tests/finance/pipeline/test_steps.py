"""Rounds of inquiry, suspensions with their limit, steps taken back, who is responsible; and that the history is never written over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.facts.models import Fact
from pilotage.finance.pipeline import amending, kept, overdue, rules, services
from pilotage.finance.pipeline.enums import LINE, NEEQ_LINE, Market, Stage
from pilotage.finance.pipeline.history import Round, effective, everything, left_from, rounds, standing
from pilotage.finance.pipeline.models import ListingProject, StageStep
from pilotage.finance.pipeline.selectors import Filter, filtered, histories, rounds_told
from pilotage.finance.pipeline.step_enums import Cause
from pilotage.finance.pipeline.suspensions import LIMITS, limit_of, months_later
from pilotage.finance.pipeline.transitions import PROJECT
from tests.factories import finance
from tests.factories import listings as make
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db
S = Stage
COLUMNS = ("state", "left_from", "stage_on", "inquiry_round", "suspension_cause", "suspended_until")
ASKED = ("file_tutoring", "accept_tutoring", "accept", "inquire")


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def columns(project: ListingProject) -> dict[str, Any]:
    found = ListingProject.objects.get(pk=project.pk)
    return {name: getattr(found, name) for name in COLUMNS}


def of_history(project: ListingProject) -> dict[str, Any]:
    """The same from the rows of the history alone."""
    steps = effective(StageStep.objects.filter(project=project))
    told = standing(steps)
    return {
        "state": steps[-1].stage,
        "left_from": left_from(steps),
        **{name: getattr(told, name) for name in COLUMNS if hasattr(told, name)},
    }


def move(cast: Any, project: ListingProject, verb: str, on: date, **said: Any) -> ListingProject:
    return services.move(actor=cast.secretariat, project=project, verb=verb, on=on, **{"reason": "演示", "cause": "other", **said})


# --- rounds ----------------------------------------------------------------------------------
def test_rounds_of_questions_and_answers(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=ASKED)
    begun = project.stage_on
    days = [begun + timedelta(days=each) for each in (0, 40, 50, 80, 90, 95, 130, 140)]

    move(cast, project, "answer", days[1])
    with pytest.raises(Invalid):
        move(cast, project, "answer", days[1])
    move(cast, project, "ask_again", days[2])
    with pytest.raises(Invalid):  # never before the step before
        move(cast, project, "answer", days[1])
    move(cast, project, "answer", days[3])
    move(cast, project, "ask_again", days[4])
    move(cast, project, "suspend", days[5])
    move(cast, project, "resume", days[6])
    assert (project.inquiry_round, project.stage_on) == (3, days[6])
    move(cast, project, "hear", days[7])

    found = rounds(effective(project.steps.all()))
    assert found == [
        Round(1, days[0], days[1]),
        Round(2, days[2], days[3]),
        Round(3, days[4], None, days[7], "committee"),
    ]
    assert columns(project) == of_history(project)
    assert project.inquiry_round == 3


def test_a_further_round_leaves_the_first_day_of_the_stage(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=ASKED)
    begun = project.stage_on
    move(cast, project, "ask_again", begun + timedelta(days=30))
    assert (project.stage_on, project.inquiry_round) == (begun, 2)
    assert rounds(effective(project.steps.all()))[0] == Round(1, begun, None, begun + timedelta(days=30), "inquiry")


def test_rounds_are_counted_in_durations(cast: Any) -> None:
    for name, gap in (("甲", 10), ("乙", 20), ("丙", 30)):
        project = make.project(cast.secretariat, enterprise(f"苏州{name}有限公司"), verbs=ASKED)
        move(cast, project, "answer", project.stage_on + timedelta(days=gap))
        if gap == 30:
            move(cast, project, "ask_again", project.stage_on + timedelta(days=gap))
    untold = make.project(cast.secretariat, enterprise("苏州丁有限公司"), verbs=(*ASKED, "hear"))
    gone = make.project(cast.secretariat, enterprise("苏州戊有限公司"), verbs=(*ASKED, "withdraw"))

    first, second = rounds_told(histories(ListingProject.objects.all()), make.TODAY)
    assert (first.number, first.asked, first.untold) == (1, 5, 1)
    assert (first.to_answer.median, first.to_answer.through, first.to_answer.waiting) == (20, 3, 1)
    assert (second.asked, second.to_answer.median, second.to_answer.waiting) == (1, None, 1)
    assert {untold.inquiry_round, gone.inquiry_round} == {1}


# --- suspensions -----------------------------------------------------------------------------
def test_a_suspension_has_a_cause_and_where_the_rule_names_one_a_limit(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=ASKED)
    on = project.stage_on + timedelta(days=10)
    for cause in ("", "bad weather"):
        with pytest.raises(Invalid) as found:
            move(cast, project, "suspend", on, cause=cause)
        assert "cause" in found.value.errors
    with pytest.raises(Invalid) as found:
        move(cast, project, "suspend", on, until=on - timedelta(days=1))
    assert "until" in found.value.errors

    move(cast, project, "suspend", on, cause=Cause.FINANCIALS_EXPIRED)
    assert (project.suspension_cause, project.suspended_until) == ("financials_expired", months_later(on, 3))
    move(cast, project, "resume", on + timedelta(days=5))
    assert (project.suspension_cause, project.suspended_until, project.state) == ("", None, "inquiry")
    move(cast, project, "suspend", on + timedelta(days=6), cause="issuer")
    assert project.suspended_until is None
    amending.take_back(actor=cast.secretariat, project=project, reason="录错")
    move(cast, project, "suspend", on + timedelta(days=6), cause="issuer", until=on + timedelta(days=40))
    assert project.suspended_until == on + timedelta(days=40)
    assert columns(project) == of_history(project)


def test_only_the_source_of_the_dossier_names_a_limit() -> None:
    assert {cause: limit.months for cause, limit in LIMITS.items()} == {"financials_expired": 3}
    assert not any(limit.verified for limit in LIMITS.values())
    assert limit_of("other", date(2023, 1, 1)) is None
    assert limit_of("financials_expired", date(2023, 11, 30)) == date(2024, 2, 29)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(0, 36))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int) -> None:
    found = months_later(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found + timedelta(days=1)).day == 1
    assert found.day <= day.day


def test_a_suspension_past_its_limit_is_told_once(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=(*ASKED, "suspend"))
    last = project.suspended_until
    assert last is not None
    with clock.at(make.moment(f"{last} 23:00")):
        assert overdue.tell() == 0
    with clock.at(make.moment(f"{last + timedelta(days=1)} 08:00")):
        assert filtered(ListingProject.objects.all(), Filter.read({"overdue": "1"})).count() == 1
        assert [overdue.tell(), overdue.tell()] == [1, 0]
    assert AuditEvent.objects.filter(verb="finance.listing.overdue").count() == 1
    # a limit that is moved may pass again; who resumed is not overdue
    step = project.steps.get(stage="suspended")
    amending.correct(actor=cast.secretariat, step=step, on=step.on + timedelta(days=1), reason="日期录错")
    project.refresh_from_db()
    assert (project.suspended_until, project.overdue_told_on) == (months_later(step.on + timedelta(days=1), 3), None)
    assert overdue.tell() == 1
    project.refresh_from_db()
    move(cast, project, "resume", make.TODAY)
    assert project.overdue_told_on is None
    assert overdue.tell() == 0


# --- responsible -----------------------------------------------------------------------------
def test_each_step_has_a_responsible_person(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    move(cast, project, "file_tutoring", make.TODAY, owner=cast.second_secretariat)
    first, second = project.steps.order_by("id")
    assert (first.owner, second.owner) == (cast.secretariat, cast.second_secretariat)
    with pytest.raises(Invalid):
        move(cast, project, "accept_tutoring", make.TODAY, owner=cast.filer)
    amending.correct(actor=cast.secretariat, step=second, on=second.on, reason="交接", owner=cast.secretariat)
    assert effective(project.steps.all())[-1].row.owner == cast.secretariat


# --- taken back ------------------------------------------------------------------------------
def paths(market: str) -> list[tuple[str, ...]]:
    """Every sequence of up to the whole line, and of each the stops, rounds and what may follow them."""
    line = NEEQ_LINE if market.startswith("neeq") else LINE
    verbs = [next(row.verb for row in PROJECT.rows if row.target == stage and row.verb != "take_back") for stage in line[1:]]
    found = []
    for count in range(1, len(verbs) + 1):
        found.append(tuple(verbs[:count]))
        stage = line[count]
        if stage == S.LISTED:
            continue
        found.append((*verbs[:count], "withdraw"))
        if stage in {S.APPLICATION_ACCEPTED, S.INQUIRY, S.COMMITTEE, S.REGISTRATION_SUBMITTED}:
            stop = (*verbs[:count], "suspend")
            found += [stop, (*stop, "resume"), (*stop, "withdraw"), (*stop, "terminate"), (*stop, "resume", "suspend")]
        if stage == S.INQUIRY:
            found += [(*verbs[:count], *more) for more in (("answer",), ("ask_again",), ("answer", "ask_again"), ("answer", "suspend"))]
    return found


@pytest.mark.parametrize("market", [Market.STAR, Market.NEEQ_BASE])
def test_every_step_can_be_taken_back_to_where_the_project_stood(cast: Any, market: str) -> None:
    for number, verbs in enumerate(paths(market)):
        project = services.enter(actor=cast.secretariat, enterprise=enterprise(f"苏州{number}有限公司"), market=market, on=make.BEGIN)
        before = columns(project)
        for count, verb in enumerate(verbs, 1):
            before = columns(project)
            move(cast, project, verb, make.BEGIN + timedelta(days=count), cause="financials_expired")
            assert columns(project) == of_history(project), verbs
        rows = project.steps.count()
        amending.take_back(actor=cast.secretariat, project=project, reason="误录入")
        assert columns(project) == before == of_history(project), verbs
        assert project.steps.count() == rows + 1
        # and the next one can be entered, or the one before taken back too
        if len(verbs) > 1:
            amending.take_back(actor=cast.secretariat, project=project, reason="误录入")
            assert columns(project) == of_history(project), verbs


def test_what_was_taken_back_is_told_and_counts_nowhere(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=("file_tutoring", "accept_tutoring"))
    amending.take_back(actor=cast.secretariat, project=project, reason="应为另一企业")

    told = everything(project.steps.all())
    assert [(step.stage, step.taken_back.reason if step.taken_back else "") for step in told] == [
        ("cultivation", ""),
        ("tutoring_filed", ""),
        ("tutoring_accepted", "应为另一企业"),
    ]
    event = AuditEvent.objects.get(verb="finance.listing.take_back")
    assert (event.actor_id, event.reason) == (cast.secretariat.pk, "应为另一企业")
    assert filtered(ListingProject.objects.all(), Filter(reached="tutoring_accepted")).count() == 0
    assert filtered(ListingProject.objects.all(), Filter(reached="tutoring_filed")).count() == 1
    amending.take_back(actor=cast.secretariat, project=project, reason="再改")
    assert filtered(ListingProject.objects.all(), Filter(reached="tutoring_filed")).count() == 0
    assert [stage for _on, stage in histories(ListingProject.objects.all())[0].steps] == ["cultivation"]
    with pytest.raises(Invalid):
        amending.take_back(actor=cast.secretariat, project=project, reason="首条")
    with pytest.raises(Invalid):
        amending.correct(actor=cast.secretariat, step=told[2].row, on=make.TODAY, reason="已撤销")


def test_who_may_take_back(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=("file_tutoring",))
    for name, person in cast.people().items():
        if name in {"secretariat", "second_secretariat"}:
            continue
        with pytest.raises(Refused):
            amending.take_back(actor=person, project=project, reason="演示")
    with pytest.raises(Invalid):
        amending.take_back(actor=cast.secretariat, project=project, reason=" ")
    with pytest.raises(Invalid):
        move(cast, project, "take_back", make.TODAY)
    amending.take_back(actor=cast.second_secretariat, project=project, reason="演示")
    assert project.state == "cultivation"


VERBS = [verb for verb in PROJECT.by_verb if verb != "enter_tier"]


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 20), st.sampled_from(Cause.values)), max_size=16), st.data())
def test_the_columns_follow_from_the_history_whatever_is_entered(cast: Any, acts: list[tuple[str, int, str]], data: Any) -> None:
    with transaction.atomic():
        project = services.enter(actor=None, enterprise=enterprise(), market="star", on=make.BEGIN)
        for verb, gap, cause in acts:
            on = services.last_day(project) + timedelta(days=gap)
            try:
                if verb == "take_back":
                    amending.take_back(actor=None, project=project, reason="演示")
                else:
                    services.move(actor=None, project=project, verb=verb, on=on, reason="演示", cause=cause)
            except (Invalid, Conflict):
                continue
            assert columns(project) == of_history(project)
        steps = effective(project.steps.all())
        some = data.draw(st.sampled_from(steps))
        amending.correct(actor=None, step=some.row, on=some.on, reason="演示")
        assert columns(project) == of_history(project)
        transaction.set_rollback(True)


def test_what_is_kept_is_compared_with_the_history_and_set_right(cast: Any, django_assert_num_queries: Any) -> None:
    projects = [
        make.project(cast.secretariat, cast.enterprise, verbs=(*ASKED, "suspend")),
        make.project(cast.secretariat, cast.other_enterprise, verbs=(*ASKED, "ask_again")),
    ]
    with django_assert_num_queries(3):
        assert list(kept.differences()) == []
    before = [columns(each) for each in projects]
    ListingProject.objects.update(inquiry_round=0, suspended_until=None, stage_on=make.TODAY)
    first, second = (each.number for each in projects)
    assert list(kept.differences()) == [
        f"listing {first}.stage_on: kept 2023-11-20, recounted {before[0]['stage_on']}",
        f"listing {first}.inquiry_round: kept 0, recounted 1",
        f"listing {first}.suspended_until: kept None, recounted {before[0]['suspended_until']}",
        f"listing {second}.stage_on: kept 2023-11-20, recounted {before[1]['stage_on']}",
        f"listing {second}.inquiry_round: kept 0, recounted 2",
    ]
    assert [kept.repair(), kept.repair()] == [2, 0]
    assert [columns(each) for each in projects] == before


# --- once on a market ------------------------------------------------------------------------
def test_who_is_listed_is_not_entered_again_and_who_left_is(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=make.WAY)
    with pytest.raises(Conflict):
        services.enter(actor=cast.secretariat, enterprise=cast.enterprise, market="star", on=make.TODAY)
    assert services.enter(actor=cast.secretariat, enterprise=cast.enterprise, market="bse", on=make.TODAY)
    assert services.taken_pairs([cast.enterprise.pk]) == {(cast.enterprise.pk, "star"), (cast.enterprise.pk, "bse")}

    left = make.project(cast.secretariat, cast.other_enterprise, verbs=("file_tutoring", "withdraw"))
    again = services.enter(actor=cast.secretariat, enterprise=cast.other_enterprise, market="star", on=make.TODAY)
    with pytest.raises(Conflict):  # it has begun anew meanwhile
        amending.take_back(actor=cast.secretariat, project=left, reason="误录入")
    left.refresh_from_db()
    assert (left.state, again.state, project.state) == ("withdrawn", "cultivation", "listed")


# --- the enterprise's own words --------------------------------------------------------------
def test_an_enterprise_tells_of_its_own_project_while_it_runs(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    services.tell(actor=cast.filer, project=project, sponsor="演示证券", own_note="拟于下半年申报")
    project.refresh_from_db()
    assert (project.sponsor, project.own_note) == ("演示证券", "拟于下半年申报")
    for person in (cast.other_filer, cast.secretariat, cast.finance_liaison, cast.auditor, cast.outsider, None):
        with pytest.raises(Refused):
            services.tell(actor=person, project=project, sponsor="", own_note="")
    move(cast, project, "withdraw", make.TODAY)
    assert not rules.can_tell(cast.filer, project)


# --- the database's own refusal --------------------------------------------------------------
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = '2020-01-01' WHERE id = {2}", "DELETE FROM {0} WHERE id = {2}"])
@pytest.mark.parametrize("table", ["finance_stagestep", "finance_fact"])
def test_the_database_refuses_to_change_what_was_entered(cast: Any, table: str, statement: str) -> None:
    finance.facts(cast.enterprise, revenue=100)
    step, fact = make.project(cast.secretariat, cast.enterprise).steps.get(), Fact.objects.latest("id")
    column, pk = ("on", step.pk) if table == "finance_stagestep" else ("known_from", fact.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, connection.ops.quote_name(column), pk))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StageStep.objects.filter(pk=step.pk).update(on=make.TODAY)
    assert StageStep.objects.get(pk=step.pk).on == make.BEGIN
