"""An enterprise in need of money, a bank and a fund find each other; what came of it is counted; a list is handed to the bank."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from pilotage.core.codes import fictional_uscc
from tests.e2e import market, scene
from tests.e2e.conftest import axe, screenshot, sign_in
from tests.e2e.server import Server

HOME = "/financing/matching/"
NEWS = "from pilotage.messages.services import read_news\nwhile read_news(): pass"


@pytest.fixture
def served(serving: Callable[..., Server]) -> Server:
    return serving(market.OPENED, "from tests.e2e import market; market.build()")


@pytest.fixture
def visitor(served: Server, person: Callable[..., Page]) -> Callable[..., Page]:
    """``visitor("bank", "en")`` is signed in and stands on the page of needs and offers."""

    def come(who: str, language: str = "zh-hans", size: str = "desk") -> Page:
        page = person(served, language, size)
        sign_in(page, scene.address(who), scene.PASSWORD)
        return at(page, HOME)

    return come


def at(page: Page, address: str = "") -> Page:
    """The page, found without a violation."""
    if address:
        page.goto(address)
    assert axe(page) == []
    return page


def press(page: Page, what: Locator) -> Page:
    """What loads a page, which is then looked at."""
    with page.expect_navigation():
        what.click()
    return at(page)


def said(page: Page, *words: str) -> None:
    for each in words:
        expect(page.locator("body")).to_contain_text(each)


def inbox(page: Page, *titles: str) -> None:
    page.goto("/messages/")
    said(page, *titles)


def offer(page: Page, **values: str) -> None:
    """Fill in the form of an offer, whichever its fields are."""
    for name, value in {"valid_from": "2023-11-01", "valid_until": "2024-12-31", **values}.items():
        field = page.locator(f"[name={name}]").first
        field.select_option(value) if field.evaluate("each => each.tagName") == "SELECT" else field.fill(value)


def make_product(bank: Page) -> None:
    """With a condition; a unit typed into the number is refused at the field."""
    press(bank, bank.get_by_role("link", name="发布金融产品").first)
    offer(
        bank,
        channel="ip-pledge",
        name_zh="知融贷",
        name_en="IP loan",
        amount_from="500",
        amount_to="5000万",
        rate_from="3.45",
        rate_to="4.2",
    )
    bank.check("input[name=collateral][value=patents]")
    bank.locator("[name=condition]").first.select_option("revenue")
    bank.locator("[name=condition_value]").first.fill("10000")
    press(bank, bank.get_by_role("button", name="保存草稿"))
    expect(bank.locator("#id_amount_to_error")).to_contain_text("3000万元填3000")
    bank.fill("[name=amount_to]", "5000")
    press(bank, bank.get_by_role("button", name="保存草稿"))
    said(bank, "知融贷", "500万元–5,000万元", "营业收入 ≥1亿元")
    press(bank, bank.get_by_role("button", name="向企业开放"))
    said(bank, "开放中")


def state_need(firm: Page, channel: str = "ip-pledge", **values: str) -> str:
    """Opened to institutions; its address."""
    firm.goto(f"{HOME}needs/new/")
    for name, value in {"amount": "2000", "valid_until": "2024-12-31", **values}.items():
        firm.fill(f"[name={name}]", value)
    firm.select_option("[name=channel]", channel)
    firm.select_option("[name=purpose]", "equipment")
    if channel == "ip-pledge":
        firm.check("input[name=collateral][value=patents]")
    press(firm, firm.get_by_role("button", name=re.compile("保存|Save")).first)
    press(firm, firm.locator("button[value=open]"))
    expect(firm.locator(".head-title")).to_contain_text(re.compile("开放中|Open"))
    return firm.url


def step(page: Page, value: str) -> None:
    press(page, page.locator(f"button[name=do][value={value}]"))


def test_from_a_need_to_a_contract_that_is_counted(served: Server, visitor: Callable[..., Page]) -> None:
    bank, firm = visitor("bank"), visitor("filer")
    make_product(bank)
    firm.goto(f"{HOME}needs/new/")
    firm.select_option("[name=channel]", "ip-pledge")
    firm.fill("[name=amount]", "2000万元")
    press(firm, firm.get_by_role("button", name="保存草稿"))
    expect(firm.locator("#id_amount_error")).to_contain_text("请只填数字")
    expect(firm.locator("#id_purpose_error, #id_valid_until_error")).to_have_count(2)
    need = state_need(firm, purpose_text="二期产线改造")
    said(firm, "知融贷", "全部相符", "2.86亿元")
    screenshot(firm, "matching-need")

    served.shell(NEWS)
    inbox(bank, "有需求与“知融贷”相符：2,000万元")
    bank.goto(HOME)
    row = bank.locator("tr", has_text=need.split("/")[-2])
    expect(row).to_contain_text("未具名")
    press(bank, row.get_by_role("link"))
    said(bank, "法定代表人同意后显示企业名称")
    for secret in (scene.FIRM, "二期产线改造", "2.86亿元"):
        expect(bank.locator("body")).not_to_contain_text(secret)
    screenshot(bank, "matching-anonymous")
    press(bank, bank.get_by_role("button", name="申请对接"))
    said(bank, "由企业法定代表人决定")

    served.shell(NEWS)
    inbox(firm, "申请对接")
    signer = visitor("signer")
    inbox(signer, "申请对接")
    signer.goto(f"{HOME}introductions/")
    press(signer, signer.locator("tbody a").first)
    said(signer, "由本企业法定代表人决定")
    step(signer, "agree")
    served.shell(NEWS)
    inbox(bank, f"已对接：{scene.FIRM}")
    bank.goto(f"{HOME}introductions/")
    expect(bank.locator("tbody")).to_contain_text("本方")
    press(bank, bank.locator("tbody a").first)
    said(bank, scene.FIRM, "二期产线改造", "filer@walk.example", "请本机构办理", "2.86亿元")
    screenshot(bank, "matching-introduced")
    for verb in ("begin_diligence", "agree_terms"):
        step(bank, verb)
    bank.fill("[name=amount]", "200")
    bank.fill("[name=closed_on]", "2023-11-21")
    step(bank, "close")
    expect(bank.locator("#id_closed_on_error")).to_contain_text("介于对接日和今日之间")
    bank.fill("[name=closed_on]", "2023-11-20")
    bank.fill("[name=rate]", "3.85")
    step(bank, "close")
    said(bank, "200万元", "3.85%")
    bank.get_by_text("更正合同信息").first.click()
    bank.locator("details[open] [name=amount]").fill("2,000")
    bank.locator("details[open] [name=reason]").fill("少填一位")
    step(bank, "correct")
    said(bank, "2,000万元")
    served.shell(NEWS)
    inbox(firm, "合同信息已更正")
    firm.goto(need)
    said(at(firm), "已满足")
    _counted(visitor)


def _counted(visitor: Callable[..., Page]) -> None:
    """Each number of the amounts opens its record, and the plan's measure says how much."""
    office = visitor("secretariat")
    for by in ("channel", "quarter", "province", "industry"):
        at(office, f"{HOME}amounts/")
        table = office.locator(f"[aria-labelledby=by-{by}]")
        expect(table).to_contain_text({"quarter": "2023-Q4", "province": "江苏省", "industry": "通用设备", "channel": "知识产权质押"}[by])
        press(office, table.get_by_role("link", name="2,000万元"))
        said(office, scene.FIRM, "演示银行", "2,000万元")
    screenshot(office, "matching-amounts")
    office.goto("/plans/industrial-internet-2023/measures/M15/")
    said(at(office), "目前1笔；涉及企业达到3家后显示金额。")
    press(office, office.get_by_role("link", name="记录", exact=True))
    said(office, scene.FIRM)


