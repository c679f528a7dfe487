"""One application's whole life, on pages only, by the people whose office each act is, at the hours it would happen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import scene
from tests.e2e.conftest import axe, screenshot, sign_in_on_page
from tests.e2e.form import attach, fill_section
from tests.e2e.mailbox import code_for
from tests.e2e.server import Server
from tests.factories.calls import answers

FILING, REVIEWING, NOTICE, PUBLISHING = "2023-08-28T10:00", "2023-10-20T10:00", "2023-11-12T10:00", "2023-11-29T10:00"
WRONG_INVESTMENT = "9240"
RETURN_REASON = "总投资与合同金额不一致，请按合同口径填写。"
OBJECTION = "该项目所报接入设备数量与现场不符，请核实。"
DISMISSAL = "经现场核对，接入设备台数与申报一致，异议不成立。"
SECTIONS = ("enterprise", "project", "network", "scenarios", "effects", "security", "investment")


class Cast:
    """Everybody's own browser on one server; it stays signed in while the server restarts at a later hour."""

    def __init__(self, server: Server, open_page: Callable[..., Page]):
        self.server = server
        self.open_page = open_page
        self.pages: dict[str, Page] = {}

    def __getitem__(self, who: str) -> Page:
        if who not in self.pages:
            english = who in {"communications", "secretariat2", "expert2", "auditor"}
            page = self.pages[who] = self.open_page(self.server, "en" if english else "zh-hans")
            if not who.startswith("public"):
                sign_in_on_page(page, scene.address(who), scene.PASSWORD)
        return self.pages[who]

    def until(self, moment: str) -> None:
        self.server.stop()
        scene.stand_at(self.server.data_dir, moment)
        self.server.start()


@pytest.fixture
def cast(prepared: Path, tmp_path: Path, static_root: Path, person: Callable[..., Page]) -> Iterator[Cast]:
    shutil.copytree(prepared, tmp_path / "walk")
    server = Server(tmp_path / "walk", static_root=static_root, workers=2)
    scene.stand_at(server.data_dir, FILING)
    server.start()
    yield Cast(server, person)
    server.stop()


def test_a_whole_life(cast: Cast) -> None:
    first = apply(cast)
    second = submit_the_second(cast)
    return_and_correct(cast, first)
    check_both(cast, first, second)
    rank_cosign_and_send(cast, first, second)
    accept_and_assign(cast)
    cast.until(REVIEWING)
    score(cast)
    cast.until(NOTICE)
    select(cast, first, second)
    announce_and_hear_an_objection(cast)
    cast.until(PUBLISHING)
    publish(cast)
    find_it(cast)
    read_the_record(cast)


# --- filing ---------------------------------------------------------------------------------
def apply(cast: Cast) -> str:
    """Section by section to a submitted application; returns its number."""
    page = cast["filer"]
    page.goto(f"/calls/{scene.CALL}/")
    page.get_by_role("button", name="开始申报").click()
    number = unquote(page.url.split("/my/")[1].split("/")[0])
    values = answers(project_title=scene.PROJECT, investment_total=WRONG_INVESTMENT, main_revenue="38600")
    see_autosave(page, number)
    two_tabs_meet(cast, page, number)
    for section in SECTIONS:
        page.goto(f"/my/{number}/?section={section}")
        fill_section(page, values)
        page.locator("footer.form-foot button.btn-primary").click()
    page.goto(f"/my/{number}/?section=evidence")
    attach(page, "evidence_network", "5G网络服务合同.pdf")
    page.goto(f"/my/{number}/?section=demonstration")
    fill_section(page, values)
    page.get_by_role("button", name="提交前检查").first.click()
    submit(page)
    expect(page.locator("main")).to_contain_text(number)
    return number


def see_autosave(page: Page, number: str) -> None:
    page.goto(f"/my/{number}/?section=enterprise")
    page.fill("[name='f.contact_name']", "陆闻舟")
    expect(page.locator("#save-status")).to_contain_text(re.compile(r"已保存 ?\d\d:\d\d:\d\d"))
    page.reload()
    expect(page.locator("[name='f.contact_name']")).to_have_value("陆闻舟")


