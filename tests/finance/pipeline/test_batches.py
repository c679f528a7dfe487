"""A recommendation: who is put on the list, who consents to exactly this list, what two people sign, and what comes back."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pilotage.accounts.models import EnterpriseConsent
from pilotage.accounts.services import withdraw_consent
from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.audit.services import transition, verify, withdraw_proposal
from pilotage.core import clock
from pilotage.core.tables import read_rows
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.pipeline import answers, batches, consents, rules, verdicts
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch
from pilotage.finance.pipeline.digests import as_data, as_json, list_digest
from pilotage.finance.pipeline.enums import OFF_LIST, ON_LIST, BatchState, LineState
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.transitions import LINE_OF_BATCH
from tests.factories import listings as make
from tests.factories.accounts import enterprise
from tests.factories.matching import bank_of, consented, liaison

pytestmark = pytest.mark.django_db
L = LineState
WORDS = {"title_zh": "演示推荐名单", "purpose": "纳入交易所重点服务企业库（演示）"}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


# --- who is put on the list ------------------------------------------------------------------
def test_what_a_list_refuses(cast: Any) -> None:
    bank = bank_of(cast.finance_liaison)
    with pytest.raises(Invalid) as found:
        batches.compose(actor=cast.secretariat, receiver=bank_of(cast.auditor), market="moon", title_zh=" ", purpose="")
    assert set(found.value.errors) == {"receiver", "market", "title_zh", "purpose"}
    with pytest.raises(Invalid):
        batches.compose(actor=cast.secretariat, receiver=bank, market="star", **WORDS)
    with pytest.raises(Refused):
        batches.compose(actor=cast.filer, receiver=bank, market="star", **WORDS)


def test_a_market_whose_whole_list_fails_is_told_from_an_empty_one(cast: Any) -> None:
    told = {"actor": cast.secretariat, "receiver": bank_of(cast.finance_liaison), "market": "star", **WORDS}
    with pytest.raises(Invalid, match="培育库") as empty:
        batches.compose(**told)
    make.project(cast.secretariat, cast.enterprise)
    make.screened({cast.enterprise: "x"})
    with pytest.raises(Invalid, match="没有企业符合要求") as failing:
        batches.compose(**told)
    assert empty.value.errors != failing.value.errors


def test_who_does_not_meet_is_put_on_with_a_reason_only(cast: Any) -> None:
    make.project(cast.secretariat, cast.enterprise)
    failing = make.project(cast.secretariat, cast.other_enterprise)
    third = make.project(cast.secretariat, enterprise("苏州演示三号有限公司"))
    make.screened({cast.enterprise: "m", cast.other_enterprise: "x", third.enterprise: "u"})
    batch = batches.compose(actor=cast.secretariat, receiver=bank_of(cast.finance_liaison), market="star", **WORDS)
    assert set(batch.lines.values_list("project", flat=True)) == {third.pk, ListingProject.objects.get(enterprise=cast.enterprise).pk}

    with pytest.raises(Invalid, match=cast.other_enterprise.name_zh):
        batches.add(actor=cast.secretariat, batch=batch, projects=[failing.pk])
    assert batches.add(actor=cast.secretariat, batch=batch, projects=[failing.pk], ground="复核中，主管部门建议列入") == 1
    line = batch.lines.get(project=failing)
    assert (line.position, line.ground) == (3, "复核中，主管部门建议列入")
    with pytest.raises(Invalid):
        batches.add(actor=cast.secretariat, batch=batch, projects=[failing.pk], ground="再次")
    named = {"receiver": batch.receiver, "market": "star", "projects": [failing.pk], **WORDS}
    with pytest.raises(Invalid) as found:
        batches.compose(actor=cast.secretariat, **named)
    assert set(found.value.errors) == {"ground"}
    assert batches.compose(actor=cast.secretariat, ground="演示", **named).lines.get().ground == "演示"


def test_an_exception_stands_in_for_the_attributes(cast: Any) -> None:
    make.screened({cast.enterprise: "x"}, channel="star-attribute")
    told = verdicts.newest("star", [cast.enterprise.pk])[cast.enterprise.pk]
    assert [(each.key, each.answer, each.rule_day) for each in told] == [("star-attribute", "does_not_meet", make.TODAY)]
    assert verdicts.does_not_meet("star", told)
    meets = verdicts.Told("star-exception", "", verdicts.Answer.MEETS, make.TODAY)
    assert not verdicts.does_not_meet("star", [*told, meets])
    assert not verdicts.does_not_meet("bse", told)
    assert verdicts.newest("star", [cast.other_enterprise.pk]) == {}


# --- consent to exactly this list ------------------------------------------------------------
def test_who_may_say_what_of_a_line(cast: Any) -> None:
    """Every state, verb and role."""
    line = make.composed(cast).lines.select_related("batch", "project").get(project__enterprise=cast.enterprise)
    office, signer = {"secretariat", "second_secretariat", "nobody"}, {"legal_representative"}
    sources = {
        "ask": ({L.NEW}, office),
        "consent": ({L.ASKED}, signer),
        "refuse": ({L.ASKED}, signer),
        "withdraw": ({L.GIVEN}, signer),
        "leave_out": (set(ON_LIST), office),
        "put_back": (set(OFF_LIST), office),
    }
    targets = {
        "ask": L.ASKED, "consent": L.GIVEN, "refuse": L.REFUSED, "withdraw": L.WITHDRAWN, "leave_out": L.LEFT_OUT, "put_back": L.NEW,
    }  # fmt: skip
    assert set(sources) == set(LINE_OF_BATCH.by_verb) == set(targets)
    people = {**cast.people(), "nobody": None}
    for state in L:
        line.state = state
        for verb, (held, who) in sources.items():
            allowed = {name for name, person in people.items() if may(person, line, verb)}
            assert allowed == (who if state in held else set()), (state, verb)
    for state in L:
        for verb, (held, who) in sources.items():
            BatchLine.objects.filter(pk=line.pk).update(state=state)
            line.refresh_from_db()
            actor = cast.secretariat if who == office else cast.legal_representative
            if state in held:
                transition(line, verb, actor=actor, reason="演示")
                assert line.state == targets[verb]
            else:
                with pytest.raises(Conflict):
                    transition(line, verb, actor=actor, reason="演示")


@pytest.mark.parametrize("state", [BatchState.SIGNED, BatchState.DROPPED])
def test_nothing_on_a_list_changes_once_it_is_no_draft(cast: Any, state: str) -> None:
    batch = make.composed(cast)
    line = batch.lines.select_related("batch", "project").first()
    line.batch.state = state
    for verb, row in LINE_OF_BATCH.by_verb.items():
        line.state = sorted(row.sources)[0]
        actor = cast.legal_representative if verb in {"consent", "refuse", "withdraw"} else None
        line.project.enterprise = cast.enterprise
        with pytest.raises(Invalid):
            transition(line, verb, actor=actor, reason="演示")


def test_general_consent_alone_is_not_enough(cast: Any) -> None:
    batch = make.composed(cast, cast.enterprise)
    consented(cast)
    with pytest.raises(Invalid, match=cast.enterprise.name_zh):
        batches.propose(actor=cast.secretariat, batch=batch)
    assert batches.ask(actor=cast.secretariat, batch=batch) == 1
    with pytest.raises(Invalid, match=cast.enterprise.name_zh):
        batches.propose(actor=cast.secretariat, batch=batch)
    with pytest.raises(Invalid):
        batches.ask(actor=cast.secretariat, batch=batch)
    line = batch.lines.get()
    for person in (cast.filer, cast.other_filer, cast.secretariat, cast.finance_liaison, cast.outsider):
        with pytest.raises(Refused):
            consents.consent(actor=person, line=line)
    given = consents.consent(actor=cast.legal_representative, line=line)
    assert (given.state, given.decided_by) == (L.GIVEN, cast.legal_representative)
    event = AuditEvent.objects.get(verb="finance.listing_line.consent")
    assert WORDS["purpose"] in AuditSnapshot.objects.get(pk=event.snapshot_digest).body
    batches.propose(actor=cast.secretariat, batch=batch)
    assert verify() == []


def test_nobody_is_asked_for_an_unnamed_purpose(cast: Any) -> None:
    """A draft from before lists named their purpose."""
    batch = make.composed(cast)
    RecommendationBatch.objects.update(purpose="")
    with pytest.raises(Invalid):
        batches.ask(actor=cast.secretariat, batch=batch)


def test_who_refuses_or_withdraws_is_off_the_list_with_a_record(cast: Any) -> None:
    batch = make.asked(cast)
    mine = batch.lines.get(project__enterprise=cast.enterprise)
    consents.refuse(actor=cast.legal_representative, line=mine, reason="暂不考虑该板块")
    assert [row["enterprise_name"] for row in as_data(batch)["lines"]] == [cast.other_enterprise.name_zh]
    with pytest.raises(Conflict):
        consents.consent(actor=cast.legal_representative, line=mine)

    batches.put_back(actor=cast.secretariat, line=mine, reason="企业来函要求重新列入")
    # what it was told of once stays open to it, also while it is not asked
    assert rules.visible_lines(cast.filer).filter(pk=mine.pk, state=L.NEW).exists()
    batches.ask(actor=cast.secretariat, batch=batch)
    consents.consent(actor=cast.legal_representative, line=mine)
    withdrawn = consents.withdraw(actor=cast.legal_representative, line=mine, reason="改投北交所")
    assert (withdrawn.state, withdrawn.reason) == (L.WITHDRAWN, "改投北交所")
    assert not batch.lines.get(pk=mine.pk).is_on
    verbs = [
        event.verb.rpartition(".")[2]
        for event in AuditEvent.objects.filter(object_type="finance.batchline", object_id=str(mine.pk)).order_by("number")
    ]
    assert verbs == ["ask", "refuse", "put_back", "ask", "consent", "withdraw"]


def test_an_enterprise_reads_its_own_lines_once_asked(cast: Any) -> None:
    batch = make.composed(cast)
    assert not rules.visible_lines(cast.filer).exists()
    batches.ask(actor=cast.secretariat, batch=batch)
    for person in (cast.filer, cast.legal_representative):
        assert [line.project.enterprise for line in rules.visible_lines(person)] == [cast.enterprise]
        assert not rules.visible_batches(person).exists()
    for person in (cast.outsider, cast.finance_liaison, cast.secretariat):
        assert not rules.visible_lines(person).exists()


# --- two people sign the same list -----------------------------------------------------------
def test_while_a_proposal_is_open_nobody_changes_the_list(cast: Any) -> None:
    batch = make.agreed(cast, cast.enterprise)
    third = make.project(cast.secretariat, enterprise("苏州演示三号有限公司"))
    proposal = batches.propose(actor=cast.secretariat, batch=batch)
    line = batch.lines.get()
    for act in (
        lambda: batches.add(actor=cast.second_secretariat, batch=batch, projects=[third.pk]),
        lambda: batches.leave_out(actor=cast.second_secretariat, batch=batch, positions=[1], reason="演示"),
        lambda: batches.put_back(actor=cast.second_secretariat, line=line, reason="演示"),
        lambda: batches.ask(actor=cast.second_secretariat, batch=batch),
        lambda: batches.drop(actor=cast.second_secretariat, batch=batch, reason="演示"),
    ):
        with pytest.raises(Refused):
            act()
    with pytest.raises(Conflict):
        batches.propose(actor=cast.second_secretariat, batch=batch)
    withdraw_proposal(proposal, actor=cast.secretariat)
    assert batches.add(actor=cast.second_secretariat, batch=batch, projects=[third.pk]) == 1


def test_a_list_that_changed_since_it_was_proposed_is_not_signed(cast: Any) -> None:
    """An enterprise may withdraw at any time before the list is handed over."""
    batch = make.agreed(cast)
    batches.propose(actor=cast.secretariat, batch=batch)
    consents.withdraw(actor=cast.legal_representative, line=batch.lines.get(project__enterprise=cast.enterprise))
    with pytest.raises(Conflict):
        batches.confirm(actor=cast.second_secretariat, batch=batch)
    batch.refresh_from_db()
    assert (batch.state, batch.pdf_sha256, batch.list_sha256) == ("draft", "", "")
    withdraw_proposal(batches.waiting(batch), actor=cast.secretariat)  # type: ignore[arg-type]
    batches.propose(actor=cast.secretariat, batch=batch)
    signed = batches.confirm(actor=cast.second_secretariat, batch=batch)
    assert [row["enterprise_name"] for row in as_data(signed)["lines"]] == [cast.other_enterprise.name_zh]


def test_two_people_sign_and_all_digests_stand(cast: Any, tmp_path: Path) -> None:
    batch = make.signed(cast)

    pdf, xlsx = batch.pdf.read(), batch.xlsx.read()
    assert pdf.startswith(b"%PDF")
    assert [hashlib.sha256(each).hexdigest() for each in (pdf, xlsx)] == [batch.pdf_sha256, batch.xlsx_sha256]
    assert batch.list_sha256 == batch.proposed_sha256 == list_digest(batch) == hashlib.sha256(as_json(batch)).hexdigest()
    event = AuditEvent.objects.get(verb="finance.listing_batch.sign")
    body = AuditSnapshot.objects.get(pk=event.snapshot_digest).body
    assert all(digest in body for digest in (batch.pdf_sha256, batch.xlsx_sha256, batch.list_sha256))
    path = tmp_path / "list.xlsx"
    path.write_bytes(xlsx)
    assert cast.enterprise.name_zh in [row.text(1) for row in read_rows(path)]
    assert verify() == []
    with pytest.raises(Conflict):
        batches.confirm(actor=cast.second_secretariat, batch=batch)


def test_one_person_alone_signs_nothing(cast: Any) -> None:
    batch = make.agreed(cast, cast.enterprise)
    batches.propose(actor=cast.secretariat, batch=batch)
    for person in (cast.secretariat, cast.auditor, cast.finance_liaison, cast.filer):
        with pytest.raises(Refused):
            batches.confirm(actor=person, batch=batch)


def test_who_has_moved_on_is_left_out_first(cast: Any) -> None:
    batch = make.agreed(cast)
    ListingProject.objects.filter(enterprise=cast.other_enterprise).update(state="tutoring_filed")
    with pytest.raises(Invalid, match=cast.other_enterprise.name_zh):
        batches.propose(actor=cast.secretariat, batch=batch)
    line = batch.lines.get(project__enterprise=cast.other_enterprise)
    with pytest.raises(Invalid):
        batches.leave_out(actor=cast.secretariat, batch=batch, positions=[line.position], reason=" ")
    assert batches.leave_out(actor=cast.secretariat, batch=batch, positions=[line.position], reason="已辅导备案") == 1
    batches.propose(actor=cast.secretariat, batch=batch)
    batches.confirm(actor=cast.second_secretariat, batch=batch)
    with pytest.raises(Invalid):
        answers.answer(actor=cast.secretariat, line=batch.lines.get(pk=line.pk), answer="accepted")


# --- what comes back -------------------------------------------------------------------------
def test_the_receiver_confirms_the_receipt(cast: Any) -> None:
    draft, other = make.composed(cast), liaison()
    said = {"by": "申交", "number": "收〔2023〕17号", "on": make.TODAY}
    with pytest.raises(Refused):
        answers.receive(actor=cast.secretariat, batch=draft, **said)
    batch = make.signed(cast, draft)
    for person in (other, cast.filer, cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            answers.receive(actor=person, batch=batch, **said)
    with pytest.raises(Invalid) as found:
        answers.receive(actor=cast.finance_liaison, batch=batch, by=" ", number="", on=date(2023, 12, 1))
    assert set(found.value.errors) == {"by", "number", "on"}
    answers.receive(actor=cast.finance_liaison, batch=batch, **said)
    batch.refresh_from_db()
    assert (batch.received_on, batch.received_by, batch.receipt_number) == (make.TODAY, "申交", "收〔2023〕17号")
    assert batch.receipt_entered_by == cast.finance_liaison
    answers.receive(actor=cast.secretariat, batch=batch, **{**said, "number": "收〔2023〕18号"})
    assert AuditEvent.objects.filter(verb="finance.listing_batch.receive").count() == 2


def test_the_receiver_answers_and_sees_what_was_sent(cast: Any) -> None:
    other, draft = liaison(), make.composed(cast, cast.enterprise)
    assert not rules.visible_batches(cast.finance_liaison).exists()
    batch = make.signed(cast, draft)
    line = batch.lines.get()
    assert list(rules.visible_batches(cast.finance_liaison)) == [batch]
    # the stages of the project are seen with the general consent only
    assert not rules.visible_projects(cast.finance_liaison).exists()
    consented(cast)
    assert list(rules.visible_projects(cast.finance_liaison)) == [line.project]
    assert not rules.visible_batches(other).exists()
    assert not rules.visible_projects(other).exists()

    for person in (other, cast.filer, cast.auditor, cast.outsider):
        with pytest.raises(Refused):
            answers.answer(actor=person, line=line, answer="accepted")
    for said in ({"answer": "waiting"}, {"answer": "declined"}, {"answer": "accepted", "on": date(2024, 1, 1)}):
        with pytest.raises(Invalid):
            answers.answer(actor=cast.finance_liaison, line=line, **said)
    answers.answer(actor=cast.finance_liaison, line=line, answer="later", text="财务规范后再议")
    line.refresh_from_db()
    assert (line.answer, line.answered_on, line.answered_by) == ("later", make.TODAY, cast.finance_liaison)
    withdraw_consent(actor=cast.legal_representative, consent=EnterpriseConsent.objects.get(withdrawn_at=None))
    assert not rules.visible_projects(cast.finance_liaison).exists()
    assert rules.visible_batches(cast.finance_liaison).exists()


def test_a_dropped_list_stays_as_a_record(cast: Any) -> None:
    batch = make.asked(cast)
    batches.drop(actor=cast.secretariat, batch=batch, reason="本批次取消")
    with pytest.raises(Invalid):
        consents.consent(actor=cast.legal_representative, line=batch.lines.get(project__enterprise=cast.enterprise))
    assert RecommendationBatch.objects.get().state == "dropped"
    assert rules.visible_lines(cast.filer).exists()
