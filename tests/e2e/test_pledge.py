"""A loan against a patent by pages: from the valuation to the cancellation, and from the default to the disposal; what is typed wrong is named."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e import pledging, scene
from tests.e2e.conftest import axe, screenshot, sign_in
from tests.e2e.server import Server

HOME = "/financing/pledges/"
KINDS = ("application", "summary", "checklist", "change", "cancellation")
BANK = "演示银行"


@pytest.fixture
def bank_data(prepared: Path, static_root: Path, tmp_path: Path) -> Iterator[Server]:
    shutil.copytree(prepared, tmp_path / "data")
    server = Server(tmp_path / "data", static_root=static_root)
    server.shell("from tests.e2e import pledging; pledging.build()")
    scene.stand_at(server.data_dir, pledging.NOW)
    yield server
    server.stop()


@pytest.fixture
def people(bank_data: Server, person: Callable[..., Page]) -> Callable[..., dict[str, Page]]:
    """``people(bank2="en phone")``: signed in, by language and size, once the server runs."""

    def come(**languages: str) -> dict[str, Page]:
        bank_data.start("--no-worker")
        found = {}
        for who, how in languages.items():
            page = found[who] = person(bank_data, *how.split())
            sign_in(page, scene.address(who), scene.PASSWORD)
        return found

    return come


def sound(page: Page, name: str) -> None:
    """The page as it stands, for the eye and for axe."""
    screenshot(page, f"pledge-{name}")
    assert axe(page) == []


def press(page: Page, verb: str) -> None:
    with page.expect_navigation():
        page.click(f"button[name=do][value='{verb}']")


def fill(page: Page, form: str, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#{form}-{name}", value)


def scan(name: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + name.encode()}


def text_of(form: str, content: bytes) -> str:
    """Without white space: lines are broken wherever they end."""
    if form == "pdf":
        found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    else:
        made = Document(io.BytesIO(content))
        found = "".join(
            [line.text for line in made.paragraphs] + [cell.text for table in made.tables for row in table.rows for cell in row.cells]
        )
    return "".join(found.split())


def qualifies(page: Page) -> None:
    """The bank's list, one enterprise, why it qualifies, and the channel's rule."""
    page.goto("/financing/")
    page.get_by_role("link", name=scene.FIRM).first.click()
    page.locator(".channels").get_by_role("link", name="知识产权质押").click()
    chosen = page.locator("section", has=page.locator("#condition-title", has_text="知识产权质押")).last
    expect(chosen.locator(".head-title")).to_contain_text("符合")
    patents = chosen.locator("tr", has_text="可质押专利").first
    expect(patents.locator("td.num").first).to_have_text("1")
    sound(page, "qualifies")
    chosen.get_by_role("link", name="规则与来源").click()
    expect(page.locator("main")).to_contain_text("国家知识产权局公告第461号")
    sound(page, "channel")


def valued(page: Page) -> None:
    page.goto(f"{HOME}rights/new/")
    sound(page, "right-new")
    page.goto(f"{HOME}rights/")
    sound(page, "rights")
    page.get_by_role("link", name=pledging.RIGHT).click()
    page.locator("summary", has_text="录入评估").click()
    page.fill("#id_valuer", "演示资产评估有限公司")
    page.fill("#id_valued_on", "2023-11-20")
    page.fill("#id_valid_until", "2024-11-19")
    page.locator("#id_amount").evaluate("field => field.removeAttribute('min')")
    page.fill("#id_amount", "-1")
    press(page, "value")
    expect(page.locator("#id_amount_error")).to_contain_text("-1")
    page.fill("#id_amount", "2600")
    press(page, "value")
    expect(page.locator("main")).to_contain_text("2,600万元")
    sound(page, "right")


def offered(page: Page) -> str:
    """What cannot be pledged is named at its field; the sound right alone goes out. Returns the pledge's address."""
    page.goto(f"{HOME}new/")
    page.select_option("#id_organisation", label=BANK)
    page.fill("#id_amount", "10000000")
    for number in (pledging.EXPIRED, pledging.SOLD):
        page.get_by_label(re.compile(re.escape(number))).check()
    page.get_by_role("button", name="提交给银行").click()
    named = page.locator("#id_assets_error")
    expect(named).to_contain_text(f"{pledging.EXPIRED}已于2023年2月28日终止")
    expect(named).to_contain_text("受让演示有限公司")
    for number in (pledging.EXPIRED, pledging.SOLD):
        page.get_by_label(re.compile(re.escape(number))).uncheck()
    page.get_by_label(re.compile(re.escape(pledging.RIGHT))).check()
    page.get_by_role("button", name="提交给银行").click()
    expect(page.locator("#id_amount_error")).to_contain_text("2,600万元")  # yuan in place of 万元
    expect(page.locator("#id_sure")).to_be_visible()
    sound(page, "offer-doubted")
    page.fill("#id_amount", "1000")
    page.get_by_role("button", name="提交给银行").click()
    page.wait_for_url(re.compile(r"/financing/pledges/Z2023-\d+/$"))
    expect(page.locator("main")).to_contain_text("下一步由银行办理")
    sound(page, "offered")
    return page.url


