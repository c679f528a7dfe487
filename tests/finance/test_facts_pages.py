"""Pages of enterprise data: who opens what, the form, the import with its report, attesting."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from pilotage.accounts.models import EnterpriseConsent
from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.tables import read_rows
from pilotage.finance.facts import selectors
from pilotage.finance.facts.models import Attestation, Fact
from tests.conftest import moment
from tests.factories.accounts import Cast, cast
from tests.factories.finance import channel, facts, screened, tier_stay
from tests.factories.registry import EnterpriseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _spring():
    with clock.at(moment("2024-06-01 09:00")):
        yield


@pytest.fixture
def people() -> Cast:
    made = cast()
    facts(made.enterprise, revenue=220_000_000, revenue_1=180_000_000, rd_expense=15_000_000, staff=400)
    return made


def consent(people: Cast) -> None:
    bank = people.finance_liaison.active_memberships[0].organisation
    EnterpriseConsent.objects.create(
        enterprise=people.enterprise, organisation=bank, given_by=people.legal_representative, given_at=clock.now()
    )


def get(client: Client, person: object, url: str) -> object:
    client.force_login(person)
    return client.get(url)


def test_who_opens_the_page(client: Client, people: Cast):
    url = reverse("facts:detail", args=[people.enterprise.pk])
    assert client.get(url).status_code == 302
    seen = {name for name, person in people.people().items() if get(client, person, url).status_code == 200}
    assert seen == {"filer", "legal_representative", "secretariat", "second_secretariat", "auditor"}
    consent(people)
    assert get(client, people.finance_liaison, url).status_code == 200
    assert get(client, people.finance_liaison, reverse("facts:enter", args=[people.enterprise.pk])).status_code == 403
    EnterpriseConsent.objects.update(withdrawn_at=clock.now())
    assert get(client, people.finance_liaison, url).status_code == 404


def test_published_figures_are_open_to_every_liaison_until_something_is_not_public(client: Client, people: Cast):
    facts(people.other_enterprise, revenue=1_000_000_000, is_public=True)
    url = reverse("facts:detail", args=[people.other_enterprise.pk])
    assert get(client, people.finance_liaison, url).status_code == 200
    assert get(client, people.filer, url).status_code == 404
    facts(people.other_enterprise, staff=20, is_public=False)
    assert get(client, people.finance_liaison, url).status_code == 404


def test_the_list_is_as_wide_as_the_reader(client: Client, people: Cast):
    home = reverse("facts:home")
    own = reverse("facts:detail", args=[people.enterprise.pk])
    client.force_login(people.filer)
    assert client.get(home).url == own
    assert own in get(client, people.secretariat, home).content.decode()
    for person in (people.outsider, people.expert, people.city_officer):
        assert get(client, person, home).status_code == 403
    assert own not in get(client, people.finance_liaison, home).content.decode()
    consent(people)
    assert own in get(client, people.finance_liaison, home).content.decode()
    other = EnterpriseFactory(name_zh="岚桥演示机械有限公司")
    facts(other, revenue=1)
    text = get(client, people.auditor, f"{home}?q=岚桥").content.decode()
    assert other.name_zh in text
    assert people.enterprise.name_zh not in text
    assert "没有" in get(client, people.auditor, f"{home}?q=不存在的企业").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_many(client: Client, people: Cast, count: int, django_assert_num_queries):
    screened(count)
    client.force_login(people.secretariat)
    client.get(reverse("facts:home"))
    with django_assert_num_queries(8):
        client.get(reverse("facts:home"))


def test_years_stand_side_by_side_with_what_was_restated(client: Client, people: Cast):
    facts(people.enterprise, known_from=date(2024, 1, 10), revenue=218_000_000)
    tier_stay(people.enterprise, date(2023, 5, 22))
    channel()
    url = reverse("facts:detail", args=[people.enterprise.pk])
    text = get(client, people.filer, url).content.decode()
    for piece in ("21,800.00", "18,000.00", "重述", "2.2亿元", "创新层", "演示渠道", "无重大违法"):
        assert piece in text
    before = get(client, people.filer, f"{url}?on=2024-01-09").content.decode()
    assert "22,000.00" in before
    assert "21,800.00" not in before
    assert get(client, people.filer, f"{url}?on=gestern").status_code == 404


def test_the_form_states_restates_and_takes_back(client: Client, people: Cast):
    url = reverse("facts:enter", args=[people.enterprise.pk])
    assert "22000" in get(client, people.filer, f"{url}?year=2022").content.decode()
    sent = {
        "kind": "year",
        "year": "2022",
        "source": "更正公告",
        "known_from": "2024-05-20",
        "revenue": "21800",
        "rd_expense": "",
        "staff": "400",
    }
    answer = client.post(url, sent)
    assert answer.status_code == 302
    told = selectors.told_of(people.enterprise)
    assert (told["revenue", 2022].value, told["rd_expense", 2022].value) == (218_000_000, None)
    assert Fact.objects.filter(known_from=date(2024, 5, 20)).count() == 3  # the staff are no longer said to be audited
    event = AuditEvent.objects.get(verb="facts.state")
    assert event.actor_id == people.filer.pk
    assert client.post(url, {**sent, "revenue": "约两亿"}).status_code == 422
    assert client.post(url, {**sent, "source": ""}).status_code == 422
    assert client.post(url, {**sent, "known_from": "2024-06-02"}).status_code == 422


def test_a_figure_that_looks_like_another_unit_is_asked_about(client: Client, people: Cast):
    client.force_login(people.filer)
    url = reverse("facts:enter", args=[people.enterprise.pk])
    sent = {"kind": "year", "year": "2023", "source": "审计报告", "known_from": "2024-05-20", "revenue": "28.6", "staff": "420"}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert 'name="sure"' in answer.content.decode()
    assert client.post(url, {**sent, "sure": "on"}).status_code == 302
    assert client.post(url, {**sent, "revenue": "-1", "sure": "on"}).status_code == 422
    assert client.post(url, {**sent, "revenue": "0", "sure": "on"}).status_code == 422


def test_what_is_stated_for_a_day(client: Client, people: Cast):
    client.force_login(people.filer)
    url = reverse("facts:enter", args=[people.enterprise.pk])
    sent = {
        "kind": "day",
        "source": "专利证书",
        "known_from": "2024-05-20",
        "invention_patents_main": "6",
        "operating_since": "2010-03-05",
        "board": "none",
    }
    assert client.post(url, sent).status_code == 302
    told = selectors.facts_of(people.enterprise)
    assert (told["invention_patents_main"], told["months_in_operation"], told["board"]) == (6, 170, "none")
    assert "title_champion" not in told
    assert client.post(url, {**sent, "title_champion": "no"}).status_code == 302
    assert selectors.facts_of(people.enterprise)["title_champion"] is False
    assert client.post(url, {**sent, "title_champion": "yes"}).status_code == 422
    assert client.post(url, sent).status_code == 302
    assert "title_champion" not in selectors.facts_of(people.enterprise)


def test_a_table_comes_in_with_a_report(client: Client, people: Cast):
    client.force_login(people.filer)
    template = client.get(reverse("facts:template"))
    heads = next(iter(read_rows_of(template.content)))
    assert "营业收入（万元）" in heads
    url, name = reverse("facts:import"), people.enterprise.name_zh
    bad = f"企业名称,年度,营业收入（万元）,职工人数\n{name},2023,-1,0\n".encode()
    answer = client.post(url, {"file": SimpleUploadedFile("a.csv", bad), "source": "审计报告"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "C2" in text
    assert "D2" in text
    good = f"企业名称,年度,营业收入（万元）,职工人数\n{name},2023,28600,420\n".encode()
    assert client.post(url, {"file": SimpleUploadedFile("a.csv", good), "source": "审计报告"}).status_code == 302
    assert selectors.facts_of(people.enterprise)["revenue"] == 286_000_000
    assert client.post(url, {"source": "x"}).status_code == 422
    for person in (people.finance_liaison, people.auditor, people.outsider):
        assert get(client, person, url).status_code == 403


def read_rows_of(content: bytes) -> list[list[str]]:
    import tempfile
    from pathlib import Path

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(BytesIO(content).getvalue())
        file.flush()
        return [[str(value) for value in row.values] for row in read_rows(Path(file.name))]


def test_a_named_person_attests(client: Client, people: Cast):
    channel()
    client.force_login(people.filer)
    url = reverse("facts:attest", args=[people.enterprise.pk])
    sent = {"condition": "demo-channel:demo_channel_word", "holds": "yes", "ground": "合规证明〔2024〕12号", "valid_until": "2024-12-31"}
    assert client.post(url, sent).status_code == 302
    assert selectors.attestations_of(people.enterprise) == {"demo_channel_word": True}
    assert "合规证明" in client.get(reverse("facts:detail", args=[people.enterprise.pk])).content.decode()
    assert client.post(url, {**sent, "holds": "back"}).status_code == 302
    assert selectors.attestations_of(people.enterprise) == {}
    assert client.post(url, {**sent, "ground": " "}).status_code == 422
    assert client.post(url, {**sent, "condition": "demo-channel:other"}).status_code == 422
    assert client.post(url, {**sent, "holds": ""}).status_code == 422
    assert client.post(url, {**sent, "valid_until": "2024-05-01"}).status_code == 422
    consent(people)
    client.force_login(people.finance_liaison)
    assert client.post(url, sent).status_code == 403
    client.force_login(people.outsider)
    assert client.post(url, sent).status_code == 404
    assert Attestation.objects.count() == 2


def test_evidence_goes_with_the_word_and_is_read_as_the_data_is(client: Client, people: Cast):
    channel()
    client.force_login(people.filer)
    url = reverse("facts:attest", args=[people.enterprise.pk])
    sent = {"condition": "demo-channel:demo_channel_word", "holds": "yes", "ground": "合规证明"}
    page = client.post(url, {**sent, "evidence": SimpleUploadedFile("证明.pdf", b"MZ no paper")})
    assert page.status_code == 422
    assert client.post(url, {**sent, "evidence": SimpleUploadedFile("证明.pdf", b"%PDF-1.7 proof")}).status_code == 302
    made = Attestation.objects.get()
    assert (made.evidence_name, len(made.evidence_sha256)) == ("证明.pdf", 64)
    file = reverse("facts:evidence", args=[people.enterprise.pk, made.pk])
    answer = client.get(file)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 proof"
    assert answer["Content-Disposition"].startswith("attachment")
    assert file in client.get(reverse("facts:detail", args=[people.enterprise.pk])).content.decode()
    for person in (people.other_filer, people.finance_liaison, people.outsider):
        assert get(client, person, file).status_code == 404
