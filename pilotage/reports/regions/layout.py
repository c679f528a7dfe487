"""The regional layout of a plan: how much of it lies where, on any day, as far as the reader may see it.

``table`` gives provinces (with the cities of one of them), ``city_groups`` the groups of the plan folder.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.enums import StageKind
from pilotage.plan.models import Plan
from pilotage.registry.enums import DivisionLevel
from pilotage.registry.models import Division, localized
from pilotage.reports.regions import counts
from pilotage.reports.regions.base import industrial_enterprises
from pilotage.reports.regions.columns import RegionColumn, columns
from pilotage.reports.regions.figures import Concentration, concentration, density, location_quotient, location_quotients
from pilotage.reports.regions.reach import Reach, reach
from pilotage.reports.subjects import Subject, code_list, subject_of

STRONG_FROM = 3  # entries of a province in an industry from which its quotient is worth naming
OUTSIDE = frozenset({"710000", "810000", "820000"})  # take no part in mainland calls
PIPELINE = ("filed", "recommended")


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One place. None: not known, or not the reader's to see. ``quotients``: industry -> location quotient, of those it has entries in.

    ``used`` is what stands on the recommenders' lists, ``gap`` what their quota has left; ``cap`` the most the selection
    takes from the province, ``room`` what is left of it. ``strong`` is the industry it is strongest in, with quotient and entries.
    """

    code: str
    name: str
    level: str  # province, city, group, total or unknown
    building: int | None = None
    filed: int | None = None
    recommended: int | None = None
    listed: int = 0
    labelled: int = 0
    share: float | None = None
    enterprises: Decimal | None = None
    density: float | None = None
    quota: int | None = None
    used: int | None = None
    cap: int | None = None
    of_industry: int | None = None
    quotient: float | None = None
    quotients: dict[str, float] = field(default_factory=dict)
    strong: tuple[str, float, int] | None = None
    province: str = ""
    members: tuple[str, ...] = ()
    source: str = ""
    is_verified: bool = True

    @property
    def gap(self) -> int | None:
        return None if self.quota is None or self.used is None else self.quota - self.used

    @property
    def room(self) -> int | None:
        return None if self.cap is None else self.cap - self.listed

    def value(self, key: str) -> Any:
        return getattr(self, key)


@dataclass(frozen=True, slots=True)
class RegionTable:
    """``rows``: provinces in the order of their codes. ``cities``: those of ``province``. ``concentration`` of the entries over the mainland provinces."""

    subject: Subject
    as_of: date
    industry: str
    province: str
    columns: list[RegionColumn]
    rows: list[RegionRow]
    cities: list[RegionRow]
    total: RegionRow
    concentration: Concentration
    reach: Reach


@dataclass(frozen=True, slots=True)
class _Counted:
    """Everything by province, counted once."""

    building: Counter[str]
    steps: dict[str, Counter[str]]
    on_list: Counter[str]
    listed: Counter[str]
    labelled: Counter[counts.City]
    of_industry: Counter[counts.City]
    quotas: dict[str, int]
    caps: dict[str, int]
    base: dict[str, Decimal]
    crossed: dict[tuple[str, str], int]
    quotients: dict[str, dict[str, float]]


def table(plan: Plan, as_of: date, actor: Any, *, subject: Subject | None = None, province: str = "", industry: str = "") -> RegionTable:
    """Bounded queries: about ten, a few more where the cities of a ``province`` or an ``industry`` are asked for."""
    subject = subject or subject_of(plan)
    may = reach(actor, subject.calls)
    found = _count(plan, subject, as_of, actor, industry)
    names = _provinces()
    whole = _total(found, may)
    rows = [_row(code, name, found, may, whole) for code, name in names.items() if code not in OUTSIDE or _is_counted(code, found)]
    if _is_counted("", found):
        rows.append(_row("", _("Place not given"), found, may, whole, "unknown"))
    known = province if province in names else ""
    return RegionTable(
        subject=subject,
        as_of=as_of,
        industry=industry,
        province=known,
        columns=columns(
            published=bool(subject.editions),
            is_public=may.is_public,
            has_base=bool(found.base),
            has_quotas=bool(found.quotas),
            has_caps=bool(found.caps),
            is_crossed=bool(found.crossed) or not whole.listed,
            industry=industry,
        ),
        rows=rows,
        cities=_cities(subject, as_of, known, industry, found, may, whole) if known else [],
        total=whole,
        concentration=concentration([found.listed[code] for code in names if code not in OUTSIDE]),
        reach=may,
    )


