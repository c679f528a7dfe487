"""Every page, in both languages, as everybody who has it: accessible, quiet in the console, in its language, inside its width."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import financed, published, scene
from tests.e2e.conftest import SIZES, axe, screenshot, sign_in
from tests.e2e.mailbox import code_for
from tests.e2e.server import Server

pytestmark = pytest.mark.xdist_group("pages")  # one server for all of them
CALL, PLAN = scene.CALL, "industrial-internet-2023"
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}
# addresses in braces are those of the scene's own records
PUBLIC = {
    "plan": "/", "plan-folder": f"/plans/{PLAN}/", "target": f"/plans/{PLAN}/targets/M03-1/", "versions": f"/plans/{PLAN}/versions/",
    "calls": "/calls/", "call": f"/calls/{CALL}/", "notices": "/notices/", "notice": "{notice}", "objection": "{objection}",
    "directory": "/directory/", "directory-search": "/directory/5g-factory/?q=5G&edition=all", "entry": "{entry}", "cases": "/cases/",
    "regions": f"/plans/{PLAN}/regions/", "industries": f"/plans/{PLAN}/industries/", "measure": f"/plans/{PLAN}/measures/M03/",
    "statistics": "/statistics/national-projects/",
    "case-sets": "/case-sets/", "case-set": "{case-set}", "case": "{case}", "guidelines": "/guidelines/",
    "guideline": f"/guidelines/{published.GUIDELINE}/", "guideline-draft": f"/guidelines/{published.GUIDELINE}/draft/",
    "news": "/news/", "news-item": "/news/directory-call-open/", "help": "/pages/", "search": "/search/", "found": "/search/?q=5G",
    "verify": "/verify/", "certificate": "{certificate}", "listed": "{listed}", "changes": "/directory/5g-factory/changes/",
    "totals": "/directory/5g-factory/totals/", "book": "/directory/5g-factory/book/", "re-evaluation": "{campaign}",
    "open-data": "/open-data/", "open-table": "/open-data/directory-changes/",
    "sign-in": "/accounts/login/", "password-reset": "/accounts/password/reset/", "styleguide": "/styleguide/",
}  # fmt: skip
EVERYBODY = {"tokens": "/account/tokens/", "members": "/organisation/members/", "security": "/accounts/2fa/"}
PAGES: dict[str, dict[str, str]] = {
    "filer2": {
        "my": "/my/", **{f"draft-{key}": f"{{draft}}?section={key}" for key in ("enterprise", "scenarios", "effects", "investment", "evidence")},
        "draft-check": "{draft-check}", "withdraw": "{withdraw}", "consents": "/organisation/consents/", **EVERYBODY,
    },
    "filer-first": {"own-result": "{feedback}", "own-application": "{application}", "own-cases": "/work/cases/", "own-case": "{case-edit}", **financed.OWN},
    "city": {"check": "/work/check/", "check-returned": "/work/check/?tab=returned", "applications": "/applications/"},
    "province": {
        "recommend": "/work/recommend/", "recommend-all": "/work/recommend/?tab=all", "province-summary": "/work/recommend/summary/",
        "application": "{application}", "enterprises": "/enterprises/", "enterprise": "{enterprise}",
        "province-cockpit": "/cockpit/", "province-statistics": "/work/statistics/", "figures": "/work/statistics/provincial-projects/enter/",
        "province-dashboards": "/dashboards/",
    },
    "communications": {"cosign": "/work/cosign/", "cosigned": "/work/cosign/?tab=signed"},
    "secretariat": {
        "desk": "/desk/", "accept": "/work/accept/", "accepted": "/work/accept/?tab=accepted", "board": f"/work/review/{CALL}/",
        "assign": f"/work/review/{CALL}/assign/", "review-application": "{review-application}", "selection": f"/work/selection/{CALL}/",
        "selection-all": f"/work/selection/{CALL}/?view=all", "experts": "/work/experts/", "expert-new": "/work/experts/new/",
        "expert-import": "/work/experts/import/", "expert": "{expert}",
        "call-experts": f"/work/review/{CALL}/experts/", "conflicts": f"/work/review/{CALL}/conflicts/",
        "calibration": f"/work/review/{CALL}/calibration/", "discussions": f"/work/review/{CALL}/discussions/", "notices-managed": "/work/directory/",
        **{f"manage-{tab}": f"/work/directory/{CALL}/?tab={tab}" for tab in ("notice", "objections", "edition", "entries")},
        "cockpit": "/cockpit/", "what-if": f"/cockpit/{PLAN}/targets/M03-1/what-if/", "measures": "/work/measures/", "units": "/work/measures/units/",
        "statistics-desk": "/work/statistics/", "papers": "/work/plan-reports/", "paper": "{paper}", "schedule": "/work/plan-reports/schedule/",
        "dashboards": "/dashboards/", "dashboard": "{dashboard}", "dashboard-edit": "{dashboard-edit}",
        "cases-desk": "/work/cases/", "case-edit": "{case-edit}", "case-sets-desk": "/work/case-sets/", "case-set-manage": "{case-set-manage}",
        "guidelines-desk": "/work/guidelines/", "guideline-manage": f"/work/guidelines/{published.GUIDELINE}/",
        "certificates-desk": "/work/certificates/", "pages-desk": "/work/pages/", "page-new": "/work/pages/new/",
        "objections-desk": "/work/objections/", "objection-handle": "{objection-handle}", "hearings": "/hearings/",
        "campaigns": "/work/re-evaluations/", "campaign-manage": "{campaign-manage}",
        "enterprise-import": "/enterprises/import/", "enterprise-new": "/enterprises/new/", **financed.SECRETARIAT,
    },
    "expert": {
        "queue": "/review/?state=all", "score": "{score}", "profile": "/review/profile/", "invitation": "{invitation}",
        "own-discussions": "/review/discussions/?state=closed", "discussion": "{discussion}",
    },
    "auditor": {"audit": "/audit/", "event": "/audit/1/", "chain": "/audit/chain/"},
    "bank": financed.BANK,
}  # fmt: skip


class Place:
    def __init__(self, server: Server, addresses: dict[str, str]):
        self.server = server
        self.addresses = addresses

    def url(self, pattern: str) -> str:
        return re.sub(r"\{([a-z-]+)\}", lambda found: self.addresses[found[1]], pattern)


@pytest.fixture(scope="module")
def place(year_end: Path, static_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("pages") / "data"
    shutil.copytree(year_end, folder)
    server = Server(folder, static_root=static_root)
    server.start()
    yield Place(server, json.loads((folder / "addresses.json").read_text()))
    server.stop()


def look(page: Page, place: Place, language: str, pages: dict[str, str]) -> list[str]:
    """Visit the pages; what is wrong with them, one line each.

    A page is the same boxes in both languages: every other one is examined for accessibility in the one, the rest in the other.
    """
    faults = []
    for number, (name, pattern) in enumerate(pages.items()):
        found = fault(page, place.url(pattern), language, is_examined=number % 2 == list(LANGUAGES).index(language))
        faults += found
        if not any("answers" in each for each in found):
            screenshot(page, f"page-{name}-{language}")
        page.set_viewport_size(SIZES["desk"])
    return faults


def fault(page: Page, address: str, language: str, *, is_examined: bool = True) -> list[str]:
    """Visit one page; it stays as tall as its content where it is examined for accessibility."""
    answer = page.goto(address)
    assert answer
    if answer.status != 200:
        return [f"{address}: answers {answer.status}"]
    found = []
    if page.locator("html").get_attribute("lang") != LANGUAGES[language]:
        found.append(f"{address}: not in {language}")
    if page.locator("h1").count() != 1:
        found.append(f"{address}: {page.locator('h1').count()} h1")
    if not is_examined:
        return found
    unroll(page)
    return found + axe(page)


def unroll(page: Page) -> None:
    """As tall as its content, so that no bar that sticks to the window's edge lies over a box it would be scrolled away from."""
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": SIZES["desk"]["width"], "height": max(height, SIZES["desk"]["height"])})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_pages(place: Place, person: Callable[..., Page], language: str) -> None:
    assert look(person(place.server, language), place, language, PUBLIC) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", PAGES)
