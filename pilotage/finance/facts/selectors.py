"""Named reads of facts: what was known of whom on which day, with where it comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from pilotage.core import clock
from pilotage.finance.facts import known, reckoning
from pilotage.finance.facts.metrics import RECKONED, STATED, TITLES
from pilotage.finance.facts.models import Attestation, Fact
from pilotage.registry.models import Enterprise

_RECKONED_FIRST = frozenset(metric.key for metric in RECKONED)
_COLUMNS = ("metric", "year", "number", "code", "truth")


@dataclass(frozen=True, slots=True)
class Known:
    """``facts``: columns of METRICS, absent where not known. ``base_year``: the last year with revenue, which the columns count back from."""

    facts: dict[str, int | str | bool]
    base_year: int | None = None
    is_public: bool = False


def facts_of(enterprise: Enterprise, *, on: date | None = None) -> dict[str, int | str | bool]:
    """Columns of METRICS known on that day (today when absent). A fixed number of queries, one for each thing that is reckoned from."""
    return known_of_many([enterprise.pk], on)[enterprise.pk].facts


def facts_of_many(ids: Sequence[int], on: date | None = None) -> dict[int, dict[str, int | str | bool]]:
    """The same for many; every id is in it. The same number of queries whatever their number."""
    return {enterprise: found.facts for enterprise, found in known_of_many(ids, on).items()}


def base_year(enterprise: Enterprise, on: date | None = None) -> int | None:
    """The last year whose revenue was known on that day. One query."""
    return known.base_year(known.held(_rows([enterprise.pk], on or clock.today()).filter(metric="revenue").values_list(*_COLUMNS)))


def known_of_many(ids: Sequence[int], on: date | None = None) -> dict[int, Known]:
    day = on or clock.today()
    stated: dict[int, list[known.Row]] = defaultdict(list)
    private: dict[int, dict[tuple[str, int | None], bool]] = defaultdict(dict)
    for enterprise, is_public, *row in _rows(ids, day).values_list("enterprise_id", "is_public", *_COLUMNS):
        stated[enterprise].append(tuple(row))  # type: ignore[arg-type]
        private[enterprise][row[0], row[1]] = not is_public
    worked_out = reckoning.reckoned(ids, day)
    return {enterprise: _known(enterprise, stated[enterprise], private[enterprise], worked_out) for enterprise in ids}


def _known(
    enterprise: int, rows: list[known.Row], private: dict[tuple[str, int | None], bool], worked_out: Mapping[str, Mapping[int, Any]]
) -> Known:
    held = known.held(rows)
    reckoned = {
        metric: values[enterprise]
        for metric, values in worked_out.items()
        if enterprise in values and (metric in _RECKONED_FIRST or (metric, None) not in held)
    }
    is_public = bool(rows) and not any(private[key] for key in held)
    return Known(known.columns(held, reckoned), known.base_year(held), is_public)


def _rows(ids: Iterable[int], on: date) -> Any:
    return Fact.objects.filter(enterprise__in=list(ids), known_from__lte=on).order_by("known_from", "id")


# --- for pages ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Told:
    """One value with where it comes from. ``earlier``: what it was stated as before, newest first; ``later``: restated after that day."""

    metric: str
    year: int | None
    fact: Fact
    earlier: list[Fact] = field(default_factory=list)
    later: list[Fact] = field(default_factory=list)

    @property
    def value(self) -> Any:
        return self.fact.value

    @property
    def is_restated(self) -> bool:
        return any(each.value != self.fact.value for each in self.earlier)


def told_of(enterprise: Enterprise, on: date | None = None) -> dict[tuple[str, int | None], Told]:
    """By metric and year, what holds on that day with its history; a value taken back has fact.value None. One query."""
    day = on or clock.today()
    rows: dict[tuple[str, int | None], list[Fact]] = defaultdict(list)
    for fact in Fact.objects.filter(enterprise=enterprise).select_related("stated_by").order_by("known_from", "id"):
        rows[fact.metric, fact.year].append(fact)
    found = {}
    for (metric, year), facts in rows.items():
        then, later = [each for each in facts if each.known_from <= day], [each for each in facts if each.known_from > day]
        if then and (metric in STATED or metric in TITLES):
            found[metric, year] = Told(metric, year, then[-1], then[-2::-1], later)
    return found


# --- what people attest ---------------------------------------------------------------------
def attestations_of(enterprise: Enterprise, on: date | None = None, channel: str = "") -> dict[str, bool]:
    """condition key -> whether a named person's word that is valid on that day says it holds. One query."""
    return attestations_of_many([enterprise.pk], on, channel).get(enterprise.pk, {})


def attestations_of_many(ids: Sequence[int], on: date | None = None, channel: str = "") -> dict[int, dict[str, bool]]:
    rows = attested_on(on or clock.today()).filter(enterprise__in=ids)
    if channel:
        rows = rows.filter(channel=channel)
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    for each in rows:
        if each.holds is None or (each.valid_until is not None and each.valid_until < (on or clock.today())):
            found[each.enterprise_id].pop(each.condition, None)
        else:
            found[each.enterprise_id][each.condition] = each.holds
    return dict(found)


def attested_on(day: date) -> Any:
    """What was stated by that day, in order: the last of each condition holds, unless it has run out or was taken back."""
    return Attestation.objects.filter(Q(stated_on__lte=day)).select_related("stated_by").order_by("stated_on", "id")
