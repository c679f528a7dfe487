"""Notes by what held on a day, lists as titles and the directory stood on a day, columns of a bank, and money counted once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from pilotage.audit.services import verify
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.finance.facts.selectors import facts_of
from pilotage.finance.matching import amounts, batches, columns, introductions, note_check, notes
from pilotage.finance.matching.amounts import Asked
from pilotage.finance.matching.models import Introduction
from pilotage.finance.matching.paper_models import BondNote, RelendingBatch
from pilotage.finance.pledges.models import Pledge
from pilotage.plan.indicators import CannotCount, get
from pilotage.registry.models import Title
from tests.conftest import moment
from tests.factories import finance
from tests.factories import matching as make
from tests.factories.accounts import division
from tests.factories.directory import edition, entry
from tests.factories.plan import PlanFactory
from tests.factories.registry import EnterpriseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


def bond_channel() -> None:
    finance.channel(
        "sci-tech-bond",
        in_plan=PlanFactory(),
        parameters={},
        rule={
            "any": [
                {
                    "key": "high_tech",
                    "is": "title_high_tech",
                    "since": "2022-05-20",
                    "text": {"zh": "高新技术企业", "en": "High-tech enterprise"},
                },
                {"key": "champion", "is": "title_champion", "since": "2022-05-20", "text": {"zh": "单项冠军", "en": "Champion"}},
            ]
        },
    )


def planned(cast: Any, **values: Any) -> BondNote:
    told = {"name_zh": "演示科创票据", "amount": 100_000_000, "proceeds_to_tech": None, **values}
    return notes.plan_note(actor=cast.secretariat, issuer=cast.enterprise, underwriter=None, values=told)


def title(enterprise: Any, name: str = "高新技术企业", since: str = "2022-01-01", until: str | None = "2024-12-31", **fields: Any) -> Title:
    ends = date.fromisoformat(until) if until else None
    return Title.objects.create(enterprise=enterprise, name=name, granted_on=date.fromisoformat(since), valid_until=ends, **fields)


# --- interbank notes -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("held", "share", "on", "basis"),
    [
        (True, None, "2023-11-20", "issuer"),
        (True, 50_000_000, "2023-11-20", "both"),
        (False, 50_000_000, "2023-11-20", "use"),
        (False, 49_999_999, "2023-11-20", ""),
        (False, None, "2023-11-20", ""),
        (True, 50_000_000, "2022-05-19", ""),
        (True, 50_000_000, "2022-05-20", "both"),
    ],
)
def test_a_note_is_sci_tech_by_issuer_or_by_use_as_of_a_day(cast: Any, held: bool, share: int | None, on: str, basis: str) -> None:
    bond_channel()
    if held:
        title(cast.enterprise)
    checked = note_check.check(planned(cast, proceeds_to_tech=share), date.fromisoformat(on))

    assert checked.basis == basis


def test_what_was_found_is_kept_with_the_tag(cast: Any) -> None:
    bond_channel()
    held = title(cast.enterprise, issuer="演示厅", batch="2022年第一批")
    note = notes.tag(actor=cast.secretariat, note=planned(cast), on=make.TODAY)
    held.delete()
    note.refresh_from_db()

    assert (note.state, note.basis, note.checked_on) == ("tagged", "issuer", make.TODAY)
    assert note.reasons["issuer"] == {
        "verdict": "meets",
        "told": [
            {"key": "high_tech", "zh": "高新技术企业", "en": "High-tech enterprise", "truth": True},
            {"key": "champion", "zh": "单项冠军", "en": "Champion", "truth": None},
        ],
    }
    assert note.reasons["use"]["verdict"] == "cannot_determine"
    assert note.reasons["titles"] == [{"name": "高新技术企业", "issuer": "演示厅", "batch": "2022年第一批", "until": "2024-12-31"}]
    assert note.reasons["rule"]["channel"] == "sci-tech-bond"


def test_what_is_not_known_tags_nothing(cast: Any) -> None:
    bond_channel()
    note = planned(cast)
    with pytest.raises(Invalid):
        notes.tag(actor=cast.secretariat, note=note, on=make.TODAY)
    with pytest.raises(Invalid):
        notes.tag(actor=cast.secretariat, note=note, on=make.TODAY + timedelta(days=1))
    note.refresh_from_db()
    assert note.state == "planned"


def test_a_tagged_note_is_untagged_before_it_is_changed(cast: Any) -> None:
    bond_channel()
    title(cast.enterprise)
    note = notes.tag(actor=cast.secretariat, note=planned(cast), on=make.TODAY)
    with pytest.raises(Refused):
        notes.change_note(actor=cast.secretariat, note=note, underwriter=note.underwriter, values={"name_zh": "改名", "amount": 1})
    with pytest.raises(Invalid):
        notes.issue(actor=cast.secretariat, note=note, amount=1, on=make.TODAY - timedelta(days=1))
    notes.untag(actor=cast.secretariat, note=note, reason="填错")
    changed = notes.change_note(actor=cast.secretariat, note=note, underwriter=note.underwriter, values={"name_zh": "改名", "amount": 1})

    assert (changed.state, changed.basis, changed.checked_on, changed.reasons) == ("planned", "", None, {})


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": None}, {"name_zh": " "}, {"proceeds_to_tech": 100_000_001}, {"months": 0}])
def test_a_note_needs_its_figures(cast: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        planned(cast, **wrong)


# --- re-lending lists ------------------------------------------------------------------------
def composed(cast: Any, **changes: Any) -> RelendingBatch:
    told = {"basis": "titles", "source": "title_high_tech", "as_of": make.TODAY, "title_zh": "演示名单", **changes}
    return batches.compose(actor=cast.secretariat, organisation=make.bank_of(cast.finance_liaison), **told)


def names(batch: RelendingBatch) -> list[str]:
    return list(batch.lines.order_by("position").values_list("enterprise_name", flat=True))


def test_titles_count_on_the_day_of_the_list(cast: Any) -> None:
    first, last, gone, later, other = (EnterpriseFactory(name_zh=f"演示{each}") for each in "甲乙丙丁戊")
    title(first, until="2023-11-20")
    title(last, since="2023-11-20", until=None)
    title(gone, until="2023-11-19")
    title(later, since="2023-11-21", until=None)
    title(other, name="专精特新中小企业")
    title(first, since="2019-01-01", until="2022-01-01")

    assert names(composed(cast)) == ["演示甲", "演示乙"]
    assert names(composed(cast, as_of=date(2023, 11, 19))) == ["演示甲", "演示丙"]
    assert names(composed(cast, source="title_srdi_sme")) == ["演示戊"]
    assert names(composed(cast, region="320000")) == []


def test_projects_are_those_in_force_on_the_day(cast: Any) -> None:
    listed = edition(year=2023)
    slug = listed.directory.slug
    entry(listed, enterprise=cast.enterprise, listed_on=date(2023, 11, 1), project_title="演示5G工厂")
    entry(listed, enterprise=cast.other_enterprise, listed_on=date(2023, 11, 20))
    batch = composed(cast, basis="projects", source=slug, as_of=date(2023, 11, 10))
    line = batch.lines.get()

    assert (line.enterprise_name, line.project) == (cast.enterprise.name_zh, "演示5G工厂")
    assert line.ground == listed.directory.title_zh


def test_what_is_signed_off_by_two_never_changes_and_becomes_a_fact(cast: Any) -> None:
    listed = edition(year=2023)
    entry(listed, enterprise=cast.enterprise, listed_on=date(2023, 11, 1))
    assert "on_project_list" not in facts_of(cast.enterprise, on=make.TODAY)
    batch = composed(cast, basis="projects", source=listed.directory.slug)
    with pytest.raises(Conflict):
        batches.confirm(actor=cast.second_secretariat, batch=batch)
    batches.propose(actor=cast.secretariat, batch=batch)
    with pytest.raises(Refused):
        batches.leave_out(actor=cast.secretariat, batch=batch, positions=[1], reason="重复")
    with pytest.raises(Refused):
        batches.drop(actor=cast.secretariat, batch=batch, reason="重复")
    with pytest.raises(Refused):
        batches.confirm(actor=cast.secretariat, batch=batch)
    with clock.at(moment("2023-11-22 09:00")):
        batches.confirm(actor=cast.second_secretariat, batch=batch)
        with pytest.raises(Refused):
            batches.leave_out(actor=cast.secretariat, batch=batch, positions=[1], reason="重复")
    day = date(2023, 11, 22)

    assert facts_of(cast.enterprise, on=day)["on_project_list"] is True
    assert "on_project_list" not in facts_of(cast.enterprise, on=day - timedelta(days=1))
    assert "on_project_list" not in facts_of(cast.other_enterprise, on=day)
    assert verify() == []


def test_lines_are_left_out_with_a_reason(cast: Any) -> None:
    for each in "甲乙丙":
        title(EnterpriseFactory(name_zh=f"演示{each}"))
    batch = composed(cast)
    with pytest.raises(Invalid):
        batches.leave_out(actor=cast.secretariat, batch=batch, positions=[2], reason=" ")

    assert batches.leave_out(actor=cast.secretariat, batch=batch, positions=[2], reason="已注销") == 1
    assert names(batch) == ["演示甲", "演示丙"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([("name", "名称"), ("uscc", "名称")], "第2列"),
        ([("name", "名称"), ("phone", "电话")], "phone"),
        ([("name", "名称"), ("name", "企业")], "name"),
        ([("name", "名称"), ("uscc", "")], "第2列"),
        ([("name", "名称")], "信用代码"),
        ([("name", "a"), ("uscc", "b"), *(("blank", str(number)) for number in range(40))], "30"),
    ],
)
def test_columns_are_checked(wrong: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        columns.checked([{"field": field, "title": name} for field, name in wrong])

    assert said in refused.value.errors["columns"]


def test_every_field_has_a_cell(cast: Any) -> None:
    title(cast.enterprise, batch="2022年第一批")
    batch = composed(cast)
    line = batch.lines.get()
    own = [{"field": field, "title": field} for field in columns.FIELDS]
    found = dict(zip(columns.FIELDS, columns.cells(batch, line, own), strict=True))

    assert (found["name"], found["ground_number"], found["as_of"], found["blank"]) == (
        cast.enterprise.name_zh,
        "2022年第一批",
        make.TODAY,
        None,
    )
    assert columns.checked(columns.usual()) == columns.usual()


# --- money ----------------------------------------------------------------------------------
def closed(cast: Any, amount: int, on: date, channel: str = "ip-pledge") -> Introduction:
    row = make.introduced(cast) if channel == "ip-pledge" else _on(cast, channel)
    for verb in ("begin_diligence", "agree_terms"):
        introductions.step(actor=cast.finance_liaison, introduction=row, verb=verb)
    with clock.at(moment(f"{on.isoformat()} 18:00")):
        return introductions.close(actor=cast.finance_liaison, introduction=row, amount=amount, closed_on=on)


def _on(cast: Any, channel: str) -> Introduction:
    need, offer = make.need(cast.enterprise, cast.filer, channel=channel), make.offer(cast.finance_liaison, channel=channel)
    return introductions.introduce(actor=cast.legal_representative, need=need, offer=offer)


def issued(cast: Any, amount: int, on: date, issuer: Any = None) -> BondNote:
    bank = make.bank_of(cast.finance_liaison)
    values = {"name_zh": "演示票据", "amount": amount, "proceeds_to_tech": amount}
    note = notes.plan_note(actor=cast.secretariat, issuer=issuer or cast.enterprise, underwriter=bank, values=values)
    notes.tag(actor=cast.secretariat, note=note, on=make.TODAY)
    with clock.at(moment(f"{on.isoformat()} 18:00")):
        return notes.issue(actor=cast.secretariat, note=note, amount=amount, on=on)


def test_the_same_money_is_counted_once(cast: Any) -> None:
    closed(cast, 18_000_000, make.TODAY)
    assert amounts.total(Asked()) == amounts.Figure(1, 18_000_000)
    need = make.need(cast.enterprise, cast.filer, channel="sci-tech-bond")
    offer = make.offer(cast.finance_liaison, channel="sci-tech-bond")
    row = introductions.introduce(actor=cast.legal_representative, need=need, offer=offer)
    for verb in ("begin_diligence", "agree_terms"):
        introductions.step(actor=cast.finance_liaison, introduction=row, verb=verb)
    introductions.close(actor=cast.finance_liaison, introduction=row, amount=20_000_000, closed_on=make.TODAY)
    assert amounts.total(Asked(channels=("sci-tech-bond",))) == amounts.Figure(1, 20_000_000)
    issued(cast, 20_000_000, date(2023, 12, 1))
    assert amounts.total(Asked(channels=("sci-tech-bond",))) == amounts.Figure(1, 20_000_000)
    assert amounts.figures(Asked())["kind"] == {"introduction": amounts.Figure(1, 18_000_000), "note": amounts.Figure(1, 20_000_000)}


def test_figures_add_up_in_every_dimension_and_open_their_records(cast: Any) -> None:
    closed(cast, 18_000_000, make.TODAY)
    issued(cast, 20_000_000, date(2024, 2, 1))
    found = amounts.figures(Asked())
    for dimension in amounts.DIMENSIONS:
        assert sum(each.amount for each in found[dimension].values()) == 38_000_000
        for value, figure in found[dimension].items():
            asked = Asked(**({"channels": (value,)} if dimension == "channel" else {dimension: value}))
            records = [row for kind in amounts.SOURCES for row in amounts.rows_of(kind, asked)]
            assert (len(records), sum(row.flow_amount for row in records)) == (figure.count, figure.amount)
    assert set(found["quarter"]) == {"2023-Q4", "2024-Q1"}
    assert set(found["province"]) == {"320000"}


def test_indicators_count_since_the_plan_began(cast: Any) -> None:
    plan = PlanFactory(starts_on=date(2023, 11, 20), ends_on=date(2024, 12, 31))
    closed(cast, 18_000_000, make.TODAY)
    issued(cast, 20_000_000, date(2024, 2, 1))
    contracts = get("finance.contracts")
    days = [date(2023, 11, 19), date(2023, 11, 20), date(2024, 1, 31), date(2024, 2, 1)]

    assert contracts.history(plan, {}, days) == [0, 1, 1, 2]
    assert [contracts.count(plan, {}, day) for day in days[1:]] == [1, 1, 2]
    assert contracts.count(plan, {"channel": "ip-pledge"}, days[-1]) == 1
    assert contracts.by_place(plan, {}, days[-1]) == {"320000": 2}
    address = contracts.records_url(plan, {"channel": "ip-pledge"}, cast.secretariat)
    assert address == "/financing/matching/amounts/records/?since=2023-11-20&channel=ip-pledge"
    assert contracts.records_url(plan, {}, cast.filer) is None


def test_an_amount_is_said_of_three_enterprises_and_more(cast: Any) -> None:
    plan, money = PlanFactory(starts_on=date(2023, 11, 20), ends_on=date(2024, 12, 31)), get("finance.amount")
    first, last = date(2024, 2, 1), date(2024, 2, 3)
    assert (money.count(plan, {}, last), money.history(plan, {}, [last])) == (0, [0])
    bodies = [cast.enterprise, *(EnterpriseFactory(province=division("320000")) for _number in range(2))]
    for number, enterprise in enumerate(bodies):
        issued(cast, 20_000_000, first + timedelta(days=number), enterprise)
    issued(cast, 5_000_000, last, EnterpriseFactory(province=division("370000")))

    with translation.override("en"), pytest.raises(CannotCount, match="1 contract so far"):
        money.count(plan, {}, first)
    assert money.history(plan, {}, [date(2024, 1, 31), first, first + timedelta(days=1), last]) == [0, None, None, 6500]
    assert money.count(plan, {"kind": "note"}, last) == money.count(plan, {"channels": ["sci-tech-bond", "pe-vc"]}, last) == 6500
    assert money.by_place(plan, {}, last) == {"320000": Decimal(6000)}
    assert money.count(plan, {"channel": "ip-pledge"}, last) == 0


def test_a_loan_on_a_pledge_stands_for_its_introduction(cast: Any) -> None:
    closed(cast, 18_000_000, make.TODAY)
    assert amounts.figures(Asked())["kind"] == {"introduction": amounts.Figure(1, 18_000_000)}
    bank = make.bank_of(cast.finance_liaison)
    fields = {"enterprise": cast.enterprise, "organisation": bank, "created_at": make.NOW, "moved_at": make.NOW}
    Pledge.objects.create(number="Z1", amount=17_500_000, **fields)
    assert amounts.total(Asked()) == amounts.Figure(1, 18_000_000)
    Pledge.objects.filter(number="Z1").update(disbursed_on=date(2023, 12, 1))

    assert amounts.figures(Asked())["kind"] == {"pledge": amounts.Figure(1, 17_500_000)}
    assert amounts.total(Asked(channels=("ip-pledge",), quarter="2023-Q4")) == amounts.Figure(1, 17_500_000)
