"""A work report as a workbook: one sheet a part, numbers as numbers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import override, pgettext

from pilotage.core.tables import Cell, Sheet, Style, distinct_names, write_book
from pilotage.reports.papers.paper import Block, Paper, Part

CHARACTERS = 90  # of a whole width, shared by the columns of a table


def xlsx(paper: Paper) -> bytes:
    with override(paper["language"]):
        names = distinct_names([pgettext("work report", "Report"), *(part["title"] for part in paper["parts"])])
        front = [[Cell(paper["title"], Style.TITLE)], [Cell(paper["subtitle"])]]
        if paper["watermark"]:
            front.append([Cell(paper["watermark"])])
        front += [[], *([Cell(label, Style.QUIET), Cell(value)] for label, value in paper["facts"])]
        sheets = [Sheet(names[0], front, widths=(24, 80))]
        sheets += [_sheet(name, part) for name, part in zip(names[1:], paper["parts"], strict=True)]
        return write_book(sheets, {})


def _sheet(name: str, part: Part) -> Sheet:
    rows: list[list[Cell]] = [[Cell(part["title"], Style.TITLE)]]
    widths: list[float] = []
    for block in part["blocks"]:
        if block["t"] == "table":
            rows += [[], [Cell(words, Style.HEAD) for words in block["head"]], *_cells(block)]
            widths = widths if len(widths) > len(block["widths"]) else block["widths"]
        elif block["t"] == "chart":
            rows.append([Cell(block["alt"], Style.QUIET)])
        else:
            rows.append([Cell(block["text"], Style.TITLE if block["t"] == "h" else Style.QUIET if block["t"] == "note" else Style.PLAIN)])
    total = sum(widths) or 1
    return Sheet(name, rows, widths=[max(9, round(CHARACTERS * width / total)) for width in widths] or (100,))


def _cells(block: Block) -> list[list[Cell]]:
    return [
        [Cell(_words(shown) if value is None else value) for shown, value in zip(row, values, strict=True)]
        for row, values in zip(block["rows"], block["values"], strict=True)
    ]


def _words(shown: Any) -> str:
    return str(shown[0] if isinstance(shown, list) else shown)