def two_tabs_meet(cast: Cast, page: Page, number: str) -> None:
    """The same answer typed in two tabs: the later one is shown both and chooses; nothing is overwritten."""
    other = page.context.new_page()
    other.goto(f"/my/{number}/?section=enterprise")
    page.fill("[name='f.contact_phone']", "0512-00000001")
    expect(page.locator("#save-status")).to_contain_text("已保存")
    page.locator("footer.form-foot").get_by_role("button", name="保存", exact=True).click()
    other.fill("[name='f.contact_phone']", "0512-00000002")
    clash = other.locator("#clash")
    expect(clash).to_contain_text("0512-00000001")
    expect(clash).to_contain_text("0512-00000002")
    assert axe(other) == []
    screenshot(other, "life-two-tabs")
    clash.locator("input[value=theirs]").check()
    clash.locator("button[value=resolve]").click()
    expect(other.locator("[name='f.contact_phone']")).to_have_value("0512-00000001")
    other.close()


def submit(page: Page) -> None:
    screenshot(page, "life-before-submission")
    page.locator("input[name=statement]").check()
    page.locator("form[action$='/submit/'] button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/receipt/$"))
    assert axe(page) == []


def submit_the_second(cast: Cast) -> str:
    """A draft that lacks only its contract says so, and is submitted once it is there."""
    page = cast["filer2"]
    page.goto("/my/")
    number = page.get_by_text(re.compile(r"5GF-2023-苏-\d+")).first.inner_text().split()[0]
    page.goto(f"/my/{number}/check/")
    expect(page.locator("form[action$='/submit/'] button.btn-primary")).to_be_disabled()
    page.get_by_role("link", name=re.compile("合同")).click()
    attach(page, "evidence_network", "合同.pdf")
    page.goto(f"/my/{number}/check/")
    submit(page)
    return number


def return_and_correct(cast: Cast, number: str) -> None:
    city, filer = cast["city"], cast["filer"]
    city.goto("/work/check/")
    tick(city, scene.FIRM)
    decide(city, "return", RETURN_REASON)
    expect(city.locator("#page-notes")).to_contain_text("已退回1家补正。")
    filer.goto(f"/my/{number}/?section=investment")
    expect(filer.locator(".returned-note")).to_contain_text(RETURN_REASON)
    filer.fill("[name='f.investment_total']", "3240")
    filer.locator("footer.form-foot").get_by_role("button", name="保存", exact=True).click()
    filer.goto(f"/my/{number}/check/")
    change = filer.locator("section", has=filer.locator("#changes-title"))
    expect(change).to_contain_text("9,240")
    expect(change).to_contain_text("3,240")
    submit(filer)


# --- the desks ------------------------------------------------------------------------------
def tick(page: Page, *enterprises: str) -> None:
    for enterprise in enterprises:
        page.locator("tr", has_text=short(enterprise)).locator("input[name=ids]").check()


def short(enterprise: str) -> str:
    return enterprise.removesuffix("有限公司")


def decide(page: Page, act: str, opinion: str = "") -> None:
    if opinion:
        page.fill("#bulk-opinion", opinion)
    page.locator(f"button[name=do][value={act}]").click()


def check_both(cast: Cast, *numbers: str) -> None:
    page = cast["city"]
    page.goto("/work/check/")
    page.locator("[data-check-all]").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    expect(page.locator("#bulk-effect")).to_contain_text("本页余0家待核查")
    screenshot(page, "life-check-preview")
    decide(page, "check", "材料齐全，数据与现场一致，同意推荐。")
    expect(page.locator("#page-notes")).to_contain_text("已通过核查2家。")
    for number in numbers:
        page.goto(f"/applications/{number}/")
        expect(page.locator(".page-head")).to_contain_text("已初审")


def rank_cosign_and_send(cast: Cast, first: str, second: str) -> None:
    province, communications = cast["province"], cast["communications"]
    province.goto("/work/recommend/")
    tick(province, scene.FIRM, scene.SECOND_FIRM)
    expect(province.locator("#bulk-effect")).to_contain_text("0→2")
    decide(province, "shortlist")
    rows = province.locator("tr[data-rank]:not([data-rank=''])")
    expect(rows).to_have_count(2)
    move_up(province, first if rows.nth(1).get_attribute("data-number") == first else second)
    expect(province.locator("#why-send")).to_contain_text("会签")
    screenshot(province, "life-province-desk")
    communications.goto("/work/cosign/")
    communications.locator("[data-check-all]").check()
    expect(communications.locator("[data-bulk-count]")).to_have_text("2")
    decide(communications, "sign", "Network as described.")
    expect(communications.locator("#page-notes")).to_contain_text("2 applications were co-signed.")
    province.reload()
    province.fill("#send-opinion", "经审核，同意推荐。")
    province.get_by_role("button", name="上报2家").click()
    expect(province.locator("#page-notes")).to_contain_text("已上报推荐名单，共2家。")


