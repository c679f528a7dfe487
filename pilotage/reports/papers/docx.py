"""A work report as a Word file: real styles, repeating heads of tables, contents with links, pictures.

Contents are a field whose entries are written already, without page numbers: a file that must be brought up to date when it
is opened would greet its reader with a question.
"""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from pilotage.core.charts import Chart
from pilotage.core.charts.picture import pngs
from pilotage.reports.papers.paper import Block, Paper

LATIN = "Arial"
CHINESE = {"body": "宋体", "head": "黑体"}
TONES = {"good": "17693C", "warn": "8A5300", "bad": "A8201A", "accent": "14539A", "neutral": "4A5666"}
MUTED = "5F6B79"
TEXT_WIDTH = Mm(166)
PIXEL = 9600  # EMU: 620 pixels fill the width of the text


def docx(paper: Paper) -> bytes:
    """Raises ``documents.DocumentError`` where a picture cannot be drawn."""
    with override(paper["language"]):
        made = Document()
        _page(made, paper)
        _styles(made, _language(paper))
        _front(made, paper)
        drawn = iter(_pictures(paper))
        for index, part in enumerate(paper["parts"]):
            head = made.add_heading(part["title"], 1)
            _bookmark(head, _anchor(index), index + 1)
            for block in part["blocks"]:
                if block["t"] == "chart":
                    _chart(made, block, next(drawn))
                else:
                    _WRITERS[block["t"]](made, block)
        buffer = io.BytesIO()
        made.save(buffer)
        return buffer.getvalue()


# --- page, styles ---------------------------------------------------------------------------
def _page(made: Any, paper: Paper) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(20)
    properties = made.core_properties
    properties.title, properties.author, properties.language = paper["title"][:255], paper["issuer"][:255], _language(paper)
    properties.created = properties.modified = paper["made_at"].replace(tzinfo=None)
    properties.comments = ""
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, between, after = _words_round(_("page {page} of {pages}"))
    foot.add_run(f"{paper['foot']}    {before}")
    _field(foot, "PAGE", "1")
    foot.add_run(between)
    _field(foot, "NUMPAGES", "1")
    foot.add_run(after)


def _language(paper: Paper) -> str:
    return "en-GB" if paper["language"].startswith("en") else "zh-CN"


def _words_round(words: str) -> tuple[str, str, str]:
    before, _mark, rest = words.partition("{page}")
    between, _mark, after = rest.partition("{pages}")
    return before, between, after


def _styles(made: Any, language: str) -> None:
    looks = {
        "Normal": (10.5, None, "body"),
        "Title": (22, "17202B", "head"),
        "Subtitle": (11, MUTED, "head"),
        "Heading 1": (15, "17202B", "head"),
        "Heading 2": (12, "17202B", "head"),
        "Caption": (9, MUTED, "body"),
        "Footer": (8, MUTED, "body"),
        "TOC Heading": (13, "17202B", "head"),
    }
    for name, (size, colour, family) in looks.items():
        style = made.styles[name]
        style.font.size, style.font.name, style.font.italic = Pt(size), LATIN, False
        if name != "Normal":
            style.font.bold = False
        if colour:
            style.font.color.rgb = RGBColor.from_string(colour)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), CHINESE[family])
        fonts.set(qn("w:hAnsi"), LATIN)
    made.styles["Normal"].paragraph_format.space_after = Pt(6)
    made.styles["Normal"].paragraph_format.line_spacing = 1.35
    for name in ("Title", "Subtitle"):
        made.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _without_rule(made.styles["Title"])
    spoken = made.styles.element.find(f"{qn('w:docDefaults')}//{qn('w:lang')}")
    spoken.set(qn("w:val"), language if language.startswith("en") else "en-US")
    spoken.set(qn("w:eastAsia"), "zh-CN")


def _without_rule(style: Any) -> None:
    for rule in style.element.findall(f".//{qn('w:pBdr')}"):
        rule.getparent().remove(rule)


# --- first page -----------------------------------------------------------------------------
def _front(made: Any, paper: Paper) -> None:
    made.add_paragraph(paper["title"], "Title")
    made.add_paragraph(paper["subtitle"], "Subtitle")
    _facts(made, paper["facts"])
    if paper["watermark"]:
        warning = made.add_paragraph()
        warning.alignment = WD_ALIGN_PARAGRAPH.CENTER
        warning.add_run(paper["watermark"]).font.color.rgb = RGBColor.from_string(TONES["warn"])
    if paper["contents"]:
        made.add_paragraph(_("Contents"), "TOC Heading")
        _contents(made, [part["title"] for part in paper["parts"]])
        made.add_page_break()


def _facts(made: Any, rows: list[list[str]]) -> None:
    grid = made.add_table(rows=0, cols=2)
    grid.style = "Table Grid"
    for label, value in rows:
        cells = grid.add_row().cells
        _write(cells[0], [label, "muted"], "l", 9)
        _write(cells[1], value, "l", 9)
    _lines(grid, [0.28, 0.72])
    made.add_paragraph()


def _contents(made: Any, titles: list[str]) -> None:
    """One field over all entries; each leads to its heading."""
    for index, title in enumerate(titles):
        line = made.add_paragraph()
        line.paragraph_format.space_after = Pt(2)
        if index == 0:
            _field_part(line, "begin")
            _instruction(line, ' TOC \\o "1-1" \\h \\z \\n ')
            _field_part(line, "separate")
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), _anchor(index))
        link.set(qn("w:history"), "1")
        link.append(line.add_run(title)._r)
        line._p.append(link)
        if index == len(titles) - 1:
            _field_part(line, "end")


def _anchor(index: int) -> str:
    return f"_Toc{100001 + index}"


