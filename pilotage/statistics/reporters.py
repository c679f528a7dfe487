"""Who reports a data set: provinces, cities or responsible units, by code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pilotage.plan.models import ResponsibleUnit
from pilotage.registry.enums import DivisionLevel
from pilotage.registry.models import Division
from pilotage.statistics.models import DataSet

DIVISIONS = {"province": DivisionLevel.PROVINCE, "city": DivisionLevel.PREFECTURE}
APART = ("710000", "810000", "820000")  # take no part unless a data set names them


@dataclass(frozen=True, slots=True)
class Reporter:
    """``province`` and ``prefecture``: the divisions that a territorial scope looks at; None for a unit."""

    code: str
    name: str
    province: str | None = None
    prefecture: str | None = None


def reporters_of(data_set: DataSet) -> list[Reporter]:
    """In order of their codes. One query."""
    return reporters_of_many([data_set])[data_set.pk]


def reporters_of_many(data_sets: Sequence[DataSet]) -> dict[int, list[Reporter]]:
    """Those of each data set. Two queries at most."""
    levels = {data_set.definition.level for data_set in data_sets}
    wanted = [level for name, level in DIVISIONS.items() if name in levels]
    divisions = list(Division.objects.filter(level__in=wanted, is_pseudo=False).order_by("code")) if wanted else []
    plans = {data_set.plan_id for data_set in data_sets}
    units = list(ResponsibleUnit.objects.filter(plan__in=plans).order_by("code")) if "unit" in levels else []
    return {data_set.pk: _of(data_set, divisions, units) for data_set in data_sets}


def _of(data_set: DataSet, divisions: Sequence[Division], units: Sequence[ResponsibleUnit]) -> list[Reporter]:
    definition = data_set.definition
    if definition.level == "unit":
        codes = definition.content["reports"]["units"]
        return [Reporter(unit.code, unit.title) for unit in units if unit.plan_id == data_set.plan_id and unit.code in codes]
    of_level = [division for division in divisions if division.level == DIVISIONS[definition.level]]
    named = set(definition.content["reports"].get("divisions", ()))
    if named:
        chosen = [each for each in of_level if each.code in named or each.parent_id in named]
    else:
        chosen = [each for each in of_level if f"{each.code[:2]}0000" not in APART]
    return [_reporter(division, definition.level) for division in chosen]


def _reporter(division: Division, level: str) -> Reporter:
    if level == "province":
        return Reporter(division.code, division.name, division.code)
    return Reporter(division.code, division.name, division.parent_id, division.code)
