"""A city officer clears sixty applications in one sitting, with the keyboard alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import scene, sitting
from tests.e2e.conftest import sign_in
from tests.e2e.server import Server

REASON = "第三部分的设备台数与附件不一致，请更正。"


@pytest.fixture
def desk(serving: Callable[..., Server]) -> Server:
    return serving(sitting.CHECKING, "from tests.e2e import sitting; sitting.build()")


def states(server: Server) -> dict[str, int]:
    ask = "import json, collections; from pilotage.calls.models import Application as A"
    count = "print(json.dumps(collections.Counter(A.objects.order_by().values_list('state', flat=True))))"
    return dict(json.loads(server.shell(f"{ask}; {count}").splitlines()[-1]))


def test_sixty_in_one_sitting(desk: Server, person: Callable[..., Page]) -> None:
    """Every tenth goes back with a reason, the fifth is left for later with J and passed at the end; the mouse is used once, to begin."""
    page = person(desk)
    sign_in(page, scene.address("city"), scene.PASSWORD)
    page.goto(f"/work/check/?call={scene.CALL}")
    before = states(desk)
    page.locator("a[href*='queue=check']").first.click()
    for turn in range(1, sitting.COUNT + 1):
        page.wait_for_url(re.compile("queue=check"))
        here = page.url
        if turn == 5:
            page.keyboard.press("j")
            page.wait_for_url(lambda url, here=here: url != here)
            here = page.url
        if turn % 10:
            page.keyboard.press("p")
        else:
            page.keyboard.press("r")
            expect(page.locator("#reason-return")).to_be_focused()
            page.keyboard.type(REASON)
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    expect(page).to_have_url(re.compile(r"/work/check/\?call="))
    after = states(desk)
    moved = {state: after.get(state, 0) - before.get(state, 0) for state in ("submitted", "checked", "returned")}
    assert moved == {"submitted": -60, "checked": 54, "returned": 6}