def _bookmark(paragraph: Any, name: str, number: int) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(end)


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    _field_part(paragraph, "begin")
    _instruction(paragraph, f" {instruction} ")
    _field_part(paragraph, "separate")
    paragraph.add_run(shown)
    _field_part(paragraph, "end")


def _field_part(paragraph: Any, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)


def _instruction(paragraph: Any, words: str) -> None:
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = words
    paragraph.add_run()._r.append(text)


# --- blocks ---------------------------------------------------------------------------------
def _paragraph(made: Any, block: Block) -> None:
    made.add_paragraph(block["text"])


def _note(made: Any, block: Block) -> None:
    made.add_paragraph(block["text"], "Caption")


def _heading(made: Any, block: Block) -> None:
    made.add_heading(block["text"], 2)


def _pictures(paper: Paper) -> list[bytes]:
    blocks = [block for part in paper["parts"] for block in part["blocks"] if block["t"] == "chart"]
    return pngs([Chart(block["svg"], block["width"], block["height"]) for block in blocks])


def _chart(made: Any, block: Block, picture: bytes) -> None:
    line = made.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = line.add_run().add_picture(io.BytesIO(picture), width=Emu(min(int(TEXT_WIDTH), block["width"] * PIXEL)))
    shape._inline.docPr.set("descr", block["alt"])


def _table(made: Any, block: Block) -> None:
    """Cells are written as elements: the library looks up every cell anew, which takes seconds for a long table."""
    grid = made.add_table(rows=1, cols=len(block["head"]))
    grid.style = "Table Grid"
    size = 7.5 if len(block["head"]) > 7 else 8.5
    head = grid.rows[0]
    for cell, words, align in zip(head.cells, block["head"], block["align"], strict=True):
        _write(cell, [words, "muted"], align, size)
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", "EEF1F4")):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)
    repeat = OxmlElement("w:tblHeader")
    head._tr.get_or_add_trPr().append(repeat)
    for row in block["rows"]:
        grid._tbl.append(_row(row, block["align"], size))
    _lines(grid, block["widths"])
    made.add_paragraph()


def _row(row: list[Any], aligns: list[str], size: float) -> Any:
    line = OxmlElement("w:tr")
    whole = OxmlElement("w:cantSplit")
    properties = OxmlElement("w:trPr")
    properties.append(whole)
    line.append(properties)
    for value, align in zip(row, aligns, strict=True):
        cell = OxmlElement("w:tc")
        cell.append(_cell_paragraph(value, align, size))
        line.append(cell)
    return line


def _cell_paragraph(value: Any, align: str, size: float) -> Any:
    words, tone = (value[0], value[1]) if isinstance(value, list) else (str(value), "")
    paragraph, properties = OxmlElement("w:p"), OxmlElement("w:pPr")
    spacing = OxmlElement("w:spacing")
    for name, number in (("before", "20"), ("after", "20"), ("line", "240")):
        spacing.set(qn(f"w:{name}"), number)
    spacing.set(qn("w:lineRule"), "auto")
    side = OxmlElement("w:jc")
    side.set(qn("w:val"), "right" if align == "r" else "left")
    properties.extend((spacing, side))
    paragraph.append(properties)
    run, look, text = OxmlElement("w:r"), OxmlElement("w:rPr"), OxmlElement("w:t")
    colour = MUTED if tone == "muted" else TONES.get(tone)
    if colour:
        mark = OxmlElement("w:color")
        mark.set(qn("w:val"), colour)
        look.append(mark)
    for name in ("w:sz", "w:szCs"):
        height = OxmlElement(name)
        height.set(qn("w:val"), str(int(size * 2)))
        look.append(height)
    text.set(qn("xml:space"), "preserve")
    text.text = "".join(letter for letter in words if letter >= " ")
    run.extend((look, text))
    paragraph.append(run)
    return paragraph


def _write(cell: Any, value: Any, align: str, size: float) -> None:
    tc = cell._tc
    for old in tc.findall(qn("w:p")):
        tc.remove(old)
    tc.append(_cell_paragraph(value, align, size))


def _lines(grid: Any, shares: list[float]) -> None:
    """Widths of the columns, in the grid and in every cell; light lines between rows."""
    total = sum(shares)
    widths = [str(int(TEXT_WIDTH / 635 * share / total)) for share in shares]  # twentieths of a point
    for column, width in zip(grid._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), width)
    for row in grid._tbl.findall(qn("w:tr")):
        for cell, width in zip(row.findall(qn("w:tc")), widths, strict=True):
            properties = cell.get_or_add_tcPr()
            for old in properties.findall(qn("w:tcW")):
                properties.remove(old)
            mark = OxmlElement("w:tcW")
            mark.set(qn("w:w"), width)
            mark.set(qn("w:type"), "dxa")
            properties.insert(0, mark)
    _borders(grid)


def _borders(grid: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side, size, colour in (("top", "8", "8691A0"), ("bottom", "4", "CCD3DB"), ("insideH", "4", "E2E6EB")):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", size), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    for side in ("left", "right", "insideV"):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "nil")
        borders.append(line)
    order = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders[:] = sorted(borders, key=lambda each: order.index(each.tag.split("}")[1]))
    properties = grid._tbl.tblPr
    for old in properties.findall(qn("w:tblBorders")):
        properties.remove(old)
    # the schema wants the borders behind the width, before the layout
    place = next((index for index, each in enumerate(properties) if each.tag in _BEHIND_BORDERS), len(properties))
    properties.insert(place, borders)


_BEHIND_BORDERS = {qn(f"w:{name}") for name in ("shd", "tblLayout", "tblCellMar", "tblLook", "tblCaption", "tblDescription")}
_WRITERS = {"p": _paragraph, "note": _note, "h": _heading, "table": _table}
