"""Every call of the plan, filed on pages in each language, and carried to its published edition: every second call in Chinese, the others in English.

The 5G factory directory has a walk of its own in ``test_life``.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import every_call, scene
from tests.e2e.conftest import sign_in
from tests.e2e.form import attach, fill_section
from tests.e2e.server import Server
from tests.e2e.test_life import two_people
from tests.e2e.test_pages import LANGUAGES
from tests.factories.cases import CASES, FACTORY
from tests.sharing import made_once

OFFICES = {"32": ("city", "province", "communications"), "21": ("sy-city", "ln-province", "ln-communications")}


@pytest.fixture(scope="session")
def opened(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The scene with all calls open, and what each of them needs."""

    def build(folder: Path) -> None:
        shutil.copytree(prepared, folder)
        printed = Server(folder).shell("from tests.e2e import every_call, scene; every_call.build(); scene.remember_sessions()")
        (folder / "calls.json").write_text(printed.splitlines()[-1])

    folder = made_once(tmp_path_factory, "calls", build)
    return folder, json.loads((folder / "calls.json").read_text())


class Walk:
    """Everybody's own browser, all in one language; each page is looked at for that language."""

    def __init__(self, server: Server, open_page: Callable[..., Page], language: str):
        self.server, self.open_page, self.language = server, open_page, language
        self.pages: dict[str, Page] = {}

    def at(self, who: str, address: str) -> Page:
        if who not in self.pages:
            self.pages[who] = self.open_page(self.server, self.language)
            if who != "public":
                sign_in(self.pages[who], who if "@" in who else scene.address(who), scene.PASSWORD)
        page = self.pages[who]
        answer = page.goto(address)
        assert answer
        assert (answer.status, page.locator("html").get_attribute("lang")) == (200, LANGUAGES[self.language]), address
        return page

    def until(self, moment: str) -> None:
        self.server.stop()
        scene.stand_at(self.server.data_dir, moment)
        self.server.start("--no-worker")


@pytest.fixture
def walk(
    request: pytest.FixtureRequest, opened: tuple[Path, dict[str, Any]], tmp_path: Path, static_root: Path, person: Callable[..., Page]
) -> Iterator[Walk]:
    shutil.copytree(opened[0], tmp_path / "data")
    server = Server(tmp_path / "data", static_root=static_root)
    scene.stand_at(server.data_dir, every_call.NOW)
    server.start("--no-worker")
    yield Walk(server, person, request.param)
    server.stop()


@pytest.mark.parametrize("walk", LANGUAGES, indirect=True)
def test_every_call_from_a_blank_form_to_its_edition(walk: Walk, opened: tuple[Path, dict[str, Any]]) -> None:
    calls = opened[1]
    assert set(calls) == set(CASES) - {FACTORY}
    for slug, what in calls.items():
        file(walk, slug, what)
    # the desks are the same pages for every call: each call sees them once, each desk in both languages
    carried = dict(list(calls.items())[list(LANGUAGES).index(walk.language) :: len(LANGUAGES)])
    for slug, what in carried.items():
        recommend(walk, slug, what)
        ask_for_experts(walk, slug, what)
    walk.server.run("db_worker", "--batch")  # one for all: a worker takes seconds to start
    for slug, what in carried.items():
        if not what["manual"]:
            assign(walk, slug, what)
    waiting = json.loads(walk.server.shell("from tests.e2e import every_call; every_call.score_all_but_one()").splitlines()[-1])
    assert set(waiting) == set(carried)
    for slug, what in carried.items():
        score(walk.at(*waiting[slug]))
        judge(walk, slug, what)
    walk.until(every_call.PUBLISHING)
    for slug, what in carried.items():
        publish(walk, slug, what)


def file(walk: Walk, slug: str, what: dict[str, Any]) -> None:
    """From the conditions of the call through every section of its form to the receipt."""
    page = walk.at(what["filer"], f"/calls/{slug}/eligibility/")
    page.locator("form[action$='/start/'] button").click()
    page.wait_for_url(re.compile("/my/"))
    number = unquote(page.url.split("/my/")[1].split("/")[0])
    sections = [str(link.get_attribute("href")) for link in page.locator("#section-list a").all()]
    for section in sections:
        walk.at(what["filer"], section)
        fill_section(page, what["values"])
        for field in what["files"]:
            if page.locator(f"input[name='file.{field}']").count():
                attach(page, field, f"{field}.pdf")
        page.locator("footer.form-foot button.btn-primary").click()
        page.wait_for_load_state()
    if what["partner"]:
        join(walk, number, what)
    if what["signed"]:
        sign(walk, number, what)
    walk.at(what["filer"], f"/my/{number}/check/")
    if not what["signed"]:
        page.locator("input[name=statement]").check()
    page.locator("form[action$='/submit/'] button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/receipt/$"))
    expect(page.locator("main")).to_contain_text(number)


def join(walk: Walk, number: str, what: dict[str, Any]) -> None:
    partner = what["partner"]
    lead = walk.at(what["filer"], f"/my/{number}/partners/")
    lead.fill("#f-who", partner["name"])
    lead.locator("button[value=invite]").click()
    page = walk.at(partner["email"], f"/my/{number}/part/edit/")
    fill_section(page, partner["values"])
    page.locator("footer.form-foot button.btn-primary").click()
    page.wait_for_url(re.compile("/part/$"))
    page.locator("button[value=consent]").click()
    expect(page.locator("button[value=consent]")).to_have_count(0)


