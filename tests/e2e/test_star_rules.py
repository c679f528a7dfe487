"""The STAR attributes before and after 30 April 2024: on the real companies as a recount by hand has them, and for a firm and its bank."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.e2e import listed, scene
from tests.e2e.conftest import axe, screenshot, sign_in
from tests.e2e.server import Server

COMPARE = "/financing/screenings/compare/?channel=star-attribute&before=2024-04-29&after=2024-04-30"
ATTRIBUTES = "科创板：科创属性"


@pytest.fixture
def serve(prepared: Path, static_root: Path, tmp_path: Path) -> Iterator[Callable[[str], Server]]:
    """``serve(code)``: the small scene in May 2024, after ``code`` has run inside."""
    shutil.copytree(prepared, tmp_path / "data")
    server = Server(tmp_path / "data", static_root=static_root)
    scene.stand_at(server.data_dir, "2024-05-06T10:00")

    def start(code: str) -> Server:
        (tmp_path / "said").write_text(server.shell(code), encoding="utf-8")
        server.start("--no-worker")
        return server

    yield start
    server.stop()


# --- the secretariat and the register -------------------------------------------------------
def wanted(folder: Path) -> listed.Recount:
    left_out = [line.split() for line in (folder / "said").read_text(encoding="utf-8").splitlines()]
    return listed.recount(listed.FILE, [(code, int(year), metric) for code, year, metric in left_out])


def number(text: str) -> int:
    return int(text.split()[0].replace(",", ""))


def table(page: Page, title: str) -> dict[str, list[str]]:
    """The cells of each row of the table under that heading, by the row's own heading."""
    rows = page.locator(f"section[aria-labelledby={title}] tbody tr").all()
    return {row.locator("th").inner_text().removesuffix("待核实").strip(): row.locator("td").all_inner_texts() for row in rows}


def file_rows(path: Path) -> dict[str, tuple[str, str, set[str], set[str]]]:
    """By stock code: both answers, what no longer holds, what newly holds."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as source:
            rows = list(csv.reader(source))
    else:
        rows = [[str(value or "") for value in row] for row in load_workbook(path, read_only=True).active.iter_rows(values_only=True)]
    return {row[2]: (row[4], row[5], *(set(filter(None, row[place].split("; "))) for place in (6, 7))) for row in rows[1:]}  # type: ignore[misc]


def test_the_comparison_equals_a_recount_by_hand(serve: Callable[[str], Server], person: Callable[..., Page], tmp_path: Path) -> None:
    server = serve(f"from tests.e2e import listed; listed.load({str(listed.FILE)!r})")
    found = wanted(tmp_path)
    assert found.changed
    assert sum(found.lost.values()) > sum(found.gained.values()) == 0
    page = person(server)
    sign_in(page, scene.address("secretariat"), scene.PASSWORD)
    page.goto(COMPARE)

    sides = table(page, "sides-title")
    for day, counts in (("2024年4月29日", found.before), ("2024年4月30日", found.after)):
        assert [number(text) for text in sides[day]] == [counts[listed.MEETS], counts[listed.FAILS], counts[listed.UNKNOWN], 0]
    flips = table(page, "flips-title")
    for key, name in listed.CONDITIONS.items():
        assert [number(text) for text in flips[name][2:]] == [found.lost[key], found.gained[key]], name
    assert flips[listed.CONDITIONS["rd_sum"]][:2] == ["≥6,000万元", "≥8,000万元"]
    assert axe(page) == []
    screenshot(page, "star-comparison")

    # who it is: behind the number of one condition, and of all that differ as files
    row = page.locator("section[aria-labelledby=flips-title] tbody tr", has_text=listed.CONDITIONS["growth"])
    row.get_by_role("link").first.click()
    expect(page.locator("#who .chip")).to_contain_text(listed.CONDITIONS["growth"])
    expect(page.locator("#who .total")).to_contain_text(f"{found.lost['growth']}家")
    shown = page.locator("#who tbody tr").count()
    assert shown == min(25, found.lost["growth"])
    page.locator("#who .chip").click()
    page.locator("#who").get_by_role("link", name="任一条件").click()
    expect(page.locator("#who .total")).to_contain_text(f"{len(found.changed)}家")
    for kind, name in (("xlsx", f"导出{len(found.changed)}家到Excel"), ("csv", "CSV")):
        with page.expect_download() as download:
            page.locator("#who").get_by_role("link", name=name).click()
        file = tmp_path / f"compared.{kind}"
        download.value.save_as(file)
        assert file_rows(file) == found.changed, kind


# --- a firm and its bank --------------------------------------------------------------------
def answer(page: Page) -> str:
    return page.locator("#condition-title + *").inner_text().strip()


def test_a_firm_states_what_is_missing_and_its_bank_reads_why_it_qualifies(
    serve: Callable[[str], Server], person: Callable[..., Page]
) -> None:
    server = serve("from tests.e2e import listed; listed.figures()")
    page = person(server)
    sign_in(page, scene.address("filer"), scene.PASSWORD)
    page.goto("/financing/")
    page.locator(".channels").get_by_role("link", name=ATTRIBUTES, exact=True).click()
    expect(page.locator("section[aria-labelledby=condition-title]")).to_contain_text("无法判断")
    assert answer(page) == "无法判断"
    way = page.locator("section[aria-labelledby=way-title]")
    expect(way).to_contain_text("应用于主营业务的发明专利")
    screenshot(page, "own-financing-missing")

    # the step leads to the field
    way.get_by_role("link", name="填报").click()
    field = page.locator("#invention_patents_main")
    expect(field).to_be_focused()
    field.fill("-1")
    page.fill("#source", "专利登记簿副本2024-05-05")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("#invention_patents_main").fill("8")
    page.get_by_role("button", name="保存").click()
    page.goto("/financing/")
    page.locator(".channels").get_by_role("link", name=ATTRIBUTES, exact=True).click()
    expect(page.locator("#condition-title + *")).to_have_text("符合")
    assert axe(page) == []

    reader = person(server, "zh-hans", "phone")
    sign_in(reader, scene.address("bank"), scene.PASSWORD)
    reader.goto("/financing/")
    reader.get_by_role("link", name=scene.FIRM).click()
    reader.locator(".channels").get_by_role("link", name=ATTRIBUTES, exact=True).click()
    expect(reader.locator("#condition-title + *")).to_have_text("符合")
    row = reader.locator(".conditions tbody tr", has_text="应用于主营业务的发明专利").first
    assert [" ".join(text.split()) for text in row.locator("td").all_inner_texts()] == ["8", "≥7", "+1", "符合"]
    reader.locator("#sources summary").click()
    behind = reader.locator("#sources tbody tr", has_text="应用于主营业务的发明专利")
    for told in ("8", "专利登记簿副本2024-05-05", "《科创属性评价指引（试行）》2024年4月30日修改"):
        expect(behind).to_contain_text(told)
    expect(reader.locator("#sources")).to_contain_text("2023年度审计报告")
    assert axe(reader) == []
    screenshot(reader, "bank-one-phone")
    # the day before, five were enough
    reader.goto(f"{reader.url.split('?')[0]}?channel=star-attribute&on=2024-04-29")
    expect(reader.locator(".conditions")).to_contain_text("≥5")
