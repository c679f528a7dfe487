"""The real listed companies against the STAR attributes of two days, counted by hand from the file: whole numbers and fractions, no rule read.

Also what the installation needs for it: ``load()`` and ``figures()`` run inside (``pilotage shell``).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ALL = ROOT.parent / "shared" / "data" / "listed_companies_fy2019_2021.csv"
SHIPPED = ROOT / "pilotage" / "finance" / "seeds" / "listed_companies.csv"
FILE = ALL if ALL.exists() else SHIPPED
FIGURES = {"revenue": "revenue_yuan", "rd": "rd_expense_yuan", "staff": "employees", "rd_staff": "rd_employees"}
OTHERS = ("net_profit_yuan", "operating_cash_flow_yuan")
METRICS = {"rd_expense": "rd", "revenue": "revenue", "staff": "staff", "rd_staff": "rd_staff"}
# the texts of the conditions, as the page has them
CONDITIONS = {
    "rd_share": "三年研发投入占营业收入", "rd_sum": "三年研发投入合计", "rd_staff": "研发人员占比", "patents": "应用于主营业务的发明专利",
    "growth": "三年营业收入复合增长率", "revenue": "最近一年营业收入",
}  # fmt: skip
# money of three years, yearly growth
OLD, NEW = (60_000_000, Fraction(20, 100)), (80_000_000, Fraction(25, 100))
MEETS, FAILS, UNKNOWN = "符合", "不符合", "无法判断"
Truth = bool | None


@dataclass
class Recount:
    """``changed``: stock code -> (answer before, answer after, conditions lost, conditions gained), of whom anything differs."""

    total: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    gained: Counter[str] = field(default_factory=Counter)
    changed: dict[str, tuple[str, str, set[str], set[str]]] = field(default_factory=dict)


def recount(file: Path, left_out: Iterable[tuple[str, int, str]]) -> Recount:
    """``left_out``: figures that the loader named as doubtful and did not take."""
    years = _read(file, {(code, year, METRICS[metric]) for code, year, metric in left_out if metric in METRICS})
    found = Recount(total=len(years))
    for code, told in years.items():
        old, new = _truths(told, *OLD), _truths(told, *NEW)
        before, after = _answer(old), _answer(new)
        lost = {key for key in old if old[key] is True and new[key] is False}
        gained = {key for key in old if old[key] is False and new[key] is True}
        found.before[before] += 1
        found.after[after] += 1
        found.lost.update(lost)
        found.gained.update(gained)
        if before != after or lost or gained:
            found.changed[code] = (before, after, {CONDITIONS[key] for key in lost}, {CONDITIONS[key] for key in gained})
    return found


def _read(file: Path, left_out: set[tuple[str, int, str]]) -> dict[str, dict[int, dict[str, int]]]:
    """Of every company that states anything: its years with what they state."""
    found: dict[str, dict[int, dict[str, int]]] = {}
    with file.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            code, year = row["stock_code"], int(row["fiscal_year"])
            if any(row[column] for column in (*FIGURES.values(), *OTHERS)):
                told = found.setdefault(code, {}).setdefault(year, {})
                for name, column in FIGURES.items():
                    if row[column] and (code, year, name) not in left_out:
                        told[name] = int(Decimal(row[column]).quantize(Decimal(1), ROUND_HALF_UP))
    return found


def _truths(years: dict[int, dict[str, int]], least_spent: int, least_growth: Fraction) -> dict[str, Truth]:
    base = max((year for year, told in years.items() if "revenue" in told), default=0)
    revenue, spent = ([years.get(base - back, {}).get(name) for back in range(3)] for name in ("revenue", "rd"))
    last = years.get(base, {})
    income, outlay = (None if None in known else sum(each or 0 for each in known) for known in (revenue, spent))
    return {
        "rd_share": _at_least(outlay, income, Fraction(5, 100)),
        "rd_sum": None if outlay is None else outlay >= least_spent,
        "rd_staff": _at_least(last.get("rd_staff"), last.get("staff"), Fraction(10, 100)),
        "patents": None,  # annual reports do not state them
        "growth": _at_least(revenue[0], revenue[2], (1 + least_growth) ** 2),
        "revenue": None if revenue[0] is None else revenue[0] >= 300_000_000,
    }


def _at_least(part: int | None, whole: int | None, share: Fraction) -> Truth:
    return None if part is None or not whole else Fraction(part, whole) >= share


def _answer(truths: dict[str, Truth]) -> str:
    """All four: money spent on research by either of two, people, patents, revenue by either of two. One that fails decides."""
    groups = [
        _either(truths["rd_share"], truths["rd_sum"]),
        truths["rd_staff"],
        truths["patents"],
        _either(truths["growth"], truths["revenue"]),
    ]
    return FAILS if False in groups else UNKNOWN if None in groups else MEETS


def _either(one: Truth, other: Truth) -> Truth:
    return True if True in (one, other) else None if None in (one, other) else False


# --- inside the installation ----------------------------------------------------------------
def load(file: str) -> None:
    """Prints what was left out, one figure a line."""
    from pilotage.finance.facts.services import load_listed_companies

    for code, year, metric, _sentence in load_listed_companies(Path(file)).left_out:
        print(code, year, metric)


def figures() -> None:
    """Of the scene's first firm all that the attributes ask for but its patents; the bank may read it."""
    from datetime import date

    from pilotage.accounts.models import EnterpriseConsent, User
    from pilotage.core import clock
    from pilotage.finance.facts import services
    from pilotage.finance.facts.lines import Line
    from pilotage.registry.models import Enterprise
    from tests.e2e import scene

    own, filer = Enterprise.objects.get(name_zh=scene.FIRM), User.objects.get(email=scene.address("filer"))
    years: dict[str, Any] = {"revenue": (28_600, 22_466, 17_648), "rd_expense": (2_240, 2_070, 1_930)}
    lines = [Line(metric, value * 10_000, 2023 - back) for metric, values in years.items() for back, value in enumerate(values)]
    services.state(
        actor=filer, enterprise=own, lines=[*lines, Line("staff", 500, 2023), Line("rd_staff", 71, 2023)], source="2023年度审计报告",
        known_from=date(2024, 4, 20), is_audited=True,
    )  # fmt: skip
    services.attest(
        actor=filer,
        enterprise=own,
        channel="star-attribute",
        condition="star_attribute_industrialised",
        holds=True,
        ground="两条产线已采用",
    )
    bank = User.objects.get(email=scene.address("bank")).memberships.get().organisation
    EnterpriseConsent.objects.create(enterprise=own, organisation=bank, given_by=filer, given_at=clock.now())
