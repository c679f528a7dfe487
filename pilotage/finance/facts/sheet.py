"""A table of statements, one row for an enterprise and a year: what it says, and every cell that cannot be taken, by row and column.

Columns: the credit code or the name, the year, then metrics with their unit at the head (``营业收入（万元）``). Optional: 来源, 公布日期.
Nothing is guessed: a money column without a unit, a cell with a unit of its own, another currency, -1 or 0 for "missing" and a figure
a thousand times another are named. Doubts may be let through by whoever has looked at them; faults never.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from pilotage.core.tables import Row, Unreadable, column_letter, find_header, kind_of, read_rows, text
from pilotage.core.verdict import Invalid
from pilotage.finance.facts.lines import CODES, Line, faults_of
from pilotage.finance.facts.metrics import YEARLY
from pilotage.finance.facts.units import FOREIGN, Head, plain, read_head, whole

MOST_ROWS = 20_000
OWN = {
    "code": ("统一社会信用代码", "credit code", "uscc", "unified social credit code"),
    "name": ("企业名称", "enterprise", "name"),
    "year": ("年度", "年份", "year", "fiscal year"),
    "source": ("来源", "数据来源", "source"),
    "known_from": ("公布日期", "published on", "known from"),
    "currency": ("币种", "currency"),
    "unit": ("单位", "金额单位", "unit"),
    "note": ("备注", "note", "remarks"),
}
_OWN_NAMES = {plain(name): key for key, names in OWN.items() for name in names}
_UNIT_IN_CELL = re.compile(r"[万亿千百元股人件家%％]|yuan|million|rmb|cny", re.IGNORECASE)
RMB = {"", "cny", "rmb", "人民币", "人民币元", "元", "chineseyuan"}


@dataclass(frozen=True, slots=True, order=True)
class BadCell:
    """``row`` as a spreadsheet counts; ``column``: its letter, blank where the whole row is meant."""

    row: int
    column: str
    head: str
    value: str
    message: str
    is_doubt: bool = False


class BadSheet(Invalid):
    """Nothing was saved; ``cells`` names every fault and doubt."""

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = sorted(cells)
        super().__init__({f"{cell.column}{cell.row}": cell.message for cell in self.cells})

    @property
    def only_doubts(self) -> bool:
        return all(cell.is_doubt for cell in self.cells)


@dataclass(slots=True)
class Said:
    """What one row says; ``places``: metric -> column."""

    row: int
    code: str
    name: str
    year: int | None
    source: str
    known_from: date | None
    lines: list[Line] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    heads: dict[int, Head]
    titles: dict[int, str]
    own: dict[str, int]
    rows: list[Said] = field(default_factory=list)
    cells: list[BadCell] = field(default_factory=list)

    def fault(self, row: int, column: int | None, value: str, message: str, *, is_doubt: bool = False) -> None:
        letter = column_letter(column) if column is not None else ""
        self.cells.append(BadCell(row, letter, self.titles.get(column, "") if column is not None else "", value[:80], message, is_doubt))


def read_sheet(path: Path) -> Sheet:
    """Raises ``Unreadable`` where the file as a whole is no such table."""
    kind_of(path)
    rows = list(_limited(read_rows(path)))
    head = find_header(rows, lambda title: read_head(title) or _OWN_NAMES.get(plain(title)))
    if head is None or not any(read_head(text(value)) for value in head.values):
        raise Unreadable(_("No column with a metric was found. Start from the template."))
    sheet = _heads(head)
    for row in rows:
        if row.number > head.number and any(text(value) for value in row.values):
            _row(sheet, row)
    _twice(sheet)
    return sheet


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count > MOST_ROWS:
            raise Unreadable(_("The table has more than %(count)d rows. Send it in parts.") % {"count": MOST_ROWS})
        yield row


# --- heads ----------------------------------------------------------------------------------
def _heads(row: Row) -> Sheet:
    sheet = Sheet({}, {column: text(value) for column, value in enumerate(row.values)}, {})
    seen: dict[str, str] = {}
    for column, title in sheet.titles.items():
        own, head = _OWN_NAMES.get(plain(title)), read_head(title)
        if own:
            sheet.own[own] = column
        elif head is not None:
            sheet.heads[column] = head
            _head_faults(sheet, row.number, column, head, seen)
        elif title:
            sheet.fault(row.number, column, title, _("There is no metric “%(name)s”.") % {"name": title})
    if not {"code", "name"} & set(sheet.own):
        sheet.fault(row.number, None, "", _("There is no column with the credit code or the name of the enterprise."))
    if "year" not in sheet.own and any(head.metric.key in YEARLY for head in sheet.heads.values()):
        sheet.fault(row.number, None, "", _("There is no column with the year."))
    return sheet


def _head_faults(sheet: Sheet, row: int, column: int, head: Head, seen: dict[str, str]) -> None:
    title = sheet.titles[column]
    if head.is_foreign:
        sheet.fault(
            row, column, title, _("Another currency. Amounts are stated in yuan: convert them, and say in the source at which rate.")
        )
    elif head.factor is None and not head.unit:
        sheet.fault(row, column, title, _("The unit is missing. Write it behind the name, such as （万元）."))
    elif head.factor is None:
        sheet.fault(row, column, title, _("“%(unit)s” is no unit of this metric.") % {"unit": head.unit})
    if head.metric.key in seen:
        told = {"first": seen[head.metric.key], "second": title}
        sheet.fault(row, column, title, _("The metric stands twice, as “%(first)s” and as “%(second)s”.") % told)
    seen.setdefault(head.metric.key, title)


# --- rows -----------------------------------------------------------------------------------
def _row(sheet: Sheet, row: Row) -> None:
    own = {key: row.text(column) for key, column in sheet.own.items()}
    _currency(sheet, row, own)
    said = Said(row.number, own.get("code", ""), own.get("name", ""), _year(sheet, row, own), own.get("source", ""), _day(sheet, row))
    broken = {fault.column for fault in row.faults}
    for column, head in sheet.heads.items():
        written = row.text(column)
        if column in broken:
            sheet.fault(row.number, column, written, _("The cell holds an error or a formula without a value."))
        elif written and head.factor is not None and not head.is_foreign:
            _cell(sheet, said, column, head, row)
    sheet.rows.append(said)


def _currency(sheet: Sheet, row: Row, own: dict[str, str]) -> None:
    if plain(own.get("currency", "")) not in RMB:
        sheet.fault(row.number, sheet.own["currency"], own["currency"], _("Another currency. Amounts are stated in yuan."))
    told = plain(own.get("unit", ""))
    money = {plain(head.unit) for head in sheet.heads.values() if head.metric.unit == "yuan"}
    if told and money - {told}:
        sheet.fault(row.number, sheet.own["unit"], own["unit"], _("The row names another unit than the heads of its columns."))


def _year(sheet: Sheet, row: Row, own: dict[str, str]) -> int | None:
    written = own.get("year", "")
    if re.fullmatch(r"\d{4}年?", written):
        return int(written[:4])
    if written or any(row.text(column) for column, head in sheet.heads.items() if head.metric.key in YEARLY):
        sheet.fault(row.number, sheet.own.get("year"), written, _("A year such as 2023 is expected."))
    return None


def _day(sheet: Sheet, row: Row) -> date | None:
    column = sheet.own.get("known_from")
    if column is None or not row.text(column):
        return None
    found = _as_day(row.value(column))
    if found is None:
        sheet.fault(row.number, column, row.text(column), _("A day such as 2024-04-30 is expected."))
    return found


def _as_day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip().replace("/", "-"))
    except ValueError:
        return None


def _cell(sheet: Sheet, said: Said, column: int, head: Head, row: Row) -> None:
    written, metric = row.text(column), head.metric
    value: int | str | date | None
    if metric.unit == "code":
        value = _code(metric.key, written)
    elif metric.unit == "day":
        value = _as_day(row.value(column))
    else:
        value = _number(sheet, row, column, head, written)
        if value is None:
            return
    line = Line(metric.key, value if value is not None else written, said.year if metric.key in YEARLY else None)
    faults = [fault for fault in faults_of(line) if not (metric.key in YEARLY and said.year is None)]
    if isinstance(value, int) and value < 0 and _is_mark(written):
        faults = [_mark(written)]
    for fault in faults:
        sheet.fault(row.number, column, written, fault)
    if not faults:
        said.lines.append(line)
        said.places[metric.key], said.texts[metric.key] = column, written


def _number(sheet: Sheet, row: Row, column: int, head: Head, written: str) -> int | None:
    if _is_mark(written):
        sheet.fault(row.number, column, written, _mark(written))
        return None
    if FOREIGN.search(written):
        sheet.fault(row.number, column, written, _("Another currency. Amounts are stated in yuan."))
        return None
    if _UNIT_IN_CELL.search(written):
        sheet.fault(row.number, column, written, _("The cell has a unit of its own. The unit stands at the head of the column only."))
        return None
    value, exact = whole(written, head.factor or 1), whole(written, 10_000)
    if value is None or exact is None:
        sheet.fault(row.number, column, written, _("This is no number. Leave the cell blank where it is not known."))
    elif head.factor == 1 and head.metric.unit != "yuan" and exact % 10_000:
        sheet.fault(row.number, column, written, _("A whole number is expected."))
        return None
    return value


def _is_mark(written: str) -> bool:
    return bool(re.fullmatch(r"[-\u2212](1|9|99|999|9999|99999)(\.0+)?", written.strip()))


def _mark(written: str) -> str:
    return _("%(value)s looks like a mark for “missing”. Leave the cell blank where it is not known.") % {"value": written}


def _code(metric: str, written: str) -> str:
    return written.lower() if written.lower() in CODES[metric] else written


def _twice(sheet: Sheet) -> None:
    seen: dict[tuple[str, int | None], int] = {}
    for said in sheet.rows:
        key = (said.code or said.name, said.year)
        if key in seen:
            sheet.fault(said.row, None, said.name, _("The same enterprise and year stand in row %(row)d.") % {"row": seen[key]})
        seen.setdefault(key, said.row)
