"""Who opens which page of needs and offers, what each side may not see, and how many queries a page costs."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.urls import reverse

from pilotage.accounts.models import EnterpriseConsent
from pilotage.core import clock
from pilotage.core.tables import XLSX_TYPE
from pilotage.finance.matching import batches, introductions, notes, services
from pilotage.finance.matching.models import Introduction, Need, Offer
from pilotage.finance.matching.paper_models import BondNote, RelendingBatch
from pilotage.registry.models import Title
from tests.factories import finance
from tests.factories import matching as make
from tests.web.pages import offences

pytestmark = pytest.mark.django_db
HOME = "/financing/matching/"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def scene(cast: Any) -> dict[str, Any]:
    """One of each, with the enterprise not yet known to the bank."""
    finance.facts(cast.enterprise, revenue=286_000_000, rd_expense=20_000_000)
    Title.objects.create(enterprise=cast.enterprise, name="高新技术企业", issuer="演示厅", valid_until=make.END)
    row = make.asked(cast)
    note = notes.plan_note(
        actor=cast.secretariat, issuer=cast.enterprise, underwriter=make.bank_of(cast.finance_liaison),
        values={"name_zh": "演示科创票据", "amount": 100_000_000, "proceeds_to_tech": 60_000_000},
    )  # fmt: skip
    batch = batches.compose(
        actor=cast.secretariat, organisation=make.bank_of(cast.finance_liaison), basis="titles", source="title_high_tech",
        as_of=make.TODAY, title_zh="演示再贷款名单",
    )  # fmt: skip
    return {"need": row.need, "offer": row.offer, "introduction": row, "note": note, "batch": batch}


def pages(scene: dict[str, Any]) -> dict[str, str]:
    lists = {
        name: reverse(f"matching:{name}") for name in ("home", "needs", "offers", "introductions", "notes", "batches", "amounts", "records")
    }
    own = {name: reverse(f"matching:{name}", args=[scene[name].number]) for name in ("need", "offer", "introduction", "note", "batch")}
    forms = {name: reverse(f"matching:{name}") for name in ("need-new", "offer-new", "note-new", "batch-new")}
    bank = scene["offer"].organisation_id
    return {
        **lists,
        **own,
        **forms,
        "columns": reverse("matching:columns", args=[bank]),
        "export": reverse("matching:batch-export", args=[scene["batch"].number]),
    }


OWN_PAGES = {"home", "needs", "offers", "introductions", "notes", "need", "offer", "introduction", "note", "need-new"}
BANK_PAGES = {
    "home",
    "needs",
    "offers",
    "introductions",
    "notes",
    "batches",
    "need",
    "offer",
    "introduction",
    "note",
    "offer-new",
    "note-new",
    "columns",
}
OTHER_BANK = {"home", "needs", "offers", "introductions", "notes", "batches", "offer-new", "note-new"}
OTHER_FIRM = {"home", "needs", "offers", "introductions", "notes", "offer", "need-new"}
STAFF = {
    "home", "needs", "offers", "introductions", "notes", "batches", "amounts", "records", "need", "offer", "introduction", "note", "batch",
    "columns", "export",
}  # fmt: skip


def test_everybody_opens_what_is_theirs_and_nothing_else(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    expected = {
        "filer": OWN_PAGES,
        "legal_representative": OWN_PAGES,
        "other_filer": OTHER_FIRM,
        "finance_liaison": BANK_PAGES,
        "secretariat": STAFF | {"note-new", "batch-new"},
        "second_secretariat": STAFF | {"note-new", "batch-new"},
        "auditor": STAFF,
    }
    addresses = pages(scene)
    for name, person in {**cast.people(), "other_bank": make.liaison()}.items():
        allowed = OTHER_BANK if name == "other_bank" else expected.get(name, set())
        client = client_for(person)
        found = {page: client.get(address).status_code for page, address in addresses.items()}
        assert found == {page: 200 if page in allowed else 404 for page in addresses}, name
    anonymous = client_for(None)
    assert {anonymous.get(address).status_code for address in addresses.values()} == {302}


def test_the_bank_reads_reasons_but_no_name_and_no_figure_before_consent(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    services.make_offer(
        actor=cast.finance_liaison, organisation=make.bank_of(cast.finance_liaison),
        values=make.offer_values(name_zh="演示条件贷", conditions={"need": "all", "rows": [{"metric": "revenue", "op": ">=", "value": 100_000_000}]}),
    )  # fmt: skip
    services.move_offer(actor=cast.finance_liaison, offer=Offer.objects.get(name_zh="演示条件贷"), verb="open")
    bank = client_for(cast.finance_liaison)
    identifying = (cast.enterprise.name_zh, "砚舟", "2.86亿元", cast.enterprise.name_en or cast.enterprise.name_zh)
    for name in ("home", "needs", "introductions", "need", "introduction"):
        page = text_of(bank.get(pages(scene)[name]))
        assert [words for words in identifying if words in page] == [], name
    assert "≥1亿元" in text_of(bank.get(pages(scene)["need"]))
    make.consented(cast)
    named = text_of(bank.get(pages(scene)["need"]))
    assert cast.enterprise.name_zh in named
    assert "2.86亿元" in named
    assert "砚舟二期产线改造" not in named
    introductions.agree(actor=cast.legal_representative, introduction=scene["introduction"])
    assert "砚舟二期产线改造" in text_of(bank.get(pages(scene)["introduction"]))
    EnterpriseConsent.objects.all().update(withdrawn_at=make.NOW)
    assert cast.enterprise.name_zh not in text_of(bank.get(pages(scene)["introduction"]))


def test_a_need_that_does_not_fit_is_not_there_for_the_bank(cast: Any, client_for: Any) -> None:
    make.offer(cast.finance_liaison)
    large = make.need(cast.enterprise, cast.filer, amount=900_000_000)
    bank = client_for(cast.finance_liaison)

    assert bank.get(reverse("matching:need", args=[large.number])).status_code == 404
    assert large.number not in text_of(bank.get(f"{HOME}needs/"))


def test_a_wish_of_the_house_stays_in_the_house(cast: Any, client_for: Any) -> None:
    need, offer = make.need(cast.enterprise, cast.filer), make.offer(cast.finance_liaison)
    client_for(cast.filer).post(reverse("matching:ask", args=[need.number]), {"offer": offer.number, "do": "ask"})
    row = Introduction.objects.get()
    address = reverse("matching:introduction", args=[row.number])

    assert (row.asked_by, row.state) == ("enterprise", "asked")
    assert client_for(cast.finance_liaison).get(address).status_code == 404
    assert client_for(cast.legal_representative).post(f"{address}act/", {"do": "agree"}).status_code == 302
    assert client_for(cast.finance_liaison).get(address).status_code == 200


def test_an_enterprise_states_a_need_and_opens_it(cast: Any, client_for: Any) -> None:
    make.channels()
    filer = client_for(cast.filer)
    typed = {
        "channel": "ip-pledge",
        "amount": "2000",
        "months": "24",
        "purpose": "equipment",
        "collateral": ["patents"],
        "valid_until": "2024-06-30",
    }
    made = filer.post(f"{HOME}needs/new/", typed)
    need = Need.objects.get()

    assert made["Location"] == f"{HOME}needs/{need.number}/"
    assert (need.amount, need.collateral, need.state) == (20_000_000, "|patents|", "draft")
    filer.post(f"{HOME}needs/{need.number}/act/", {"do": "open"})
    need.refresh_from_db()
    assert need.state == "open"
    wrong = filer.post(f"{HOME}needs/new/", {**typed, "valid_until": "2023-01-01"})
    assert (wrong.status_code, "请填写将来的日期" in text_of(wrong)) == (422, True)
    assert client_for(cast.other_filer).post(f"{HOME}needs/{need.number}/act/", {"do": "withdraw", "reason": "x"}).status_code == 404


def test_a_bank_makes_an_offer_with_conditions(cast: Any, client_for: Any) -> None:
    make.channels()
    bank = client_for(cast.finance_liaison)
    typed = {
        "kind": "product", "channel": "ip-pledge", "name_zh": "演示条件贷", "amount_from": "500", "amount_to": "5000", "rate_from": "3.45", "rate_to": "4.2",
        "valid_from": "2023-11-01", "valid_until": "2024-06-30", "condition_need": "all",
        "condition": ["revenue", "total_liabilities / total_assets", "title_high_tech", ""], "condition_op": [">=", "<=", ">=", ">="],
        "condition_value": ["10000", "70", "", ""],
    }  # fmt: skip
    bank.post(f"{HOME}offers/new/", typed)
    offer = Offer.objects.get()

    assert (offer.amount_from, offer.amount_to, offer.rate_from, offer.rate_to) == (5_000_000, 50_000_000, 345, 420)
    assert offer.conditions == {
        "need": "all",
        "rows": [
            {"metric": "revenue", "op": ">=", "value": 100_000_000},
            {"metric": "total_liabilities / total_assets", "op": "<=", "value": 7000},
            {"metric": "title_high_tech"},
        ],
    }
    page = text_of(bank.get(f"{HOME}offers/{offer.number}/"))
    assert [words in page for words in ("营业收入 ≥1亿元", "资产负债率 ≤70%", "高新技术企业")] == [True] * 3
    assert bank.get(f"{HOME}offers/{offer.number}/edit/").context["condition_rows"][1].value == "70"
    wrong = bank.post(f"{HOME}offers/new/", {**typed, "condition_value": ["viel", "70", "", ""]})
    assert (wrong.status_code, "“viel”不是数字，请只填数字，单位为万元" in text_of(wrong)) == (422, True)


def test_steps_and_the_contract(cast: Any, client_for: Any) -> None:
    row = make.introduced(cast)
    bank, address = client_for(cast.finance_liaison), reverse("matching:introduction", args=[row.number])
    for verb in ("sign_nda", "begin_diligence", "agree_terms"):
        assert bank.post(f"{address}act/", {"do": verb}).status_code == 302
    wrong = bank.post(f"{address}act/", {"do": "close", "amount": "2000", "closed_on": "2023-11-21"})
    assert wrong.status_code == 422
    bank.post(f"{address}act/", {"do": "close", "amount": "2000", "closed_on": "2023-11-20", "rate": "3.6", "months": "24"})
    row.refresh_from_db()
    row.need.refresh_from_db()

    assert (row.state, row.amount, row.rate, row.need.state) == ("closed", 20_000_000, 360, "met")
    page = text_of(client_for(cast.filer).get(address))
    assert [words in page for words in ("2,000万元", "3.60%", "2023年11月20日")] == [True] * 3


def test_notes_are_tagged_and_issued_on_the_page(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    office, address = client_for(cast.secretariat), reverse("matching:note", args=[scene["note"].number])
    page = text_of(office.get(f"{address}?on=2023-11-20"))
    assert [words in page for words in ("募集资金用于科技创新领域的比例", "高新技术企业")] == [True, True]
    office.post(f"{address}act/", {"do": "tag", "on": "2023-11-20"})
    office.post(f"{address}act/", {"do": "issue", "issued_amount": "10000", "issued_on": "2023-11-20", "rate": "2.9"})
    note = BondNote.objects.get()

    assert (note.state, note.basis, note.issued_amount, note.rate) == ("issued", "use", 100_000_000, 290)
    assert "60.0%" in text_of(office.get(f"{HOME}notes/"))


def test_two_people_sign_a_list_off_and_the_bank_gets_it_in_its_columns(cast: Any, client_for: Any, scene: dict[str, Any]) -> None:
    first, second, bank = client_for(cast.secretariat), client_for(cast.second_secretariat), client_for(cast.finance_liaison)
    address = reverse("matching:batch", args=[scene["batch"].number])
    assert first.post(f"{address}act/propose/").status_code == 302
    assert first.post(f"{address}act/confirm/").status_code == 403
    assert bank.get(address).status_code == 404
    second.post(f"{address}act/confirm/")
    batch = RelendingBatch.objects.get()

    assert (batch.state, batch.frozen_on, batch.digest[:7]) == ("frozen", make.TODAY, "sha256:")
    file = bank.get(f"{HOME}lists/{batch.number}.xlsx")
    assert file["Content-Type"] == XLSX_TYPE
    from openpyxl import load_workbook

    rows = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True))
    assert rows[0][:3] == ("序号", "企业名称", "统一社会信用代码")
    assert rows[1][:2] == (1, cast.enterprise.name_zh)
    assert first.post(f"{address}act/leave-out/", {"ids": ["1"], "reason": "x"}).status_code == 403


def test_a_bank_sets_its_columns(cast: Any, client_for: Any) -> None:
    bank = client_for(cast.finance_liaison)
    address = reverse("matching:columns", args=[make.bank_of(cast.finance_liaison).pk])
    assert bank.post(address, {"field": ["uscc", "name", ""], "title": ["信用代码", "客户名称", ""]}).status_code == 302
    assert batches.columns_of(make.bank_of(cast.finance_liaison)) == [
        {"field": "uscc", "title": "信用代码"},
        {"field": "name", "title": "客户名称"},
    ]
    assert bank.post(address, {"field": ["uscc"], "title": ["信用代码"]}).status_code == 422
    assert client_for(cast.auditor).post(address, {"field": ["uscc", "name"], "title": ["a", "b"]}).status_code == 403


def test_amounts_open_their_records(cast: Any, client_for: Any) -> None:
    row = make.introduced(cast)
    for verb in ("begin_diligence", "agree_terms"):
        introductions.step(actor=cast.finance_liaison, introduction=row, verb=verb)
    introductions.close(actor=cast.finance_liaison, introduction=row, amount=18_000_000, closed_on=make.TODAY)
    office = client_for(cast.secretariat)
    page = office.get(f"{HOME}amounts/")
    lines = {table["key"]: [(line["name"], line["count"], line["amount"]) for line in table["rows"]] for table in page.context["tables"]}

    assert lines["channel"] == [("渠道ip-pledge", 1, "1,800万元")]
    assert lines["quarter"] == [("2023-Q4", 1, "1,800万元")]
    assert lines["province"] == [("江苏省", 1, "1,800万元")]
    for table in page.context["tables"]:
        for line in table["rows"]:
            records = office.get(line["url"])
            assert [len(group["rows"]) for group in records.context["groups"]] == [line["count"]], line
    assert office.get(f"{HOME}amounts/records/?quarter=2023-Q3").context["groups"] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_keep_to_the_policy_in_both_languages(cast: Any, client_for: Any, scene: dict[str, Any], language: str) -> None:
    addresses = pages(scene)
    for person, allowed in (
        (cast.legal_representative, OWN_PAGES),
        (cast.finance_liaison, BANK_PAGES),
        (cast.secretariat, STAFF - {"export"}),
    ):
        client = client_for(person, headers={"accept-language": language})
        for name in sorted(allowed):
            response = client.get(addresses[name])
            assert (response.status_code, offences(response)) == (200, []), name


# --- how many queries ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("person", "page", "queries"),
    [
        ("filer", "home", 8),
        ("filer", "needs", 6),
        ("filer", "offers", 6),
        ("filer", "introductions", 8),
        ("finance_liaison", "home", 13),
        ("finance_liaison", "needs", 11),
        ("finance_liaison", "offers", 6),
        ("finance_liaison", "introductions", 9),
        ("secretariat", "home", 10),
        ("secretariat", "needs", 6),
        ("secretariat", "offers", 6),
        ("secretariat", "introductions", 7),
        ("secretariat", "notes", 4),
        ("secretariat", "batches", 6),
        ("secretariat", "amounts", 10),
        ("secretariat", "records", 11),
    ],
)
def test_rows_cost_no_queries(cast: Any, client_for: Any, django_assert_num_queries: Any, person: str, page: str, queries: int) -> None:
    address, client = reverse(f"matching:{page}"), client_for(getattr(cast, person))
    for _count in (1, 3):
        while Introduction.objects.count() < _count:
            some(cast)
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)


def some(cast: Any) -> None:
    """One more of each kind, with a contract in it."""
    bank = make.bank_of(cast.finance_liaison)
    row = make.introduced(cast)
    if Introduction.objects.count() != 2:
        for verb in ("begin_diligence", "agree_terms"):
            introductions.step(actor=cast.finance_liaison, introduction=row, verb=verb)
        introductions.close(actor=cast.finance_liaison, introduction=row, amount=1_000_000, closed_on=make.TODAY)
    values = {"name_zh": "演示票据", "amount": 100_000_000, "proceeds_to_tech": 60_000_000}
    note = notes.plan_note(actor=cast.secretariat, issuer=cast.enterprise, underwriter=bank, values=values)
    notes.tag(actor=cast.secretariat, note=note, on=make.TODAY)
    batches.compose(
        actor=cast.secretariat, organisation=bank, basis="titles", source="title_high_tech", as_of=make.TODAY, title_zh="演示名单"
    )
