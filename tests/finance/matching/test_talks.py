"""What the pages say of the next step, of whom to contact, of a contract put right and of a note corrected; long lists; units typed wrongly."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pilotage.accounts.models import EnterpriseConsent
from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.matching import introductions, note_history, notes
from pilotage.finance.matching.models import Introduction, Need
from pilotage.finance.matching.paper_models import BondNote
from tests.factories import matching as make
from tests.finance.matching.test_pages import HOME, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def address_of(row: Introduction) -> str:
    return reverse("matching:introduction", args=[row.number])


def closed(cast: Any) -> Introduction:
    row = make.introduced(cast)
    for verb in ("begin_diligence", "agree_terms"):
        introductions.step(actor=cast.finance_liaison, introduction=row, verb=verb)
    return introductions.close(actor=cast.finance_liaison, introduction=row, amount=1_000_000, closed_on=make.TODAY)


def test_the_next_step_is_told_to_each_side(cast: Any, client_for: Any) -> None:
    row = make.asked(cast)
    firm, bank = client_for(cast.filer), client_for(cast.finance_liaison)
    assert "由本企业法定代表人决定" in text_of(firm.get(address_of(row)))
    assert "在此之前机构看不到企业名称" in text_of(bank.get(address_of(row)))
    introductions.agree(actor=cast.legal_representative, introduction=row)
    assert "请本机构办理：机构视需要签署保密协议，开始尽职调查" in text_of(bank.get(address_of(row)))
    assert "14天没有进展时系统会提醒" in text_of(firm.get(address_of(row)))
    lists = {name: text_of(client.get(f"{HOME}introductions/")) for name, client in (("firm", firm), ("bank", bank))}
    assert ("<b>本方</b>" in lists["bank"], "<b>本方</b>" in lists["firm"]) == (True, False)
    own = {name: client.get(f"{HOME}introductions/?state=own").context for name, client in (("firm", firm), ("bank", bank))}
    assert {name: (len(found["rows"]), found["waiting"]) for name, found in own.items()} == {"firm": (0, 0), "bank": (1, 1)}
    office = client_for(cast.secretariat).get(f"{HOME}introductions/?state=own").context
    assert (len(office["rows"]), office["own_step"]) == (1, "")
    Need.objects.update(state="draft", opened_at=None)
    row = Introduction.objects.get()
    Introduction.objects.update(state="asked", consent=None)
    assert "该需求已不再开放" in text_of(firm.get(address_of(row)))


def test_contacts_are_told_once_introduced_and_while_the_consent_holds(cast: Any, client_for: Any) -> None:
    row = make.asked(cast)
    firm, bank = client_for(cast.filer), client_for(cast.finance_liaison)
    assert cast.filer.email not in text_of(bank.get(address_of(row)))
    assert cast.finance_liaison.email not in text_of(firm.get(address_of(row)))
    introductions.agree(actor=cast.legal_representative, introduction=row)
    assert cast.filer.email in text_of(bank.get(address_of(row)))
    assert cast.finance_liaison.email in text_of(firm.get(address_of(row)))
    seen = text_of(client_for(cast.auditor).get(address_of(row)))
    assert [user.email in seen for user in (cast.filer, cast.finance_liaison)] == [True, True]
    EnterpriseConsent.objects.update(withdrawn_at=make.NOW)
    page = text_of(bank.get(address_of(row)))
    assert (cast.filer.email in page, "企业已撤回授权" in page) == (False, True)
    assert "本企业已撤回授权" in text_of(firm.get(address_of(row)))


def test_who_was_declined_does_not_ask_again(cast: Any) -> None:
    row = make.asked(cast)
    introductions.decline(actor=cast.filer, introduction=row, reason="暂不考虑")
    assert row.declined_by == "enterprise"
    with pytest.raises(Conflict):
        introductions.ask(actor=cast.finance_liaison, need=row.need, offer=row.offer)
    again = introductions.ask(actor=cast.filer, need=row.need, offer=row.offer)
    introductions.decline(actor=cast.filer, introduction=again, reason="改主意")

    own = make.asked(cast)
    introductions.decline(actor=cast.finance_liaison, introduction=own, reason="额度已满")
    assert own.declined_by == "institution"
    assert introductions.ask(actor=cast.finance_liaison, need=own.need, offer=own.offer).state == "asked"


def test_a_contract_entered_wrongly_is_put_right_by_the_institution(cast: Any, client_for: Any) -> None:
    row = closed(cast)
    bank = client_for(cast.finance_liaison)
    typed = {"do": "correct", "amount": "180", "closed_on": "2023-11-20", "months": "24", "rate": "3.6", "reason": "少填一位"}
    assert bank.post(f"{address_of(row)}act/", {**typed, "reason": ""}).status_code == 422
    assert bank.post(f"{address_of(row)}act/", {**typed, "closed_on": "2023-11-21"}).status_code == 422
    assert bank.post(f"{address_of(row)}act/", typed).status_code == 302
    row.refresh_from_db()

    assert (row.state, row.amount, row.months, row.rate) == ("closed", 1_800_000, 24, 360)
    event = AuditEvent.objects.get(verb="finance.introduction.correct")
    assert (event.reason, event.actor) == ("少填一位", cast.finance_liaison)
    for person in (cast.filer, cast.secretariat, cast.auditor):
        assert client_for(person).post(f"{address_of(row)}act/", typed).status_code == 403
    assert client_for(cast.other_filer).post(f"{address_of(row)}act/", typed).status_code == 404
    Introduction.objects.update(state="term_sheet")
    row.refresh_from_db()
    with pytest.raises(Refused):
        introductions.correct(actor=cast.finance_liaison, introduction=row, reason="x", amount=1, closed_on=make.TODAY)


# --- notes -----------------------------------------------------------------------------------
@pytest.fixture
def note(cast: Any) -> BondNote:
    return notes.plan_note(
        actor=cast.secretariat, issuer=cast.enterprise, underwriter=make.bank_of(cast.finance_liaison),
        values={"name_zh": "演示科创票据", "amount": 100_000_000, "proceeds_to_tech": 40_000_000},
    )  # fmt: skip


def test_a_note_is_corrected_and_the_record_tells_its_tags(cast: Any, client_for: Any, note: BondNote) -> None:
    office, page = client_for(cast.secretariat), reverse("matching:note", args=[note.number])
    typed = {"name_zh": "演示科创票据", "amount": "10,000", "proceeds_to_tech": "6000", "underwriter": ""}
    assert office.get(f"{page}edit/").context["form"].initial["proceeds_to_tech"] == 4000
    wrong = office.post(f"{page}edit/", {**typed, "proceeds_to_tech": "6000万元"})
    assert (wrong.status_code, "请只填数字，不带单位" in text_of(wrong)) == (422, True)
    assert office.post(f"{page}edit/", typed)["Location"] == page
    note.refresh_from_db()
    assert (note.proceeds_to_tech, note.underwriter, note.state) == (60_000_000, None, "planned")
    notes.tag(actor=cast.secretariat, note=note, on=make.TODAY)
    assert office.get(f"{page}edit/").status_code == 403
    notes.untag(actor=cast.secretariat, note=note, reason="用途有变")

    told = [(act.verb.rpartition(".")[2], act.basis, act.checked_on, act.proceeds_to_tech) for act in note_history.history(note)]
    assert told == [
        ("plan", "", None, 40_000_000),
        ("change", "", None, 60_000_000),
        ("tag", "use", make.TODAY, 60_000_000),
        ("untag", "", None, 60_000_000),
    ]
    words = text_of(office.get(page))
    assert [each in words for each in ("用途类", "按2023年11月20日的情况", "用途有变", "其中6,000万元用于科技创新")] == [True] * 4


def test_only_who_handles_a_note_corrects_it(cast: Any, client_for: Any, note: BondNote) -> None:
    address = f"{reverse('matching:note', args=[note.number])}edit/"
    expected = {
        "secretariat": 200,
        "second_secretariat": 200,
        "finance_liaison": 200,
        "filer": 403,
        "legal_representative": 403,
        "auditor": 403,
    }
    for name, person in cast.people().items():
        assert client_for(person).get(address).status_code == expected.get(name, 404), name
    assert client_for(None).get(address).status_code == 302
    bank = client_for(cast.finance_liaison)
    assert "underwriter" not in bank.get(address).context["form"].fields
    bank.post(address, {"name_zh": "改名", "amount": "10000"})
    note.refresh_from_db()
    assert (note.name_zh, note.underwriter_id, note.proceeds_to_tech) == ("改名", make.bank_of(cast.finance_liaison).pk, None)


def test_notes_are_listed_by_issuer_or_use(cast: Any, client_for: Any, note: BondNote) -> None:
    BondNote.objects.update(state="tagged", basis="both", checked_on=make.TODAY)
    office = client_for(cast.secretariat)
    counts = {basis: len(office.get(f"{HOME}notes/?basis={basis}").context["rows"]) for basis in ("issuer", "use", "both", "")}
    assert counts == {"issuer": 1, "use": 1, "both": 1, "": 1}
    BondNote.objects.update(basis="use")
    assert len(office.get(f"{HOME}notes/?basis=issuer").context["rows"]) == 0
    assert "没有符合筛选条件的记录" in text_of(office.get(f"{HOME}notes/?basis=issuer"))


# --- long lists and units --------------------------------------------------------------------
def test_long_lists_are_turned_by_pages(cast: Any, client_for: Any) -> None:
    need = make.need(cast.enterprise, cast.filer)
    for number in range(12):
        make.offer(cast.finance_liaison, name_zh=f"产品{number}", amount_to=10_000_000 if number % 2 else 50_000_000)
    firm, page = client_for(cast.filer), reverse("matching:need", args=[need.number])
    first, second = (firm.get(page + after).context for after in ("", "?after=1"))
    assert [line["gaps"] for line in first["pairs"]] == [0] * 6 + [1] * 4
    assert (len(second["pairs"]), first["total"], first["fitting_count"]) == (2, 12, 6)
    assert firm.get(f"{page}?after=x").context["page"].previous is None

    for _number in range(51):
        make.need(cast.enterprise, cast.filer)
    bank = client_for(cast.finance_liaison)
    found = bank.get(f"{HOME}needs/").context
    assert (len(found["fitting"]), found["total"], found["page"].next) == (50, 52, "1")
    assert len(bank.get(f"{HOME}needs/?after=1").context["fitting"]) == 2
    small = found["offers"][0]
    assert bank.get(f"{HOME}needs/?offer={small.number}").context["total"] == (52 if small.amount_to == 50_000_000 else 0)


@pytest.mark.parametrize("amount", ["2000万", "2000万元", "0.2亿", "USD 20", "2e", "1,2,3元"])
def test_units_typed_into_a_number_are_refused_with_the_remedy(cast: Any, client_for: Any, amount: str) -> None:
    make.channels()
    typed = {"channel": "ip-pledge", "amount": amount, "purpose": "equipment", "valid_until": "2024-06-30"}
    response = client_for(cast.filer).post(f"{HOME}needs/new/", typed)
    assert (response.status_code, "此处以万元计，3000万元填3000" in text_of(response)) == (422, True)
    assert not Need.objects.exists()


def test_a_comma_between_thousands_is_read(cast: Any, client_for: Any) -> None:
    make.channels()
    typed = {"channel": "ip-pledge", "amount": "2,000.5", "purpose": "equipment", "valid_until": "2024-06-30"}
    client_for(cast.filer).post(f"{HOME}needs/new/", typed)
    assert Need.objects.get().amount == 20_005_000


@pytest.mark.parametrize(("value", "part"), [("70%", "条件1：“70%”不是数字，请只填数字，单位为%"), ("70.001", "条件1：“70.001”的位数过多")])
def test_a_condition_typed_wrongly_is_named(cast: Any, client_for: Any, value: str, part: str) -> None:
    make.channels()
    typed = {
        "kind": "product", "channel": "ip-pledge", "name_zh": "演示", "valid_from": "2023-11-01", "valid_until": "2024-06-30",
        "condition": ["total_liabilities / total_assets"], "condition_op": ["<="], "condition_value": [value],
    }  # fmt: skip
    response = client_for(cast.finance_liaison).post(f"{HOME}offers/new/", typed)
    assert (response.status_code, part in text_of(response)) == (422, True)


def test_a_correction_needs_its_reason(cast: Any) -> None:
    with pytest.raises(Invalid):
        introductions.correct(actor=cast.finance_liaison, introduction=closed(cast), reason=" ", amount=1, closed_on=make.TODAY)


@pytest.mark.parametrize(
    ("person", "page", "most"),
    [("filer", "need", 13), ("finance_liaison", "need", 19), ("finance_liaison", "offer", 14), ("filer", "introduction", 13), ("secretariat", "note", 19)],
)  # fmt: skip
def test_pages_of_one_thing_cost_the_same_whatever_stands_on_them(
    cast: Any, client_for: Any, note: BondNote, person: str, page: str, most: int
) -> None:
    row = make.introduced(cast)
    things = {"need": row.need, "offer": row.offer, "introduction": row, "note": note}
    client, address = client_for(getattr(cast, person)), reverse(f"matching:{page}", args=[things[page].number])
    client.get(address)

    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    make.offer(cast.finance_liaison, conditions={"rows": [{"metric": "revenue", "op": ">=", "value": 1}]})
    make.need(cast.enterprise, cast.filer)
    before = cost()
    for number in range(5):
        make.offer(cast.finance_liaison, name_zh=f"产品{number}", conditions={"rows": [{"metric": "revenue", "op": ">=", "value": 1}]})
        make.need(cast.enterprise, cast.filer)
        values = {"name_zh": f"票据{number}", "amount": 100_000_000}
        notes.change_note(actor=cast.secretariat, note=note, underwriter=None, values=values)
    assert (cost(), before <= most) == (before, True)
