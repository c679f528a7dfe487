"""Chromium against the real server. With PILOTAGE_PICTURES set, screenshots are kept in artefacts/, which git ignores."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.server import ROOT, Server
from tests.sharing import made_once, migrated, static_files

ARTEFACTS = ROOT / "artefacts"
AXE = Path(__file__).with_name("axe.min.js")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
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
    from tests.e2e import scene, year

    def build(folder: Path) -> None:
        server = Server(folder)
        shutil.copy(migrated(tmp_path_factory), folder)
        scene.prepare(server, year.FILING)

    return made_once(tmp_path_factory, "scene", build)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """``built("review")`` is a data folder with the demonstration at that stage, made once and not to be changed."""
    return lambda stage: made_once(
        tmp_path_factory, f"demo-{stage}", lambda folder: Server(folder).run("demo", "--stage", stage, timeout=600)
    )


@pytest.fixture
def demo(built: Callable[[str], Path], static_root: Path, tmp_path: Path) -> Iterator[Callable[[str], Server]]:
    """``demo("recommend")`` serves a fresh copy of the demonstration at that stage."""
    servers: list[Server] = []

    def serve(stage: str, **settings: str) -> Server:
        folder = tmp_path / f"data-{len(servers)}"
        shutil.copytree(built(stage), folder)
        server = Server(folder, static_root=static_root, **settings)
        servers.append(server)
        server.start()
        return server

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # as patient as the pages themselves
    path = shutil.which("chromium")
    assert path, "Chromium is missing: python scripts/ensure_system.py"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
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
    result = page.evaluate(f"axe.run(document, {{runOnly: {{type: 'tag', values: {tags}}}}})")
    return [
        f"{page.url} {violation['id']} ({violation['impact']}): {violation['help']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
