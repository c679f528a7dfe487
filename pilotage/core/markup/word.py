"""Blocks as paragraphs and tables of a Word file, in the styles every Word knows."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as DocxParagraph

from pilotage.core.markup.reading import is_safe_link
from pilotage.core.markup.tree import Block, Code, Grid, Heading, Items, Live, Paragraph, Picture, Quote, Rule, Span, Spans

NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})
WIDTH, HEIGHT, STEP = Mm(150), Mm(100), Mm(7)
MONO = "Consolas"
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
SIDE_XML = {"r": '<w:jc w:val="right"/>', "c": '<w:jc w:val="center"/>'}
SIDES = {"r": WD_ALIGN_PARAGRAPH.RIGHT, "c": WD_ALIGN_PARAGRAPH.CENTER}


def to_docx(document: Any, blocks: tuple[Block, ...], figures: Mapping[str, bytes] = NO_PICTURES, heading_base: int = 2) -> None:
    """Appends to a ``docx`` document; ``figures``: PNG or JPEG by key."""
    _Writer(document, figures, heading_base).all(blocks)


def add_picture(document: Any, picture: bytes, caption: str) -> None:
    """A picture in the middle, no larger than most of the page, with its caption."""
    line = document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.keep_with_next = bool(caption)
    shape = line.add_run().add_picture(io.BytesIO(picture))
    share = min(1.0, WIDTH / shape.width, HEIGHT / shape.height)
    shape.width, shape.height = int(shape.width * share), int(shape.height * share)
    shape._inline.docPr.set("descr", caption)
    if caption:
        document.add_paragraph(caption, "Caption").alignment = WD_ALIGN_PARAGRAPH.CENTER


class _Writer:
    def __init__(self, document: Any, figures: Mapping[str, bytes], base: int) -> None:
        self.document, self.figures, self.base = document, figures, base

    def all(self, blocks: tuple[Block, ...], style: str = "", depth: int = 0) -> None:
        for block in blocks:
            self.block(block, style, depth)

    def block(self, block: Block, style: str, depth: int) -> None:
        match block:
            case Paragraph():
                self._paragraph(block.spans, style, depth)
            case Heading():
                write_spans(self.document.add_heading("", min(9, max(1, block.level + self.base - 1))), block.spans)
            case Items():
                self._items(block, depth)
            case Quote():
                self.all(block.blocks, "Quote", depth)
            case Code():
                self._code(block)
            case Grid():
                add_table(self.document, block.head, block.rows, block.align)
            case Picture():
                self._picture(block)
            case Rule():
                self.document.add_paragraph()
            case Live():
                self.document.add_paragraph(block.name, "Caption")

    def _paragraph(self, spans: Spans, style: str, depth: int) -> Any:
        line = self.document.add_paragraph(style=style or None)
        if depth:
            line.paragraph_format.left_indent = STEP * depth
        write_spans(line, spans)
        return line

    def _items(self, block: Items, depth: int) -> None:
        """Numbers are written out: Word would count on from the list before."""
        for place, item in enumerate(block.items):
            mark = f"{block.start + place}." if block.is_ordered else "•"
            first, rest = (item[0], item[1:]) if item and isinstance(item[0], Paragraph) else (Paragraph(()), item)
            line = self._paragraph((Span(f"{mark}\t"), *first.spans), "", depth + 1)
            line.paragraph_format.first_line_indent = -STEP
            line.paragraph_format.tab_stops.add_tab_stop(STEP * (depth + 1))
            if first.is_tight:
                line.paragraph_format.space_after = Pt(2)
            self.all(rest, "", depth + 1)

    def _code(self, block: Code) -> None:
        run = self.document.add_paragraph().add_run(block.text)
        run.font.name, run.font.size = MONO, Pt(9)

    def _picture(self, block: Picture) -> None:
        picture = self.figures.get(block.key)
        if picture:
            add_picture(self.document, picture, block.caption)
        else:
            self.document.add_paragraph(block.caption or block.key, "Caption")


def write_spans(line: Any, spans: Spans) -> None:
    for span in spans:
        if span.is_break:
            line.add_run().add_break()
            continue
        run = line.add_run(span.text)
        run.bold, run.italic = span.is_strong or None, span.is_emphasis or None
        if span.is_code:
            run.font.name = MONO
        if span.link.lower().startswith(("http://", "https://", "mailto:")) and is_safe_link(span.link):
            _linked(line, run, span.link)


def _linked(line: Any, run: Any, address: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), line.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run.font.underline = True
    line._p.append(link)
    link.append(run._r)


def add_table(document: Any, head: tuple[Spans, ...], rows: tuple[tuple[Spans, ...], ...], align: tuple[str, ...]) -> None:
    """Its head repeats on every page; rows are not torn apart."""
    grid = document.add_table(rows=0, cols=max(1, len(head)))
    grid.style = "Table Grid"
    widths = [each.get(qn("w:w")) or "0" for each in grid._tbl.tblGrid.findall(qn("w:gridCol"))]
    for place, row in enumerate((head, *rows)):
        line = parse_xml(_row(row, widths, align, is_head=place == 0))
        grid._tbl.append(line)
        for cell, spans, side in zip(line.findall(qn("w:tc")), row, align, strict=False):
            if not _is_plain(spans):
                _fill(cell, spans, side, is_head=place == 0, document=document)
    document.add_paragraph()


def _is_plain(spans: Spans) -> bool:
    return not any(span.is_break or span.is_code or span.link or "\t" in span.text or "\n" in span.text for span in spans)


def _row(row: tuple[Spans, ...], widths: Sequence[str], align: tuple[str, ...], *, is_head: bool) -> str:
    """Written at once: the library takes a millisecond for every cell. What is more than words is filled in afterwards."""
    cells = []
    for place, width in enumerate(widths):
        spans = row[place] if place < len(row) else ()
        side = align[place] if place < len(align) else ""
        words = "".join(_run(span, is_head=is_head) for span in spans) if _is_plain(spans) else ""
        looks = f'<w:pPr><w:spacing w:after="20"/>{SIDE_XML.get(side, "")}</w:pPr>' if words else ""
        cells.append(f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width}"/></w:tcPr><w:p>{looks}{words}</w:p></w:tc>')
    head = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def _run(span: Span, *, is_head: bool) -> str:
    looks = ("<w:b/>" if is_head or span.is_strong else "") + ("<w:i/>" if span.is_emphasis else "")
    return f'<w:r><w:rPr>{looks}<w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{escape(NOT_XML.sub("", span.text))}</w:t></w:r>'


def _fill(cell: Any, spans: Spans, side: str, *, is_head: bool, document: Any) -> None:
    line = DocxParagraph(cell.find(qn("w:p")), document._body)
    line.paragraph_format.space_after = Pt(1)
    if side in SIDES:
        line.alignment = SIDES[side]
    write_spans(line, spans)
    for run in line.runs:
        run.font.size = Pt(9)
        run.bold = is_head or run.bold
