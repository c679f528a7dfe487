from decimal import Decimal

import pytest

from pilotage.audit.models import AuditEvent
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.review import services
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment, ReviewSummary, Score
from tests.factories import review as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(call, cast, me):
    """A begun review of the cast's expert."""
    return make.seat(make.application(call), me, cast.secretariat)


def full(value):
    return {key: {"value": str(value), "comment": ""} for key in make.CRITERIA}


def stored(assignment):
    return {s.criterion: (s.value, s.comment) for s in Score.objects.filter(assignment=assignment)}


def test_scores_are_kept_criterion_by_criterion_with_a_running_total(mine, cast):
    result = services.save_scores(
        actor=cast.expert, assignment=mine, scores={"network": {"value": "6", "comment": "白班时延未达申报值"}, "site": {"value": "8"}}
    )
    assert (result.saved, result.errors, result.conflicts) == (["network", "site"], {}, {})
    assert (result.running.value, result.running.scored, result.running.share) == (Decimal("70.000"), 2, Decimal(30))
    assert stored(mine) == {"network": (Decimal(6), "白班时延未达申报值"), "site": (Decimal(8), "")}
    assert AuditEvent.objects.filter(verb="assignment.score").count() == 1


def test_saving_the_same_again_writes_nothing(mine, cast):
    services.save_scores(actor=cast.expert, assignment=mine, scores=full(7))
    again = services.save_scores(actor=cast.expert, assignment=mine, scores=full(7), comment="")
    assert again.saved == []
    assert AuditEvent.objects.filter(verb="assignment.score").count() == 1


def test_a_bad_value_is_named_and_the_others_are_kept(mine, cast):
    scores = {"network": {"value": "11"}, "site": {"value": "5"}, "beauty": {"value": "3"}, "data": {"value": "5", "comment": "字" * 2001}}
    result = services.save_scores(actor=cast.expert, assignment=mine, scores=scores)
    assert sorted(result.errors) == ["beauty", "data", "network"]
    assert stored(mine) == {"site": (Decimal(5), "")}


def test_two_tabs_on_different_criteria_both_win(mine, cast):
    shown = {"value": "", "comment": ""}
    services.save_scores(actor=cast.expert, assignment=mine, scores={"network": {"value": "6", "comment": "", "base": shown}})
    result = services.save_scores(
        actor=cast.expert,
        assignment=mine,
        scores={"network": {"value": "", "comment": "", "base": shown}, "site": {"value": "8", "comment": "", "base": shown}},
    )
    assert (result.saved, result.conflicts) == (["site"], {})
    assert stored(mine) == {"network": (Decimal(6), ""), "site": (Decimal(8), "")}


def test_two_tabs_on_one_criterion_overwrite_nothing(mine, cast):
    shown = {"value": "", "comment": ""}
    services.save_scores(actor=cast.expert, assignment=mine, scores={"network": {"value": "6", "comment": "", "base": shown}})
    result = services.save_scores(actor=cast.expert, assignment=mine, scores={"network": {"value": "9", "comment": "", "base": shown}})
    assert result.saved == []
    assert (result.conflicts["network"].yours, result.conflicts["network"].theirs) == (Decimal(9), Decimal(6))
    assert stored(mine) == {"network": (Decimal(6), "")}


def test_score_in_one_tab_and_comment_in_the_other_are_merged(mine, cast):
    shown = {"value": "", "comment": ""}
    services.save_scores(actor=cast.expert, assignment=mine, scores={"network": {"value": "6", "comment": "", "base": shown}})
    result = services.save_scores(actor=cast.expert, assignment=mine, scores={"network": {"value": "", "comment": "属实", "base": shown}})
    assert result.conflicts == {}
    assert stored(mine) == {"network": (Decimal(6), "属实")}


def test_finishing_computes_the_total_and_keeps_the_summary(mine, cast):
    services.save_scores(actor=cast.expert, assignment=mine, scores={**full(8), "network": {"value": "6"}})
    done = services.finish_review(actor=cast.expert, assignment=mine)
    assert (done.state, done.total) == (AssignmentState.FINISHED, Decimal("77.000"))
    summary = ReviewSummary.objects.get(application=mine.application)
    assert (summary.seat_count, summary.finished_count, summary.mean, summary.spread) == (1, 1, Decimal("77.000"), None)


