"""Filling in the form under trouble, in real browsers: no network, two windows, two persons, an expired session, a shared computer."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import scene
from tests.e2e.conftest import axe, screenshot, sign_in
from tests.e2e.form import fill_one
from tests.e2e.server import Server

FILING, NEXT_YEAR = "2023-08-28T10:00", "2024-07-10T10:00"
OFFLINE = "未连接：已保存在本机，恢复后自动上传"
MOST_TYPED, MOST_CLICKS = 12, 60


@pytest.fixture
def server(prepared: Path, tmp_path: Path, static_root: Path) -> Iterator[Server]:
    shutil.copytree(prepared, tmp_path / "walk")
    server = Server(tmp_path / "walk", static_root=static_root)
    scene.stand_at(server.data_dir, FILING)
    yield server
    server.stop()


@pytest.fixture
def filer(server: Server, person: Callable[..., Page]) -> Page:
    server.shell("from tests.e2e import filling; filling.colleague()")
    server.start()
    page = person(server, "zh-hans")
    sign_in(page, scene.address("filer"), scene.PASSWORD)
    return page


def begin(page: Page) -> str:
    page.goto(f"/calls/{scene.CALL}/")
    page.get_by_role("button", name="开始申报").click()
    page.wait_for_url(re.compile("/my/"))
    return unquote(page.url.split("/my/")[1].split("/")[0])


def section(page: Page, number: str, key: str = "project") -> None:
    page.goto(f"/my/{number}/?section={key}")


def box(page: Page, key: str) -> Locator:
    return page.locator(f"[name='f.{key}']")


def kept(page: Page) -> dict[str, object]:
    """What lies in this browser for drafts: field keys by store."""
    stores = page.evaluate("Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith('pilotage:draft:')))")
    return {key: sorted(json.loads(value)) for key, value in stores.items()}


def acknowledged(page: Page) -> None:
    """Wait until the browser keeps nothing back. (The page's policy forbids Playwright's own waiting for a script.)"""
    for _attempt in range(100):
        if kept(page) == {}:
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"still kept in the browser: {kept(page)}")


def answer(server: Server, number: str, key: str) -> str:
    code = f"from pilotage.calls.models import Application\nprint(Application.objects.get(number={number!r}).data.get({key!r}))"
    return server.shell(code).strip()


def test_trouble_on_the_line_and_between_people(server: Server, filer: Page, person: Callable[..., Page]) -> None:
    number = begin(filer)
    typed_without_a_network(server, filer, number)
    two_windows(filer, number)
    two_persons(server, filer, person, number)
    an_expired_session(server, filer, number)
    a_shared_computer(filer, number)


def typed_without_a_network(server: Server, page: Page, number: str) -> None:
    section(page, number)
    page.context.set_offline(True)
    box(page, "project_title").fill("离线填写的5G工厂")
    note = page.locator("#local-note")
    expect(note).to_contain_text(OFFLINE, timeout=15_000)
    expect(page.locator("#save-status")).to_contain_text(OFFLINE)
    assert list(kept(page).values()) == [["project_title"]]
    assert axe(page) == []
    screenshot(page, "filling-offline")
    page.context.set_offline(False)
    acknowledged(page)
    expect(note).to_be_hidden()
    expect(page.locator("#save-status")).to_contain_text(re.compile(r"已保存 ?\d\d:\d\d:\d\d"))
    assert answer(server, number, "project_title") == "离线填写的5G工厂"
    # closed while offline: it goes up by itself with the next page of this application, whatever the section
    page.context.set_offline(True)
    box(page, "site_address").fill("离线地址")
    expect(note).to_contain_text(OFFLINE, timeout=15_000)
    page.context.set_offline(False)
    section(page, number, "network")
    acknowledged(page)
    assert answer(server, number, "site_address") == "离线地址"


def two_windows(page: Page, number: str) -> None:
    """Different fields never meet; the same one ends in a question, offline text included."""
    section(page, number)
    other = page.context.new_page()
    section(other, number)
    box(page, "site_address").fill("第一窗口")
    acknowledged(page)
    box(other, "overview").fill("第二窗口的概述")
    acknowledged(other)
    expect(other.locator("#clash section")).to_have_count(0)
    box(other, "site_address").fill("第二窗口")
    clash = other.locator("#clash")
    expect(clash).to_contain_text("第一窗口")
    expect(clash).to_contain_text("第二窗口")
    clash.locator("input[value=mine]").check()
    clash.locator("button[value=resolve]").click()
    expect(box(other, "site_address")).to_have_value("第二窗口")
    acknowledged(other)
    other.close()


def two_persons(server: Server, page: Page, person: Callable[..., Page], number: str) -> None:
    """A colleague saves while this one is without a network: who it was is said, and the person chooses."""
    section(page, number)
    colleague = person(server, "zh-hans")
    sign_in(colleague, scene.address("colleague"), scene.PASSWORD)
    section(colleague, number)
    page.context.set_offline(True)
    box(page, "project_title").fill("本人的名称")
    expect(page.locator("#local-note")).to_contain_text(OFFLINE, timeout=15_000)
    box(colleague, "project_title").fill("同事的名称")
    acknowledged(colleague)
    page.context.set_offline(False)
    clash = page.locator("#clash")
    expect(clash).to_contain_text("同事的名称", timeout=70_000)
    expect(clash).to_contain_text("本人的名称")
    expect(clash).to_contain_text(re.compile("同事于.*保存的"))
    assert answer(server, number, "project_title") == "同事的名称"
    screenshot(page, "filling-two-persons")
    page.reload()
    expect(clash).to_contain_text("本人的名称")  # the question comes back until it is answered
    clash.locator("input[value=theirs]").check()
    clash.locator("button[value=resolve]").click()
    expect(box(page, "project_title")).to_have_value("同事的名称")
    acknowledged(page)


def an_expired_session(server: Server, page: Page, number: str) -> None:
    section(page, number)
    cookies = page.context.cookies()
    page.context.clear_cookies(name=next(c["name"] for c in cookies if "session" in c["name"]))
    box(page, "site_address").fill("登录失效后填写")
    note = page.locator("#local-note")
    expect(note).to_contain_text("登录已失效", timeout=15_000)
    note.get_by_role("link", name="重新登录").click()
    page.fill("input[name=login]", scene.address("filer"))
    page.fill("input[name=password]", scene.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile("section=project"))
    expect(box(page, "site_address")).to_have_value("登录失效后填写")
    acknowledged(page)
    assert answer(server, number, "site_address") == "登录失效后填写"


def a_shared_computer(page: Page, number: str) -> None:
    section(page, number)
    page.evaluate("localStorage.setItem('pilotage:draft:999:x', '{}')")
    page.locator("header").get_by_text("陆闻舟").first.click()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url(lambda url: "/my/" not in url)
    assert kept(page) == {}


# --- the bar: a clerk with last year's application ------------------------------------------------
class Counting:
    """Counts what a person does: fields typed and clicks."""

    def __init__(self, page: Page):
        self.page, self.typed, self.clicks = page, 0, 0

    def type(self, key: str, text: str) -> None:
        fill_one(self.page, f"f.{key}", text)
        self.typed += 1

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1


def test_a_clerk_files_from_last_years_with_few_fields(server: Server, person: Callable[..., Page]) -> None:
    server.shell("from tests.e2e import filling; filling.last_year()")
    scene.stand_at(server.data_dir, NEXT_YEAR)
    server.start()
    page = person(server, "zh-hans")
    sign_in(page, scene.address("filer"), scene.PASSWORD)
    clerk = Counting(page)
    page.goto("/my/")
    clerk.click("form[action$='/renew/']:has(input[name=call][value='5g-factory-directory-2024']) button")
    page.wait_for_url(re.compile(r"/my/[^/]+/(\?.*)?$"))
    number = unquote(page.url.split("/my/")[1].split("/")[0])
    assert int(page.locator("#progress b").inner_text().split("/")[0]) >= 30
    screenshot(page, "filling-from-last-year")
    changed = {
        "enterprise": {"main_revenue": "41200"},
        "project": {"project_title": "精密减速机5G工厂二期"},
        "network": {"base_stations": "18", "devices_total": "340", "devices_connected": "310", "coverage": "98.2"},
        "effects": {"effect_efficiency.after": "53.6", "effect_cost.after": "10.2", "effects_period": "2022年；2024年1—6月"},
        "investment": {"investment_total": "3615"},
    }
    for key in ("enterprise", "project", "network", "scenarios", "effects", "security", "investment", "evidence", "demonstration"):
        for name, text in changed.get(key, {}).items():
            clerk.type(name, text)
        clerk.click("footer.form-foot button.btn-primary")
        page.wait_for_load_state()
    clerk.click("footer.form-foot button.btn-primary")
    page.wait_for_url(re.compile("/check/$"))
    clerk.click("input[name=statement]")
    clerk.click("form[action$='/submit/'] button.btn-primary")
    expect(page).to_have_url(re.compile(r"/receipt/$"))
    expect(page.locator("main")).to_contain_text(number)
    assert clerk.typed <= MOST_TYPED
    assert clerk.clicks <= MOST_CLICKS
    assert answer(server, number, "main_revenue") == "41200"


# --- several enterprises and a signature --------------------------------------------------------------
def test_together_and_signed(server: Server, filer: Page, person: Callable[..., Page]) -> None:
    """The lead invites, the partner fills in its part and consents, the legal representative signs; then it is submitted."""
    server.shell("from tests.e2e import filling; filling.together()")
    filer.goto("/my/")
    number = filer.get_by_text(re.compile(r"5GJ-2023-苏-\d+")).first.inner_text().split()[0]
    filer.goto(f"/my/{number}/partners/")
    filer.fill("#f-who", scene.SECOND_FIRM)
    filer.locator("button[value=invite]").click()
    expect(filer.locator("main")).to_contain_text("其填报部分还有4处待补充")
    assert axe(filer) == []
    take_part(person(server, "en"), number)
    filer.goto(f"/my/{number}/signing/")
    filer.locator("button[value=ask]").click()
    legal = person(server, "zh-hans", "phone")
    sign_in(legal, scene.address("legal"), scene.PASSWORD)
    legal.goto("/my/")
    legal.locator("section", has=legal.locator("#sign-title")).get_by_role("link").click()
    expect(legal.locator("main")).to_contain_text("合作人")
    assert axe(legal) == []
    screenshot(legal, "filling-signature-phone")
    legal.locator("input[name=agreed]").check()
    legal.locator("button[value=sign]").click()
    expect(legal.locator("#page-notes")).to_contain_text("已签署，可以提交申报。")
    filer.goto(f"/my/{number}/check/")
    filer.locator("form[action$='/submit/'] button.btn-primary").click()
    expect(filer).to_have_url(re.compile(r"/receipt/$"))


def take_part(page: Page, number: str) -> None:
    sign_in(page, scene.address("filer2"), scene.PASSWORD)
    page.goto("/my/")
    page.locator("section", has=page.locator("#joint-title")).get_by_role("link").click()
    page.get_by_role("link", name="Fill in your part").click()
    for key, text in {"main_revenue": "1200", "contact_name": "合作人", "contact_phone": "025-00000000"}.items():
        box(page, key).fill(text)
    page.locator("[name='f.no_violation'][value=true]").check()
    page.locator("footer.form-foot button.btn-primary").click()
    page.wait_for_url(re.compile("/part/$"))
    assert axe(page) == []
    page.locator("button[value=consent]").click()
    expect(page.locator("#consent-title").locator("..")).to_contain_text("Consented")
    screenshot(page, "filling-consent")