def test_a_fund_declines_and_what_stands_still_ends(served: Server, visitor: Callable[..., Page]) -> None:
    fund, firm = visitor("fund", "en"), visitor("signer", "en", "phone")
    press(fund, fund.get_by_role("link", name="Make an offer").first)
    offer(fund, kind="thesis", channel="pe-vc", name_zh="成长期投资", name_en="Growth investments", amount_from="1000")
    fund.check("input[name=stages][value=growth]")
    press(fund, fund.get_by_role("button", name="Save the draft"))
    press(fund, fund.get_by_role("button", name="Open it to enterprises"))
    needs = [state_need(firm, "pe-vc", amount=amount) for amount in ("3000", "4000")]
    for address in needs:
        firm.goto(address)
        said(at(firm), "Demo growth fund", "1 unknown")
        press(firm, firm.get_by_role("button", name="Consent and be introduced"))
        said(firm, "What happens next", "fund@walk.example")

    fund.goto(f"{HOME}introductions/")
    press(fund, fund.locator("tbody a").first)
    fund.get_by_text("Decline", exact=True).click()
    fund.locator("[name=reason]").fill("The round is closed.")
    step(fund, "decline")
    said(fund, "The round is closed.", "Declined by the institution.")
    served.shell(NEWS)
    inbox(firm, "Introduction declined")

    for moment, told in ((market.REMINDED, "Enter how it stands"), (market.LAPSED, "Introduction lapsed")):
        scene.stand_at(served.data_dir, moment)
        served.shell(f"from pilotage.finance.matching.reminding import remind_by_rule; remind_by_rule()\n{NEWS}")
        inbox(fund, told)
    inbox(firm, "Introduction lapsed")
    at(firm, f"{HOME}introductions/?state=lapsed")
    press(firm, firm.locator("tbody a").first)
    said(firm, "No step was entered for 180 days", "Data sharing")
    screenshot(firm, "matching-lapsed")


