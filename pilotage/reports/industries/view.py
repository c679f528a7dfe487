"""The industry view: where the scenarios are used, how deeply, with what effect, and where they are not.

Read from published entries only, so every reader may see all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pilotage.core.charts import SpreadRow
from pilotage.plan.models import Plan
from pilotage.registry.models import Industry, localized
from pilotage.reports.industries import counts
from pilotage.reports.industries.effects import EffectLine, effect_lines
from pilotage.reports.industries.figures import LIKELY, Spread, expected, spread_of_counts, white
from pilotage.reports.subjects import Subject, code_list, subject_of

__all__ = [
    "EffectLine",
    "IndustryRow",
    "IndustryTable",
    "ScenarioRow",
    "WhiteSpot",
    "WhiteSpots",
    "effect_lines",
    "effects",
    "table",
    "white_spots",
]


@dataclass(frozen=True, slots=True)
class IndustryRow:
    """``share`` of all entries. ``depth``: how many scenarios a project uses. ``levels``: code of the level -> entries."""

    code: str
    name: str
    entries: int
    share: float
    depth: Spread | None
    levels: dict[str, int]
    divisions: tuple[str, ...] = ()
    is_verified: bool = True


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """``industry`` is the one that uses it most often, with how many entries; '' where that was not counted."""

    code: str
    name: str
    entries: int
    share: float
    industry: str
    of_industry: int


@dataclass(frozen=True, slots=True)
class IndustryTable:
    """``unmapped``: key industries for which the code list names no division. ``level_names`` in the order of the code list."""

    subject: Subject
    as_of: date
    total: int
    rows: list[IndustryRow]
    key_rows: list[IndustryRow]
    unmapped: list[str]
    scenarios: list[ScenarioRow]
    level_names: dict[str, str]
    without_industry: int
    depth: Spread | None
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class WhiteSpot:
    industry: str
    scenario: str
    expected: float


@dataclass(frozen=True, slots=True)
class WhiteSpots:
    """``cells`` holds what is above zero; ``spots`` the zeros one would not expect, the least expected first.

    ``is_counted`` False: the directory is too large to be crossed.
    """

    industries: dict[str, str]
    scenarios: dict[str, str]
    sizes: dict[str, int]
    cells: dict[tuple[str, str], int]
    spots: list[WhiteSpot]
    is_counted: bool = True
    likely: float = LIKELY

    @property
    def zeros(self) -> int:
        return len(self.industries) * len(self.scenarios) - len(self.cells)


def table(plan: Plan, as_of: date, actor: Any = None, *, subject: Subject | None = None) -> IndustryTable:
    """Five queries beside those of the subject. ``actor`` sees what everybody sees."""
    subject = subject or subject_of(plan)
    depth = counts.depth(subject.editions, as_of)
    sizes, total = depth.by_industry(), depth.total
    names = industry_names(sizes)
    pairs = counts.pairs(subject.editions, as_of) if total <= counts.PAIRS_MOST else {}
    used = _sum_of(pairs) if pairs else counts.by_scenario(subject.editions, as_of)
    key_rows, unmapped = _key_rows(code_list(plan, "key_industries"), depth, total)
    return IndustryTable(
        subject=subject,
        as_of=as_of,
        total=total,
        rows=[_row(code, names.get(code, code), depth, total, (code,)) for code in _by_size(sizes)],
        key_rows=key_rows,
        unmapped=unmapped,
        scenarios=[_scenario(code, name, used, pairs, total) for code, name in named(subject, "scenarios", used).items()],
        level_names=named(subject, "levels", {level for _industry, level, _scenarios in depth.counts if level}),
        without_industry=sizes.get("", 0),
        depth=_depth(depth, tuple(sizes)),
        names=names,
    )


def effects(plan: Plan, as_of: date, *, industry: str = "", scenario: str = "", subject: Subject | None = None) -> list[SpreadRow]:
    """The effect figures of which enough projects give a change: the improvement in percent, drawn by ``core.charts.spread``."""
    lines = effect_lines(plan, as_of, industry=industry, scenario=scenario, subject=subject).lines
    return [line.row for line in lines if line.row is not None]


def white_spots(plan: Plan, as_of: date, *, subject: Subject | None = None) -> WhiteSpots:
    """Industries with entries, crossed with every scenario of the code list. Three queries beside those of the subject."""
    subject = subject or subject_of(plan)
    sizes = counts.depth(subject.editions, as_of).by_industry()
    sizes.pop("", None)
    names = industry_names(sizes)
    if sum(sizes.values()) > counts.PAIRS_MOST:
        return WhiteSpots({}, {}, dict(sizes), {}, [], is_counted=False)
    cells = {pair: count for pair, count in counts.pairs(subject.editions, as_of).items() if pair[0]}
    scenarios = named(subject, "scenarios", {code for _industry, code in cells})
    missing = white(cells, sizes, list(scenarios))
    spots = [WhiteSpot(*pair, hoped) for pair, hoped in sorted(missing.items(), key=lambda item: (-item[1], item[0]))]
    return WhiteSpots({code: names.get(code, code) for code in _by_size(sizes)}, scenarios, dict(sizes), cells, spots)


def hoped_for(found: WhiteSpots) -> dict[tuple[str, str], float]:
    """How many of each pair were to be expected."""
    return expected(found.cells, found.sizes, list(found.scenarios))


def industry_names(codes: Mapping[str, int] | set[str]) -> dict[str, str]:
    """One query."""
    columns = ("code", "short_zh", "name_zh", "short_en", "name_en")
    rows = Industry.objects.filter(pk__in=sorted(code for code in codes if code)).order_by("code").values_list(*columns)
    return {code: localized(short_zh or zh, short_en or en) for code, short_zh, zh, short_en, en in rows}


def named(subject: Subject, kind: str, used: Mapping[str, int] | set[str]) -> dict[str, str]:
    """Code -> name in the order of the editions' code list; codes that are used without standing in it come last."""
    found = {row["code"]: localized(row["zh"], row["en"]) for edition in reversed(subject.editions) for row in edition.codes.get(kind, [])}
    return found | {code: code for code in sorted(used) if code not in found}


