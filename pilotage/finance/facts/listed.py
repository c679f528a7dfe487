"""Listed companies from a file of annual-report figures (``seeds/listed_companies.csv`` and longer files of the same form).

A row is one company and year: stock_code, short_name, full_name, registered_address, fiscal_year, then revenue_yuan … ; blank is not
stated. Figures that look like something else (thousands in place of yuan, 0 for "missing") are left out and named, never guessed.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from pilotage.core import clock
from pilotage.finance.facts import rules, stating
from pilotage.finance.facts.enums import Board
from pilotage.finance.facts.importing import sentence
from pilotage.finance.facts.lines import Line
from pilotage.finance.facts.metrics import STATED
from pilotage.finance.facts.stating import Statement
from pilotage.finance.facts.suspicion import Suspicion, Why, suspicions
from pilotage.finance.facts.units import whole
from pilotage.registry.enums import DivisionLevel, IdentifierScheme
from pilotage.registry.models import Division, Enterprise, Identifier
from pilotage.registry.services import create_enterprise

SEED = Path(__file__).resolve().parent.parent / "seeds" / "listed_companies.csv"
SOURCE = "上市公司年度报告，由GitHub上的MetaGLM/FinGLM整理"
COLUMNS = {
    "revenue_yuan": "revenue",
    "net_profit_yuan": "net_profit",
    "rd_expense_yuan": "rd_expense",
    "operating_cash_flow_yuan": "operating_cash_flow",
    "employees": "staff",
    "rd_employees": "rd_staff",
}
# the board is told by the first digits of the code
BOARDS = (("688", Board.STAR), ("300", Board.CHINEXT), ("301", Board.CHINEXT), ("8", Board.BSE), ("4", Board.BSE))
YUAN = frozenset(metric for metric in COLUMNS.values() if STATED[metric].unit == "yuan")


@dataclass(slots=True)
class Loaded:
    """``left_out``: ``(stock code, year, metric, sentence)`` of each figure that was not taken."""

    companies: int = 0
    facts: int = 0
    left_out: list[tuple[str, int, str, str]] = field(default_factory=list)


def load_listed_companies(path: Path = SEED, *, actor: Any = None) -> Loaded:
    """All or nothing, and nothing twice: companies are known by their stock code. Raises ``Refused`` unless by the secretariat or the system."""
    rules.can_load(actor).require()
    loaded = Loaded()
    years: dict[str, dict[int, dict[str, str]]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            years[row["stock_code"]][int(row["fiscal_year"])] = row
    with transaction.atomic():
        companies = _companies(years, actor)
        statements = [each for code, rows in sorted(years.items()) for each in _statements(code, companies[code], rows, loaded)]
        loaded.companies, loaded.facts = len(companies), len(stating.write(statements, actor=actor))
    return loaded


def published_on(year: int) -> date:
    """The last day on which an annual report may be published; the day of each is not in the file."""
    return date(year + 1, 4, 30)


def _companies(years: dict[str, dict[int, dict[str, str]]], actor: Any) -> dict[str, Enterprise]:
    known = Identifier.objects.filter(scheme=IdentifierScheme.CN_STOCK, value__in=sorted(years)).select_related("enterprise")
    found = {each.value: each.enterprise for each in known.order_by("id")}
    places = list(Division.objects.filter(is_pseudo=False).exclude(level=DivisionLevel.COUNTY).order_by("-level", "code"))
    for code, rows in sorted(years.items()):
        if code not in found:
            row = rows[max(rows)]
            place = _place(row["registered_address"], places)
            found[code] = create_enterprise(
                actor=actor,
                name_zh=row["full_name"],
                short_zh=row["short_name"],
                identifiers={IdentifierScheme.CN_STOCK: code},
                division=place,
                address=row["registered_address"][:300],
                source=SOURCE,
            )
    return found


def _place(address: str, places: list[Division]) -> str | None:
    """The city or province with which the address begins; a city may stand without its province."""
    cities = [each for each in places if each.level == DivisionLevel.PREFECTURE]
    provinces = [each for each in places if each.level == DivisionLevel.PROVINCE]
    province = next(
        (each for each in provinces if address.startswith((each.name_zh, each.name_zh.removesuffix("省").removesuffix("市")))), None
    )
    rest = address[address.index("省") + 1 :] if province is not None and "省" in address else address
    city = next((each for each in cities if rest.startswith(each.name_zh) or (province is not None and each.name_zh in rest[:14])), None)
    if city is not None and (province is None or city.code[:2] == province.code[:2]):
        return city.code
    return province.code if province is not None else None


def _statements(code: str, company: Enterprise, rows: dict[int, dict[str, str]], loaded: Loaded) -> list[Statement]:
    figures = {year: _figures(row) for year, row in sorted(rows.items())}
    _leave_out(code, figures, loaded)
    found = [
        Statement(company, [Line(metric, value, year) for metric, value in own.items()], SOURCE, published_on(year), True, True)
        for year, own in figures.items()
        if own and published_on(year) <= clock.today()
    ]
    board = next((board for start, board in BOARDS if code.startswith(start)), Board.MAIN)
    if found:
        found[0] = Statement(company, [*found[0].lines, Line("board", board.value)], SOURCE, found[0].known_from, True, True)
    return found


def _figures(row: dict[str, str]) -> dict[str, int]:
    return {metric: value for column, metric in COLUMNS.items() if row[column] and (value := whole(row[column], 1)) is not None}


def _leave_out(code: str, figures: dict[int, dict[str, int]], loaded: Loaded) -> None:
    """Take out of ``figures`` what looks like something else. A year whose revenue is in another unit loses all its money."""
    before: dict[str, int] = {}
    for year, own in sorted(figures.items()):
        found = list(suspicions(own, before))
        small = next((each for each in found if each.why is Why.PER_HEAD), None)
        if small is not None:
            found += [Suspicion(metric, Why.PER_HEAD, small.other) for metric in sorted(YUAN & set(own) - {each.metric for each in found})]
        for each in found:
            if each.metric in own:
                del own[each.metric]
                loaded.left_out.append((code, year, each.metric, sentence(each)))
        before = own