def city_groups(plan: Plan, as_of: date, actor: Any, *, subject: Subject | None = None) -> list[RegionRow]:
    """The groups of ``codes/city_groups.csv``, each the sum of its cities. The pipeline only for those who see all of it. Four queries."""
    subject = subject or subject_of(plan)
    groups = [(each, tuple(str(each.get("divisions") or "").split())) for each in code_list(plan, "city_groups")]
    provinces = sorted({f"{code[:2]}0000" for _each, members in groups for code in members})
    if not provinces:
        return []
    may = reach(actor, subject.calls)
    listed = counts.listed_by_city(subject.editions, as_of, provinces)
    labelled = counts.labelled(subject.editions, as_of)
    steps = counts.steps_by_city(subject.calls, as_of, provinces) if may.everything else {}
    building = counts.building_by_city(subject.calls, as_of, provinces) if may.everything else None
    total = sum(counts.listed(subject.editions, as_of).values())
    return [
        RegionRow(
            code=each["code"],
            name=localized(each["zh"], each.get("en", "")),
            level="group",
            building=_of_members(building, members) if building is not None else None,
            filed=_of_members(steps["filed"], members) if steps else None,
            recommended=_of_members(steps["recommended"], members) if steps else None,
            listed=_of_members(listed, members),
            labelled=_of_members(labelled, members),
            share=_of_members(listed, members) / total if total else None,
            members=members,
            source=str(each.get("source") or ""),
            is_verified=each.get("verified") != "false",
        )
        for each, members in groups
    ]


def _of_members(cities: Counter[counts.City], members: Sequence[str]) -> int:
    wanted = set(members)
    return sum(number for (province, prefecture), number in cities.items() if prefecture in wanted or province in wanted)


# --- counting -------------------------------------------------------------------------------
def _count(plan: Plan, subject: Subject, day: date, actor: Any, industry: str) -> _Counted:
    listed = counts.listed(subject.editions, day)
    crossed = counts.by_industry(subject.editions, day) if sum(listed.values()) <= counts.CROSSED_MOST else {}
    quotients: dict[str, dict[str, float]] = defaultdict(dict)
    for (place, kind), value in location_quotients(crossed).items():
        quotients[place][kind] = value
    quotas = counts.quotas(subject.calls)
    return _Counted(
        building=counts.building(subject.calls, day),
        steps=counts.steps(subject.calls, day),
        on_list=counts.on_list(subject.calls, day) if quotas else Counter(),
        listed=listed,
        labelled=counts.labelled(subject.editions, day),
        of_industry=counts.of_industry(subject.editions, day, industry) if industry else Counter(),
        quotas=quotas,
        caps=caps(subject),
        base=industrial_enterprises(plan, day, actor),
        crossed=crossed,
        quotients=dict(quotients),
    )


def caps(subject: Subject) -> dict[str, int]:
    """Province -> the most its calls' selections take from it together; '' is any other one. Empty where a call has no such cap."""
    limits = []
    for call in subject.calls:
        stage = call.stage(StageKind.SELECT)
        named = dict((stage.options.get("per_province") if stage else None) or {})
        if not named.get("default"):
            return {}
        limits.append({"": int(named.pop("default")), **{str(code): int(limit) for code, limit in named.items()}})
    codes = {code for each in limits for code in each}
    return {code: sum(each.get(code, each[""]) for each in limits) for code in codes}


def _provinces() -> dict[str, str]:
    return {division.pk: division.name for division in Division.objects.filter(level=DivisionLevel.PROVINCE).order_by("code")}


def _is_counted(code: str, found: _Counted) -> bool:
    return bool(found.building[code] or found.listed[code] or found.steps["filed"][code])


