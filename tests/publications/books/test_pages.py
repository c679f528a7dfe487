"""The pages of case sets: what everybody reads, what the secretariat does, what others must not see."""

from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from pilotage.publications.books import services
from pilotage.publications.books.models import CaseSet
from pilotage.publications.cases import publishing
from tests.factories.case_studies import OTHER, WORDS, published
from tests.factories.plan import PlanFactory
from tests.publications.books.test_case_sets import NUMBER, VALUES, issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def case_set(cast) -> CaseSet:
    case = published(cast)
    made = services.begin(actor=cast.secretariat, plan=PlanFactory(), values=VALUES | NUMBER)
    return services.choose(actor=cast.secretariat, case_set=made, cases=[case.pk])


def address(name: str, *more: str) -> str:
    return reverse(f"books:{name}", args=("cases-2023", *more))


def test_before_issue_the_public_sees_nothing(client, case_set):
    services.make_files(case_set=case_set)
    assertNotContains(client.get(reverse("books:list")), address("detail"))
    for url in (address("detail"), address("file", "pdf"), address("read", "index.html")):
        assert client.get(url).status_code == 404


def test_an_issued_set_is_read_and_downloaded(client, cast, case_set):
    issued(cast, case_set)
    services.make_files(case_set=case_set)
    assertContains(client.get(reverse("books:list")), "案例〔2023〕1号")
    page = client.get(address("detail"))
    assertContains(page, WORDS["title_zh"])
    assertContains(page, address("file", "epub"))
    answer = client.get(address("file", "pdf"))
    assert (answer["Content-Type"], b"".join(answer.streaming_content)[:5]) == ("application/pdf", b"%PDF-")
    case = case_set.items.get().case
    read = client.get(address("read", f"case-{case.pk}.html"))
    assertContains(read, WORDS["problem_zh"])
    assert client.get(address("read", "..%2fsettings.py")).status_code == 404


def test_a_withdrawn_consent_empties_the_page_at_once(client, cast, case_set):
    issued(cast, case_set)
    services.make_files(case_set=case_set)
    publishing.withdraw_consents(actor=cast.filer, case=case_set.items.get().case, items=["text"])
    page = client.get(address("detail"))
    assertNotContains(page, WORDS["title_zh"])
    assertNotContains(page, address("file", "pdf"))
    assert client.get(address("file", "pdf")).status_code == 404
    assert client.get(address("read", "index.html")).status_code == 404


@pytest.mark.parametrize("who", ["outsider", "filer", "expert"])
def test_outsiders_have_no_desk(client, cast, case_set, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("books:desk")).status_code == 403
    assert client.get(address("manage")).status_code == 404
    assert client.get(address("draft-file", "pdf")).status_code == 404
    assert client.post(address("act", "compile")).status_code == 404


def test_the_auditor_looks_and_does_nothing(client, cast, case_set):
    client.force_login(cast.auditor)
    assertContains(client.get(address("manage")), WORDS["title_zh"])
    assert client.post(address("act", "compile")).status_code == 403


def test_the_secretariat_begins_a_set_and_chooses_cases(client, cast):
    case, plan = published(cast), PlanFactory()
    client.force_login(cast.secretariat)
    answer = client.post(reverse("books:desk"), VALUES | {"plan": plan.pk})
    assertRedirects(answer, address("manage"))
    assertContains(client.get(address("manage"), {"q": "机器视觉"}), f'value="{case.pk}"')
    client.post(address("act", "add"), {"case": [case.pk]})
    assert list(CaseSet.objects.get().items.values_list("case_id", flat=True)) == [case.pk]
    client.post(address("act", "remove"), {"case": case.pk})
    assert not CaseSet.objects.get().items.exists()


def test_order_is_changed_by_buttons(client, cast, case_set):
    first = case_set.items.get().case
    second = published(cast, OTHER, project_title="巡检5G工厂")
    services.choose(actor=cast.secretariat, case_set=case_set, cases=[first.pk, second.pk])
    client.force_login(cast.secretariat)
    client.post(address("act", "move"), {"case": second.pk, "to": "up"})
    assert list(case_set.items.values_list("case_id", flat=True)) == [second.pk, first.pk]


def test_errors_come_back_with_what_was_written(client, cast, case_set):
    client.force_login(cast.secretariat)
    answer = client.post(address("act", "change"), VALUES | {"title_zh": "x", "foreword_zh": "![x](https://a.example/y.png)"})
    assertContains(answer, "https://a.example/y.png", status_code=422)


def test_two_people_issue_by_their_pages(client, cast, case_set):
    client.force_login(cast.secretariat)
    client.post(address("act", "propose"))
    client.force_login(cast.second_secretariat)
    assertRedirects(client.post(address("act", "confirm")), address("manage"))
    case_set.refresh_from_db()
    assert (case_set.state, case_set.is_compiling) == ("issued", True)
