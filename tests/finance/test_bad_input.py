"""Bad input of financing: each named at its place, by ``pilotage plan check`` and on the page of imports; none makes anybody eligible."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from pilotage.core.verdict import Invalid
from pilotage.finance.channels.models import Channel
from pilotage.finance.facts import selectors, services
from pilotage.finance.facts.lines import Line
from pilotage.finance.facts.models import Fact
from pilotage.finance.models import ScreeningResult
from pilotage.finance.screening import services as screenings
from pilotage.finance.screening import single
from pilotage.finance.screening.enums import Answer
from tests.factories import finance
from tests.factories.plan import edit, folder_copy
from tests.factories.registry import write_csv
from tests.finance.test_channels import FILE, TEXT
from tests.plan.test_folder import place_of

pytestmark = pytest.mark.django_db
PAGE = "/financing/data/import/"

# --- a channel's file -----------------------------------------------------------------------
# what is wrong: (text of the good file, in its place, what is said, the text at whose line it is said)
FILES = {
    "contradictory parameters": ("in_force: 2024-04-30", "in_force: 2020-01-01", "contradict each other", "unit: million"),
    "overlapping dates": ("until: 2024-04-29", "until: 2024-05-29", "overlap", "unit: million"),
    "an end before the beginning": ("until: 2024-04-29", "until: 2019-04-29", "ends on 2019-04-29", "value: 100"),
    "an unknown metric": ("metric: revenue,", "metric: turnover,", "There is no metric “turnover”", "metric: turnover"),
    "a year that is not kept": ("metric: revenue,", 'metric: "revenue[9]",', "kept for 3 years", "metric: \"revenue[9]"),
    "an unknown title": ("is: title_high_tech", "is: title_hightech", "There is no metric “title_hightech”", "key: high_tech"),
    "a cycle": ("rule:\n  all:\n", "rule: &circle\n  all:\n    - *circle\n", "anchor", "&circle"),
    "an unknown parameter": ('">=": least}', '">=": lowest}', "There is no parameter “lowest”", "key: enough"),
    "a parameter that nobody reads": ('">=": least}', '">=": other}', "There is no parameter “other”", "key: enough"),
    "another currency": ("unit: million_yuan", "unit: million_usd", "“million_usd” is not known here", "unit: million_usd"),
    "thousands": ("unit: million_yuan", "unit: thousand_yuan", "“thousand_yuan” is not known here", "unit: thousand_yuan"),
    "a share for an amount": ("unit: million_yuan", "unit: percent", "“least” in percent", "key: enough"),
    "money added to heads": ("metric: revenue,", "metric: revenue + staff,", "persons + yuan cannot be added", "metric: revenue + staff"),
    "money times heads": ("metric: revenue,", "metric: revenue * staff,", "product of two metrics", "metric: revenue * staff"),
    "-1 for a number that is not known": ("{value: 100,", "{value: -1,", "“-1” looks like a mark", "value: -1"),
    "-999 for a number that is not known": ("{value: 100,", "{value: -999,", "“-999” looks like a mark", "value: -999"),
    "no number": ("{value: 100,", "{value: some,", "“some” does not fit here", "value: some"),
    "nothing for a number": ("{value: 100,", "{value: null,", "", "value: null"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_of_a_channel_each_is_named_by_file_and_line(tmp_path: Path, case: str) -> None:
    good, bad, sentence, near = FILES[case]
    folder = folder_copy(tmp_path)
    for other in (folder / "channels").glob("*.yaml"):
        other.unlink()
    (folder / FILE).write_text(TEXT, encoding="utf-8")
    edit(folder, FILE, good, bad)
    lines = [line for line in faults(folder, "check") if sentence in line]
    assert lines
    assert int(lines[0].split(":")[1]) == place_of(folder, FILE, near)[0]


def faults(folder: Path, what: str) -> list[str]:
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("plan", what, str(folder), "--language", "en", stdout=io.StringIO(), stderr=said)
    return [line for line in said.getvalue().splitlines() if line.startswith(f"{FILE}:")]


def test_nothing_of_a_folder_with_a_fault_is_loaded(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    (folder / FILE).write_text(TEXT.replace("{value: 100,", "{value: -1,"), encoding="utf-8")
    assert faults(folder, "load") == faults(folder, "check")
    assert Channel.objects.count() == 0


# --- a table of figures ---------------------------------------------------------------------
HEADS = ["企业名称", "年度", "营业收入（万元）", "研发投入（万元）", "职工人数", "研发人员（人）", "净资产（万元）"]
ROWS = [
    ["2023", "28600", "2240", "500", "71", "5000"], ["2022", "22466", "2070", "480", "66", "4800"], ["2021", "17648", "1930", "450", "60", "4600"],
]  # fmt: skip
# what is wrong: (row from 0, column, new text) or (column, new head); the cell that is named; what is said; whether it may be let through
CELLS = {
    "-1 for what is not known": ((0, 2, "-1"), "C2", "-1疑为缺失标记", False),
    "-1 of what may be below zero": ((0, 6, "-1"), "G2", "-1疑为缺失标记", False),
    "-9999 for what is not known": ((1, 3, "-9999"), "D3", "-9999疑为缺失标记", False),
    "0 for what is not known": ((0, 2, "0"), "C2", "不可能为0", False),
    "0 heads": ((0, 4, "0"), "E2", "不可能为0", False),
    "0 after more": ((0, 3, "0"), "D2", "上一年为20,700,000元", True),
    "a statement in thousands": ((0, 2, "28600000"), "C2", "上一年（224,660,000元）", True),
    "yuan under 万元, of a first year": ((2, 2, "176480000"), "C4", "人均营业收入", True),
    "R&D in yuan, revenue in 万元": ((2, 3, "19300000"), "D4", "超过营业收入（176,480,000元）的十倍", True),
    "another currency at the head": ((2, "营业收入（万美元）"), "C1", "币种不是人民币", False),
    "another currency in a cell": ((0, 2, "USD 4000"), "C2", "币种不是人民币", False),
    "a unit of its own in a cell": ((0, 2, "2.86亿元"), "C2", "单元格自带单位", False),
    "no unit": ((2, "营业收入"), "C1", "缺少单位", False),
    "the unit of another metric": ((2, "营业收入（人）"), "C1", "不是该指标的单位", False),
    "an unknown metric": ((2, "营业额（万元）"), "C1", "没有“营业额（万元）”这项指标", False),
    "one metric twice": ((3, "营业收入（元）"), "D1", "重复", False),
    "two rows that contradict each other": ((1, 1, "2023"), "3", "第2行", False),
    "a part above the whole": ((0, 5, "501"), "F2", "大于其所属总数（500人）", False),
    "no number": ((0, 2, "约三亿"), "C2", "", False),
}  # fmt: skip


@pytest.fixture
def firm(cast: Any, at: Any) -> Any:
    """Once its statement is taken it meets the attributes: what else they ask for is known."""
    at("2024-06-01 09:00")
    finance.model_channels()
    finance.facts(cast.enterprise, invention_patents_main=8)
    finance.attestation(cast.enterprise, "star_attribute_industrialised", channel="star-attribute")
    return cast


def verdict(firm: Any) -> Answer:
    """As its page says it; the register's screening must say the same."""
    channel = Channel.objects.get(key="star-attribute")
    told = single.against(channel, {**selectors.facts_of(firm.enterprise), **selectors.attestations_of(firm.enterprise)}, firm.today)
    screening = screenings.begin(actor=firm.secretariat, rule_date=firm.today)
    letter = ScreeningResult.objects.get(screening=screening, enterprise=firm.enterprise, channel=channel.key).verdict
    assert {"m": Answer.MEETS, "u": Answer.CANNOT_DETERMINE, "x": Answer.DOES_NOT_MEET}[letter] == told.answer
    assert told.answer is not None
    return told.answer


