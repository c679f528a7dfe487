"""What python-docx has no word for: fields, bookmarks, contents with links, styles with a Chinese font beside the Latin one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

LATIN = "Arial"
CHINESE = {"body": "宋体", "head": "黑体"}
IN_BODY = ("Normal", "Caption", "Footer", "Quote")


def set_page(made: Any, *, margins: Length) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = margins


def set_styles(made: Any, looks: Mapping[str, tuple[float, str | None]], language: str, chinese: Mapping[str, str] | None = None) -> None:
    """``looks``: size in points and colour of each style. ``chinese``: fonts of ``body`` and ``head`` where they are not the usual."""
    families = {**CHINESE, **(chinese or {})}
    for name, (size, colour) in looks.items():
        style = made.styles[name]
        style.font.size, style.font.name, style.font.italic, style.font.bold = Pt(size), LATIN, False, False
        if colour:
            style.font.color.rgb = RGBColor.from_string(colour)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), families["body" if name in IN_BODY else "head"])
        fonts.set(qn("w:hAnsi"), LATIN)
    made.styles["Normal"].paragraph_format.space_after = Pt(6)
    made.styles["Normal"].paragraph_format.line_spacing = 1.35
    for rule in made.styles["Title"].element.findall(f".//{qn('w:pBdr')}"):
        rule.getparent().remove(rule)
    spoken = made.styles.element.find(f"{qn('w:docDefaults')}//{qn('w:lang')}")
    spoken.set(qn("w:val"), "en-GB" if language.startswith("en") else "en-US")
    spoken.set(qn("w:eastAsia"), "zh-CN")


def add_field(line: Any, instruction: str, shown: str) -> None:
    _part(line, "begin")
    _instruction(line, f" {instruction} ")
    _part(line, "separate")
    line.add_run(shown)
    _part(line, "end")


def add_bookmark(line: Any, name: str, number: int) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    line._p.insert(1 if line._p.pPr is not None else 0, start)
    line._p.append(end)


def add_internal_link(line: Any, words: str, bookmark: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), bookmark)
    link.set(qn("w:history"), "1")
    link.append(line.add_run(words)._r)
    line._p.append(link)


def add_contents(made: Any, entries: Sequence[tuple[int, str, str]], *, depth: int) -> None:
    """One field over all entries (depth, words, bookmark); each leads to its heading.

    Behind each stands the field of its page, empty until the reader brings the contents up to date (in Word: Ctrl+A, F9): a number
    written here would be that of another layout.
    """
    section = made.sections[0]
    edge = section.page_width - section.left_margin - section.right_margin
    for place, (level, words, bookmark) in enumerate(entries):
        line = made.add_paragraph()
        line.paragraph_format.space_after = Pt(2)
        line.paragraph_format.left_indent = Mm(6 * (level - 1))
        if place == 0:
            _part(line, "begin")
            _instruction(line, f' TOC \\o "1-{depth}" \\h \\z \\u ')
            _part(line, "separate")
        add_internal_link(line, words, bookmark)
        line.paragraph_format.tab_stops.add_tab_stop(edge, WD_TAB_ALIGNMENT.RIGHT)
        line.add_run("\t")
        add_field(line, f"PAGEREF {bookmark} \\h", "")
        if place == len(entries) - 1:
            _part(line, "end")


def _part(line: Any, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    line.add_run()._r.append(mark)


def _instruction(line: Any, words: str) -> None:
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = words
    line.add_run()._r.append(text)
