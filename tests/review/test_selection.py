from decimal import Decimal

import pytest

from pilotage.audit import services as audit
from pilotage.audit.models import AuditEvent
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.review import services
from pilotage.review.enums import AssignmentState, SelectionState
from pilotage.review.models import Selection
from pilotage.review.selection import selections
from pilotage.review.selection.quota_names import QuotaNames
from pilotage.review.selectors import reason_for
from pilotage.review.wording import reason_sentence
from tests.factories import review as make

pytestmark = pytest.mark.django_db
TERMS = {"total": 3, "reserve": 1, "default_cap": "", "caps": {"320000": 2}, "required_reviews": 2}


@pytest.fixture
def field(call, cast, me, at):
    """Five reviewed applications, 90 to 50 points: three of Jiangsu, two of Shandong; and one with a single review."""
    experts = [me, make.expert("E2")]
    provinces = ["320000", "320000", "320000", "370000", "370000"]
    apps = [
        make.reviewed(call, cast.secretariat, [9 - i, 9 - i], experts, number=f"A-{i}", province=province)
        for i, province in enumerate(provinces)
    ]
    apps.append(make.reviewed(call, cast.secretariat, [10], experts, number="A-9", province="370000"))
    at(make.AFTER_REVIEW)
    return apps


def states(apps):
    found = dict(Application.objects.filter(pk__in=[a.pk for a in apps]).values_list("pk", "state"))
    return [found[a.pk] for a in apps]


def confirmed(call, cast, terms=TERMS):
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=terms)
    selections.propose_selection(actor=cast.secretariat, selection=selection)
    return selections.confirm_selection(actor=cast.second_secretariat, selection=selection)


def test_a_draft_ranks_with_reasons_and_moves_nothing(call, cast, field):
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    rows = list(selection.rows.order_by("position").values_list("application__number", "mean", "outcome", "reason"))
    assert rows == [
        ("A-0", Decimal(90), "selected", "selected"),
        ("A-1", Decimal(80), "selected", "selected"),
        ("A-2", Decimal(70), "not_selected", "quota_maximum"),
        ("A-3", Decimal(60), "selected", "selected"),
        ("A-4", Decimal(50), "reserve", "reserve"),
        ("A-9", Decimal(100), "not_selected", "few_reviews"),
    ]
    assert set(states(field)) == {ApplicationState.UNDER_REVIEW}
    assert (selection.number, selection.state) == (1, SelectionState.DRAFT)


def test_reasons_speak_with_their_figures(call, cast, field):
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    row = selection.rows.get(application__number="A-2")
    sentence = reason_sentence(row.reason, row.figures, QuotaNames(call))
    assert all(part in sentence for part in ("江苏省", "2", "80.00", "70.00"))
    row = selection.rows.get(application__number="A-9")
    assert reason_sentence(row.reason, row.figures).count("1") == 1


def test_a_new_draft_replaces_the_one_before(call, cast, field):
    first = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    second = selections.build_selection(actor=cast.secretariat, call=call, parameters={**TERMS, "total": 2})
    first.refresh_from_db()
    assert (first.state, second.number, second.state) == (SelectionState.DISCARDED, 2, SelectionState.DRAFT)


def test_the_call_file_gives_the_terms(call, cast, field):
    selection = selections.build_selection(actor=cast.secretariat, call=call)
    assert selection.parameters == {
        "total": 300,
        "reserve": 30,
        "quotas": [["province", None, 0, 40], ["province", "320000", 0, 97]],
        "required_reviews": 3,
        "least_mean": None,
        "tie_break": ["mean", "finished_count", "number"],
        "calibrate": False,
        "draws": 100,
        "lottery": False,
        "seed": call.slug,
    }


@pytest.mark.parametrize(
    ("terms", "names"),
    [
        ({"total": ""}, ["total"]),
        ({"total": "-1"}, ["total"]),
        ({"total": "x", "reserve": "1.5"}, ["reserve", "total"]),
        ({"total": 3, "required_reviews": 4}, ["required_reviews"]),
        ({"total": 3, "caps": {"370000": "many"}}, ["cap-370000"]),
        ({"total": 3, "least_mean": "101"}, ["least_mean"]),
    ],
)
def test_impossible_terms_are_named(call, cast, terms, names):
    with pytest.raises(Invalid) as problem:
        selections.build_selection(actor=cast.secretariat, call=call, parameters=terms)
    assert sorted(problem.value.errors) == names
    assert Selection.objects.count() == 0


