"""A book as PDF: its words, its contents and indexes, the same bytes each time."""

from __future__ import annotations

import dataclasses
import io
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from pilotage.core import markup
from pilotage.publications.books.compiling import compile as compiled
from pilotage.publications.books.layout import lay_out, reading_order
from pilotage.publications.books.model import BookError, Figure, Part, Table
from pilotage.publications.books.style import over_standard, standard
from tests.publications.books.books import book, case


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return compiled(book(), "pdf", standard())


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_same_inputs_same_bytes(pdf: bytes) -> None:
    assert compiled(book(), "pdf", standard()) == pdf


def test_the_file_is_sound(pdf: bytes, tmp_path: Path) -> None:
    (tmp_path / "book.pdf").write_bytes(pdf)
    done = subprocess.run(["qpdf", "--check", str(tmp_path / "book.pdf")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_pages_in_order(pdf: bytes) -> None:
    shown = pages(pdf)
    assert "工厂典型案例集" in shown[0]
    assert "演示数据：全部内容为虚构。" in shown[0]
    assert "为推广经验" in shown[1]
    assert "目录" in shown[2]
    assert "共2 个" in shown[3].replace("共 2", "共2")
    assert "案例1" in shown[4].replace("案例 1", "案例1")
    assert [page.splitlines()[0] for page in shown[-2:]] == ["行业索引", "场景索引"]


def test_hostile_text_is_printed_as_it_is(pdf: bytes) -> None:
    assert '<script>alert(1)</script> #read("secret.txt")' in pages(pdf)[4]


def test_an_index_names_the_pages_of_its_parts(pdf: bytes) -> None:
    words = pages(pdf)[-1].replace(" ", "")
    assert "机器视觉质检" in words
    assert [line[-1] for line in words.splitlines() if line.startswith("案例")] == ["2", "3"]


def test_bookmarks_lead_to_every_part(pdf: bytes) -> None:
    outline = PdfReader(io.BytesIO(pdf)).outline
    assert [each["/Title"] for each in outline if not isinstance(each, list)] == ["总体情况", "电子信息", "行业索引", "场景索引"]


@pytest.mark.parametrize("language", ["en", "bilingual"])
def test_words_follow_the_language_of_the_book(language: str) -> None:
    shown = pages(compiled(book(language), "pdf", standard()))  # type: ignore[arg-type]
    assert "Contents" in shown[2]
    assert ("目录" in shown[2]) == (language == "bilingual")
    assert "31 October 2023" in shown[0]


def test_a_plan_s_style_is_used_over_the_shipped_one() -> None:
    theirs = b'#import "standard.typ": *\n#let title-page() = [HOUSE STYLE]\n'
    style = over_standard("house", {"book.typ": theirs})
    assert "HOUSE STYLE" in pages(compiled(book(), "pdf", style))[0]
    assert style.digest != standard().digest


def test_figures_and_tables_are_numbered_through() -> None:
    laid = lay_out(book())
    assert [shown.caption for shown in laid.figures] == ["图 1　各行业案例数", "图 2　产线现场", "图 3　产线现场"]


def test_terms_are_sorted_as_they_are_read() -> None:
    assert sorted(["张", "钢铁", "Beta", "电子", "alpha"], key=reading_order) == ["alpha", "Beta", "电子", "钢铁", "张"]


@pytest.mark.parametrize(
    "broken",
    [
        {"parts": (case(1), case(1))},
        {"parts": (Part("not an anchor", "x", ()),)},
        {"indexes": ()},
        {"parts": (Part("a", "x", (Figure("f", "c", image=b"GIF89a"),)),)},
        {"parts": (Part("a", "x", (Table("t", ("a", "b"), (("1",),)),)),)},
        {
            "parts": (
                Part("a", "a", (), parts=(Part("b", "b", (), parts=(Part("c", "c", (), parts=(Part("d", "d", (), parts=(case(1),)),)),)),)),
            )
        },
    ],
)
def test_what_no_file_could_be_made_of_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(BookError):
        lay_out(dataclasses.replace(book(), **broken))  # type: ignore[arg-type]


def test_a_picture_nobody_gave_shows_its_caption() -> None:
    part = Part("a", "x", markup.parse("![产线](figure:nowhere)"))
    assert "产线" in "".join(pages(compiled(book(parts=(part,), indexes=()), "pdf", standard())))
