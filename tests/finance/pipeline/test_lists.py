"""Tier rounds and the table in and out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pilotage.audit.services import verify
from pilotage.core import clock
from pilotage.core.tables import read_rows, write_xlsx
from pilotage.core.verdict import Invalid, Refused
from pilotage.finance.facts.models import TierStay
from pilotage.finance.pipeline import rounds, rules, sheet
from pilotage.finance.pipeline.models import ListingProject
from tests.conftest import moment
from tests.factories import finance
from tests.factories import listings as make
from tests.factories.accounts import enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.at(make.NOW):
        yield


# --- tier rounds -----------------------------------------------------------------------------
def begun(cast: Any) -> Any:
    finance.tier_stay(cast.enterprise, date(2022, 5, 1), tier="base")
    finance.tier_stay(cast.other_enterprise, date(2022, 5, 1), tier="base")
    return rounds.begin(actor=cast.secretariat, direction="up", day=date(2023, 11, 1), effective_on=date(2023, 12, 11), objection_days=5)


def test_a_round_from_the_list_to_the_tier(cast: Any) -> None:
    found = begun(cast)
    one = rounds.add(actor=cast.secretariat, found=found, enterprise=cast.enterprise, ground="演示：满足标准一")
    two = rounds.add(actor=cast.secretariat, found=found, enterprise=cast.other_enterprise, ground="演示：满足标准二")
    assert not rules.visible_rounds(cast.filer).exists()
    rounds.open_notice(actor=cast.secretariat, found=found)
    # Monday 20 November 2023; five working days later is Monday the 27th
    assert found.objections_until == date(2023, 11, 27)
    assert rules.visible_rounds(cast.filer).exists()
    assert not rules.visible_rounds(cast.outsider).exists()
    with pytest.raises(Refused):
        rounds.add(actor=cast.secretariat, found=found, enterprise=cast.enterprise, ground="演示")
    with pytest.raises(Refused):
        rounds.raise_objection(actor=cast.filer, line=two, who="演示", text="演示")
    mine = rounds.raise_objection(actor=cast.filer, line=one, who="演示企业", text="数据有误")
    other = rounds.raise_objection(actor=cast.secretariat, line=two, who="某投资者", text="存在重大违法")
    with pytest.raises(Invalid):
        rounds.propose(actor=cast.secretariat, found=found)
    with clock.at(moment("2023-11-28 09:00")):
        with pytest.raises(Refused):
            rounds.raise_objection(actor=cast.filer, line=one, who="演示", text="迟了")
        with pytest.raises(Invalid):
            rounds.propose(actor=cast.secretariat, found=found)
        rounds.decide(actor=cast.secretariat, objection=mine, verb="dismiss", reason="数据与年报一致")
        rounds.decide(actor=cast.secretariat, objection=other, verb="uphold", reason="处罚决定属实")
        rounds.propose(actor=cast.secretariat, found=found)
        with pytest.raises(Refused):
            rounds.confirm(actor=cast.secretariat, found=found)
        rounds.confirm(actor=cast.second_secretariat, found=found)
    stays = TierStay.objects.order_by("enterprise", "from_on").values_list("enterprise", "tier", "until_on")
    assert list(stays) == [
        (cast.enterprise.pk, "base", date(2023, 12, 10)),
        (cast.enterprise.pk, "innovation", None),
        (cast.other_enterprise.pk, "base", None),
    ]
    assert found.state == "final"
    assert verify() == []


def test_a_round_by_the_criteria(cast: Any) -> None:
    found = begun(cast)
    third = enterprise("苏州演示三号有限公司")
    with pytest.raises(Invalid):
        rounds.fill_by_rule(actor=cast.secretariat, found=found)
    rule = {"all": [{"key": "revenue_enough", "metric": "revenue", ">=": "least_revenue", "text": {"zh": "营业收入", "en": "Revenue"}}]}
    finance.channel("neeq-innovation", rule=rule)
    finance.facts(cast.enterprise, revenue=286_000_000)
    finance.facts(third, revenue=900_000_000)

    assert rounds.fill_by_rule(actor=cast.secretariat, found=found) == (1, 1)
    line = found.lines.get()
    assert (line.enterprise, line.by_rule, "2023-11-01" in line.ground) == (cast.enterprise, True, True)
    with pytest.raises(Invalid):
        rounds.add(actor=cast.secretariat, found=found, enterprise=third, ground="不在基础层")
    rounds.remove(actor=cast.secretariat, line=line, reason="演示")
    with pytest.raises(Invalid):
        rounds.open_notice(actor=cast.secretariat, found=found)
    rounds.drop(actor=cast.secretariat, found=found, reason="演示")
    with pytest.raises(Invalid) as bad:
        rounds.begin(actor=cast.secretariat, direction="x", day=None, effective_on=None, objection_days=0)
    assert set(bad.value.errors) == {"direction", "day", "effective_on", "objection_days"}


# --- tables ----------------------------------------------------------------------------------
def test_rows_that_are_refused_are_named(cast: Any, tmp_path: Path) -> None:
    make.project(cast.secretariat, cast.other_enterprise, market="bse")
    head = ["企业名称", "目标市场", "入库日期", "辅导机构"]
    rows = [
        [cast.enterprise.name_zh, "科创板", date(2023, 5, 4), "演示证券"],
        [cast.enterprise.name_zh, "科创板", "", ""],
        ["查无此企业", "科创板", "", ""],
        [cast.other_enterprise.name_zh, "北交所", "", ""],
        [cast.other_enterprise.name_zh, "月球板", "", ""],
        [cast.other_enterprise.name_zh, "创业板", "2030-01-01", ""],
        [cast.other_enterprise.name_zh, "创业板", "昨天", ""],
    ]
    path = tmp_path / "list.xlsx"
    path.write_bytes(write_xlsx(head, rows, title="x"))

    done = sheet.import_file(actor=cast.secretariat, path=path)
    assert [(each.enterprise, each.market, each.stage_on, each.sponsor) for each in done.made] == [
        (cast.enterprise, "star", date(2023, 5, 4), "演示证券")
    ]
    assert [each.row for each in done.refused] == [3, 4, 5, 6, 7, 8]
    assert len({each.why for each in done.refused}) == 5
    with pytest.raises(Refused):
        sheet.import_file(actor=cast.filer, path=path)
    path.write_bytes(write_xlsx(["甲", "乙"], [["1", "2"]], title="x"))
    with pytest.raises(Invalid):
        sheet.import_file(actor=cast.secretariat, path=path)
    out = tmp_path / "out.xlsx"
    out.write_bytes(sheet.workbook(ListingProject.objects.select_related("enterprise__province", "owner").order_by("id"), with_notes=True))
    assert [row.text(1) for row in read_rows(out)][1:] == [cast.other_enterprise.name_zh, cast.enterprise.name_zh]
    out.write_bytes(sheet.template())
    assert len(list(read_rows(out))) == 2
