"""Who opens which page of pledges, what is done there, and how many queries a page costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from pilotage.core import clock
from pilotage.core.tables import XLSX_TYPE, read_rows
from pilotage.finance.pledges import assets, compensation, services
from pilotage.finance.pledges.enums import ENDED, OF_BOTH, PledgeState
from pilotage.finance.pledges.models import CompensationTerm, IpAsset, IpEvent, Pledge
from pilotage.registry.models import Division
from tests.factories import matching
from tests.factories import pledges as make

pytestmark = pytest.mark.django_db
HOME = "/financing/pledges/"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def pages(pledge: Pledge) -> dict[str, str]:
    right = pledge.assets.order_by("pk")[0]
    return {
        **{name: reverse(f"pledges:{name}") for name in ("home", "export", "rights", "terms", "new", "right-new")},
        "right": reverse("pledges:right", args=[right.pk]),
        "pledge": reverse("pledges:pledge", args=[pledge.number]),
        "paper": reverse("pledges:paper", args=[pledge.number, "checklist", "docx"]),
    }


COMMON = {"home", "export", "rights", "terms"}
FORMS = {"new", "right-new"}
THIS = {"right", "pledge", "paper"}


def test_everybody_opens_what_is_theirs_and_nothing_else(cast: Any, client_for: Any) -> None:
    addresses = pages(make.filled(cast))
    expected = {
        "filer": COMMON | FORMS | THIS,
        "legal_representative": COMMON | FORMS | THIS,
        "other_filer": COMMON | FORMS,
        "finance_liaison": COMMON | THIS,
        "other_bank": COMMON,
        "secretariat": COMMON | THIS,
        "second_secretariat": COMMON | THIS,
        "auditor": COMMON | THIS,
    }
    for name, person in {**cast.people(), "other_bank": matching.liaison()}.items():
        client = client_for(person)
        found = {page: client.get(address).status_code for page, address in addresses.items()}
        assert found == {page: 200 if page in expected.get(name, set()) else 404 for page in addresses}, name
    assert {client_for(None).get(address).status_code for address in addresses.values()} == {302}


def test_lists_and_tables_hold_only_what_is_theirs(cast: Any, client_for: Any, tmp_path: Any) -> None:
    pledge = make.offered(cast)
    for person, there in ((cast.filer, True), (cast.finance_liaison, True), (cast.other_filer, False), (matching.liaison(), False)):
        client = client_for(person)
        shown = [words in text_of(client.get(HOME)) for words in (pledge.number, cast.enterprise.name_zh, "1,000万元")]
        assert shown == [there] * 3 or (not there and not any(shown[:2])), person
        assert ("ZL201810000001.1" in text_of(client.get(f"{HOME}rights/"))) is there
        export = client.get(f"{HOME}export.xlsx")
        assert export["Content-Type"] == XLSX_TYPE
        file = tmp_path / "pledges.xlsx"
        file.write_bytes(export.content)
        assert [row.values[0] for row in list(read_rows(file))[1:]] == ([pledge.number] if there else [])


def test_others_do_nothing_by_hand_made_addresses(cast: Any, client_for: Any) -> None:
    pledge = make.offered(cast)
    right = pledge.assets.get()
    for person in (cast.outsider, cast.other_filer, matching.liaison(), cast.expert):
        client = client_for(person)
        assert client.post(f"{HOME}{pledge.number}/act/", {"do": "withdraw", "reason": "x"}).status_code == 404
        assert client.post(f"{HOME}rights/{right.pk}/act/", {"do": "event", "code": "IW01", "on": "2023-11-01"}).status_code == 404
    for person in (cast.secretariat, cast.auditor):
        client = client_for(person)
        assert client.post(f"{HOME}{pledge.number}/act/", {"do": "withdraw", "reason": "x"}).status_code == 403
        assert client.post(f"{HOME}rights/{right.pk}/act/", {"do": "event", "code": "IW01", "on": "2023-11-01"}).status_code == 403
    assert client_for(cast.filer).post(f"{HOME}{pledge.number}/act/", {"do": "nonsense"}).status_code == 404
    pledge.refresh_from_db()
    assert (pledge.state, right.events.filter(code="IW01").count()) == ("offered", 0)


def test_from_the_right_to_the_cancellation_by_pages(cast: Any, client_for: Any) -> None:
    filer, bank, second = (client_for(each) for each in (cast.filer, cast.finance_liaison, make.colleague(cast.finance_liaison)))
    typed = {
        "kind": "patent", "number": "ZL2", "title": "演示装置", "filed_on": "2018-03-01", "granted_on": "2020-06-01", "expires_on": "2038-02-28",
        "fee_due_on": "2024-03-01", "has_pair": "no", "owners": cast.enterprise.name_zh, "source": "登记簿副本",
    }  # fmt: skip
    filer.post(f"{HOME}rights/new/", typed)
    right = IpAsset.objects.get()
    act = f"{HOME}rights/{right.pk}/act/"
    filer.post(act, {"do": "event", "code": "looked_up", "on": "2023-11-20"})
    filer.post(
        act,
        {"do": "value", "method": "income", "valuer": "演示评估", "valued_on": "2023-11-01", "amount": "2600", "valid_until": "2024-10-31"},
    )
    body = make.bank_of(cast.finance_liaison)
    filer.post(f"{HOME}new/", {"organisation": body.pk, "amount": "1000", "assets": [right.pk]})
    pledge = Pledge.objects.get()
    step = f"{HOME}{pledge.number}/act/"
    terms = {"number": "演质1", "on": "2023-11-20", "amount": "1000", "months": "36", "rate": "3.95", "debt_ends_on": "2026-11-01"}
    bank.post(step, {"do": "contract", **terms})
    papers = {f"paper_{name}": "there" for name in ("application", "contract", "identities", "powers", "agent", "valuation")}
    filer.post(step, {"do": "fill_file", **papers, "is_complete": "yes", "is_free": "yes"})
    filer.post(step, {"do": "file"})
    filer.post(step, {"do": "register", "number": "Y2023", "on": "2023-11-20"})
    bank.post(step, {"do": "publish", "on": "2023-11-20"})
    bank.post(step, {"do": "disburse:propose"})
    assert bank.post(step, {"do": "disburse:confirm"}).status_code == 403
    second.post(step, {"do": "disburse:confirm"})
    pledge.refresh_from_db()
    assert (pledge.state, pledge.amount, pledge.rate, right.valuations.get().value) == ("disbursed", 10_000_000, 395, 26_000_000)
    bank.post(step, {"do": "change", **terms, "number": "补1", "amount": "900"})
    assert "补1" in text_of(filer.get(f"{HOME}{pledge.number}/"))
    bank.post(step, {"do": "repay"})
    second.post(step, {"do": "cancel:propose"})
    second.post(step, {"do": "cancel:withdraw"})
    second.post(step, {"do": "cancel:propose"})
    bank.post(step, {"do": "cancel:confirm"})
    pledge.refresh_from_db()
    assert (pledge.state, pledge.amount) == ("cancelled", 9_000_000)
    codes = [words in text_of(bank.get(f"{HOME}rights/{right.pk}/")) for words in ("PE01", "PM01", "PC01")]
    assert codes == [True] * 3


def test_what_is_wrong_stands_at_its_field(cast: Any, client_for: Any) -> None:
    pledge = make.offered(cast)
    bank, right = client_for(cast.finance_liaison), pledge.assets.get()
    wrong = {"number": "1", "on": "2023-11-20", "amount": "1000", "debt_ends_on": "2040-01-01"}
    answer = bank.post(f"{HOME}{pledge.number}/act/", {"do": "contract", **wrong})
    assert (answer.status_code, "2038-02-28" in text_of(answer)) == (422, True)
    answer = bank.post(f"{HOME}rights/{right.pk}/act/", {"do": "event", "code": "PP01", "on": "2023-11-21"})
    assert answer.status_code == 422
    answer = client_for(cast.filer).post(
        f"{HOME}rights/new/", {"kind": "patent", "number": "ZL201810000001.1", "title": "x", "source": "y"}
    )
    assert answer.status_code == 422
    answer = client_for(cast.filer).post(f"{HOME}{pledge.number}/act/", {"do": "withdraw", "reason": " "})
    assert answer.status_code == 302
    pledge.refresh_from_db()
    assert pledge.state == "offered"


def test_every_bad_offer_is_named_at_its_field(cast: Any, client_for: Any) -> None:
    """Ended, sold and pledged rights, -1, and yuan typed as 万元: on the page, with what to do."""
    good, gone = make.right(cast, "ZL1"), make.right(cast, "ZL2", expires_on=make.TODAY.replace(day=1))
    sold, held = make.right(cast, "ZL3"), make.right(cast, "ZL4")
    make.valued(cast, good)
    make.registered(cast, held)
    assets.record_event(actor=cast.filer, asset=sold, code="TR01", on=make.TODAY, owners=["受让公司"])
    filer, sent = client_for(cast.filer), {"organisation": make.bank_of(cast.finance_liaison).pk, "amount": "1000"}

    def answer(**changes: Any) -> Any:
        return filer.post(f"{HOME}new/", {**sent, "assets": [good.pk], **changes})

    for asset, says in ((gone, "ZL2已于2023年11月1日终止，请去除"), (sold, "ZL3的登记权利人为受让公司"), (held, "ZL4已在质押中")):
        refused = answer(assets=[good.pk, asset.pk])
        assert (refused.status_code, set(refused.context["form"].errors), says in text_of(refused)) == (422, {"assets"}, True)
    for amount, says in (("-1", "-1"), ("0", "-1"), ("26000000", "2,600万元")):
        refused = answer(amount=amount)
        assert (refused.status_code, "amount" in refused.context["form"].errors, says in text_of(refused)) == (422, True, True)
    assert 'type="checkbox" name="sure"' in text_of(refused)
    assert answer(amount="26000000", sure="on").status_code == 302


def test_co_owners_and_missing_papers_are_named_on_the_page(cast: Any, client_for: Any) -> None:
    pledge = make.contracted(cast, make.right(cast, "ZL1"), make.right(cast, "ZL2", owners=[cast.enterprise.name_zh, "合作高校"]))
    bank = client_for(cast.finance_liaison)
    page = text_of(bank.get(f"{HOME}{pledge.number}/"))
    assert ("合作高校" in page, "共有人书面同意" in page, 'name="consents"' in page) == (True, True, True)
    assert bank.post(f"{HOME}{pledge.number}/act/", {"do": "looked_up"}).status_code == 302
    assert IpEvent.objects.filter(code="looked_up", recorded_by=cast.finance_liaison).count() == 2
    assert client_for(cast.auditor).post(f"{HOME}{pledge.number}/act/", {"do": "looked_up"}).status_code == 403
    assert client_for(cast.outsider).post(f"{HOME}{pledge.number}/act/", {"do": "looked_up"}).status_code == 404


def test_the_page_says_what_comes_next_for_whom(cast: Any, client_for: Any) -> None:
    bank, filer, office = (client_for(each) for each in (cast.finance_liaison, cast.filer, cast.secretariat))
    pledge = make.filled(cast)
    waits: dict[str, tuple[bool, bool, bool]] = {}
    for state in PledgeState:
        Pledge.objects.update(
            state=state,
            registered_on=make.TODAY,
            registration_number="Y",
            ended_on=make.TODAY,
            filed_on=make.TODAY,
            disbursed_on=make.TODAY,
        )
        guides = [client.get(f"{HOME}{pledge.number}/").context["guide"] for client in (bank, filer, office)]
        assert all(guide.text for guide in guides)
        assert {guide.is_over for guide in guides} == {state in ENDED}
        waits[state] = tuple(guide.waits for guide in guides)
    both, own, over = (False, False, True), (False, True, True), (False, False, False)
    assert waits == {state: over if state in ENDED else both if state in OF_BOTH else own for state in PledgeState}


def test_filing_is_shut_while_a_ground_is_open(cast: Any, client_for: Any) -> None:
    pledge = make.filled(cast, told={"is_free": None})
    filer = client_for(cast.filer)
    page = text_of(filer.get(f"{HOME}{pledge.number}/"))
    assert 'id="why-file"' in page
    filer.post(f"{HOME}{pledge.number}/act/", {"do": "file"})
    pledge.refresh_from_db()
    assert pledge.state == "contracted"


def test_a_claim_follows_the_term_of_the_region(cast: Any, client_for: Any) -> None:
    pledge, bank = make.defaulted(cast), client_for(cast.finance_liaison)
    step = f"{HOME}{pledge.number}/act/"
    assert bank.post(step, {"do": "claim", "loss": "800"}).status_code == 422
    office = client_for(cast.secretariat)
    typed = {"region": "320000", "share": "30", "in_force": "2023-01-01", "source": "演示办法（虚构）"}
    assert office.post(f"{HOME}compensation/", typed).status_code == 302
    assert bank.post(f"{HOME}compensation/", typed).status_code == 403
    bank.post(step, {"do": "claim", "loss": "800"})
    pledge.refresh_from_db()
    assert (pledge.state, pledge.loss, pledge.claim) == ("claimed", 8_000_000, 2_400_000)
    assert CompensationTerm.objects.get().verified is False
    assert bank.post(step, {"do": "dispose", "recovered": "300", "reason": "拍卖"}).status_code == 302
    pledge.refresh_from_db()
    assert (pledge.state, pledge.recovered) == ("disposed", 3_000_000)


def test_the_nearest_region_and_the_day_decide(cast: Any) -> None:
    make.right(cast)
    pledge = make.unsaved(cast)

    def term(code: str, share: int, day: str, **more: Any) -> None:
        compensation.set_term(
            actor=cast.secretariat, region=Division.objects.get(pk=code), share=share, in_force=clock.date.fromisoformat(day), source="演示", **more
        )  # fmt: skip

    assert compensation.claim(pledge, 1_000_000, make.TODAY).amount is None
    term("320000", 3000, "2023-01-01")
    term("320500", 5000, "2023-06-01", most=400_000)
    days = [clock.date.fromisoformat(day) for day in ("2022-12-31", "2023-01-01", "2023-05-31", "2023-06-01")]
    assert [compensation.claim(pledge, 1_000_000, day).amount for day in days] == [None, 300_000, 300_000, 400_000]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_the_same_with_more_rows(cast: Any, client_for: Any, django_assert_num_queries: Any, count: int) -> None:
    rights = [make.right(cast, f"ZL{number}") for number in range(count)]
    for right in rights:
        make.offered(cast, right)
    pledge = make.disbursed(cast, *[make.right(cast, f"ZM{number}") for number in range(count)])
    bank = client_for(cast.finance_liaison)
    for address, most in (
        (HOME, 9),
        (f"{HOME}rights/", 8),
        (f"{HOME}{pledge.number}/", 17),
        (f"{HOME}rights/{rights[0].pk}/", 13),
        (f"{HOME}export.xlsx", 8),
    ):
        bank.get(address)
        with django_assert_num_queries(most, exact=False):
            bank.get(address)


def test_a_bank_reads_a_right_no_more_than_its_pledge(cast: Any, client_for: Any) -> None:
    other = make.right(cast, "ZL9")
    make.offered(cast)
    assert client_for(cast.finance_liaison).get(f"{HOME}rights/{other.pk}/").status_code == 404


def test_filters(cast: Any, client_for: Any) -> None:
    first, second = make.offered(cast), make.contracted(cast, make.right(cast, "ZL2"))
    bank = client_for(cast.finance_liaison)
    found = {
        query: [row.number for row in bank.get(f"{HOME}?{query}").context["page"].rows]
        for query in ("state=offered", f"q={second.number}", "flag=any", "ending=1", "todo=1", "state=nonsense")
    }
    assert found == {
        "state=offered": [first.number],
        f"q={second.number}": [second.number],
        "flag=any": [],
        "ending=1": [],
        "todo=1": [second.number, first.number],
        "state=nonsense": [second.number, first.number],
    }
    filer = client_for(cast.filer).get(f"{HOME}?todo=1")  # an offer waits for the bank alone
    assert ([row.number for row in filer.context["page"].rows], filer.context["figures"]["todo"]) == ([second.number], 1)
    office = client_for(cast.secretariat).get(HOME)
    assert (office.context["figures"]["todo"], "todo=1" in text_of(office)) == (0, False)
    assert services.proposals(first) == {}


def test_rights_are_found_by_number_name_and_kind(cast: Any, client_for: Any) -> None:
    make.right(cast)
    make.right(cast, "TM2", kind="trademark", title="演示商标")
    filer = client_for(cast.filer)
    found = {
        query: sorted(row.number for row in filer.get(f"{HOME}rights/?{query}").context["page"].rows)
        for query in ("q=tm", "q=精密传动", "kind=trademark", "q=nothing")
    }
    assert found == {"q=tm": ["TM2"], "q=精密传动": ["ZL201810000001.1"], "kind=trademark": ["TM2"], "q=nothing": []}
