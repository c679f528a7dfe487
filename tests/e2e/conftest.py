"""Chromium against the real server. With PILOTAGE_PICTURES set, screenshots are kept in artefacts/, which git ignores.

What costs seconds is made once a run and copied, by whichever test asks first (tests/sharing.py):

- ``serving()`` serves a copy of the small scene (tests/e2e/scene.py: the plan, the cast, three enterprises) and stops it after the test:
  ``server = serving("2024-05-06T10:00", "from tests.e2e import mine; mine.build()")``. The second argument runs inside the installation before
  the start, for what this test needs beyond the scene; ``worker=True`` runs the background work too, which costs two processes more.
- ``said`` of that server is what the build printed.
- ``year_end`` is a copy of the scene carried on to an open public notice with something waiting at every desk (tests/e2e/year.py).
- ``person(server, "en")`` is a page, ``sign_in(page, scene.address("city"), scene.PASSWORD)`` signs it in. Everybody of the scene, and everybody
  that a build has made, is let in with a session made beforehand: no form, no password to hash. ``sign_in_on_page`` goes through the form.
- ``axe(page)`` is the list of faults, which must be empty.

Wait for what is to be seen (``expect``), never for a time.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from tests.e2e import scene, year
from tests.e2e.server import ROOT, Server
from tests.sharing import made_once, static_files, tables

ARTEFACTS = ROOT / "artefacts"
AXE = Path(__file__).with_name("axe.min.js")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# a browser context -> the sessions of the people of its server
sessions_of: WeakKeyDictionary[Any, Path] = WeakKeyDictionary()
SIZES = {"desk": {"width": 1366, "height": 900}, "phone": {"width": 390, "height": 844}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collected once, shared by every server of the session."""
    return static_files(tmp_path_factory)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the plan and the cast of the small scene, made once and not to be changed."""

    def build(folder: Path) -> None:
        server = Server(folder)
        shutil.copy(tables(tmp_path_factory), folder)
        scene.prepare(server, year.FILING)

    return made_once(tmp_path_factory, "scene", build)


@pytest.fixture(scope="session")
def year_end(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small scene carried on to an open public notice, made once and not to be changed; ``addresses.json`` says where its records are."""

    def build(folder: Path) -> None:
        shutil.copytree(prepared, folder)
        told = Server(folder).shell("from tests.e2e import scene, year; year.build(); scene.remember_sessions()")
        (folder / "addresses.json").write_text(told.splitlines()[-1])
        scene.stand_at(folder, year.NOW)

    return made_once(tmp_path_factory, "year", build)


@pytest.fixture
def serving(prepared: Path, static_root: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """``serving("2023-09-01T10:00", "from tests.e2e import sitting; sitting.build()")``: see above."""
    servers: list[Server] = []

    def serve(moment: str = year.FILING, build: str = "", *, worker: bool = False, workers: int = 1) -> Server:
        folder = tmp_path / f"data-{len(servers)}"
        shutil.copytree(prepared, folder)
        server = Server(folder, static_root=static_root, workers=workers)
        scene.stand_at(folder, moment)
        if build:
            server.said = server.shell(f"{build}\nfrom tests.e2e import scene; scene.remember_sessions()")
        servers.append(server)
        server.start(*([] if worker else ["--no-worker"]))
        return server

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # as patient as the pages themselves
    # the shell is the same engine without a window to draw, at half the work
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert path, "Chromium is missing: python scripts/ensure_system.py"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *([] if "shell" in path else ["--headless=new"])])
        yield chromium
        chromium.close()


@pytest.fixture
def person(browser: Any) -> Iterator[Callable[..., Any]]:
    """``person(server, "en")`` is a page in a browser of its own; errors in its console fail the test.

    A breach of the content security policy is such an error.
    """
    contexts: list[Any] = []
    errors: list[str] = []

    def open_browser(server: Server, language: str = "zh-hans", size: str = "desk") -> Any:
        context = browser.new_context(
            base_url=server.url, viewport=SIZES[size], locale="zh-CN" if language == "zh-hans" else "en-GB", timezone_id="Asia/Shanghai"
        )
        context.add_cookies([{"name": "django_language", "value": language, "url": server.url}])
        context.set_default_timeout(20_000)
        sessions_of[context] = server.data_dir / "sessions.json"
        page = context.new_page()
        page.on("console", lambda message: errors.append(f"{page.url}: {message.text}") if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        contexts.append(context)
        return page

    yield open_browser
    for context in contexts:
        context.close()
    # A refused form answers with 4xx, a crowded server with 503 and a test without a network not at all, on purpose; the browser
    # reports all three as errors.
    expected = (
        "a status of 4",
        "a status of 503",
        "net::ERR_",
        "htmx:",
    )
    assert [error for error in errors if not any(words in error for words in expected)] == []


def sign_in(page: Any, email: str, password: str) -> None:
    """With the session that was made for this person beforehand; without one, through the form."""
    path = sessions_of.get(page.context)
    key = json.loads(path.read_text()).get(email) if path and path.exists() else None
    if key is None:
        sign_in_on_page(page, email, password)
        return
    page.context.add_cookies([{"name": "sessionid", "value": key, "domain": "127.0.0.1", "path": "/"}])


def sign_in_on_page(page: Any, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def screenshot(page: Any, name: str) -> None:
    """For the eye, where PILOTAGE_PICTURES is set: hundreds of pictures take minutes."""
    if os.environ.get("PILOTAGE_PICTURES"):
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


def axe(page: Any) -> list[str]:
    """Violations of WCAG 2.2 AA and best practice on the page as it stands, one line each; must be empty."""
    page.evaluate(AXE.read_text(encoding="utf-8"))  # evaluated by the browser itself, so the page's policy stays in force
    tags = json.dumps(AXE_TAGS)
    result = page.evaluate(f"axe.run(document, {{runOnly: {{type: 'tag', values: {tags}}}, resultTypes: ['violations']}})")
    return [
        f"{page.url} {violation['id']} ({violation['impact']}): {violation['help']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
