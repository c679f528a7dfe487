from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from django.utils.translation import override

from pilotage.core import tables
from pilotage.core.tables import CellFault, Column, FaultKind, Row, Unreadable, find_header, read_rows, writers
from tests.factories.registry import write_csv, write_raw_xlsx, write_xlsx


def rows_of(path, **options):
    return [(row.number, list(row.values)) for row in read_rows(path, **options)]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "list.xlsx"


# --- workbooks ------------------------------------------------------------------------------
def test_cells_of_every_kind(file):
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy年m月d日"})
        sheet.write_row(0, 0, ["文字", "x"])
        sheet.write_number(1, 0, 7)
        sheet.write_number(1, 1, 2.5)
        sheet.write_boolean(1, 2, True)
        sheet.write_datetime(1, 3, datetime(2023, 8, 31), day)  # noqa: DTZ001
        sheet.write_datetime(1, 4, datetime(2023, 8, 31, 17, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001
        sheet.write_formula(1, 5, "=A2*2", None, 14)
        sheet.write_number(1, 6, 1234.5, book.add_format({"num_format": '#,##0.00"days"'}))
    assert rows_of(file) == [
        (1, ["文字", "x"]),
        (2, [7, 2.5, True, date(2023, 8, 31), datetime(2023, 8, 31, 17, 30), 14, 1234.5]),  # noqa: DTZ001
    ]


def test_a_workbook_of_another_program_reads_the_same(file):
    book = openpyxl.Workbook()
    book.active.append(["企业名称", "数量"])
    book.active.append(["甲 & 乙 <丙>", 3])
    book.save(file)
    assert rows_of(file) == [(1, ["企业名称", "数量"]), (2, ["甲 & 乙 <丙>", 3])]


def test_merged_cells_give_their_value_to_every_row_that_has_its_own_content(file):
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:C1", "2023年企业名单")
        sheet.write_row("A2", ["省份", "企业", "代码"])
        sheet.merge_range("A3:A5", "江苏省")
        sheet.write_row("B3", ["甲", "1"])
        sheet.write_row("B5", ["乙", "2"])
    assert rows_of(file) == [
        (1, ["2023年企业名单"] * 3),
        (2, ["省份", "企业", "代码"]),
        (3, ["江苏省", "甲", "1"]),
        (5, ["江苏省", "乙", "2"]),
    ]


def test_formulas_without_value_and_error_cells_are_named(file):
    cells = (
        '<row r="1"><c r="A1"><f>B1+1</f></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="C1"><f>2+2</f><v>4</v></c><c r="D1" t="str"><f>""</f><v></v></c><c r="E1" t="s"><v>99</v></c></row>'
    )
    write_raw_xlsx(file, cells)
    assert list(read_rows(file)) == [
        Row(
            1,
            (None, None, 4),
            (
                CellFault(0, FaultKind.FORMULA_WITHOUT_VALUE, ""),
                CellFault(1, FaultKind.ERROR_VALUE, "#DIV/0!"),
                CellFault(4, FaultKind.BROKEN_CELL, "99"),
            ),
        )
    ]


def test_rows_and_cells_without_references_count_on(file):
    write_raw_xlsx(file, '<row><c t="inlineStr"><is><t>甲</t></is></c><c/><c><v>3</v></c></row><row/><row><c><v>1</v></c></row>')
    assert rows_of(file) == [(1, ["甲", None, 3]), (3, [1])]


def test_phonetic_text_and_escaped_characters_are_no_part_of_the_value(file):
    with zipfile.ZipFile(
        write_raw_xlsx(file, '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=["a_x000A_b</t><rPh><t>zi</t></rPh><t>c"])
    ):
        assert rows_of(file) == [(1, ["a\nbc"])]


def test_a_hundred_thousand_blank_rows_are_skipped(file):
    blank = "".join(f'<row r="{number}"><c r="A{number}" s="0"/><c r="H{number}" t="s"><v>1</v></c></row>' for number in range(3, 100_003))
    last = '<row r="100003"><c r="A100003" t="s"><v>0</v></c></row>'
    write_raw_xlsx(file, '<row r="1"><c r="A1" t="s"><v>0</v></c></row>' + blank + last, strings=["甲", "  "])
    assert rows_of(file) == [(1, ["甲"]), (100_003, ["甲"])]


def test_sheets_are_chosen_by_name_and_hidden_ones_left_out(file):
    with xlsxwriter.Workbook(file) as book:
        for name in ("说明", "企业", "旧"):
            book.add_worksheet(name).write_string(0, 0, name)
        book.get_worksheet_by_name("旧").hide()
    assert tables.sheet_names(file) == ["说明", "企业"]
    assert rows_of(file) == [(1, ["说明"])]
    assert rows_of(file, sheet="企业") == [(1, ["企业"])]
    with override("en"), pytest.raises(Unreadable, match="has no sheet “旧”; its sheets are: 说明, 企业"):
        rows_of(file, sheet="旧")


def test_entities_are_refused(file):
    prolog = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    write_raw_xlsx(file, '<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>', sheet_prolog=prolog)
    with override("en"), pytest.raises(Unreadable, match="declares XML entities"):
        rows_of(file)


def test_cells_beyond_the_last_column_are_refused(file):
    write_raw_xlsx(file, '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>')
    with override("en"), pytest.raises(Unreadable, match="beyond the last column"):
        rows_of(file)


def test_a_cut_off_workbook_is_called_damaged(file):
    write_xlsx(file, [["甲"]] * 50)
    file.write_bytes(file.read_bytes()[:3000])
    with override("en"), pytest.raises(Unreadable, match="damaged or was not uploaded completely"):
        rows_of(file)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n", "The file is empty."),
        (b"%PDF-1.7 ...", "This is a PDF file"),
        (b"\x89PNG\r\n\x1a\n", "This is a PNG file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "old .xls workbook or one with a password"),
        (b"\n<html><table><tr><td>1</td></tr></table></html>", "web page or XML file"),
    ],
)
def test_disguised_files_are_named(file, content, sentence):
    file.write_bytes(content)
    with override("en"), pytest.raises(Unreadable, match=sentence):
        rows_of(file)


@pytest.mark.parametrize(("part", "kind"), [("word/document.xml", "Word"), ("content.xml", "OpenDocument"), ("a.txt", "ZIP")])
def test_other_archives_are_named(file, part, kind):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(part, "x")
    with override("en"), pytest.raises(Unreadable, match=f"This is a {kind} file"):
        rows_of(file)


# --- text files -----------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_are_found(tmp_path, encoding):
    path = write_csv(
        tmp_path / "a.csv",
        [["苏州精密机械有限公司", "江苏省，苏州市"], ["", ""], ["朱镕基纪念“厂”", "上海"]],
        encoding,
        ["企业名称", "地址"],
    )
    assert rows_of(path) == [(1, ["企业名称", "地址"]), (2, ["苏州精密机械有限公司", "江苏省，苏州市"]), (4, ["朱镕基纪念“厂”", "上海"])]


@pytest.mark.parametrize(
    ("encoding", "text", "sentence"),
    [
        ("utf-16", "企业名称,地址\n甲,乙\n", "The file is written in UTF-16"),
        ("big5", "企業名稱,地址\n台灣精密機械股份有限公司,新北市板橋區\n", "neither UTF-8 nor GB18030"),
        ("shift-jis", "会社名,住所\n株式会社デモ,東京都千代田区\n", "neither UTF-8 nor GB18030"),
        ("latin-1", "société,adresse\nUsines Légères,Besançon\n", "neither UTF-8 nor GB18030"),
    ],
)
def test_other_encodings_are_refused_with_what_to_do(tmp_path, encoding, text, sentence):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    with override("en"), pytest.raises(Unreadable, match=f"{sentence}.*save|{sentence}.*Save"):
        rows_of(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_separators_are_found(tmp_path, delimiter):
    path = tmp_path / "a.csv"
    path.write_text(f"name{delimiter}code\n'A'{delimiter}1\n", encoding="utf-8")
    assert rows_of(path) == [(1, ["name", "code"]), (2, ["'A'", "1"])]


def test_an_open_quotation_mark_is_told_with_its_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('name,code\nA,1\n"B,' + "x" * 200_000, encoding="utf-8")
    with override("en"), pytest.raises(Unreadable, match="after row 2: a quotation mark"):
        rows_of(path)


# --- heads ----------------------------------------------------------------------------------
def test_the_head_row_is_the_one_with_most_known_titles():
    found = [Row(1, ("2023年名单",) * 3), Row(3, ("企业", "代码", "省")), Row(4, ("甲", "1", "江苏"))]
    assert find_header(found, {"企业", "代码", "省"}.__contains__) == found[1]
    assert find_header(found, lambda title: False) == found[1]
    assert find_header(found[:1], lambda title: False) is None


@pytest.mark.parametrize(
    ("value", "shown"), [(7.0, "7"), (0.1, "0.1"), (True, "1"), (None, ""), (" 甲 ", "甲"), (date(2023, 1, 2), "2023-01-02")]
)
def test_text_of_a_cell(value, shown):
    assert tables.text(value) == shown


def test_column_letters():
    assert [tables.column_letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


# --- out ------------------------------------------------------------------------------------
DANGEROUS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"]


def test_text_that_looks_like_a_formula_stays_text_in_a_workbook(tmp_path):
    content = tables.write_xlsx(["a", Column("b", number_format="#,##0.00")], [[text, -1.5] for text in DANGEROUS], title="x/y: [z]")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [(cell.value, cell.data_type) for cell in sheet["A"][1:]] == [(text, "s") for text in DANGEROUS]
    assert [cell.value for cell in sheet["B"][1:]] == [-1.5] * 4
    assert sheet.title == "x y   z"


def test_text_that_looks_like_a_formula_is_marked_in_csv():
    content = tables.write_csv(["a", "b"], [[text, -1.5] for text in [*DANGEROUS, "-12.5", "+86"]]).decode()
    assert content == "\ufeffa,b\r\n" + "".join(f"'{text},-1.5\r\n" for text in DANGEROUS) + "-12.5,-1.5\r\n+86,-1.5\r\n"


def test_what_is_written_reads_back(tmp_path):
    path = tmp_path / "out.xlsx"
    assert tables.write_xlsx(["企业", "日期"], [["甲", date(2023, 8, 31)], [None, None]], title="单", notes=["说明"], to=path) == b""
    assert rows_of(path) == [(1, ["说明"]), (2, ["企业", "日期"]), (3, ["甲", date(2023, 8, 31)])]


def test_what_a_sheet_cannot_hold_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(writers, "MOST_LINES", 4)
    content = tables.write_xlsx(["n"], ([number] for number in range(8)), title="单", notes=["说明"])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["单", "单 2", "单 3"]
    assert [[row[0] for row in sheet.values] for sheet in book.worksheets] == [["说明", "n", 0, 1], ["n", 2, 3, 4], ["n", 5, 6, 7]]
    assert openpyxl.load_workbook(io.BytesIO(tables.write_xlsx(["n"], [[1], [2]], title="单", notes=["说明"]))).sheetnames == ["单"]
