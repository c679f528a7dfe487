"""The secretariat selects under crossing quotas, reads why one stays out, two people decide, and the file of it is reckoned again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import scene, selecting
from tests.e2e.conftest import axe, screenshot, sign_in
from tests.e2e.server import Server

URL = f"/work/selection/{scene.CALL}/"
SELECTED = ["苏-01", "苏-02", "苏-03", "鲁-01", "鲁-03"]  # at most 3 of Jiangsu and 3 of industry 34


@pytest.fixture
def decided(serving: Callable[..., Server]) -> Server:
    return serving(selecting.DECIDING, "from tests.e2e import selecting; selecting.build()")


def selected(server: Server) -> list[str]:
    ask = "from pilotage.calls.models import Application as A; print(*A.objects.filter(state='selected').order_by('number').values_list('number', flat=True))"
    return sorted(server.shell(ask).split())


def bars(page: Page) -> dict[str, str]:
    """The parts of the shown project's bar: what it is, and its points."""
    rows = page.locator("#why .line-bars tr")
    return {row.locator("th").inner_text().strip(): row.locator("td.num").inner_text().strip() for row in rows.all()}


def test_from_quotas_to_a_file_that_anybody_can_reckon_again(decided: Server, person: Callable[..., Page], tmp_path: Path) -> None:
    page = person(decided)
    sign_in(page, scene.address("secretariat"), scene.PASSWORD)
    page.goto(URL)
    page.fill("[name=total]", "5")
    page.fill("[name=reserve]", "2")
    page.fill("[name=quota-1-maximum]", "3")
    page.select_option("[name=quota-2-attribute]", "industry:34")
    page.fill("[name=quota-2-maximum]", "x")
    page.click("button[value=build]")
    expect(page.locator("#quota-2-maximum-error")).to_have_text(re.compile("整数"))
    page.fill("[name=quota-2-maximum]", "3")
    page.click("button[value=build]")
    expect(page.locator(".head-facts")).to_contain_text("76.67")

    page.get_by_role("link", name="演示苏-04 5G工厂").first.click()
    expect(page.locator("#why")).to_contain_text("86.67")
    assert bars(page) == {"全国线": "76.67", "江苏省名额已满 3/3": "+13.33", "本项目入选线": "90.00", "平均分": "86.67"}
    screenshot(page, "selection-why")

    page.get_by_label("江苏省 至多").fill("4")
    page.keyboard.press("Tab")
    expect(page.locator("#what-if")).to_contain_text("演示苏-04 5G工厂")
    expect(page.locator("#what-if")).to_contain_text("演示鲁-03 5G工厂")
    assert axe(page) == []
    screenshot(page, "selection-what-if")
    page.goto(URL)
    page.click("button[value=propose]")
    expect(page.locator("#why-confirm")).to_be_visible()
    assert selected(decided) == []

    second = person(decided, "en")
    sign_in(second, scene.address("secretariat2"), scene.PASSWORD)
    second.goto(URL)
    second.click("button[value=confirm]")
    expect(second.get_by_role("link", name="Decision file")).to_be_visible()
    assert selected(decided) == SELECTED
    with second.expect_download() as download:
        second.get_by_role("link", name="Decision file").click()
    file = tmp_path / "decision.zip"
    download.value.save_as(file)
    assert "identical: 12 applications" in decided.run("replay", str(file)).stdout

    file.write_bytes(file.read_bytes().replace(b"9", b"8", 1))
    refused = decided.run("replay", str(file), check=False)
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