def test_two_people_confirm_and_every_application_moves(call, cast, field):
    selection = confirmed(call, cast)
    assert selection.state == SelectionState.CONFIRMED
    assert states(field) == ["selected", "selected", "not_selected", "selected", "reserve", "not_selected"]
    reasons = AuditEvent.objects.filter(verb="application.not_select").order_by("number").values_list("reason", flat=True)
    assert len(set(reasons)) == 2
    assert audit.verify() == []


def test_the_proposer_cannot_confirm(call, cast, field):
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    selections.propose_selection(actor=cast.secretariat, selection=selection)
    with pytest.raises(Refused):
        selections.confirm_selection(actor=cast.secretariat, selection=selection)
    selection.refresh_from_db()
    assert (selection.state, set(states(field))) == (SelectionState.DRAFT, {ApplicationState.UNDER_REVIEW})


@pytest.mark.parametrize("who", ["expert", "auditor", "outsider", "province_officer", "filer"])
def test_only_the_secretariat_decides(call, cast, field, who):
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    with pytest.raises(Refused):
        selections.build_selection(actor=getattr(cast, who), call=call, parameters=TERMS)
    with pytest.raises(Refused):
        selections.propose_selection(actor=getattr(cast, who), selection=selection)
    selections.propose_selection(actor=cast.secretariat, selection=selection)
    with pytest.raises(Refused):
        selections.confirm_selection(actor=getattr(cast, who), selection=selection)
    assert set(states(field)) == {ApplicationState.UNDER_REVIEW}


def test_confirming_without_a_proposal_is_a_conflict(call, cast, field):
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    with pytest.raises(Conflict):
        selections.confirm_selection(actor=cast.second_secretariat, selection=selection)


def test_a_score_changed_after_the_draft_stops_it(call, cast, field):
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    selections.propose_selection(actor=cast.secretariat, selection=selection)
    services.reopen_review(actor=cast.secretariat, assignment=field[0].assignments.first(), reason="更正")
    with pytest.raises((Conflict, Refused)):
        selections.confirm_selection(actor=cast.second_secretariat, selection=selection)
    assert set(states(field)) == {ApplicationState.UNDER_REVIEW}


def test_a_withdrawn_application_stops_a_draft(call, cast, field):
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    Application.objects.filter(pk=field[0].pk).update(state=ApplicationState.WITHDRAWN)
    with pytest.raises(Conflict):
        selections.propose_selection(actor=cast.secretariat, selection=selection)


def test_a_proposed_draft_is_neither_replaced_nor_discarded(call, cast, field):
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    selections.propose_selection(actor=cast.secretariat, selection=selection)
    with pytest.raises(Conflict):
        selections.build_selection(actor=cast.second_secretariat, call=call, parameters=TERMS)
    with pytest.raises(Conflict):
        selections.discard_selection(actor=cast.second_secretariat, selection=selection)
    selections.withdraw_selection_proposal(actor=cast.secretariat, selection=selection)
    selections.discard_selection(actor=cast.second_secretariat, selection=selection)
    assert selection.state == SelectionState.DISCARDED


def test_while_experts_can_still_score_nothing_is_proposed(call, cast, field, me, at):
    make.seat(make.application(call, "A-5"), me, cast.secretariat, AssignmentState.STARTED)
    at(make.IN_REVIEW)
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    with pytest.raises(Refused):
        selections.propose_selection(actor=cast.secretariat, selection=selection)


def test_accepted_applications_without_a_seat_block_the_proposal(call, cast, field):
    make.application(call, "A-6")
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    with pytest.raises(Refused):
        selections.propose_selection(actor=cast.secretariat, selection=selection)


def test_one_selection_per_call(call, cast, field):
    confirmed(call, cast)
    with pytest.raises(Refused):
        selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    with pytest.raises(Refused):
        make.assigned(call, cast.secretariat)


def test_the_applicant_learns_the_reason_only_with_the_notice(call, cast, field):
    assert reason_for(field[2]) is None
    confirmed(call, cast)
    assert reason_for(field[2]) is None
    Application.objects.filter(pk=field[0].pk).update(state=ApplicationState.IN_NOTICE)
    row = reason_for(field[2])
    assert (row.reason, row.figures["blockers"][0]["limit"]) == ("quota_maximum", 2)
    assert reason_for(make.application(call, "A-7")) is None
