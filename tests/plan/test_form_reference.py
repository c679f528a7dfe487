from __future__ import annotations

import json

from pilotage.core.expressions import Kind, Name, compile_expression
from scripts.form_reference import PAGE, PARTS, SCHEMA, keys_of, page


def test_the_reference_page_is_that_of_the_schema() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_key_of_a_form_is_explained_in_both_languages() -> None:
    schema, text = json.loads(SCHEMA.read_text(encoding="utf-8")), page()
    keys = [key for _title, part in PARTS for key in keys_of(schema, part)]
    assert [key for key in keys if f"| `{key}` | " not in text] == []
    assert [line for line in text.splitlines() if line.startswith("| `") and (" |  |" in line)] == []


def test_the_formulas_it_shows_can_be_used() -> None:
    names = {
        "a": Name(Kind.NUMBER),
        "b": Name(Kind.NUMBER),
        "items": Name(Kind.TABLE, columns={"amount": Name(Kind.NUMBER)}),
        "effect": Name(Kind.PAIR),
        "note": Name(Kind.TEXT),
        "systems": Name(Kind.CHOICES),
        "started_on": Name(Kind.MONTH),
    }
    shown = [
        "sum(items.amount)", "count(items)", "before(effect)", "after(effect)", "filled(note)", 'has(systems, "mes")',
        "year(started_on)", "min(a, b)", "max(items.amount)", "abs(a)", "round(a, 1)",
    ]  # fmt: skip
    text = page()
    for source in shown:
        assert f"`{source}`" in text
        assert compile_expression(source, names).evaluate({}) in (None, False)
