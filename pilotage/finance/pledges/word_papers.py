"""A paper of a pledge as a Word file: the same sections as on the PDF, with Word's own styles."""

from __future__ import annotations

import io
from datetime import datetime, time
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, RGBColor

from pilotage.core import clock
from pilotage.core.documents import word

LOOKS = {
    "Normal": (10, None), "Title": (18, "17202B"), "Subtitle": (9.5, "5F6B79"), "Heading 2": (12, "17202B"), "Footer": (8, "5F6B79"),
}  # fmt: skip
WARN = "8A5300"


def docx(sheet: Any) -> bytes:
    """``sheet``: a ``papers.Sheet``."""
    made: Any = Document()
    word.set_page(made, margins=Mm(20))
    word.set_styles(made, LOOKS, sheet.language)
    known = made.core_properties
    known.title, known.author, known.language = sheet.title[:255], "Pilotage", sheet.language
    known.created = known.modified = datetime.combine(clock.today(), time())
    known.comments = sheet.notice[:255]
    made.add_paragraph(sheet.title, "Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    made.add_paragraph(sheet.subtitle, "Subtitle").alignment = WD_ALIGN_PARAGRAPH.CENTER
    if sheet.notice:
        made.add_paragraph().add_run(sheet.notice).font.color.rgb = RGBColor.from_string(WARN)
    for section in sheet.sections:
        _section(made, section)
    if sheet.signs:
        _signs(made, sheet)
    made.add_paragraph(sheet.printed)
    word.add_field(made.sections[0].footer.paragraphs[0], "PAGE", "1")
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _section(made: Any, section: Any) -> None:
    made.add_paragraph(section.heading, "Heading 2")
    if section.facts:
        _table(made, [[label, value] for label, value in section.facts], size=10)
    if section.rows:
        _table(made, [section.head, *section.rows], size=8.5)
    for line in section.lines:
        made.add_paragraph(line)


def _table(made: Any, rows: list[list[str]], *, size: float) -> None:
    table = made.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for row in rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            line = cell.paragraphs[0]
            line.paragraph_format.space_after = Pt(2)
            line.add_run(text).font.size = Pt(size)
    made.add_paragraph().paragraph_format.space_after = Pt(2)


def _signs(made: Any, sheet: Any) -> None:
    table = made.add_table(rows=1, cols=len(sheet.signs), style="Table Grid")
    for cell, sign in zip(table.rows[0].cells, sheet.signs, strict=True):
        cell.paragraphs[0].add_run(f"{sign['role']}  {sign['name']}")
        cell.add_paragraph().paragraph_format.space_after = Pt(48)
        cell.add_paragraph(sheet.sign_words)
