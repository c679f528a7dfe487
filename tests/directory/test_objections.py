"""Objections from filing to decision: proof, limits, evidence, hearing, withdrawal; nothing of the objector gets out."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.accounts import codes
from pilotage.audit.models import AuditEvent
from pilotage.calls.models import Application
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory import notice_period, objection_limits, objection_rules, services
from pilotage.directory.models import Hearing, Objection, ObjectionFile
from pilotage.directory.objection_rules import Objector
from pilotage.directory.selectors import objections as selectors
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
QUESTION = "请说明基站数量如何统计，并附验收表。"
ANSWER = "按竣工验收表统计，共计三十六个。"
PDF = b"%PDF-1.4 evidence"
LATER = "2023-11-30 10:00"


@pytest.fixture
def stage(cast: Any) -> Any:
    made = make.opened(cast, count=2, reserve=1)
    Application.objects.filter(pk=made.selected[0].pk).update(enterprise=cast.enterprise)
    made.selected[0].refresh_from_db()
    return made


def ask(cast: Any, objection: Objection, when: str = make.DURING, **fields: Any) -> Hearing:
    with clock.at(make.moment(when)):
        return services.hear_applicant(actor=cast.secretariat, objection=objection, **{"question": QUESTION, **fields})


def decide(cast: Any, objection: Objection, upheld: bool, when: str = make.DURING) -> Objection:
    with clock.at(make.moment(when)):
        return services.decide_objection(actor=cast.secretariat, objection=objection, upheld=upheld, decision="经核查，情况如上。")


def upload(name: str = "evidence.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


# --- filing ---------------------------------------------------------------------------------
@pytest.mark.parametrize("proof", ["", "forged", "other"])
def test_without_a_proven_mailbox_nothing_is_filed(stage: Any, proof: str) -> None:
    token = codes.proof(email="a@example.org", purpose="objection:another") if proof == "other" else proof
    with clock.at(make.moment(make.DURING)), pytest.raises(Invalid) as refusal:
        services.object_to(notice=stage.notice, proof=token, name="甲", text="该项目指标与事实不符，请复核。")
    assert list(refusal.value.errors) == ["email"]
    assert not Objection.objects.exists()


def test_a_confidential_objector_needs_no_name_a_named_one_does(stage: Any) -> None:
    assert make.objection(stage, name="", is_confidential=True).name == ""
    with pytest.raises(Invalid) as refusal:
        make.objection(stage, name="", text="另一项异议，内容完全不同于前一项。")
    assert list(refusal.value.errors) == ["name"]


def test_it_is_acknowledged_to_the_mailbox_with_its_term(stage: Any) -> None:
    objection = make.objection(stage, email="zhou@example.org")
    assert objection.due_on.isoformat() == "2023-11-28"  # ten working days after Tuesday the 14th
    assert [message.to for message in mail.outbox] == [["zhou@example.org"]]
    assert objection.number in mail.outbox[0].subject
    assert f"/notices/{stage.notice.number}/object/{objection.number}/" in mail.outbox[0].body


def test_the_same_text_twice_is_one_objection(stage: Any) -> None:
    first = make.objection(stage, email="zhou@example.org")
    again = make.objection(stage, email="zhou@example.org")
    assert (again.pk, Objection.objects.count(), len(mail.outbox)) == (first.pk, 1, 1)


def test_one_mailbox_files_three_an_hour_and_twenty_in_all(stage: Any, monkeypatch: Any) -> None:
    def file(number: int, when: str = make.DURING) -> Objection:
        return make.objection(stage, when, email="zhou@example.org", text=f"第{number}项异议：该项目的数据与现场不符。")

    for number in range(objection_limits.PER_EMAIL):
        file(number)
    with pytest.raises(Refused):
        file(99)
    file(3, "2023-11-14 11:01")
    monkeypatch.setattr(objection_limits, "PER_EMAIL_AND_NOTICE", 4)
    with pytest.raises(Refused):
        file(4, "2023-11-14 13:00")
    assert Objection.objects.count() == 4


def test_a_solved_puzzle_raises_the_limit_of_a_network_address(stage: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(objection_limits, "PER_ADDRESS", 1)
    monkeypatch.setattr(objection_limits, "PER_ADDRESS_SOLVED", 2)
    make.objection(stage, address="192.0.2.7")
    with pytest.raises(Refused):
        make.objection(stage, address="192.0.2.7")
    make.objection(stage, address="192.0.2.7", solved=True)
    with pytest.raises(Refused):
        make.objection(stage, address="192.0.2.7", solved=True)


def test_a_flood_from_elsewhere_refuses_nobody(stage: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(objection_limits, "FLOOD", 2)
    for number in range(3):
        make.objection(stage, address=f"198.51.100.{number}")
    make.objection(stage, address="192.0.2.7")  # one still goes through without a puzzle
    with pytest.raises(Refused):
        make.objection(stage, address="192.0.2.7")
    make.objection(stage, address="192.0.2.7", solved=True)
    with clock.at(make.moment(make.DURING)):
        assert objection_limits.puzzle(stage.notice).bits == objection_limits.BITS_IN_FLOOD
    assert Objection.objects.count() == 5


def test_a_puzzle_is_taken_once_for_its_notice(stage: Any, monkeypatch: Any) -> None:
    cache.clear()
    monkeypatch.setattr(objection_limits, "BITS", 8)
    puzzle = objection_limits.puzzle(stage.notice)
    answer = next(str(n) for n in range(100_000) if objection_limits.fits(puzzle.challenge, str(n), puzzle.bits))
    wrong = next(str(n) for n in range(100_000) if not objection_limits.fits(puzzle.challenge, str(n), puzzle.bits))
    other = make.PublicNotice(number="other")
    assert not objection_limits.is_solved(stage.notice, puzzle.challenge, wrong)
    assert not objection_limits.is_solved(stage.notice, f"{puzzle.challenge}x", answer)
    assert not objection_limits.is_solved(other, puzzle.challenge, answer)
    assert objection_limits.is_solved(stage.notice, puzzle.challenge, answer)
    assert not objection_limits.is_solved(stage.notice, puzzle.challenge, answer)


# --- evidence -------------------------------------------------------------------------------
def test_evidence_is_kept_once_for_its_side_only(cast: Any, stage: Any) -> None:
    objection = make.objection(stage, email="zhou@example.org")
    sender = Objector("zhou@example.org")
    row = services.add_objection_file(actor=sender, objection=objection, upload=upload())
    assert services.add_objection_file(actor=sender, objection=objection, upload=upload("again.pdf")).pk == row.pk
    ask(cast, objection)
    objection.refresh_from_db()
    own = services.add_objection_file(actor=cast.filer, objection=objection, upload=upload("answer.pdf", PDF + b"2"))
    seen = {
        name: set(objection_rules.visible_files(actor, objection).values_list("pk", flat=True))
        for name, actor in {**cast.people(), "objector": sender, "stranger": Objector("x@example.org"), "nobody": None}.items()
    }
    assert {name: pks for name, pks in seen.items() if pks} == {
        "secretariat": {row.pk, own.pk},
        "second_secretariat": {row.pk, own.pk},
        "auditor": {row.pk, own.pk},
        "objector": {row.pk},
        "filer": {own.pk},
        "legal_representative": {own.pk},
    }
    assert row.file.open("rb").read() == PDF


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b""),
        ("a.pdf", b"MZ program"),
        ("a.exe", b"MZ program"),
        ("a.png", PDF),
        ("a.zip", b"PK\x03\x04broken"),
        ("a.html", b"<script>"),
    ],
)
def test_what_is_no_evidence_is_refused(stage: Any, name: str, content: bytes) -> None:
    objection = make.objection(stage, email="zhou@example.org")
    with pytest.raises(Invalid) as refusal:
        services.add_objection_file(actor=Objector("zhou@example.org"), objection=objection, upload=upload(name, content))
    assert list(refusal.value.errors) == ["files"]
    assert not ObjectionFile.objects.exists()


def test_a_huge_file_is_refused_before_it_is_read(stage: Any, settings: Any) -> None:
    objection = make.objection(stage, email="zhou@example.org")
    huge = upload()
    huge.file = BytesIO()  # reading it would find nothing
    huge.size = 200 * 1024 * 1024
    with pytest.raises(Invalid) as refusal:
        services.add_objection_file(actor=Objector("zhou@example.org"), objection=objection, upload=huge)
    assert "200.0 MB" in str(refusal.value)


def test_others_add_no_evidence_and_nobody_after_the_decision(cast: Any, stage: Any) -> None:
    objection = make.objection(stage, email="zhou@example.org")
    for actor in (Objector("x@example.org"), cast.outsider, cast.filer, cast.other_filer, None):  # the filer is not asked yet
        with pytest.raises(Refused):
            services.add_objection_file(actor=actor, objection=objection, upload=upload())
    decide(cast, objection, upheld=False)
    with pytest.raises(Refused):
        services.add_objection_file(actor=Objector("zhou@example.org"), objection=objection, upload=upload())


# --- hearing --------------------------------------------------------------------------------
def test_a_row_falls_only_after_its_applicant_could_answer(cast: Any, stage: Any) -> None:
    objection = make.objection(stage)
    with pytest.raises(Invalid):
        decide(cast, objection, upheld=True)
    hearing = ask(cast, objection)
    assert hearing.due_on.isoformat() == "2023-11-21"
    for upheld in (True, False):
        with pytest.raises(Invalid):
            decide(cast, objection, upheld=upheld)  # the term runs
    decide(cast, objection, upheld=True, when="2023-11-22 00:01")  # it said nothing
    assert Application.objects.get(pk=stage.selected[0].pk).state == "excluded"


def test_the_applicant_answers_once_within_the_term(cast: Any, stage: Any) -> None:
    objection = make.objection(stage)
    hearing = ask(cast, objection)
    for actor in (cast.outsider, cast.other_filer, cast.secretariat, cast.auditor):
        with clock.at(make.moment(make.DURING)), pytest.raises(Refused):
            services.answer_hearing(actor=actor, hearing=hearing, answer=ANSWER)
    with clock.at(make.moment("2023-11-22 00:01")), pytest.raises(Invalid):
        services.answer_hearing(actor=cast.filer, hearing=hearing, answer=ANSWER)
    with clock.at(make.moment("2023-11-21 23:59")):
        services.answer_hearing(actor=cast.filer, hearing=hearing, answer=ANSWER)
        with pytest.raises(Conflict):
            services.answer_hearing(actor=cast.filer, hearing=Hearing.objects.get(), answer=ANSWER)
    assert (Hearing.objects.get().answer, Objection.objects.get().state) == (ANSWER, "heard")
    decide(cast, Objection.objects.get(), upheld=False, when="2023-11-22 09:00")


def test_a_second_question_can_follow_the_first_answer(cast: Any, stage: Any) -> None:
    objection = make.heard(cast, make.objection(stage))
    ask(cast, objection)
    assert (Hearing.objects.count(), Objection.objects.get().state) == (2, "hearing")


def test_a_confidential_objector_is_not_named_in_the_question(cast: Any, stage: Any) -> None:
    objection = make.objection(stage, name="周知情", organisation="某某公司", is_confidential=True)
    for words in ("周知情反映基站数量不符，请说明。", "某某公司反映基站数量不符，请说明。"):
        with pytest.raises(Invalid) as refusal:
            ask(cast, objection, question=words)
        assert list(refusal.value.errors) == ["question"]
    ask(cast, objection)


@pytest.mark.parametrize("fields", [{"question": "短"}, {"days": 0}, {"days": 31}])
def test_a_hearing_needs_a_question_and_a_term(cast: Any, stage: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        ask(cast, make.objection(stage), **fields)
    assert list(refusal.value.errors) == list(fields)


def test_nobody_is_heard_about_the_list_as_a_whole(cast: Any, stage: Any) -> None:
    objection = make.objection(stage, application=None)
    with pytest.raises(Invalid):
        ask(cast, objection)
    decide(cast, objection, upheld=True)
    assert set(Application.objects.filter(call=stage.call).values_list("state", flat=True)) == {"in_notice", "reserve"}


def test_only_the_applicant_secretariat_and_auditor_see_what_was_asked(cast: Any, stage: Any) -> None:
    ask(cast, make.objection(stage))
    seeing = {name for name, actor in cast.people().items() if objection_rules.visible_hearings(actor).exists()}
    assert seeing == {"filer", "legal_representative", "secretariat", "second_secretariat", "auditor"}
    assert not objection_rules.visible_hearings(None).exists()


# --- the end --------------------------------------------------------------------------------
def test_the_objector_withdraws_with_a_reason_and_the_notice_can_close(cast: Any, stage: Any) -> None:
    objection = make.objection(stage, email="zhou@example.org")
    with pytest.raises(Refused):
        services.withdraw_objection(objector=Objector("x@example.org"), objection=objection, reason="误会。")
    with pytest.raises(Invalid):
        services.withdraw_objection(objector=Objector("zhou@example.org"), objection=objection, reason=" ")
    services.withdraw_objection(objector=Objector("zhou@example.org"), objection=objection, reason="经沟通系误会。")
    with pytest.raises(Conflict):
        decide(cast, objection, upheld=False)
    make.close(cast, stage.notice)
    event = AuditEvent.objects.get(verb="directory.objection.withdraw")
    assert (event.actor_id, event.actor_label, event.reason) == (None, "objector", "经沟通系误会。")


@pytest.mark.parametrize("state", ["received", "hearing", "heard"])
def test_a_notice_with_an_undecided_objection_does_not_close(cast: Any, stage: Any, state: str) -> None:
    objection = make.objection(stage)
    if state == "heard":
        make.heard(cast, objection)
    elif state == "hearing":
        ask(cast, objection)
    with pytest.raises(Invalid):
        make.close(cast, stage.notice)


def test_the_decision_is_written_to_the_objector_and_the_applicant_learns_no_number(cast: Any, stage: Any) -> None:
    objection = make.heard(cast, make.objection(stage, email="zhou@example.org"))
    decide(cast, objection, upheld=True)
    assert mail.outbox[-1].to == ["zhou@example.org"]
    assert "经核查，情况如上。" in mail.outbox[-1].body
    reason = AuditEvent.objects.get(verb="application.exclude").reason
    assert objection.reference in reason
    assert objection.number not in reason


def test_a_flood_of_one_text_is_dismissed_in_one_act(cast: Any, stage: Any) -> None:
    same = [make.objection(stage, text="  该项目数据  不实，请核查！") for _ in range(3)]
    make.objection(stage)
    make.objection(stage, text="该项目数据不实，请核查！", application=stage.selected[1])
    with clock.at(make.moment(make.DURING)):
        done = services.dismiss_alike(actor=cast.secretariat, objection=same[1], decision="所述与核查结果不符，异议不成立。")
    assert {each.pk for each in done} == {each.pk for each in same}
    assert Objection.objects.filter(state="dismissed").count() == 3
    assert Objection.objects.filter(state="received").count() == 2


def test_the_desk_counts_what_is_overdue_and_alike(cast: Any, stage: Any) -> None:
    first, second = make.objection(stage), make.objection(stage)
    other = make.objection(stage, LATER.replace("30", "17"), text="另一项异议，内容完全不同于前一项。")
    ask(cast, other, "2023-11-17 11:00")
    with clock.at(make.moment("2023-11-29 09:00")):
        everything = Objection.objects.all()
        assert selectors.view_counts(everything) == {"open": 3, "overdue": 2, "hearing": 1, "decided": 0}
        rows = list(selectors.desk(everything, "open").order_by("id"))
        assert [row.alike for row in rows] == [2, 2, 1]
        assert [selectors.is_overdue(row) for row in rows] == [True, True, False]
        assert rows[2].answer_due.isoformat() == "2023-11-24"
    assert [first.pk, second.pk] == [row.pk for row in rows[:2]]


def test_a_period_counts_its_working_days_and_names_its_holidays() -> None:
    october = notice_period.period(make.moment("2023-09-28 09:00"), make.moment("2023-10-08 00:00"))
    assert (october.days, october.working_days, october.ends_on_free_day) == (10, 2, False)
    assert [(each.zh, each.first.day, each.last.day) for each in october.holidays][-1] == ("国庆节", 30, 6)
    plain = notice_period.period(make.OPENS, make.CLOSES)
    assert (plain.days, plain.working_days, plain.holidays, plain.unknown) == (6, 5, (), "")
    assert notice_period.period(make.OPENS, make.OPENS + timedelta(hours=1)).ends_on_free_day  # a Sunday
