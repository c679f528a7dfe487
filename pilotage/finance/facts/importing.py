"""A file of statements taken in whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.facts import rules, stating
from pilotage.finance.facts.metrics import STATED, YEARLY
from pilotage.finance.facts.models import Fact
from pilotage.finance.facts.sheet import BadSheet, Said, Sheet, read_sheet
from pilotage.finance.facts.stating import Statement
from pilotage.finance.facts.suspicion import Suspicion, Why, suspicions
from pilotage.registry.models import Enterprise


@dataclass(frozen=True, slots=True)
class Imported:
    """``facts``: how many values are new; a file sent twice brings none."""

    rows: int
    enterprises: int
    facts: int


class Doubtful(Invalid):
    """Nothing is wrong for sure, but figures look like something else: state them again with ``sure`` once they have been looked at."""


def check_figures(statement: Statement, *, sure: bool) -> None:
    """The same suspicions for figures that are typed or sent; by number of the line. Raises ``Invalid`` or :class:`Doubtful`. One query."""
    known = _known([statement.enterprise.pk])
    found: dict[str, Suspicion] = {}
    for year in {line.year for line in statement.lines}:
        own = {line.metric: line.value for line in statement.lines if line.year == year and _is_number(line.value)}
        before = known.get((statement.enterprise.pk, year - 1), {}) if year else {}
        numbers = {(line.metric, line.year): str(number) for number, line in enumerate(statement.lines)}
        for each in suspicions({**own}, before):  # type: ignore[dict-item]
            found[numbers[each.metric, year]] = each
    faults = {number: sentence(each) for number, each in found.items() if not each.is_doubt}
    if faults:
        raise Invalid(faults)
    if found and not sure:
        raise Doubtful({number: sentence(each) for number, each in found.items()})


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def import_file(
    *,
    actor: Any,
    path: Path,
    source: str,
    known_from: date | None = None,
    is_audited: bool = False,
    is_public: bool = False,
    sure: bool = False,
) -> Imported:
    """All or nothing. ``sure``: the doubts have been looked at. Raises ``Refused``, ``Unreadable``, or :class:`BadSheet` naming each cell."""
    rules.can_import(actor).require()
    sheet = read_sheet(path)
    owners = _owners(sheet, actor)
    _days(sheet, source, known_from)
    _suspect(sheet, owners)
    cells = [cell for cell in sheet.cells if not (sure and cell.is_doubt)]
    if cells:
        raise BadSheet(cells)
    statements = [
        Statement(
            owners[said.row], said.lines, said.source or source, said.known_from or known_from or clock.today(), is_audited, is_public
        )
        for said in sheet.rows
        if said.lines
    ]
    made = stating.write(statements, actor=actor)
    return Imported(len(sheet.rows), len({each.enterprise.pk for each in statements}), len(made))


def _owners(sheet: Sheet, actor: Any) -> dict[int, Enterprise]:
    """row -> enterprise. One that the actor may not state for is as if it were not there. Three queries."""
    allowed = Enterprise.objects.all() if rules.states_for_all(actor) else rules.own_enterprises(actor)
    by_code = {each.uscc: each for each in allowed.filter(uscc__in={said.code.upper() for said in sheet.rows if said.code}).order_by("pk")}
    by_name: dict[str, list[Enterprise]] = defaultdict(list)
    for each in allowed.filter(name_zh__in={said.name for said in sheet.rows if said.name and not said.code}).order_by("pk"):
        by_name[each.name_zh].append(each)
    found = {}
    for said in sheet.rows:
        own = [by_code[said.code.upper()]] if said.code.upper() in by_code else [] if said.code else by_name.get(said.name, [])
        if len(own) == 1:
            found[said.row] = own[0]
        else:
            column = sheet.own.get("code" if said.code else "name")
            many = _("Several enterprises have this name. Give the credit code.")
            none = _("There is no such enterprise whose data you may state.")
            sheet.fault(said.row, column, said.code or said.name, many if own else none)
    return found


def _days(sheet: Sheet, source: str, known_from: date | None) -> None:
    for said in sheet.rows:
        day = said.known_from or known_from
        if day is not None and day > clock.today():
            sheet.fault(said.row, sheet.own.get("known_from"), str(day), _("What is published only later is not known yet."))
        if said.lines and not (said.source or source).strip():
            sheet.fault(said.row, sheet.own.get("source"), "", _("Say where the figures come from."))


# --- figures that look like something else --------------------------------------------------
def _suspect(sheet: Sheet, owners: Mapping[int, Enterprise]) -> None:
    known = _known({each.pk for each in owners.values()})
    for said in sheet.rows:
        if said.row in owners and said.year is not None:
            known.setdefault((owners[said.row].pk, said.year), {}).update(_numbers(said, yearly=True))
    for said in sheet.rows:
        owner = owners.get(said.row)
        before = known.get((owner.pk, said.year - 1), {}) if owner is not None and said.year is not None else {}
        for each in (*suspicions(_numbers(said, yearly=True), before), *suspicions(_numbers(said, yearly=False), {})):
            sheet.fault(said.row, said.places.get(each.metric), said.texts.get(each.metric, ""), sentence(each), is_doubt=each.is_doubt)


def _numbers(said: Said, *, yearly: bool) -> dict[str, int]:
    return {line.metric: line.value for line in said.lines if isinstance(line.value, int) and (line.metric in YEARLY) == yearly}


def _known(ids: Iterable[int]) -> dict[tuple[int, int], dict[str, int]]:
    """What is known already, by enterprise and year."""
    found: dict[tuple[int, int], dict[str, int]] = {}
    rows = Fact.objects.filter(enterprise__in=sorted(ids), year__isnull=False, number__isnull=False).order_by("known_from", "id")
    for enterprise, metric, year, number in rows.values_list("enterprise_id", "metric", "year", "number"):
        found.setdefault((enterprise, year or 0), {})[metric] = number or 0
    return found


def sentence(each: Suspicion) -> str:
    counted = {"yuan": _("%(number)s yuan"), "persons": _("%(number)s persons")}.get(STATED[each.metric].unit, "%(number)s")
    plain = each.why in {Why.PER_HEAD, Why.MUCH_PER_HEAD}
    number = f"{each.other:,}" if each.other is not None else ""
    told = {"other": number if plain else counted % {"number": number}}
    return {
        Why.MARK: _("This looks like a mark for “missing”. Leave the cell blank where it is not known."),
        Why.ZERO: _("0 cannot be true here. Leave the cell blank where it is not known."),
        Why.ZERO_AFTER: _("0, after %(other)s the year before. Leave the cell blank where it is not known."),
        Why.JUMP: _("Far from the year before (%(other)s). Are these thousands or 万元 in place of yuan?"),
        Why.PER_HEAD: _("That is %(other)s yuan of revenue for each person. Are these thousands or 万元 in place of yuan?"),
        Why.MUCH_PER_HEAD: _("That is %(other)s yuan of revenue for each person. Are these yuan, stated as thousands or 万元?"),
        Why.OF_REVENUE: _("More than ten times the revenue (%(other)s). Is one of the two in another unit?"),
        Why.PART: _("More than the whole of which it is a part (%(other)s)."),
    }[each.why] % told