def test_the_pages_of(who: str, language: str, place: Place, person: Callable[..., Page]) -> None:
    page = person(place.server, language)
    sign_in(page, scene.address(who), scene.PASSWORD)
    assert look(page, place, language, PAGES[who]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages_keep_within_a_phone(place: Place, person: Callable[..., Page], language: str) -> None:
    page = person(place.server, language, "phone")
    wide = []
    for name, pattern in PUBLIC.items():
        page.goto(place.url(pattern))
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            surplus = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if surplus > 0:
                wide.append(f"{pattern} at {width}: {surplus} px too wide")
            if width == 390:
                screenshot(page, f"phone-{name}-{language}")
    assert wide == []


@pytest.mark.parametrize("who", ["filer2", "city", "province", "secretariat", "expert"])
def test_work_pages_keep_within_a_phone(who: str, place: Place, person: Callable[..., Page]) -> None:
    """Wide tables scroll inside their own box."""
    page = person(place.server, "zh-hans", "phone")
    sign_in(page, scene.address(who), scene.PASSWORD)
    wide = []
    for pattern in PAGES[who].values():
        page.goto(place.url(pattern))
        surplus = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if surplus > 0:
            wide.append(f"{pattern}: {surplus} px too wide")
    assert wide == []


@pytest.mark.parametrize("pattern", ["/", "{notice}", "/directory/5g-factory/?q=5G&edition=all", "/cases/"])
def test_the_language_switch_keeps_the_page(pattern: str, place: Place, person: Callable[..., Page]) -> None:
    page = person(place.server)
    page.goto(place.url(pattern))
    chinese, address = page.locator("h1").inner_text(), page.url
    page.locator(".language-switch button[value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url == address
    assert page.locator("h1").inner_text() != chinese
    page.locator(".language-switch button[value=zh-hans]").click()
    expect(page.locator("h1")).to_have_text(chinese)


@pytest.fixture
def plain(browser: Any, place: Place) -> Iterator[Page]:
    """A browser that runs no scripts."""
    context = browser.new_context(base_url=place.server.url, java_script_enabled=False, locale="zh-CN")
    yield context.new_page()
    context.close()


def test_search_and_filters_need_no_script(plain: Page) -> None:
    plain.goto("/directory/5g-factory/?edition=all")
    every = plain.locator("main a[href^='/directory/entries/']").count()
    assert every == 18
    plain.fill("main [name=q]", "阳光纸业")
    plain.locator("main form[role=search] button").first.click()
    plain.wait_for_url("**q=*")
    assert plain.locator("main a[href^='/directory/entries/']").count() == 1
    expect(plain.locator("main tbody").first).to_contain_text("山东世纪阳光纸业集团有限公司")
    plain.goto("/cases/published-elsewhere/")
    plain.fill("main [name=q]", "沈阳")
    plain.locator("main form[role=search] button, main form button.btn-primary").first.click()
    plain.wait_for_url("**q=*")
    expect(plain.locator("main")).to_contain_text("沈阳市")
    expect(plain.locator("main")).not_to_contain_text("南京市")


def test_filtering_by_province_needs_no_script(plain: Page) -> None:
    plain.goto("/directory/5g-factory/?edition=all")
    box = plain.locator("form.facets input[name=province]").first
    wanted = box.locator("xpath=..").inner_text()
    box.check()
    plain.locator("form.facets button").last.click()
    plain.wait_for_url("**province=*")
    count = int(re.findall(r"\d+", wanted)[-1])
    assert plain.locator("main a[href^='/directory/entries/']").count() == count


def test_objecting_needs_no_script(plain: Page, place: Place) -> None:
    plain.goto(place.url("{objection}"))
    plain.fill("[name=email]", "li@walk.example")
    plain.locator("button[value=send]").click()
    plain.fill("[name=code]", code_for(place.server.data_dir, "li@walk.example"))
    plain.locator("button[value=check]").click()
    plain.locator("button[value=file]").click()
    expect(plain.locator(".error-summary")).to_be_visible()
    plain.fill("[name=text]", "网络覆盖与申报不符，请核查。")
    plain.fill("[name=name]", "李公众")
    plain.locator("button[value=file]").click()
    expect(plain.locator("h1")).to_have_text("异议已收到")


def test_the_language_switch_needs_no_script(plain: Page) -> None:
    plain.goto("/calls/")
    plain.locator(".language-switch button[value=en]").click()
    expect(plain.locator("h1")).to_have_text("Calls for applications")
    assert plain.url.endswith("/calls/")