# --- rows -----------------------------------------------------------------------------------
def _total(found: _Counted, may: Reach) -> RegionRow:
    listed = sum(found.listed.values())
    base = sum(found.base.values(), Decimal(0)) if found.base else None
    return RegionRow(
        code="",
        name=pgettext("sum", "Total"),
        level="total",
        building=sum(found.building.values()),
        filed=sum(found.steps["filed"].values()) if may.everything else None,
        recommended=sum(found.steps["recommended"].values()) if may.everything else None,
        listed=listed,
        labelled=sum(found.labelled.values()),
        share=1.0 if listed else None,
        enterprises=base,
        density=density(listed, base),
        quota=sum(found.quotas.values()) if found.quotas else None,
        used=sum(found.on_list.values()) if found.quotas and may.everything else None,
        of_industry=sum(found.of_industry.values()),
    )


def _row(code: str, name: str, found: _Counted, may: Reach, whole: RegionRow, level: str = "province") -> RegionRow:
    listed = found.listed[code]
    of_industry = counts.over_provinces(found.of_industry)[code]
    return RegionRow(
        code=code,
        name=name,
        level=level,
        building=found.building[code],
        filed=found.steps["filed"][code] if may.sees(code) else None,
        recommended=found.steps["recommended"][code] if may.sees(code, step="recommended") else None,
        listed=listed,
        labelled=counts.over_provinces(found.labelled)[code],
        share=listed / whole.listed if whole.listed else None,
        enterprises=found.base.get(code),
        density=density(listed, found.base.get(code)),
        quota=found.quotas.get(code),
        used=found.on_list[code] if code in found.quotas and may.sees(code) else None,
        cap=found.caps.get(code, found.caps.get("")) if code and whole.listed else None,
        of_industry=of_industry,
        quotient=location_quotient(of_industry, listed, whole.of_industry or 0, whole.listed),
        quotients=found.quotients.get(code, {}),
        strong=_strong(code, found),
        province=code,
    )


def _strong(code: str, found: _Counted) -> tuple[str, float, int] | None:
    """The industry in which the place is strongest, of those with at least ``STRONG_FROM`` entries there."""
    best = [
        (value, found.crossed[code, industry], industry)
        for industry, value in found.quotients.get(code, {}).items()
        if value > 1 and found.crossed[code, industry] >= STRONG_FROM
    ]
    if not best:
        return None
    value, number, industry = max(best)
    return industry, value, number


def _cities(subject: Subject, day: date, province: str, industry: str, found: _Counted, may: Reach, whole: RegionRow) -> list[RegionRow]:
    """The cities of one province that count anything, the largest first; what lies directly under it last. Four queries at most."""
    listed = counts.listed_by_city(subject.editions, day, [province])
    sees_any = may.everything or province in may.provinces or any(code[:2] == province[:2] for code in may.prefectures)
    building = counts.building_by_city(subject.calls, day, [province]) if sees_any else Counter()
    steps = counts.steps_by_city(subject.calls, day, [province]) if sees_any or province in may.recommended_only else {}
    names = {division.pk: division.name for division in Division.objects.filter(parent=province, is_pseudo=False).order_by("code")}
    codes = {city for (_province, city) in {*listed, *building, *(key for each in steps.values() for key in each)}}
    rows = []
    for code in codes:
        key = (province, code)
        sees = may.sees(province, code)
        rows.append(
            RegionRow(
                code=code,
                name=names.get(code) or code or _("No city given"),
                level="city",
                building=building[key] if sees else None,
                filed=steps["filed"][key] if sees else None,
                recommended=steps["recommended"][key] if steps and may.sees(province, code, step="recommended") else None,
                listed=listed[key],
                labelled=found.labelled[key],
                share=listed[key] / whole.listed if whole.listed else None,
                of_industry=found.of_industry[key],
                quotient=location_quotient(found.of_industry[key], listed[key], whole.of_industry or 0, whole.listed),
                province=province,
            )
        )
    shown = [row for row in rows if row.listed or row.building or row.filed or row.recommended]
    return sorted(shown, key=lambda row: (not row.code, -row.listed, -(row.filed or 0), row.code))
