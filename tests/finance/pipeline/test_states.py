"""Every state, verb and role of listing projects, batches, rounds and objections; and the days a project carries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.audit.models import AuditEvent
from pilotage.audit.services import transition, verify
from pilotage.core import clock
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.pipeline import amending, documents, rules, services
from pilotage.finance.pipeline.batch_models import RecommendationBatch
from pilotage.finance.pipeline.enums import LINE, NEEQ_LINE, STOPPED, UNDER_REVIEW, BatchState, Decision, Market, RoundState, Stage
from pilotage.finance.pipeline.history import effective
from pilotage.finance.pipeline.models import ListingProject, StageStep
from pilotage.finance.pipeline.round_models import RoundLine, TierObjection, TierRound
from pilotage.finance.pipeline.transitions import BATCH, OBJECTION, PROJECT, ROUND
from tests.factories import listings as make

pytestmark = pytest.mark.django_db
OFFICE = {"secretariat", "second_secretariat", "nobody"}
S = Stage
SOURCES = {
    "file_tutoring": {S.CULTIVATION},
    "accept_tutoring": {S.TUTORING_FILED},
    "accept": {S.CULTIVATION, S.TUTORING_ACCEPTED},
    "inquire": {S.APPLICATION_ACCEPTED},
    "answer": {S.INQUIRY},
    "ask_again": {S.INQUIRY},
    "hear": {S.INQUIRY},
    "submit": {S.COMMITTEE},
    "register": {S.INQUIRY, S.REGISTRATION_SUBMITTED},
    "list": {S.REGISTERED},
    "suspend": set(UNDER_REVIEW),
    "resume": {S.SUSPENDED},
    "withdraw": {*LINE[:-1], S.SUSPENDED},
    "terminate": {*UNDER_REVIEW, S.REGISTERED, S.SUSPENDED},
    "leave": {S.LISTED},
    "take_back": {*S} - {S.CULTIVATION},
    "enter_tier": {*NEEQ_LINE[:-1], S.SUSPENDED},
}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def allowed(obj: Any, table: Any, cast: Any) -> dict[tuple[str, str], set[str]]:
    people = {**cast.people(), "nobody": None}
    found = {}
    for state in table.states:
        obj.state = state
        for row in table.rows:
            found[state, row.verb] = {name for name, person in people.items() if may(person, obj, row.verb)}
    return found


def expected(table: Any, sources: dict[str, set[Any]]) -> dict[tuple[str, str], set[str]]:
    assert set(sources) == set(table.by_verb)
    return {(state, verb): OFFICE if state in held else set() for verb, held in sources.items() for state in table.states}


def test_who_may_move_what(cast: Any) -> None:
    R, D = RoundState, Decision
    found = TierRound(direction="up")
    line = RoundLine(round=found, enterprise=cast.enterprise)
    tables: list[tuple[Any, Any, dict[str, set[Any]]]] = [
        (ListingProject(enterprise=cast.enterprise), PROJECT, SOURCES),
        (RecommendationBatch(), BATCH, {"sign": {BatchState.DRAFT}, "drop": {BatchState.DRAFT}}),
        (found, ROUND, {"open": {R.DRAFT}, "finish": {R.NOTICE}, "drop": {R.DRAFT, R.NOTICE}}),
        (TierObjection(line=line), OBJECTION, {"uphold": {D.OPEN}, "dismiss": {D.OPEN}}),
    ]
    for obj, table, sources in tables:
        assert allowed(obj, table, cast) == expected(table, sources), table.name
    assert {table.name for _obj, table, _sources in tables for row in table.rows if row.two_person} == {
        "finance.listing_batch",
        "finance.tier_round",
    }


@pytest.mark.parametrize("market", Market.values)
def test_each_state_and_verb_of_each_market(cast: Any, market: str) -> None:
    """Where a verb leads, or that it leads nowhere, from every state."""
    line = NEEQ_LINE if market.startswith("neeq") else LINE
    project = make.project(cast.secretariat, cast.enterprise, market=market)
    for state in S:
        for verb, sources in SOURCES.items():
            left = S.INQUIRY if state in STOPPED else ""
            ListingProject.objects.filter(pk=project.pk).update(state=state, left_from=left)
            project.refresh_from_db()
            target = PROJECT.by_verb[verb].target
            # what needs a history is tried in test_steps
            goes = state in sources and verb not in {"answer", "take_back"}
            if verb in {"file_tutoring", "accept", "hear", "register"}:
                goes = goes and state in line and target in line and line.index(S(target)) == line.index(state) + 1
            if verb == "enter_tier":
                goes = goes and market.startswith("neeq")
            if not goes:
                with pytest.raises((Invalid, Conflict)):
                    transition(project, verb, actor=cast.secretariat, reason="演示")
                continue
            transition(project, verb, actor=cast.secretariat, reason="演示")
            assert project.state == (S.INQUIRY if verb == "resume" else target)
            stopped = project.state in STOPPED
            assert project.left_from == ((S.INQUIRY if state == S.SUSPENDED else state) if stopped else "")


def test_the_whole_way_leaves_its_days(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=make.WAY)

    assert project.state == S.LISTED
    steps = effective(project.steps.all())
    assert [step.stage for step in steps] == list(LINE)
    assert [step.on for step in steps] == [make.BEGIN + timedelta(days=30 * count) for count in range(len(LINE))]
    assert AuditEvent.objects.filter(verb="finance.listing.list").count() == 1
    assert verify() == []


def test_a_correction_keeps_both_days(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=("file_tutoring", "accept_tutoring"))
    filed, taken = project.steps.filter(corrects=None).order_by("id")[1:3]
    right = date(2022, 4, 6)

    amending.correct(actor=cast.secretariat, step=filed, on=right, reason="辅导备案公示日期录错")
    step = effective(project.steps.all())[1]
    assert (step.on, step.earlier[0].on, step.row.reason) == (right, filed.on, "辅导备案公示日期录错")
    with pytest.raises(Invalid):
        amending.correct(actor=cast.secretariat, step=filed, on=taken.on + timedelta(days=1), reason="演示")
    with pytest.raises(Invalid):
        amending.correct(actor=cast.secretariat, step=filed, on=right, reason=" ")
    last = amending.correct(actor=cast.secretariat, step=taken, on=taken.on + timedelta(days=2), reason="演示")
    project.refresh_from_db()
    assert project.stage_on == last.on
    with pytest.raises(Refused):
        filed.save()
    with pytest.raises(Refused):
        filed.delete()
    assert StageStep.objects.count() == 5


def test_days_neither_go_back_nor_ahead(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    for day in (None, make.BEGIN - timedelta(days=1), make.TODAY + timedelta(days=1)):
        with pytest.raises(Invalid):
            services.move(actor=cast.secretariat, project=project, verb="file_tutoring", on=day)
    with pytest.raises(Invalid):
        services.enter(actor=cast.secretariat, enterprise=cast.other_enterprise, market="moon", on=None)
    with pytest.raises(Conflict):
        services.enter(actor=cast.secretariat, enterprise=cast.enterprise, market="star", on=make.BEGIN)
    services.move(actor=cast.secretariat, project=project, verb="withdraw", on=make.TODAY, reason="演示")
    again = services.enter(actor=cast.secretariat, enterprise=cast.enterprise, market="star", on=make.TODAY)
    assert again.number != project.number


def test_only_the_secretariat_works_it(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    step = project.steps.get()
    for person in (cast.filer, cast.finance_liaison, cast.auditor, cast.outsider):
        for act in (
            lambda who: services.enter(actor=who, enterprise=cast.other_enterprise, market="bse", on=make.BEGIN),
            lambda who: services.move(actor=who, project=project, verb="file_tutoring", on=make.TODAY),
            lambda who: amending.correct(actor=who, step=step, on=make.BEGIN, reason="演示"),
            lambda who: services.change(actor=who, project=project, owner=None, sponsor="", note=""),
        ):
            with pytest.raises(Refused):
                act(person)
    with pytest.raises(Invalid):
        services.change(actor=cast.secretariat, project=project, owner=cast.filer, sponsor="", note="")
    services.change(actor=cast.secretariat, project=project, owner=cast.second_secretariat, sponsor="演示证券", note="演示")
    project.refresh_from_db()
    assert (project.owner, project.sponsor) == (cast.second_secretariat, "演示证券")


def test_the_enterprise_adds_papers(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    paper = SimpleUploadedFile("辅导协议.pdf", b"%PDF-1.7 demo")

    made = documents.add_document(actor=cast.filer, project=project, title="", upload=paper)
    assert (made.title, made.stage, made.by) == ("辅导协议.pdf", "cultivation", cast.filer)
    for person in (cast.other_filer, cast.finance_liaison, cast.auditor):
        with pytest.raises(Refused):
            documents.add_document(actor=person, project=project, title="", upload=paper)
    for bad in (None, SimpleUploadedFile("x.pdf", b"MZ program")):
        with pytest.raises(Invalid):
            documents.add_document(actor=cast.filer, project=project, title="", upload=bad)


def test_who_sees_a_project(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    seeing = {name for name, person in cast.people().items() if rules.visible_projects(person).filter(pk=project.pk).exists()}
    assert seeing == {"filer", "legal_representative", "secretariat", "second_secretariat", "auditor"}