def move_up(page: Page, number: str) -> None:
    """By keyboard, from second to first, with the reason in the record."""
    row = page.locator(f"tr[data-number='{number}']")
    row.locator(".rank-handle").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#move-to")).to_have_value("1")
    page.fill("#move-reason", "网络覆盖更完整。")
    page.locator("#move button").first.click()
    expect(page.locator(f"tr[data-number='{number}']")).to_have_attribute("data-rank", "1")
    expect(page.locator("aside")).to_contain_text("网络覆盖更完整。")


def accept_and_assign(cast: Cast) -> None:
    page = cast["secretariat"]
    page.goto("/work/accept/")
    page.locator("[data-check-all]").check()
    expect(page.locator("#bulk-effect")).to_contain_text("受理后，2家进入专家评审。")
    decide(page, "accept")
    expect(page.locator("#page-notes")).to_contain_text("已受理2家。")
    page.goto(f"/work/review/{scene.CALL}/assign/")
    page.locator("button[value=make]").click()
    page.locator("a[href*='confirm=final']").click(timeout=60_000)
    expect(page.locator(".metrics .figure").first).to_contain_text("6")
    assert axe(page) == []
    screenshot(page, "life-assign")
    page.locator("button[value=finalise]").click()
    expect(page.locator(".pill")).to_have_text("已定稿")
    page.goto(f"/work/review/{scene.CALL}/")
    for firm in (scene.PROJECT, scene.SECOND_PROJECT):
        expect(page.locator("tr", has_text=firm)).to_have_count(1)


# --- the review -----------------------------------------------------------------------------
def score(cast: Cast) -> None:
    """Three experts, two projects each; the first project is the better one."""
    for who in scene.EXPERTS:
        page = cast[who]
        for _turn in range(2):
            page.goto("/review/")
            page.locator("main a[href^='/review/']").filter(has_text=re.compile("5G")).first.click()
            review_one(page, "9" if scene.PROJECT in page.locator("h1").inner_text() else "7")
        page.goto("/review/?state=finished")
        expect(page.locator("main")).to_contain_text(scene.PROJECT)
        expect(page.locator("main")).to_contain_text(scene.SECOND_PROJECT)
    page = cast["expert"]
    page.goto("/review/")
    assert axe(page) == []


def review_one(page: Page, mark: str) -> None:
    page.locator("button[value=start]").click()
    expect(page.locator(".dossier")).to_be_visible()
    for hidden in (short(scene.FIRM), short(scene.SECOND_FIRM), "陆闻舟"):
        expect(page.locator("main")).not_to_contain_text(hidden)
    criteria = page.locator("[data-criterion]")
    for index in range(criteria.count()):
        criteria.nth(index).locator("input[type=radio]").first.focus()
        page.keyboard.press(mark)
        expect(criteria.nth(index).locator("input[name^=was-value]")).to_have_value(mark)  # saved by itself
    expect(page.locator("#score-total .figure")).to_contain_text(f"{mark}0.0")
    page.locator("button[value=finish]").click()
    expect(page.locator("button[value=finish]")).to_have_count(0)


def select(cast: Cast, first: str, second: str) -> None:
    """Built and proposed by one, confirmed by another; the proposer cannot confirm."""
    one, other = cast["secretariat"], cast["secretariat2"]
    one.goto(f"/work/selection/{scene.CALL}/")
    one.locator("button[value=build]").click()
    one.goto(f"/work/selection/{scene.CALL}/?view=all")
    places = one.locator("main tbody tr", has_text=re.compile("5G"))
    expect(places.nth(0)).to_contain_text(scene.PROJECT)
    expect(places.nth(1)).to_contain_text(scene.SECOND_PROJECT)
    one.locator("button[value=propose]").click()
    expect(one.locator("button[value=confirm]")).to_be_disabled()
    assert axe(one) == []
    screenshot(one, "life-selection")
    other.goto(f"/work/selection/{scene.CALL}/")
    other.locator("button[value=confirm]").click()
    expect(other.locator("#page-notes")).to_contain_text("The selection is confirmed; every application has its outcome.")
    for number in (first, second):
        one.goto(f"/applications/{number}/")
        expect(one.locator(".page-head")).to_contain_text("入选")


