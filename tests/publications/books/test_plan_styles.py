"""The style of a plan's books: kept with its version, used by PDF, EPUB, web book and Word, the shipped one where there is none."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from pilotage.core import clock
from pilotage.plan.models import Plan, PlanVersion
from pilotage.publications.books.compiling import compile as compiled
from pilotage.publications.books.plan_styles import load_styles, style_of
from pilotage.publications.books.style import standard
from tests.factories.plan import PlanFactory
from tests.publications.books.books import book

pytestmark = pytest.mark.django_db
HOUSE = {
    "style": "house",
    "for": ["case_sets"],
    "colours": {"accent": "#8a1f1f"},
    "fonts": {"text": ["No Such Font"], "titles": ["楷体"]},
    "cover": {"above": {"zh": "专项工作组", "en": "Special working group"}},
    "files": {"web.css": ".web-head { color: var(--accent); }\n"},
}


def version(plan: Plan, books: dict[str, Any] | None, number: int) -> None:
    content = {"plan": {}} | ({"books": books} if books else {})
    PlanVersion.objects.create(plan=plan, number=number, digest=str(number), content=content, loaded_at=clock.now())


def test_the_newest_version_says_which_style_holds() -> None:
    plan = PlanFactory()
    assert style_of(None, "case_sets") == style_of(plan, "case_sets") == standard()
    version(plan, {"house": HOUSE}, 11)
    assert style_of(plan, "case_sets").name == "house"
    assert style_of(plan, "guidelines") == standard()
    version(plan, {"house": HOUSE | {"colours": {"accent": "#123456"}}}, 12)
    assert style_of(plan, "case_sets").colour("accent") == "123456"
    assert style_of(plan, "case_sets").colour("ink") == standard().colour("ink")
    version(plan, None, 13)
    assert style_of(plan, "case_sets") == standard()


def test_every_kind_of_file_has_its_looks() -> None:
    plan = PlanFactory()
    version(plan, {"house": HOUSE}, 11)
    style = style_of(plan, "case_sets")
    first = PdfReader(io.BytesIO(compiled(book(), "pdf", style))).pages[0].extract_text()
    assert "专项工作组" in first
    with zipfile.ZipFile(io.BytesIO(compiled(book("bilingual"), "epub", style))) as epub:
        assert b"#8a1f1f" in epub.read("book/book.css")
        assert b"var(" not in epub.read("book/book.css")
        assert "专项工作组 Special working group" in epub.read("book/title-page.xhtml").decode()
    with zipfile.ZipFile(io.BytesIO(compiled(book("en"), "web", style))) as web:
        assert web.read("web.css").startswith(b".web-head { color: #8a1f1f; }")
        assert "Special working group" in web.read("index.html").decode()
    word = Document(io.BytesIO(compiled(book(), "docx", style)))
    assert str(word.styles["Heading 1"].font.color.rgb) == "8A1F1F"
    assert "楷体" in word.styles["Heading 1"].element.xml


def test_a_font_that_is_not_here_is_told_when_the_plan_is_loaded() -> None:
    said = load_styles(PlanFactory(), [HOUSE], None)
    assert [("No Such Font" in each, "楷体" in each) for each in said] == [(True, False), (False, True)]
