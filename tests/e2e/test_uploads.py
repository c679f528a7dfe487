"""A large file over a line that breaks: the page goes on by itself, and the first page of the file is shown."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import expect

from tests.e2e import scene
from tests.e2e.conftest import axe, screenshot, sign_in
from tests.e2e.server import Server

PIECE = 1024 * 1024


def large_paper() -> bytes:
    """A PDF of a page of noise, so that it cannot be small."""
    noise = Image.frombytes("RGB", (2400, 2400), random.Random(5).randbytes(2400 * 2400 * 3))
    out = io.BytesIO()
    noise.save(out, "PDF", quality=92)
    return out.getvalue()


def test_a_large_file_goes_on_after_the_line_broke(serving: Callable[..., Server], person: Callable[..., Any]) -> None:
    server = serving(worker=True)  # which draws the first page
    content = large_paper()
    assert content[:5] == b"%PDF-"
    assert 3 * PIECE < len(content) < 20 * PIECE
    page = person(server)
    sign_in(page, scene.address("filer2"), scene.PASSWORD)
    page.goto("/my/")
    page.locator("a[href^='/my/5GF-']").first.click()
    page.wait_for_url("**/my/5GF-**")
    page.goto(page.url.partition("?")[0] + "?section=evidence")
    sent: list[int] = []

    def line(route: Any) -> None:
        if route.request.method == "PATCH":
            sent.append(int(route.request.headers["upload-offset"]))
            if len(sent) in {2, 3}:
                route.abort("internetdisconnected")
                return
        route.continue_()

    page.route("**/uploads/*/", line)
    page.set_input_files(
        "input[name='file.evidence_network']", files=[{"name": "大合同.pdf", "mimeType": "application/pdf", "buffer": content}]
    )
    expect(page.locator(".upload-line [role=status]")).to_contain_text("网络中断")
    screenshot(page, "upload-broken-zh")
    file = page.locator(".files a", has_text="大合同.pdf")
    expect(file).to_be_visible()
    assert sent[:4] == [0, PIECE, PIECE, PIECE]
    assert sent == sorted(sent)
    for _ in range(30):  # until the worker has drawn it
        if page.locator("img.file-preview").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("img.file-preview")).to_have_js_property("complete", True)
    assert page.locator("img.file-preview").evaluate("node => node.naturalWidth") > 100
    screenshot(page, "upload-done-zh")
    assert axe(page) == []
    with page.expect_download() as started:
        file.click()
    assert Path(started.value.path()).read_bytes() == content


def test_without_the_script_the_form_takes_the_file(serving: Callable[..., Server], browser: Any) -> None:
    server = serving()
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, scene.address("filer2"), scene.PASSWORD)
    page.goto("/my/")
    page.locator("a[href^='/my/5GF-']").first.click()
    page.goto(page.url.partition("?")[0] + "?section=evidence")
    page.set_input_files(
        "input[name='file.evidence_network']", files=[{"name": "大合同.pdf", "mimeType": "application/pdf", "buffer": large_paper()}]
    )
    page.click("button[value='upload:evidence_network']")
    expect(page.locator(".files a", has_text="大合同.pdf")).to_be_visible()
    context.close()