def sent(client: Any, tmp_path: Path, case: str = "", **told: str) -> Any:
    """The good table, or with what ``case`` makes wrong."""
    heads, rows = list(HEADS), [["", *row] for row in ROWS]
    change = CELLS[case][0] if case else ()
    if len(change) == 2:
        heads[change[0]] = change[1]
    elif change:
        rows[change[0]][change[1]] = change[2]
    name = told.pop("name")
    path = write_csv(tmp_path / "table.csv", [[name, *row[1:]] for row in rows], heads=heads)
    return client.post(PAGE, {"file": SimpleUploadedFile("table.csv", path.read_bytes()), "source": "审计报告", **told})


@pytest.fixture
def today(firm: Any) -> Any:
    from pilotage.core import clock

    firm.today = clock.today()
    return firm


def test_the_good_table_makes_it_eligible(today: Any, client_for: Any, tmp_path: Path) -> None:
    assert verdict(today) == Answer.CANNOT_DETERMINE
    assert sent(client_for(today.filer), tmp_path, name=today.enterprise.name_zh).status_code == 302
    assert verdict(today) == Answer.MEETS


@pytest.mark.parametrize("case", CELLS)
def test_of_a_table_each_is_named_by_row_and_column(today: Any, client_for: Any, tmp_path: Path, case: str) -> None:
    _change, cell, sentence, is_doubt = CELLS[case]
    before = Fact.objects.count()
    answer = sent(client_for(today.filer), tmp_path, case, name=today.enterprise.name_zh)
    assert answer.status_code == 422
    page = re.sub(r"\s+", " ", answer.content.decode())
    row = next(row for row in page.split("<tr>") if f'<th scope="row">{cell}</th>' in row)
    assert sentence in row
    assert ("存疑" in row) is is_doubt
    assert Fact.objects.count() == before
    assert verdict(today) == Answer.CANNOT_DETERMINE
    # what is wrong for sure is not let through by a tick either
    again = sent(client_for(today.filer), tmp_path, case, name=today.enterprise.name_zh, sure="on")
    assert again.status_code == (302 if is_doubt and "F" not in cell else 422)


FIGURES = {
    "-1": {"revenue": -1}, "-1 of what may be below zero": {"net_assets": -1}, "0": {"revenue": 0}, "thousands": {"revenue": 286_000, "staff": 500},
    "yuan as 万元": {"revenue": 2_860_000_000_000, "staff": 500}, "R&D in yuan": {"revenue": 28_600, "rd_expense": 22_400_000},
}  # fmt: skip


@pytest.mark.parametrize("case", FIGURES)
def test_what_is_typed_or_sent_is_held_to_the_same(today: Any, case: str) -> None:
    """The form and the interface for programs state through the same service."""
    lines = [Line(metric, value, 2023) for metric, value in FIGURES[case].items()]
    before = Fact.objects.count()
    with pytest.raises(Invalid) as error:
        services.state(actor=today.filer, enterprise=today.enterprise, lines=lines, source="审计报告")
    assert error.value.errors
    assert (Fact.objects.count(), verdict(today)) == (before, Answer.CANNOT_DETERMINE)
