"""A recommendation by pages: composed, consented to by each enterprise, signed by two, received and answered; then the funnel moves."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import listing, scene
from tests.e2e.conftest import axe, screenshot, sign_in
from tests.e2e.server import Server

HOME = "/financing/pipeline/"
TITLE = "2023年第一批科创板推荐名单"


@pytest.fixture
def market(serving: Callable[..., Server]) -> Server:
    return serving(listing.NOW, "from tests.e2e import listing; listing.build()")


@pytest.fixture
def come(market: Server, person: Callable[..., Page]) -> Callable[..., Page]:
    """``come("secretariat", "en", "phone")``: signed in."""

    def open_page(who: str, language: str = "zh-hans", size: str = "desk") -> Page:
        page = person(market, language, size)
        sign_in(page, scene.address(who), scene.PASSWORD)
        return page

    return open_page


def sound(page: Page, name: str) -> None:
    """The page as it stands, for the eye and for axe; nothing is wider than the window."""
    screenshot(page, f"listing-{name}")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def inbox(market: Server) -> list[str]:
    """Which letters were written, and to how many."""
    ask = (
        "from pilotage.messages.services import read_news\nwhile read_news(): pass\n"
        "from pilotage.messages.models import Message as M; print(*M.objects.filter(text__startswith='listing.').values_list('text', flat=True))"
    )
    return market.shell(ask).split()


def test_from_the_cultivation_list_to_the_answer(market: Server, come: Callable[..., Page], tmp_path: Path) -> None:
    office = come("secretariat")
    office.goto(f"{HOME}batches/")
    sound(office, "batches-empty")
    office.click("text=拟定推荐名单")
    sound(office, "batch-new")
    office.select_option("[name=receiver]", label=listing.EXCHANGE)
    office.fill("[name=title_zh]", TITLE)
    office.fill("[name=purpose]", listing.PURPOSE)
    office.click("main button[type=submit], main .btn-primary")
    expect(office.get_by_role("heading", level=1)).to_have_text(TITLE)
    batch = office.url
    # whom the newest screening turns down is left aside, and put on the list with a reason only
    expect(office.locator("main")).not_to_contain_text(scene.OTHER_FIRM)
    office.click("text=添加企业")
    office.get_by_label(scene.OTHER_FIRM).check()
    sound(office, "add")
    office.click("text=列入名单")
    expect(office.locator(".error-summary")).to_contain_text(scene.OTHER_FIRM)
    sound(office, "add-refused")
    office.fill("[name=ground]", "补充材料复核中（演示）")
    office.click("text=列入名单")
    expect(office.locator("main")).to_contain_text("补充材料复核中（演示）")
    assert office.get_by_role("button", name=re.compile("提请")).is_disabled()
    office.click("button:has-text('征求同意')")
    sound(office, "batch-asked")
    office.get_by_label(scene.OTHER_FIRM).check()
    office.fill("[name=reason]", "材料未能按期补齐")
    office.click("text=剔除")
    assert inbox(market).count("listing.asked") == 5

    # the filer reads; the legal representatives decide, one on a phone and in English
    filer = come("filer")
    filer.goto(f"{HOME}lists/")
    sound(filer, "lists")
    filer.click(f"text={TITLE}")
    filer.wait_for_url(lambda url: not url.endswith("/lists/"))
    sound(filer, "line-filer")
    expect(filer.locator("main")).not_to_contain_text(scene.SECOND_FIRM)
    expect(filer.locator("main")).to_contain_text("法定代表人")
    one, two = come("legal-filer"), come("legal-filer2", "en", "phone")
    for page, name, button in ((one, "line", "同意列入本名单"), (two, "line-en", "Consent to this list")):
        page.goto(f"{HOME}lists/")
        page.click(f"text={TITLE}")
        expect(page.locator("main")).to_contain_text(listing.PURPOSE)
        sound(page, name)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("button", name=button)).to_have_count(0)
        sound(page, f"{name}-given")

    # two people sign the same list
    office.goto(batch)
    office.click("button:has-text('提请')")
    sound(office, "batch-proposed")
    assert office.locator("[data-bulk]").count() == 0
    second = come("secretariat2", "en")
    second.goto(batch)
    sound(second, "batch-second")
    second.click("button:has-text('Confirm')")
    expect(second.locator("main")).to_contain_text("JSON")
    sound(second, "batch-signed")
    with second.expect_download() as download:
        second.click("text=JSON")
    download.value.save_as(tmp_path / "list.json")
    digest = hashlib.sha256((tmp_path / "list.json").read_bytes()).hexdigest()
    expect(second.locator("main")).to_contain_text(digest)

    # the receiver confirms and answers; nobody that was not sent is named to it
    exchange = come("exchange")
    exchange.goto(f"{HOME}batches/")
    sound(exchange, "receiver-batches")
    exchange.click(f"text={TITLE}")
    expect(exchange.locator("main")).not_to_contain_text(scene.OTHER_FIRM)
    exchange.fill("[name=by]", "申交")
    exchange.fill("[name=number]", "收〔2023〕17号")
    exchange.click("text=登记签收")
    exchange.get_by_label(scene.FIRM).check()
    exchange.select_option("[name=answer]", "accepted")
    exchange.click("text=登记答复")
    exchange.get_by_label(scene.SECOND_FIRM).check()
    exchange.select_option("[name=answer]", "later")
    exchange.fill("[name=text]", "财务规范后再议")
    exchange.click("text=登记答复")
    sound(exchange, "receiver-batch")
    two.reload()
    expect(two.locator("main")).to_contain_text("财务规范后再议")
    sound(two, "line-answered")
    assert {"listing.complete", "listing.second", "listing.arrived", "listing.received", "listing.answer", "listing.answered"} <= set(
        inbox(market)
    )

    # what was taken up goes on, and the funnel with it
    office.goto(batch)
    sound(office, "batch-answered")
    office.get_by_role("link", name=scene.FIRM).click()
    entry = office.locator("section[aria-labelledby=enter]")
    entry.locator("[name=verb]").select_option("file_tutoring")
    entry.locator("[name=on]").fill("2023-11-20")
    entry.locator("button.btn-primary").click()
    expect(office.locator("main")).to_contain_text("辅导备案")
    office.goto(f"{HOME}funnel/?market=star")
    expect(office.get_by_role("row", name=re.compile("辅导备案")).locator("td.num").first).to_have_text("1")


def test_tiers_and_rounds_are_sound(market: Server, come: Callable[..., Page]) -> None:
    office = come("secretariat", "en")
    office.goto(f"{HOME}tiers/")
    sound(office, "tiers-empty")
    office.click("text=Enter a stay on a tier")
    office.fill("[name=enterprise]", scene.FIRM)
    office.select_option("[name=tier]", "base")
    office.fill("[name=from_on]", "2023-06-01")
    office.fill("[name=source]", "股转公告〔2023〕演示1号")
    office.click("main .btn-primary")
    sound(office, "tier")
    office.goto(f"{HOME}tiers/")
    sound(office, "tiers")
    office.goto(f"{HOME}rounds/new/")
    office.fill("[name=day]", "2023-11-01")
    office.fill("[name=effective_on]", "2023-12-11")
    office.click("main .btn-primary")
    office.fill("[name=enterprise]", scene.FIRM)
    office.fill("[name=ground]", "演示：满足标准一")
    office.click("text=Put on the list")
    sound(office, "round-draft")
    office.click("text=Show the preliminary list")
    sound(office, "round-open")

    filer = come("filer", size="phone")
    filer.goto(f"{HOME}rounds/")
    sound(filer, "rounds-filer")
    filer.locator("main th a").first.click()
    expect(filer.locator("main")).to_contain_text("贵公司")
    filer.locator("section[aria-labelledby=own] summary").click()
    filer.fill("section[aria-labelledby=own] textarea", "数据有误")
    sound(filer, "round-filer")
    filer.click("section[aria-labelledby=own] button.btn-sm")
    expect(filer.locator("main")).to_contain_text("数据有误")
