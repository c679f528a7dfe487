"""Filling in the application form as a person would: by what kind of box stands there."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def fill_section(page: Page, values: dict[str, Any]) -> None:
    """Answer every field of the section on the page that has a value."""
    keys = [str(key) for key in page.locator("#application-form [data-field]").evaluate_all("nodes => nodes.map(n => n.dataset.field)")]
    for key in keys:
        if key in values:
            fill(page, key, values[key])


def fill(page: Page, key: str, value: Any) -> None:
    if isinstance(value, dict):
        fill_parts(page, key, value)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        fill_table(page, key, value)
    elif isinstance(value, list):
        for code in value:
            page.locator(f"[name='f.{key}'][value='{code}']").check()
    else:
        fill_one(page, f"f.{key}", value)


def fill_one(page: Page, name: str, value: Any) -> None:
    box = page.locator(f"[name='{name}']").first
    kind = box.evaluate("node => node.tagName === 'SELECT' ? 'select' : node.type")
    word = str(value).lower() if isinstance(value, bool) else str(value)
    if kind in {"radio", "checkbox"}:
        page.locator(f"[name='{name}'][value='{word}']").check()
    elif kind == "select":
        box.select_option(word)
    else:
        box.fill(word)


def fill_parts(page: Page, key: str, value: dict[str, str]) -> None:
    """Before and after, or one text per chosen scenario."""
    for part, text in value.items():
        if part not in {"before", "after"}:
            page.locator(f"[name='f.{key}'][value='{part}']").check()
        page.fill(f"[name='f.{key}.{part}']", text)


def fill_table(page: Page, key: str, rows: list[dict[str, Any]]) -> None:
    for index, row in enumerate(rows):
        if not page.locator(f"[name^='f.{key}.{index}.']").count():
            page.locator(f"button[value='add-row:{key}']").click()
        for column, value in row.items():
            if value is not None:
                fill_one(page, f"f.{key}.{index}.{column}", value)


def attach(page: Page, field: str, name: str) -> None:
    """Choose the file; it goes up by itself and comes back with its digest."""
    page.set_input_files(f"input[name='file.{field}']", {"name": name, "mimeType": "application/pdf", "buffer": PDF})
    files = page.locator(f"[data-field='{field}'] .files")
    expect(files).to_contain_text(name)
    expect(files).to_contain_text(re.compile(r"[0-9a-f]{12}"))