def test_two_people_sign_a_list_off_and_the_bank_opens_it_in_its_columns(
    served: Server, visitor: Callable[..., Page], tmp_path: Path
) -> None:
    bank, first = visitor("bank", "en"), visitor("secretariat")
    bank.goto(f"{HOME}lists/")
    press(bank, bank.get_by_role("link", name="演示银行"))
    rows = bank.locator(".matching-condition")
    wanted = (("uscc", "信用代码"), ("name", "客户名称"), ("ground", "入选依据"), ("blank", "客户经理"))
    for number in range(rows.count()):
        field, title = wanted[number] if number < len(wanted) else ("", "")
        rows.nth(number).locator("[name=field]").select_option(field)
        rows.nth(number).locator("[name=title]").fill(title)
    press(bank, bank.locator("main button.btn-primary"))
    said(bank, "4 columns")

    at(first, f"{HOME}lists/new/")
    first.fill("[name=title_zh]", "高新技术企业名单")
    first.select_option("[name=organisation]", label="演示银行")
    first.select_option("[name=source]", "titles:title_high_tech")
    first.fill("[name=as_of]", "2023-11-21")
    press(first, first.locator("main button.btn-primary"))
    expect(first.locator("#id_as_of_error")).to_be_visible()
    first.fill("[name=as_of]", "2023-10-31")
    press(first, first.locator("main button.btn-primary"))
    expect(first.locator("tbody tr")).to_have_count(3)
    first.get_by_label(scene.OTHER_FIRM).check()
    first.fill("#reason-out", "已退出经营")
    press(first, first.get_by_role("button", name="剔除"))
    expect(first.locator("tbody tr")).to_have_count(2)
    address = press(first, first.locator("form[action$='/propose/'] button")).url
    served.shell(NEWS)

    second = visitor("secretariat2")
    inbox(second, "待签发再贷款名单：高新技术企业名单")
    second.goto(address)
    screenshot(second, "matching-list")
    press(second, second.locator("form[action$='/confirm/'] button"))
    said(second, "已签发")
    served.shell(NEWS)
    inbox(bank, "Re-lending list for you")
    bank.goto(address)
    with bank.expect_download() as download:
        at(bank).get_by_role("link", name="Excel in the bank's columns").click()
    file = tmp_path / "list.xlsx"
    download.value.save_as(file)
    found = list(load_workbook(file).active.iter_rows(values_only=True))
    assert found[0] == ("信用代码", "客户名称", "入选依据", "客户经理")
    assert [row[1:] for row in found[1:]] == [(name, "高新技术企业", None) for name in (scene.FIRM, scene.SECOND_FIRM)]
    assert all(re.fullmatch(r"[0-9A-Z]{18}", row[0]) for row in found[1:])


def test_a_note_is_corrected_tagged_by_use_and_issued(served: Server, visitor: Callable[..., Page]) -> None:
    office, firm = visitor("secretariat"), visitor("filer", "en", "phone")
    at(office, f"{HOME}notes/new/")
    typed = {"issuer": fictional_uscc("320505", 1), "name_zh": "演示科创票据", "amount": "30,000", "proceeds_to_tech": "10000万"}
    for name, value in typed.items():
        office.fill(f"[name={name}]", value)
    office.select_option("[name=underwriter]", label="演示银行")
    press(office, office.locator("main button.btn-primary"))
    expect(office.locator("#id_proceeds_to_tech_error")).to_contain_text("请只填数字")
    office.fill("[name=proceeds_to_tech]", "10000")
    press(office, office.locator("main button.btn-primary"))
    expect(office.locator("[aria-labelledby=side-1]")).to_contain_text("符合")  # a title of the issuer is enough
    expect(office.locator("[aria-labelledby=side-2]")).to_contain_text("不符合")
    press(office, office.get_by_role("link", name="更正", exact=True))
    office.fill("[name=proceeds_to_tech]", "18000")
    press(office, office.locator("main button.btn-primary"))
    step(office, "tag")
    office.fill("[name=issued_amount]", "30000")
    office.fill("[name=issued_on]", "2023-11-20")
    step(office, "issue")
    said(office, "其中1亿元用于科技创新", "其中1.8亿元用于科技创新", "主体类兼用途类")
    screenshot(office, "matching-note")
    at(office, f"{HOME}notes/?basis=use")
    said(office, "演示科创票据", "60.0%")
    served.shell(NEWS)
    inbox(firm, "Issued: 演示科创票据", "Tagged as sci-tech: 演示科创票据")
    at(firm, f"{HOME}notes/")
    said(press(firm, firm.locator("tbody a").first), "by issuer and by use of proceeds")
