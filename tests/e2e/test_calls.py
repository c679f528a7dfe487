"""Every call of the plan in real browsers: its page, whether one may apply, an application begun, every section of its form, the check."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page

from tests.e2e import every_call, scene
from tests.e2e.conftest import sign_in
from tests.e2e.server import Server
from tests.e2e.test_pages import LANGUAGES, fault
from tests.factories.plan import MODEL_FOLDER

CALLS = sorted(f"{path.stem}-2023" for path in (MODEL_FOLDER / "calls").glob("*.yaml"))
START = {"zh-hans": "开始申报", "en": "Start the application"}


@pytest.fixture(scope="module")
def server(prepared: Path, static_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("calls") / "data"
    shutil.copytree(prepared, folder)
    server = Server(folder, static_root=static_root)
    server.shell("from tests.e2e import every_call; every_call.build()")
    scene.stand_at(folder, every_call.NOW)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_call_opens_and_can_be_filed(server: Server, person: Callable[..., Page], language: str) -> None:
    assert len(CALLS) == 9
    page = person(server, language)
    sign_in(page, scene.address(every_call.WHO), scene.PASSWORD)
    faults = []
    for place, call in enumerate(CALLS):
        # the sections are the same boxes in both languages: every other form is examined in the one, the rest in the other
        is_examined = place % 2 == list(LANGUAGES).index(language)
        faults += fault(page, f"/calls/{call}/", language)
        faults += fault(page, f"/calls/{call}/eligibility/", language)
        page.get_by_role("button", name=START[language]).first.click()
        page.wait_for_url(re.compile("/my/"))
        number = unquote(page.url.split("/my/")[1].split("/")[0])
        sections = [str(link.get_attribute("href")) for link in page.locator("#section-list a").all()]
        assert len(sections) >= 5
        for section in sections:
            faults += fault(page, section, language, is_examined=is_examined)
        faults += fault(page, f"/my/{number}/check/", language)
    assert faults == []