# --- notice and publication -----------------------------------------------------------------
def announce_and_hear_an_objection(cast: Cast) -> None:
    page, public = cast["secretariat"], cast["public"]
    public.goto("/notices/")
    expect(public.locator("main")).not_to_contain_text("拟入选名单")
    page.goto(f"/work/directory/{scene.CALL}/?tab=notice")
    page.fill("[name=opens_at]", "2023-11-12T09:00")
    page.fill("[name=closes_at]", "2023-11-17T23:59")
    page.fill("[name=body_zh]", "现将2023年5G工厂名录拟入选名单予以公示。")
    page.locator("button[value=prepare_notice]").click()
    page.locator("button[value=open_notice]", has_text="2").click()
    public.goto("/notices/")
    public.get_by_role("link", name=re.compile("拟入选名单")).first.click()
    expect(public.locator("tbody tr")).to_have_count(2)
    expect(public.locator(".hash")).to_have_text(re.compile("[0-9a-f]{64}"))
    object_to(public, cast.server)
    page.goto(f"/work/directory/{scene.CALL}/?tab=objections")
    page.locator("main a.row-title").first.click()
    expect(page.locator("main")).to_contain_text(OBJECTION)
    page.fill("textarea[name=decision]", DISMISSAL)
    assert axe(page) == []
    page.locator("button[value=dismiss]").click()
    expect(page.locator("main")).to_contain_text(DISMISSAL)
    public.reload()
    expect(public.locator("main")).to_contain_text(DISMISSAL)


def object_to(public: Page, server: Server) -> None:
    public.locator("tbody tr", has_text=scene.PROJECT).get_by_role("link", name=re.compile("异议")).click()
    public.fill("[name=email]", "public@walk.example")
    assert axe(public) == []
    public.locator("button[value=send]").click()
    public.fill("[name=code]", code_for(server.data_dir, "public@walk.example"))
    public.locator("button[value=check]").click()
    expect(public.locator("[name=application] option:checked")).to_have_text(re.compile(scene.PROJECT))
    public.fill("[name=text]", OBJECTION)
    public.fill("[name=name]", "王公众")
    assert axe(public) == []
    screenshot(public, "life-objection")
    public.locator("button[value=file]").click()
    expect(public.locator("main .figure")).to_have_text(re.compile(r"\S+"))


def publish(cast: Cast) -> None:
    one, other, public = cast["secretariat"], cast["secretariat2"], cast["public"]
    two_people(one, other, f"/work/directory/{scene.CALL}/?tab=notice", "close")
    one.goto(f"/work/directory/{scene.CALL}/?tab=edition")
    one.locator("button[value=prepare_edition]").click()
    public.goto("/directory/5g-factory/?q=减速机")
    expect(public.locator("main")).not_to_contain_text(scene.FIRM)
    two_people(one, other, f"/work/directory/{scene.CALL}/?tab=edition", "publish")
    expect(other.locator("#page-notes")).to_contain_text("The edition is published.")


def two_people(one: Page, other: Page, url: str, act: str) -> None:
    """The one proposes and finds the confirmation shut; the other confirms."""
    one.goto(url)
    one.locator(f"form[action*='propose_{act}'] button").click()
    expect(one.locator(f"form[action*='confirm_{act}'] button")).to_be_disabled()
    other.goto(url)
    other.locator(f"form[action*='confirm_{act}'] button").click()


def find_it(cast: Cast) -> None:
    """Anybody: from a piece of the name to the entry, and from the plan's number to exactly its records."""
    page = cast["public2"]
    page.goto("/directory/5g-factory/")
    page.fill("main [name=q]", "舟精密传")
    page.press("main [name=q]", "Enter")
    entry = page.locator("main a[href^='/directory/entries/5GF-2023-']")
    expect(entry).to_have_count(1)
    entry.click()
    expect(page.locator("h1")).to_contain_text(scene.PROJECT)
    expect(page.locator("main")).to_contain_text(scene.FIRM)
    expect(page.locator("main")).not_to_contain_text("陆闻舟")
    screenshot(page, "life-entry")
    page.goto("/")
    count = page.locator(".target-value a.figure[href*='5g-factory']").first
    expect(count).to_contain_text("2")
    count.click()
    records = page.locator("main a[href^='/directory/entries/5GF-2023-']")
    expect(records).to_have_count(2)
    assert sorted(records.all_inner_texts()) == sorted([scene.PROJECT, scene.SECOND_PROJECT])


def read_the_record(cast: Cast) -> None:
    page = cast["auditor"]
    page.goto("/audit/chain/")
    page.locator("main form button").first.click()
    expect(page.locator("main .note-good")).to_be_visible()
    assert axe(page) == []
    screenshot(page, "life-chain")