def test_mean_and_spread_of_two(mine, call, cast):
    make.seat(mine.application, make.expert("E2"), cast.secretariat, AssignmentState.FINISHED, 9)
    services.save_scores(actor=cast.expert, assignment=mine, scores=full(7))
    services.finish_review(actor=cast.expert, assignment=mine)
    summary = ReviewSummary.objects.get(application=mine.application)
    assert (summary.finished_count, summary.mean, summary.spread) == (2, Decimal(80), Decimal(20))


def test_finishing_with_a_gap_names_the_criterion_and_loses_nothing(mine, cast):
    scores = full(7)
    del scores["effect"]
    services.save_scores(actor=cast.expert, assignment=mine, scores=scores, comment="总体较好")
    with pytest.raises(Invalid) as problem:
        services.finish_review(actor=cast.expert, assignment=mine)
    assert list(problem.value.errors) == ["effect"]
    mine.refresh_from_db()
    assert (mine.state, mine.total, mine.comment, len(stored(mine))) == (AssignmentState.STARTED, None, "总体较好", 6)


def test_reopening_takes_the_total_out_of_the_summary(mine, cast):
    services.save_scores(actor=cast.expert, assignment=mine, scores=full(8))
    done = services.finish_review(actor=cast.expert, assignment=mine)
    with pytest.raises(Invalid):
        services.reopen_review(actor=cast.secretariat, assignment=done, reason=" ")
    services.reopen_review(actor=cast.secretariat, assignment=done, reason="专家申请更正笔误")
    summary = ReviewSummary.objects.get(application=mine.application)
    assert (summary.seat_count, summary.finished_count, summary.mean) == (1, 0, None)
    assert len(stored(mine)) == 7


def test_nothing_is_scored_before_the_declaration(call, cast, me):
    waiting = make.seat(make.application(call), me, cast.secretariat, AssignmentState.ASSIGNED)
    with pytest.raises(Refused):
        services.save_scores(actor=cast.expert, assignment=waiting, scores=full(5))
    services.declare_no_conflict(actor=cast.expert, assignment=waiting)
    assert services.save_scores(actor=cast.expert, assignment=waiting, scores=full(5)).running.value == Decimal(50)


def test_a_finished_review_is_closed(mine, cast):
    services.save_scores(actor=cast.expert, assignment=mine, scores=full(8))
    services.finish_review(actor=cast.expert, assignment=mine)
    with pytest.raises(Refused):
        services.save_scores(actor=cast.expert, assignment=mine, scores=full(1))
    assert set(stored(mine).values()) == {(Decimal(8), "")}


@pytest.mark.parametrize(("moment", "word"), [("2023-10-08 08:59", "2023年10月8日"), ("2023-11-03 18:00", "2023年11月3日")])
def test_outside_the_review_stage_the_refusal_names_the_time(mine, cast, at, moment, word):
    at(moment)
    with pytest.raises(Refused) as refusal:
        services.save_scores(actor=cast.expert, assignment=mine, scores=full(8))
    assert str(refusal.value).count("2023") == 1
    with pytest.raises(Refused):
        services.finish_review(actor=cast.expert, assignment=mine)
    assert stored(mine) == {}


def test_the_last_minute_counts(mine, cast, at):
    at("2023-11-03 17:59")
    services.save_scores(actor=cast.expert, assignment=mine, scores=full(8))
    assert services.finish_review(actor=cast.expert, assignment=mine).total == Decimal(80)


def test_stepping_back_stays_possible_after_the_deadline(mine, cast, at):
    at("2023-11-04 09:00")
    services.recuse(actor=cast.expert, assignment=mine, reason="发现合作关系")
    assert ReviewSummary.objects.get(application=mine.application).seat_count == 0


@pytest.mark.parametrize("who", ["secretariat", "auditor", "outsider", "filer", "province_officer"])
def test_nobody_scores_in_anothers_seat(mine, cast, who):
    with pytest.raises(Refused):
        services.save_scores(actor=getattr(cast, who), assignment=mine, scores=full(10))
    with pytest.raises(Refused):
        services.finish_review(actor=getattr(cast, who), assignment=mine)


def test_another_expert_is_an_outsider_here(mine, cast):
    other = make.expert("E9")
    with pytest.raises(Refused):
        services.save_scores(actor=other.user, assignment=mine, scores=full(10))


def test_the_slower_of_two_decisions_is_told(mine, cast):
    first, second = Assignment.objects.get(pk=mine.pk), Assignment.objects.get(pk=mine.pk)
    services.recuse(actor=cast.expert, assignment=first, reason="合作关系")
    with pytest.raises(Conflict):
        services.cancel_assignment(actor=cast.secretariat, assignment=second, reason="调整")
