"""Enterprises, and the files they come in."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import factory
import xlsxwriter

from pilotage.core.codes import fictional_uscc
from pilotage.registry.models import Enterprise, Identifier
from pilotage.registry.services.enterprises import search_text

LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)
HEADS = ["企业名称", "统一社会信用代码", "省份", "城市", "注册地址", "行业大类", "所有制", "规模"]


class EnterpriseFactory(factory.django.DjangoModelFactory):
    """A fictional enterprise with a valid code; ``division`` objects are passed as province, prefecture, county."""

    class Meta:
        model = Enterprise
        skip_postgeneration_save = True

    name_zh = factory.Sequence(lambda n: f"演示制造{n}有限公司")
    uscc = factory.Sequence(lambda n: fictional_uscc("320505", n + 500_000))
    is_fictional = True
    created_at = LONG_AGO
    updated_at = LONG_AGO

    @factory.lazy_attribute
    def bigrams(self) -> str:
        return search_text(Enterprise(name_zh=self.name_zh, uscc=self.uscc))

    @factory.post_generation
    def identifier(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and self.uscc:
            Identifier.objects.get_or_create(enterprise=self, scheme="CN-USCC", value=self.uscc)


def row(number: int, **changes: str) -> list[str]:
    """A good row of a list in the columns of HEADS, with cells replaced by head."""
    cells = {
        "企业名称": f"演示第{number}机械有限公司",
        "统一社会信用代码": fictional_uscc("320505", number),
        "省份": "江苏省",
        "城市": "苏州市",
        "注册地址": f"江苏省苏州市虎丘区示范路{number}号",
        "行业大类": "34",
        "所有制": "民营",
        "规模": "中型",
    }
    return list((cells | changes).values())


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", heads: Sequence[str] = HEADS) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([heads, *rows])
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], heads: Sequence[str] = HEADS) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("企业")
        for line, cells in enumerate([heads, *rows]):
            for column, value in enumerate(cells):
                sheet.write(line, column, value)
    return path


def write_raw_xlsx(path: Path, sheet_data: str, *, after: str = "", strings: Sequence[str] = (), sheet_prolog: str = "") -> Path:
    """A workbook from its own XML, for what no writer produces. Cells of type s count in ``strings``."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    items = "".join(f"<si><t>{text}</t></si>" for text in strings)
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="一" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{items}</sst>',
        "xl/worksheets/sheet1.xml": f'{sheet_prolog}<worksheet xmlns="{main}"><sheetData>{sheet_data}</sheetData>{after}</worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path