def contracted(page: Page, address: str) -> None:
    page.goto(HOME)
    sound(page, "portfolio")
    page.get_by_role("link", name=address.rstrip("/").rpartition("/")[2]).click()
    fill(page, "contract", number="演质2023-01", amount="1000", months="36", rate="3.95", debt_ends_on="2040-01-01")
    press(page, "contract")
    expect(page.locator("#contract-debt_ends_on_error")).to_contain_text("2038年2月28日")
    sound(page, "contract-wrong")
    page.fill("#contract-debt_ends_on", "2026-11-01")
    press(page, "contract")


def filed(page: Page) -> None:
    """What stands in the way is listed until the last of it is gone."""
    file = page.locator("button[name=do][value=file]")
    expect(file).to_be_disabled()
    todos = page.locator(".pledge-todos li")
    expect(todos).to_have_count(3)  # the contract's items, other grounds, the papers; the look of this day holds
    sound(page, "checks")
    for paper in ("application", "contract", "identities"):
        page.select_option("#scan-paper", paper)
        page.set_input_files("#scan-files", files=[scan(f"{paper}-1.pdf"), scan(f"{paper}-2.pdf")])
        page.get_by_role("button", name="上传", exact=True).click()
        expect(page.locator(".pledge-scans a", has_text=f"{paper}-2.pdf")).to_be_visible()
    page.set_input_files("#scan-files", files=[{"name": "程序.pdf", "mimeType": "application/pdf", "buffer": b"MZ program"}])
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.locator("#scan-files_error")).to_contain_text("程序.pdf")
    page.locator("summary", has_text="没有扫描件的材料").click()
    for paper, state in {"powers": "there", "agent": "not_needed", "valuation": "there"}.items():
        page.select_option(f"#fill_file-paper_{paper}", state)
    for question in ("is_complete", "is_free"):
        page.select_option(f"#fill_file-{question}", "yes")
    press(page, "fill_file")
    expect(todos).to_have_count(0)
    sound(page, "ready")
    press(page, "file")
    expect(page.locator("main")).to_contain_text("应于")


def paid_out(page: Page, second: Page, address: str) -> None:
    """Registered, published, and disbursed by two people of the bank."""
    fill(page, "register", number="Y2023980000001")
    press(page, "register")
    sound(page, "registered")
    press(page, "publish")
    press(page, "disburse:propose")
    expect(page.locator("button[value='disburse:confirm']")).to_have_count(0)
    second.goto(address)
    sound(second, "confirm-en")
    press(second, "disburse:confirm")
    expect(second.locator("main")).to_contain_text("The loan runs until 1 November 2026")


def watched(server: Server, page: Page, filer: Page, address: str) -> None:
    """The fee falls due and somebody asks for the invalidation: both are flagged, and gone when they are mended."""
    filer.goto(address)
    filer.get_by_role("link", name=pledging.RIGHT).first.click()
    filer.select_option("#id_code", "contested")
    press(filer, "event")
    server.run("tick", "--once")
    page.goto(address)
    expect(page.locator("#flags")).to_contain_text("年费即将到期")
    expect(page.locator("#flags")).to_contain_text("被请求或宣告无效")
    sound(page, "flags")
    filer.select_option("#id_code", "upheld")
    press(filer, "event")
    filer.select_option("#id_code", "fee_paid")
    press(filer, "event")
    expect(filer.locator("#id_until_error")).to_be_visible()
    filer.fill("#id_until", "2025-03-01")
    press(filer, "event")
    server.run("tick", "--once")
    page.goto(address)
    expect(page.locator("#flags")).to_have_count(0)


