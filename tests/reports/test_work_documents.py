"""The files of a report: fonts, no missing glyph, repeating heads, contents; a Word file that is whole; a workbook with numbers."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pypdf
import pytest
from django.utils import translation
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pilotage.core.charts import bars
from pilotage.core.documents import chinese_font
from pilotage.reports.papers import periods
from pilotage.reports.papers.compare import differences
from pilotage.reports.papers.docx import docx
from pilotage.reports.papers.paper import chart, filled, heading, note, paragraph, table
from pilotage.reports.papers.pdf import pdf
from pilotage.reports.papers.xlsx import xlsx

HEAD = [("编号", "l", 1.0), ("目标", "l", 3.0), ("数值", "r", 1.0), ("状态", "l", 1.0)]


def a_paper(parts: int = 7, rows: int = 90) -> Any:
    drawn = bars([("苏州市㐂龘", 12.0, "40%"), ("南京市", 8.0, "")], title="入册项目", width=620)
    one = [
        paragraph("截至2023年6月30日，㐂、龘、𠮷等字亦须排出。"),
        heading("小标题"),
        chart(drawn, "入册项目：苏州市12"),
        note("注"),
        table(HEAD, [[f"M{n:02d}", "建成5G工厂", 1234.5 if n % 2 else None, ["存在风险", "warn"]] for n in range(rows)]),
    ]
    return {
        "language": "zh-hans",
        "title": "工作季报（2023年第二季度）",
        "subtitle": "测试规划",
        "issuer": "测试工作组",
        "facts": [["报告期", "2023年"], ["数据摘要值", "sha256:" + "ab" * 32]],
        "watermark": "草稿，未签发",
        "foot": "工作季报",
        "contents": parts > 5,
        "parts": [{"kind": "targets", "key": "", "title": f"第{n + 1}部分", "blocks": one} for n in range(parts)],
        "made_at": datetime(2023, 7, 5, tzinfo=UTC),
    }


@pytest.fixture(scope="module")
def paper() -> Any:
    return a_paper()


@pytest.fixture(scope="module")
def read(paper: Any) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf(paper)))


def fonts_of(page: Any) -> set[str]:
    found = page["/Resources"].get("/Font", {})
    return {str(found[name]["/BaseFont"]).split("+")[-1].casefold() for name in found}


def test_everything_is_set_in_the_full_chinese_font(read: pypdf.PdfReader) -> None:
    wanted = chinese_font().family.replace(" ", "").casefold()
    used = {font for page in read.pages for font in fonts_of(page)}
    assert any(font.startswith(wanted) for font in used)
    # digests alone are set in another, which Typst brings along
    assert {font for font in used if not font.startswith(wanted)} <= {"dejavusansmono"}


def test_rare_characters_are_there_on_paper_and_in_charts(read: pypdf.PdfReader) -> None:
    text = "".join(page.extract_text() for page in read.pages)
    for word in ("㐂", "龘", "𠮷", "苏州市㐂龘"):
        assert word in text, word
    assert "\ufffd" not in text


def test_pages_are_numbered_contents_lead_and_heads_repeat(read: pypdf.PdfReader) -> None:
    count = len(read.pages)
    assert count > 7
    assert f"第1页，共{count}页" in read.pages[0].extract_text().replace(" ", "")
    assert "目录" in read.pages[0].extract_text()
    assert [item.title for item in read.outline if not isinstance(item, list)] == [f"第{n + 1}部分" for n in range(7)]
    # ninety rows run over two pages, and each begins with the head
    second = next(page.extract_text() for page in read.pages if "M89" in page.extract_text())
    assert second.index("编号") < second.index("M89")


def test_the_same_paper_is_the_same_file(paper: Any) -> None:
    assert pdf(paper) == pdf(paper)


# --- Word -----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def word(paper: Any) -> bytes:
    return docx(paper)


def test_every_part_of_the_word_file_is_sound(word: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        for name in names:
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))
        settings = archive.read("word/settings.xml").decode()
    assert "word/document.xml" in names
    # a file that wants its fields brought up to date greets its reader with a question
    assert "updateFields" not in settings


def test_the_word_file_has_real_styles_heads_and_contents(word: bytes) -> None:
    made = Document(io.BytesIO(word))
    titles = [line.text for line in made.paragraphs if line.style.name == "Heading 1"]
    assert titles == [f"第{n + 1}部分" for n in range(7)]
    assert {line.style.name for line in made.paragraphs} >= {"Title", "Subtitle", "Heading 1", "Heading 2", "Caption", "Normal"}
    body = made.element.body
    assert [text.text for text in body.iter(qn("w:instrText")) if "TOC" in text.text] == [' TOC \\o "1-1" \\h \\z \\n ']
    links = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    marks = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert (links, len(set(marks))) == (marks, 7)
    kinds = [mark.get(qn("w:fldCharType")) for mark in body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") == 1
    tables = made.tables[1:]
    assert len(tables) == 7
    assert all(grid.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for grid in tables)
    assert [len(grid.rows) for grid in tables] == [91] * 7
    assert tables[0].cell(2, 2).text == "1,234.5"
    assert len(made.inline_shapes) == 7
    assert {shape._inline.docPr.get("descr") for shape in made.inline_shapes} == {"入册项目：苏州市12"}


def test_chinese_and_latin_fonts_are_named_apart(word: bytes) -> None:
    made = Document(io.BytesIO(word))
    fonts = {name: made.styles[name].element.rPr.rFonts for name in ("Normal", "Heading 1", "Title")}
    assert {name: (each.get(qn("w:ascii")), each.get(qn("w:eastAsia"))) for name, each in fonts.items()} == {
        "Normal": ("Arial", "宋体"), "Heading 1": ("Arial", "黑体"), "Title": ("Arial", "黑体"),
    }  # fmt: skip
    assert all(each.get(qn("w:eastAsiaTheme")) is None for each in fonts.values())
    spoken = made.styles.element.find(f"{qn('w:docDefaults')}//{qn('w:lang')}")
    assert spoken.get(qn("w:eastAsia")) == "zh-CN"


def test_a_short_paper_has_no_contents() -> None:
    made = Document(io.BytesIO(docx(a_paper(2, 3))))
    assert [text.text for text in made.element.body.iter(qn("w:instrText"))] == []
    assert "目录" not in pypdf.PdfReader(io.BytesIO(pdf(a_paper(2, 3)))).pages[0].extract_text()


# --- workbook -------------------------------------------------------------------------------
def test_the_workbook_has_a_sheet_a_part_and_numbers_as_numbers(paper: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(paper)))
    assert book.sheetnames == ["报告", *(f"第{n + 1}部分" for n in range(7))]
    sheet = book.worksheets[1]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = rows.index(["编号", "目标", "数值", "状态"])
    assert rows[start + 2] == ["M01", "建成5G工厂", 1234.5, "存在风险"]
    assert rows[start + 1] == ["M00", "建成5G工厂", "–", "存在风险"]


# --- kernels --------------------------------------------------------------------------------
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(DAYS, st.sampled_from(sorted(periods.MONTHS_OF)))
def test_a_period_holds_its_days_and_is_found_by_its_key(day: date, every: str) -> None:
    period = periods.of(every, day)
    assert period.first <= day <= period.last
    assert periods.parse(period.key) == period
    assert periods.of(every, period.last) == period
    assert period.next().previous() == period
    assert (period.next().first - period.last).days == 1
    assert period.key < period.next().key


@pytest.mark.parametrize("key", ["2023-13", "2023-00", "2023Q0", "2023Q5", "23", "2023-6", "", "2023-06 "])
def test_other_keys_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        periods.parse(key)


def test_periods_in_words() -> None:
    words = [(p.words("zh-hans"), p.words("en")) for p in map(periods.parse, ("2023-06", "2023Q4", "2023"))]
    assert words == [("2023年6月", "June 2023"), ("2023年第四季度", "fourth quarter of 2023"), ("2023年", "2023")]
    assert [p.key for p in periods.between("quarter", date(2023, 2, 1), date(2023, 8, 1))] == ["2023Q1", "2023Q2", "2023Q3"]


FACTS = st.dictionaries(
    st.sampled_from("ab"), st.dictionaries(st.sampled_from("cd"), st.dictionaries(st.sampled_from("ef"), st.integers(0, 2)))
)


@given(FACTS, FACTS)
def test_differences_are_what_leads_from_one_to_the_other(old: dict, new: dict) -> None:
    found = differences({"facts": old}, {"facts": new})
    flat = [{(g, c, n): v for g, rows in facts.items() for c, row in rows.items() for n, v in row.items()} for facts in (old, new)]
    assert {(d.group, d.code, d.name): (d.before, d.after) for d in found} == {
        key: (flat[0].get(key), flat[1].get(key)) for key in {*flat[0], *flat[1]} if flat[0].get(key) != flat[1].get(key)
    }
    assert len(found) == len({(d.group, d.code, d.name) for d in found})


def test_fields_are_filled_in_and_the_unknown_is_a_dash() -> None:
    with translation.override("en"):
        assert filled("{a} of {b}, {a}; {c}", {"a": "1", "b": "2"}) == "1 of 2, 1; –"