def sign(walk: Walk, number: str, what: dict[str, Any]) -> None:
    walk.at(what["filer"], f"/my/{number}/signing/").locator("button[value=ask]").click()
    page = walk.at(what["legal"], f"/my/{number}/signing/")
    page.locator("input[name=agreed]").check()
    page.locator("button[value=sign]").click()
    expect(page.locator("button[value=sign]")).to_have_count(0)


def recommend(walk: Walk, slug: str, what: dict[str, Any]) -> None:
    """Checked by the city where the call has that stage, else by the province; listed, co-signed, sent, accepted."""
    city, province, communications = OFFICES[what["province"]]
    decide(walk.at(city if what["is_checked"] else province, f"/work/check/?call={slug}"), "check", "属实，同意推荐。")
    page = walk.at(province, f"/work/recommend/?call={slug}")
    decide(page, "shortlist")
    expect(page.locator("tr[data-rank='1']")).to_have_count(1)
    if what["cosign"]:
        decide(walk.at(communications, f"/work/cosign/?call={slug}"), "sign", "属实。")
        page.reload()
    page.locator("#send button.btn-primary").click()
    decide(walk.at("secretariat", f"/work/accept/?call={slug}"), "accept")


def decide(page: Page, act: str, opinion: str = "") -> None:
    page.locator("main tbody input[name=ids]").first.check()
    expect(page.locator("#bulk-effect")).not_to_be_empty()  # what the act would do; a check list asks for its tick there
    if opinion:
        page.fill("#bulk-opinion", opinion)
    if page.locator("input[name=stated]").count():
        page.locator("input[name=stated]").check()
    page.locator(f"button[name=do][value={act}]").click()
    expect(page.locator("#page-notes")).to_contain_text("1")


def ask_for_experts(walk: Walk, slug: str, what: dict[str, Any]) -> None:
    """By hand where the call says so; else a run is asked for, which the worker makes."""
    if not what["manual"]:
        page = walk.at("secretariat", f"/work/review/{slug}/assign/")
        page.locator("button[value=make]").click()
        expect(page.locator("#progress")).to_have_count(1)
        return
    page = walk.at("secretariat", f"/work/review/{slug}/")
    page.locator("main tbody a").first.click()
    for seats in range(1, what["experts"] + 1):
        page.locator("button[value=assign]").first.click()
        expect(page.locator("#seats-title").locator("xpath=ancestor::section").locator("tbody tr")).to_have_count(seats)


def assign(walk: Walk, slug: str, what: dict[str, Any]) -> None:
    page = walk.at("secretariat", f"/work/review/{slug}/assign/")
    page.locator("a[href*='confirm=final']").click()
    expect(page.locator(".metrics .figure").first).to_contain_text(str(what["experts"]))
    page.locator("button[value=finalise]").click()
    expect(page).to_have_url(re.compile(f"/work/review/{slug}/assign/$"))
    expect(page.locator("button[value=make]")).to_have_count(1)


def score(page: Page) -> None:
    page.locator("button[value=start]").click()
    criteria = page.locator("[data-criterion]")
    expect(criteria.first).to_be_visible()
    for index in range(criteria.count()):
        criteria.nth(index).locator("input[type=radio]").first.focus()
        page.keyboard.press("9")
        expect(criteria.nth(index).locator("input[name^=was-value]")).to_have_value("9")
    page.locator("button[value=finish]").click()
    expect(page.locator("button[value=finish]")).to_have_count(0)


def judge(walk: Walk, slug: str, what: dict[str, Any]) -> None:
    """Defence and site visit where the call has them, the selection by two people, the notice opened."""
    for key in what["hearings"]:
        page = walk.at("secretariat", f"/work/review/{slug}/hearings/{key}/")
        page.locator("main tbody input[name=ids]").check()
        page.fill("#f-note", "通过。")
        page.locator("button[name=result][value=passed]").click()
        expect(page.locator("main tbody .st-good")).to_have_count(1)
    page = walk.at("secretariat", f"/work/selection/{slug}/")
    page.locator("button[value=build]").click()
    page.locator("button[value=propose]").click()
    other = walk.at("secretariat2", f"/work/selection/{slug}/")
    other.locator("button[value=confirm]").click()
    expect(other.locator("button[value=confirm]")).to_have_count(0)
    walk.at("secretariat", f"/work/directory/{slug}/?tab=notice")
    page.fill("[name=opens_at]", "2024-01-10T09:00")
    page.fill("[name=closes_at]", every_call.NOTICE_ENDS)
    page.locator("button[value=prepare_notice]").click()
    page.locator("button[value=open_notice]").click()
    expect(page.locator("button[value=open_notice]")).to_have_count(0)
    expect(walk.at("public", "/notices/").locator("main")).to_contain_text(re.compile("公示|notice", re.IGNORECASE))


def publish(walk: Walk, slug: str, what: dict[str, Any]) -> None:
    pages = [walk.at(who, f"/work/directory/{slug}/") for who in ("secretariat", "secretariat2")]
    two_people(pages[0], pages[1], f"/work/directory/{slug}/?tab=notice", "close")
    walk.at("secretariat", f"/work/directory/{slug}/?tab=edition").locator("button[value=prepare_edition]").click()
    two_people(pages[0], pages[1], f"/work/directory/{slug}/?tab=edition", "publish")
    public = walk.at("public", f"/directory/{what['directory']}/")
    expect(public.locator(f"main a[href$='/{CASES[slug].number}/']").first).to_be_visible()
    expect(public.locator("main")).to_contain_text(what["name"])