def _by_size(sizes: Counter[str]) -> list[str]:
    return sorted((code for code in sizes if code), key=lambda code: (-sizes[code], code))


def _row(code: str, name: str, depth: counts.Depth, total: int, divisions: tuple[str, ...], is_verified: bool = True) -> IndustryRow:
    found = [(level, count) for (industry, level, _scenarios), count in depth.counts.items() if industry in divisions]
    entries = sum(count for _level, count in found)
    levels: Counter[str] = Counter()
    for level, count in found:
        levels[level] += count
    return IndustryRow(
        code, name, entries, entries / total if total else 0.0, _depth(depth, divisions), dict(levels), divisions, is_verified
    )


def _depth(depth: counts.Depth, divisions: Sequence[str]) -> Spread | None:
    found: Counter[int] = Counter()
    for (industry, _level, scenarios), count in depth.counts.items():
        if industry in divisions:
            found[scenarios] += count
    return spread_of_counts(found)


def _key_rows(listed: list[dict[str, Any]], depth: counts.Depth, total: int) -> tuple[list[IndustryRow], list[str]]:
    rows, unmapped = [], []
    for each in listed:
        name = localized(each["zh"], each.get("en", ""))
        divisions = tuple(str(each.get("divisions") or "").split())
        if divisions:
            rows.append(_row(each["code"], name, depth, total, divisions, each.get("divisions_verified") != "false"))
        else:
            unmapped.append(name)
    return rows, unmapped


def _sum_of(pairs: Mapping[tuple[str, str], int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_industry, code), count in pairs.items():
        found[code] += count
    return found


def _scenario(code: str, name: str, used: Mapping[str, int], pairs: Mapping[tuple[str, str], int], total: int) -> ScenarioRow:
    count = used.get(code, 0)
    of_industry, industry = max(
        ((found, division) for (division, scenario), found in pairs.items() if scenario == code and division), default=(0, "")
    )
    return ScenarioRow(code, name, count, count / total if total else 0.0, industry, of_industry)
