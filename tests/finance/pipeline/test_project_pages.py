"""The page of a project and its list: what each reader sees and may enter, that a refused form comes back as typed, and the cost in queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse

from pilotage.audit.models import AuditEvent
from pilotage.core import clamav, clock
from pilotage.core.clamav import Answer
from pilotage.finance.pipeline import documents, services
from pilotage.finance.pipeline.history import effective
from pilotage.finance.pipeline.models import ListingProject
from tests.factories import listings as make
from tests.factories.accounts import enterprise
from tests.factories.matching import bank_of, consented

pytestmark = pytest.mark.django_db
ASKED = ("file_tutoring", "accept_tutoring", "accept", "inquire")


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def page(project: ListingProject) -> str:
    return reverse("pipeline:project", args=[project.number])


def act(project: ListingProject) -> str:
    return reverse("pipeline:project-act", args=[project.number])


def pdf(name: str = "协议.pdf", text: bytes = b"demo") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 " + text)


def test_a_day_at_the_exchange(cast: Any, client_for: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=ASKED)
    client, address = client_for(cast.secretariat), act(project)
    on = project.stage_on

    def send(verb: str, days: int, **said: Any) -> int:
        day = (on + timedelta(days=days)).isoformat()
        return int(client.post(address, {"verb": verb, "on": day, **said}).status_code)

    assert send("answer", 20, owner=cast.second_secretariat.pk, document="演示〔2022〕8号") == 302
    assert send("ask_again", 30) == 302
    said = text_of(client.get(page(project)))
    assert "2022年7月19日 第1轮问询已回复</option>" in said
    for words in ("问询，第1轮", "第1轮问询已回复", "问询，第2轮", "演示〔2022〕8号", cast.second_secretariat.name, "2轮问询"):
        assert words in said, words
    assert send("suspend", 40, reason="财务资料过期") == 422
    assert send("suspend", 40, reason="财务资料过期", cause="financials_expired") == 302
    said = text_of(client.get(page(project)))
    for words in ("财务资料已过有效期", "待核实", "已逾", "新浪财经"):
        assert words in said, words
    assert "已逾" in text_of(client.get(reverse("pipeline:home")))
    for query, there in (("?overdue=1", True), ("?round=2", True), ("?round=3", False), ("?round=x", True)):
        assert (project.number in text_of(client.get(reverse("pipeline:home") + query))) is there, query
    assert "?market=exchanges&amp;round=2" in text_of(client.get(reverse("pipeline:funnel")))
    assert send("resume", 60) == 302
    assert client.post(address, {"verb": "take_back", "reason": ""}).status_code == 422
    assert client.post(address, {"verb": "take_back", "reason": "误录入恢复"}).status_code == 302
    said = text_of(client.get(page(project)))
    assert "误录入恢复" in said
    assert "已撤销" in said
    assert "恢复：问询" in said
    project.refresh_from_db()
    assert project.state == "suspended"


def test_a_refused_form_comes_back_as_it_was_typed(cast: Any, client_for: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=ASKED)
    client = client_for(cast.secretariat)
    response = client.post(act(project), {"verb": "withdraw", "on": "2020-01-01", "reason": "企业调整计划", "document": "一号文"})
    said = text_of(response)
    assert response.status_code == 422
    for words in ("企业调整计划", "一号文", "2020-01-01", "上一步"):
        assert words in said, words
    step = project.steps.latest("id")
    response = client.post(act(project), {"verb": "correct", "step": step.pk, "on": "2020-01-01", "reason": "日期录错"})
    assert response.status_code == 422
    assert "日期录错" in text_of(response)
    assert client.post(act(project), {"verb": "correct", "step": 0, "on": "2020-01-01", "reason": "x"}).status_code == 404
    assert client.post(act(project), {"verb": "nonsense", "on": "2023-11-01"}).status_code == 422


def test_a_document_hangs_on_its_step(cast: Any, client_for: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=ASKED)
    first, last = project.steps.order_by("id").first(), project.steps.latest("id")
    said = {"verb": "add-document", "step": first.pk, "kind": "agreement", "dated": "2022-03-01", "title": "辅导协议", "file": pdf()}
    assert client_for(cast.filer).post(act(project), said).status_code == 302
    kept = project.documents.get()
    assert (kept.step, kept.kind, str(kept.dated), kept.content_type, kept.scan) == (
        first,
        "agreement",
        "2022-03-01",
        "application/pdf",
        "unscanned",
    )
    assert kept.file.name == f"listings/{project.pk}/{kept.sha256[:2]}/{kept.sha256}"
    # the same bytes are kept once under a step; under another they share the file
    assert client_for(cast.filer).post(act(project), {**said, "file": pdf()}).status_code == 422
    made = documents.add_document(actor=cast.secretariat, project=project, upload=pdf())
    assert (made.step, made.file.name) == (last, kept.file.name)
    for wrong in ({"kind": "nothing"}, {"dated": "2024-01-01"}, {"step": 0}, {"file": SimpleUploadedFile("a.pdf", b"MZ")}, {"file": ""}):
        refused = client_for(cast.filer).post(act(project), {**said, "file": pdf(text=b"other"), **wrong})
        assert refused.status_code == 422, wrong
    assert project.documents.count() == 2
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        project.documents.update(title="改")


def test_an_infected_file_is_refused_and_the_refusal_recorded(cast: Any, client_for: Any, monkeypatch: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    monkeypatch.setattr(clamav, "is_configured", lambda: True)
    monkeypatch.setattr(clamav, "scan", lambda _file: Answer("Eicar-Test-Signature"))
    response = client_for(cast.filer).post(act(project), {"verb": "add-document", "file": pdf()})
    assert response.status_code == 422
    assert "Eicar-Test-Signature" in text_of(response)
    assert not project.documents.exists()
    assert AuditEvent.objects.filter(verb="finance.listing.refuse_document").count() == 1
    monkeypatch.setattr(clamav, "scan", lambda _file: Answer(""))
    assert client_for(cast.filer).post(act(project), {"verb": "add-document", "file": pdf()}).status_code == 302
    assert project.documents.get().scan == "clean"


def test_documents_are_read_by_whom_the_project_is(cast: Any, client_for: Any) -> None:
    batch = make.signed(cast)
    consented(cast)
    project = batch.lines.get(project__enterprise=cast.enterprise).project
    own = documents.add_document(actor=cast.filer, project=project, upload=pdf(), title="内部辅导报告")
    shared = documents.add_document(actor=cast.filer, project=project, upload=pdf(text=b"2"), title="招股说明书", for_receivers=True)
    assert bank_of(cast.finance_liaison) == batch.receiver
    expected = {
        cast.filer: (200, 200),
        cast.legal_representative: (200, 200),
        cast.secretariat: (200, 200),
        cast.auditor: (200, 200),
        cast.finance_liaison: (404, 200),
        cast.other_filer: (404, 404),
        cast.expert: (404, 404),
        cast.outsider: (404, 404),
    }
    for person, codes in expected.items():
        client = client_for(person)
        found = [client.get(reverse("pipeline:document", args=[project.number, each.pk])).status_code for each in (own, shared)]
        assert tuple(found) == codes, person
        shown = client.get(page(project))
        if shown.status_code == 200:
            assert ("内部辅导报告" in text_of(shown)) is (codes[0] == 200)
            assert ("招股说明书" in text_of(shown)) is (codes[1] == 200)
    assert client_for(None).get(reverse("pipeline:document", args=[project.number, own.pk])).status_code == 302
    answer = client_for(cast.filer).get(reverse("pipeline:document", args=[project.number, own.pk]))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer["Content-Disposition"]


def test_an_enterprise_reads_its_own_history_and_says_how_it_stands(cast: Any, client_for: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=(*ASKED, "withdraw"))
    said = text_of(client_for(cast.filer).get(page(project)))
    assert "演示原因" in said
    assert client_for(cast.filer).post(act(project), {"verb": "tell", "sponsor": "演示证券"}).status_code == 403
    other = services.enter(actor=cast.secretariat, enterprise=cast.enterprise, market="bse", on=make.BEGIN)
    assert client_for(cast.filer).post(act(other), {"verb": "tell", "sponsor": "演示证券", "own_note": "下半年申报"}).status_code == 302
    for person, reads in ((cast.filer, True), (cast.secretariat, True), (cast.auditor, True)):
        assert ("下半年申报" in text_of(client_for(person).get(page(other)))) is reads
    for person in (cast.other_filer, cast.outsider, cast.expert):
        assert client_for(person).post(act(other), {"verb": "tell", "sponsor": "x"}).status_code == 404


def test_what_the_enterprise_says_is_not_for_receivers(cast: Any, client_for: Any) -> None:
    batch = make.signed(cast)
    consented(cast)
    project = batch.lines.get(project__enterprise=cast.enterprise).project
    services.tell(actor=cast.filer, project=project, sponsor="演示证券", own_note="下半年申报")
    with clock.at(make.NOW):
        for verb in (*ASKED, "suspend"):
            services.move(
                actor=cast.secretariat,
                project=project,
                verb=verb,
                on=make.BEGIN,
                reason="演示",
                cause="financials_expired",
                owner=cast.secretariat,
            )
    said = text_of(client_for(cast.finance_liaison).get(page(project)))
    assert "演示证券" in said
    for private in ("下半年申报", "财务资料已过有效期", "逾"):
        assert private not in said
        assert private not in text_of(client_for(cast.finance_liaison).get(reverse("pipeline:home")))
    assert project.number in text_of(client_for(cast.finance_liaison).get(reverse("pipeline:home")))
    assert project.number not in text_of(client_for(cast.finance_liaison).get(reverse("pipeline:home") + "?overdue=1"))
    assert project.number in text_of(client_for(cast.filer).get(reverse("pipeline:home") + "?overdue=1"))
    assert client_for(cast.finance_liaison).post(act(project), {"verb": "tell", "sponsor": "x"}).status_code == 403
    assert client_for(cast.finance_liaison).post(act(project), {"verb": "take_back", "reason": "x"}).status_code == 403


def test_nobody_else_finds_a_project(cast: Any, client_for: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    for name, person in cast.people().items():
        sees = name in {"filer", "legal_representative", "secretariat", "second_secretariat", "auditor"}
        assert client_for(person).get(page(project)).status_code == (200 if sees else 404), name
        if not sees:
            assert client_for(person).post(act(project), {"verb": "take_back", "reason": "x"}).status_code == 404
    assert client_for(None).get(page(project)).status_code == 302


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_costs_the_same_whatever_it_shows(cast: Any, client_for: Any, count: int, django_assert_max_num_queries: Any) -> None:
    for number in range(count):
        make.project(cast.secretariat, enterprise(f"苏州演示{number}号有限公司"), verbs=(*ASKED, "suspend") if number % 2 else ASKED)
    for person, most in ((cast.secretariat, 9), (cast.auditor, 9), (cast.filer, 10)):
        client = client_for(person)
        client.get(reverse("pipeline:home"))
        with django_assert_max_num_queries(most):
            assert client.get(reverse("pipeline:home")).status_code == 200
        with django_assert_max_num_queries(most):
            client.get(reverse("pipeline:home") + "?overdue=1")
    client = client_for(cast.secretariat)
    client.get(reverse("pipeline:funnel"))
    with django_assert_max_num_queries(10):
        client.get(reverse("pipeline:funnel"))


@pytest.mark.parametrize("more", [0, 8])
def test_a_project_costs_the_same_whatever_its_history(cast: Any, client_for: Any, more: int, django_assert_max_num_queries: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=ASKED)
    for count in range(more):
        services.move(actor=cast.secretariat, project=project, verb="ask_again", on=project.stage_on + timedelta(days=count))
        documents.add_document(actor=cast.filer, project=project, upload=pdf(text=str(count).encode()))
    assert len(effective(project.steps.all())) == 5 + more
    for person, most in ((cast.secretariat, 14), (cast.filer, 14)):
        client = client_for(person)
        client.get(page(project))
        with django_assert_max_num_queries(most):
            assert client.get(page(project)).status_code == 200


def test_an_empty_list_says_what_would_be_there(cast: Any, client_for: Any) -> None:
    for person, words in (
        (cast.secretariat, "列入培育库"),
        (cast.auditor, "尚无上市项目"),
        (cast.filer, "尚未列入上市培育库"),
        (cast.finance_liaison, "名单签发后"),
    ):
        said = text_of(client_for(person).get(reverse("pipeline:home")))
        assert words in said
        assert "data-submit-on-change" not in said
    assert "没有符合条件的项目" in text_of(client_for(cast.auditor).get(reverse("pipeline:home") + "?market=star"))
    assert client_for(cast.outsider).get(reverse("pipeline:home")).status_code == 404
