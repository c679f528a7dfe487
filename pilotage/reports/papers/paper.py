"""One work report in one language as plain parts: what the PDF, the Word file and the workbook are all made of.

Data: a paper is a title, facts, and parts of blocks: ``h`` a heading, ``p`` a paragraph, ``note`` small words, ``table``, ``chart``.
A cell of a table is a text, or ``[text, tone]``; ``values`` holds the same rows as numbers where there are any, for the workbook.
Invariants: a paper is made of frozen figures and kept texts alone, so the same report is printed the same at any later time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from pilotage.core.charts import Chart
from pilotage.plan.refs.work_report_parts import fields_in
from pilotage.reports.papers.models import ReportData, TextBlock, WorkReport
from pilotage.reports.papers.words import moment, number

Block = dict[str, Any]
NUMERALS = "一二三四五六七八九十"
CONTENTS_FROM = 6  # parts; a shorter report is read without a list of them


class Part(TypedDict):
    kind: str
    key: str
    title: str
    blocks: list[Block]


class Paper(TypedDict):
    language: str
    title: str
    subtitle: str
    issuer: str
    facts: list[list[str]]
    watermark: str
    foot: str
    contents: bool
    parts: list[Part]
    made_at: datetime


# --- blocks ---------------------------------------------------------------------------------
def paragraph(text: str) -> Block:
    return {"t": "p", "text": text}


def note(text: str) -> Block:
    return {"t": "note", "text": text}


def heading(text: str) -> Block:
    return {"t": "h", "text": text}


def chart(drawn: Chart, alt: str) -> Block:
    return {"t": "chart", "svg": drawn.svg, "width": drawn.width, "height": drawn.height, "alt": alt}


def table(head: Sequence[tuple[str, str, float]], rows: Iterable[Sequence[Any]]) -> Block:
    """``head``: words, ``l`` or ``r``, share of the width. A cell is a text, ``[text, tone]``, a number, ``(text, number)`` or None (unknown)."""
    found = [list(row) for row in rows]
    shown = [[_shown(cell) for cell in row] for row in found]
    return {
        "t": "table",
        "head": [words for words, _align, _width in head],
        "align": [align for _words, align, _width in head],
        "widths": [width for _words, _align, width in head],
        "rows": shown,
        "values": [[_value(cell) for cell in row] for row in found],
    }


def _shown(cell: Any) -> Any:
    if isinstance(cell, tuple):
        return cell[0]
    return number(cell) if cell is None or isinstance(cell, int | float) else cell


def _value(cell: Any) -> int | float | None:
    if isinstance(cell, tuple):
        return cell[1]
    return cell if isinstance(cell, int | float) else None


# --- the paper ------------------------------------------------------------------------------
def paper(
    report: WorkReport,
    data: ReportData,
    texts: Iterable[TextBlock],
    language: str,
    *,
    content: dict[str, Any] | None = None,
    signed_at: datetime | None = None,
) -> Paper:
    """``content``: what ``data`` holds, where it was read already. Without ``signed_at`` the paper says that it is a draft."""
    found = (content or data.read())["papers"][language]
    written = {block.key: filled(block.text, found["fields"]) for block in texts if block.language == language}
    with override(language):
        parts = [_part(part, index, written, language) for index, part in enumerate(found["parts"])]
        return {
            "language": language,
            "title": report.title_in(language),
            "subtitle": found["plan"],
            "issuer": found["issuer"],
            "facts": _facts(data, found, signed_at),
            "watermark": "" if signed_at else _("Draft, not signed"),
            "foot": report.title_in(language),
            "contents": len(parts) >= CONTENTS_FROM,
            "parts": parts,
            "made_at": data.made_at,
        }


def _facts(data: ReportData, found: Mapping[str, Any], signed_at: datetime | None) -> list[list[str]]:
    rows = [
        [pgettext("work report", "Period"), found["fields"]["period"]],
        [_("Figures as of"), found["fields"]["as_of"]],
        [_("Generated"), moment(data.made_at)],
        [_("Digest of the figures"), data.digest],
    ]
    if signed_at:
        rows.insert(3, [pgettext("work report", "Signed"), moment(signed_at)])
    return rows


def _part(part: Mapping[str, Any], index: int, written: Mapping[str, str], language: str) -> Part:
    blocks = list(part["blocks"])
    if part["kind"] == "text":
        lines = [line.strip() for line in written.get(part["key"], "").splitlines()]
        blocks = [paragraph(line) for line in lines if line] or [note(_("This text has not been entered."))]
    return {"kind": part["kind"], "key": part.get("key", ""), "title": f"{_numeral(index, language)}{part['title']}", "blocks": blocks}


def _numeral(index: int, language: str) -> str:
    """一、二、… 十一、 in Chinese, 1. 2. in English."""
    place = index + 1
    if language.startswith("en"):
        return f"{place}. "
    tens, ones = divmod(place, 10)
    words = ("" if tens < 2 else NUMERALS[tens - 1]) + ("十" if tens else "") + (NUMERALS[ones - 1] if ones else "")
    return f"{words}、"


def filled(text: str, fields: Mapping[str, str]) -> str:
    """The text with its fields filled in; one that has no value is the dash of the unknown."""
    for field in set(fields_in(text)):
        text = text.replace(f"{{{field}}}", fields.get(field, "–"))
    return text
