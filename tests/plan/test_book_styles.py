"""A book style in the plan folder: part of the plan's content, every fault named with its file and line, and what reaches out is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from pilotage.plan.folder import check

PLAN = (Path(__file__).resolve().parents[2] / "plans" / "industrial-internet-2023" / "plan.yaml").read_text(encoding="utf-8")
STYLE = """\
style: house
colours: {accent: "#8a1f1f"}
fonts: {titles: [Noto Serif CJK SC]}
cover: {above: {zh: 专项工作组, en: Special working group}}
"""
TEMPLATE = '#import "standard.typ": *\n\n#let title-page() = [HOUSE]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "books" / "house").mkdir(parents=True)
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "books" / "house.yaml").write_text(STYLE, encoding="utf-8")
    (tmp_path / "books" / "house" / "book.typ").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


def faults(folder: Path) -> list[tuple[str, int, str]]:
    with translation.override("en"):
        return [(each.file, each.line, each.message) for each in check(folder).problems if each.file.startswith("books")]


def test_style_and_templates_are_part_of_the_content(folder: Path) -> None:
    (folder / "books" / "house" / "book.css").write_text("h1 { color: var(--accent); }\n", encoding="utf-8")
    (folder / "books" / "house" / "mark.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    assert faults(folder) == []
    found = check(folder).folder
    if found is not None:  # the plan's own figures are of other sections
        assert sorted(found.content["books"]["house"]["files"]) == ["book.css", "book.typ", "mark.svg"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('#import "@preview/cetz:0.3.0": *\n', 3, "Packages are not loaded"),
        ('#import "../other.typ": *\n', 3, "is no file of this folder"),
        ('\n#include "/etc/passwd"\n', 4, "is no file of this folder"),
        ('#let p = "@preview/cetz:0.3.0"\n#import p: *\n', 4, "stands the name of a file"),
        ('#import /* here */ "@preview/cetz:0.3.0": *\n', 3, "stands the name of a file"),
        ('#let a = "\n// " + {import "@preview/cetz:0.3.0": *}\n', 4, "Packages are not loaded"),
        ("#eval(\"1\")\n", 3, "has no place in a template"),
        ('#dictionary(std).at("ev" + "al")("1")\n', 3, "has no place in a template"),
        ('#read("/etc/passwd")\n', 3, "is no file of this folder"),
        ('#let f = read\n#f("/etc/passwd")\n', 4, "No book can be set in it"),
        ('#let f = read\n#f("../../../../etc/passwd")\n', 4, "No book can be set in it"),
        ("#let broken( = 1\n", 3, "No book can be set in it"),
        ("#let book(data) = []\n", 3, "No book can be set in it"),
    ],
)  # fmt: skip
def test_what_reaches_out_or_breaks_is_named(folder: Path, text: str, line: int, words: str) -> None:
    (folder / "books" / "house" / "book.typ").write_text('#import "standard.typ": *\n\n' + text, encoding="utf-8")
    found = faults(folder)
    assert found, "nothing was said"
    assert words in found[0][2]
    assert found[0][:2] in {("books/house/book.typ", line), ("books/house.yaml", 1)}


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("book.css", "p {}\n@import 'a.css';\n", 2, "no address"),
        ("book.css", "p { background: u\\72l(a.png); }\n", 1, "no address"),
        ("mark.svg", '<svg>\n<image href="file:///etc/passwd"/></svg>', 2, "A drawing holds no script"),
        ("mark.svg", '<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', 1, "A drawing holds no script"),
        ("mark.svg", "<svg>", 1, "This is no drawing"),
        ("main.typ", "", 1, "This name is the platform's own"),
        ("run.py", "", 1, "no part of a plan folder"),
    ],
)
def test_sheets_drawings_and_names(folder: Path, name: str, text: str, line: int, words: str) -> None:
    (folder / "books" / "house" / name).write_text(text, encoding="utf-8")
    assert [(file, at) for file, at, message in faults(folder) if words in message] == [(f"books/house/{name}", line)]


def test_each_kind_of_book_has_one_style(folder: Path) -> None:
    (folder / "books" / "other.yaml").write_text("style: other\nfor: [guidelines]\n", encoding="utf-8")
    assert faults(folder) == [("books/other.yaml", 2, "“guidelines” have the style of books/house.yaml already.")]


def test_colours_are_colours_and_fonts_are_names(folder: Path) -> None:
    (folder / "books" / "house.yaml").write_text('style: house\ncolours: {accent: red}\nfonts: {text: ["a; }"]}\n', encoding="utf-8")
    assert [(file, line) for file, line, _message in faults(folder)] == [("books/house.yaml", 2), ("books/house.yaml", 3)]


def test_a_template_without_end_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pilotage.core.documents import trial

    monkeypatch.setattr(trial, "SECONDS", 3)
    (folder / "books" / "house" / "book.typ").write_text(
        '#import "standard.typ": *\n#let title-page() = { for i in range(90000000) { calc.sin(i) } }\n', encoding="utf-8"
    )
    assert [(file, "No book can be set in it" in message) for file, _line, message in faults(folder)] == [("books/house.yaml", True)]
