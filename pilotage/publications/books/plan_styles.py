"""The style of a plan's books: which one holds for a kind of book, and whether a book can be set in it.

A style is part of the plan's folder (``books/``) and is kept with each version of the plan; what holds is that of the newest version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, TypeAlias

from django.utils.translation import gettext as _

from pilotage.core import charts, documents, markup
from pilotage.core.documents.trial import tried as set_in_trial
from pilotage.plan.models import Plan, PlanVersion
from pilotage.plan.refs.book_styles import uses_of
from pilotage.publications.books.layout import lay_out
from pilotage.publications.books.model import Book, Figure, Part, Table
from pilotage.publications.books.pdf import sources
from pilotage.publications.books.style import Style, over_standard, standard

Use: TypeAlias = Literal["case_sets", "directories", "guidelines"]
PARTS = ("colours", "fonts", "cover")


def style_of(plan: Plan | None, use: Use) -> Style:
    """That of the plan's newest version for books of this kind, the shipped one where it has none. One query."""
    if plan is None:
        return standard()
    kept = PlanVersion.objects.filter(plan=plan).order_by("-number").values_list("content__books", flat=True).first()
    found = next((each for _name, each in sorted((kept or {}).items()) if use in uses_of(each)), None)
    return standard() if found is None else _style(found)


def _style(said: Mapping[str, Any]) -> Style:
    files = {name: text.encode() for name, text in said.get("files", {}).items()}
    return over_standard(said["style"], files, {part: said[part] for part in PARTS if part in said})


def load_styles(_plan: Plan, docs: list[dict[str, Any]], _actor: Any) -> list[str]:
    """The plan's version keeps them. Returns a sentence for each font that this machine does not have."""
    sentences = []
    for doc in docs:
        named = [font for fonts in doc.get("fonts", {}).values() for font in fonts]
        here = {font.family for font in documents.named_fonts(named)}
        sentences += [
            _("Font %(font)s of the style %(style)s is not installed and is passed over.") % {"font": font, "style": doc["style"]}
            for font in dict.fromkeys(named)
            if font not in here
        ]
    return sentences


# --- trying ---------------------------------------------------------------------------------
def tried(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Place (file:line:column) and sentence of what keeps a small book, with everything in it, from being set in the style."""
    style = _style(said)
    try:
        files = sources(lay_out(_small_book()), style)
        fonts = [documents.chinese_font(), *documents.named_fonts([*style.fonts("text"), *style.fonts("titles")])]
    except documents.DocumentError as fault:
        yield ":1:1", str(fault)
        return
    found = set_in_trial(files, fonts=list(dict.fromkeys(font.folder for font in fonts)))
    if found is not None:
        yield f"{found.file}:{found.line}:{found.column}", _("No book can be set in it: %(why)s") % {"why": found.message}


def _small_book() -> Book:
    chart = charts.bars([("a", 2.0, "")], title="a", width=560)
    text = markup.parse("# a\n\nb **c** *d* `e` [f](https://example.org/)\n\n- g\n\n1. h\n\n> i\n\n| j | k |\n|---|--:|\n| l | 1 |\n")
    content = (*text, Figure("chart", "a", svg=chart.svg), Table("b", ("c", "d"), (("e", "1"),), note="f"))
    deep = Part("c", "C", content, facts=(("a", "b"),), terms=(("Index", "c"),), is_running_on=True)
    parts = (Part("a", "A", content, parts=(Part("b", "B", (), parts=(deep,)),)),)
    day = date(2023, 10, 31)
    return Book("urn:pilotage:trial", "Trial", "a", "b", "bilingual", "1", day, markup.parse("c"), parts, ("Index",), notice="d")
