"""The regional table as it is shown and as it is exported: the same columns, the same order, the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext

from pilotage.reports.regions.layout import RegionColumn, RegionRow, RegionTable
from pilotage.web import formats
from pilotage.web.regions.links import Links

DEFAULT_SORT = "listed"
PLACES = {"share": 1, "density": 2, "quotient": 2}


@dataclass(frozen=True, slots=True)
class Cell:
    """``text`` as shown, ``value`` as exported; ``url`` opens the records behind it."""

    text: str
    value: Any
    url: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    row: RegionRow
    cells: list[Cell]
    is_open: bool = False
    lines: tuple[Line, ...] = ()


def shown_columns(table: RegionTable) -> list[RegionColumn]:
    return [column for column in table.columns if not column.why_blank]


def blank_columns(table: RegionTable) -> list[tuple[str, str]]:
    """Why something is not shown -> which columns, in words."""
    found: dict[str, list[str]] = {}
    for column in table.columns:
        if column.why_blank:
            found.setdefault(column.why_blank, []).append(column.title)
    return [(pgettext("list separator", ", ").join(titles), why) for why, titles in found.items()]


def lines(table: RegionTable, links: Links, names: Mapping[str, str], sort: str) -> list[Line]:
    """Provinces that count anything, sorted; under the open one its cities."""
    columns = shown_columns(table)
    known = {column.key for column in columns} | {"name"}
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key not in known:
        key, descending = (DEFAULT_SORT if DEFAULT_SORT in known else "building"), True
    cities = tuple(Line(row, cells_of(row, columns, links, names)) for row in table.cities)
    return [
        Line(
            row,
            cells_of(row, columns, links, names),
            row.code == table.province and bool(row.code),
            cities if row.code == table.province else (),
        )
        for row in sorted_rows(table.rows, key, descending)
    ]


def sorted_rows(rows: list[RegionRow], key: str, descending: bool) -> list[RegionRow]:
    """Blank values come last either way; equal ones in the order of the codes."""
    if key == "name":
        return sorted(rows, key=lambda row: (row.level == "unknown", row.code), reverse=descending)
    blank = [row for row in rows if _order(row, key) is None]
    known = [row for row in rows if _order(row, key) is not None]
    return sorted(known, key=lambda row: _order(row, key), reverse=descending) + blank  # type: ignore[arg-type,return-value]


def _order(row: RegionRow, key: str) -> float | None:
    value = row.value(key)
    if isinstance(value, tuple):
        return float(value[1])
    return None if value is None else float(value)


def total_line(table: RegionTable, links: Links, names: Mapping[str, str]) -> Line:
    return Line(table.total, cells_of(table.total, shown_columns(table), links, names))


def cells_of(row: RegionRow, columns: list[RegionColumn], links: Links, names: Mapping[str, str]) -> list[Cell]:
    return [_cell(row, column.key, links, names) for column in columns]


def _cell(row: RegionRow, key: str, links: Links, names: Mapping[str, str]) -> Cell:
    value = row.value(key)
    if value is None:
        return Cell(formats.UNKNOWN, None)
    if key == "strong":
        code, quotient, _count = value
        return Cell(
            f"{names.get(code, code)} {formats.number(quotient, 2)}",
            f"{names.get(code, code)} {quotient:.2f}",
            _entries(row, links, industry=code),
        )
    if key == "share":
        return Cell(percent(value), round(value, 4))
    if key in PLACES:
        url = _entries(row, links, industry=links.industry) if key == "quotient" and row.of_industry else ""
        few = f" ({formats.number(row.of_industry)})" if key == "quotient" else ""  # a quotient of one entry says little
        return Cell(f"{formats.number(value, PLACES[key])}{few}", round(value, 4), url)
    return Cell(formats.number(value), value, _records(row, key, links) if value else "")


def percent(share: float) -> str:
    return f"{formats.number(share * 100, 1)}%"


def _place(row: RegionRow) -> dict[str, str] | None:
    """The filter of the lists for the row; None where no list can be narrowed to it."""
    if row.level == "total":
        return {}
    if row.level == "province":
        return {"province": row.code}
    if row.level == "city" and row.code:
        return {"province": row.province, "city": row.code}
    return None


def _entries(row: RegionRow, links: Links, **filters: str) -> str:
    if row.level == "group":
        return links.entries(province=_provinces_of(row), city=tuple(code for code in row.members if code[2:] != "0000"), **filters)
    place = _place(row)
    return "" if place is None else links.entries(**place, **filters)


def _provinces_of(row: RegionRow) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{code[:2]}0000" for code in row.members))


def _records(row: RegionRow, key: str, links: Links) -> str:
    if key == "listed":
        return _entries(row, links)
    place = _place(row)
    if place is None:
        return ""
    if key == "labelled":
        return links.labelled(**place)
    if key in {"building", "filed", "recommended"} and row.filed is not None:
        return links.applications(key, **place)
    return ""