def ended(page: Page, second: Page, address: str) -> None:
    """Changed, repaid, cancelled by two."""
    page.locator("summary", has_text="变更登记事项").click()
    fill(page, "change", number="演变2023-01", amount="800")
    press(page, "change")
    expect(page.locator("main")).to_contain_text("1,000万元")
    page.locator("summary", has_text="贷款已还清").click()
    press(page, "repay")
    press(page, "cancel:propose")
    second.goto(address)
    press(second, "cancel:confirm")
    expect(second.locator("main")).to_contain_text("The rights are free again.")
    sound(second, "cancelled-en")


def papers(page: Page, second: Page, address: str) -> None:
    """Every paper in both forms and both languages names the pledge, the parties and the amount; the ZIP holds them and the scans."""
    number = address.rstrip("/").rpartition("/")[2]
    for who, amount in ((page, "800万元"), (second, "CNY8million")):
        for kind in KINDS:
            for form in ("pdf", "docx"):
                answer = who.request.get(f"{address}{kind}.{form}")
                found = text_of(form, answer.body())
                wanted = [number, *([] if kind == "checklist" else [scene.FIRM, BANK, pledging.RIGHT])]
                wanted += [amount] if kind in {"application", "summary", "change"} else []
                assert [words for words in wanted if words not in found] == [], (kind, form)
    page.goto(address)
    with page.expect_download() as started:
        page.get_by_role("link", name="全部文件和扫描件").click()
    with zipfile.ZipFile(started.value.path()) as archive:
        names = archive.namelist()
    assert (len(names), sum(name.endswith("-1.pdf") for name in names)) == (len(KINDS) * 2 + 6, 3)


def test_from_the_valuation_to_the_cancellation(bank_data: Server, people: Callable[..., dict[str, Page]]) -> None:
    found = people(bank="zh-hans", bank2="en phone", filer="zh-hans")
    bank, second, filer = found["bank"], found["bank2"], found["filer"]
    qualifies(bank)
    valued(filer)
    address = offered(filer)
    contracted(bank, address)
    filed(bank)
    paid_out(bank, second, address)
    watched(bank_data, bank, filer, address)
    ended(bank, second, address)
    papers(bank, second, address)


def test_from_the_default_to_the_disposal(bank_data: Server, people: Callable[..., dict[str, Page]]) -> None:
    bank_data.shell("from tests.e2e import pledging; pledging.lend()")
    found = people(bank="zh-hans", bank2="en phone", secretariat="zh-hans", outsider="zh-hans")
    bank, second, office = found["bank"], found["bank2"], found["secretariat"]
    bank.goto(f"{HOME}Z2023-00001/")
    bank.locator("summary", has_text="贷款已违约").click()
    fill(bank, "default", on="2023-11-19", reason="利息逾期九十天")
    press(bank, "default")
    expect(bank.locator("#default-on_error")).to_contain_text("2023年11月20日")  # disbursed then
    fill(bank, "default", on="2023-11-20")
    press(bank, "default")
    fill(bank, "claim", loss="800")
    press(bank, "claim")
    expect(bank.locator("#claim-loss_error")).to_contain_text("2023年11月20日")  # nobody entered the region's term
    sound(bank, "claim-undetermined")

    office.goto(f"{HOME}compensation/")
    office.select_option("#id_region", label="江苏省")
    office.fill("#id_share", "40")
    office.fill("#id_in_force", "2023-01-01")
    office.fill("#id_source", "演示参数")
    office.get_by_role("button", name="录入").click()
    expect(office.locator("main")).to_contain_text("40%")
    sound(office, "terms")

    fill(bank, "claim", loss="800")
    press(bank, "claim")
    expect(bank.locator("main")).to_contain_text("320万元")
    bank.locator("summary", has_text="处置").click()
    fill(bank, "dispose", recovered="450", reason="公开拍卖")
    press(bank, "dispose")
    expect(bank.locator("main")).to_contain_text("450万元")
    press(bank, "cancel:propose")
    second.goto(f"{HOME}Z2023-00001/")
    press(second, "cancel:confirm")
    sound(second, "disposed-en")
    outsider = found["outsider"]
    for path in ("Z2023-00001/", "Z2023-00001/summary.pdf", "Z2023-00001/all.zip", "rights/1/"):
        assert outsider.request.get(f"{bank_data.url}{HOME}{path}").status == 404
    outsider.goto(HOME)
    expect(outsider.locator("main")).not_to_contain_text("Z2023-00001")
    sound(outsider, "empty")
