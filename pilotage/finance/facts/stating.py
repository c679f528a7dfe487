"""Writes what is stated of one enterprise or of many, in one transaction with its events and rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record_many
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.facts.lines import Line, faults_of
from pilotage.finance.facts.models import Fact
from pilotage.finance.facts.rows import refresh_rows
from pilotage.registry.models import Enterprise

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Statement:
    """``known_from``: the day of publication. ``source``: where the figures stand, as a reader would look for it."""

    enterprise: Enterprise
    lines: Sequence[Line]
    source: str
    known_from: date
    is_audited: bool = False
    is_public: bool = False


def check(statement: Statement) -> None:
    """Raises ``Invalid`` by line (``"<number>"``, from 0), ``source`` or ``known_from``."""
    errors = {str(number): fault for number, line in enumerate(statement.lines) for fault in faults_of(line)}
    if not statement.source.strip():
        errors["source"] = _("Say where the figures come from.")
    if statement.known_from > clock.today():
        errors["known_from"] = _("What is published only later is not known yet.")
    if errors:
        raise Invalid(errors)


def write(statements: Sequence[Statement], *, actor: Any) -> list[Fact]:
    """What says nothing new is left out. The statements are checked, and the right to make them. Queries grow with batches of 500 only."""
    if not statements:
        return []
    by_day = sorted(statements, key=lambda each: each.known_from)
    ids = sorted({each.enterprise.pk for each in statements})
    with transaction.atomic():
        # two statements of one enterprise follow each other
        list(Enterprise.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
        held = _held(ids)
        written: list[Fact] = []
        for statement in by_day:
            written += _fresh(statement, held, actor)
        made = Fact.objects.bulk_create(written, batch_size=_BATCH)
        changed = {fact.enterprise_id for fact in made}
        refresh_rows(changed)
        record_many([_event(each, made) for each in _one_each(by_day) if each.enterprise.pk in changed], actor=actor)
    return list(made)


Held = dict[tuple[int, str, int | None], list[Fact]]


def _held(ids: Sequence[int]) -> Held:
    found: Held = {}
    for start in range(0, len(ids), _BATCH):
        for fact in Fact.objects.filter(enterprise__in=ids[start : start + _BATCH]).order_by("known_from", "id"):
            found.setdefault((fact.enterprise_id, fact.metric, fact.year), []).append(fact)
    return found


def _fresh(statement: Statement, held: Held, actor: Any) -> list[Fact]:
    """Those that differ from what was known on that day; they join ``held`` so that a later statement of the same file sees them."""
    found = []
    for line in statement.lines:
        fact = Fact(
            enterprise=statement.enterprise,
            known_from=statement.known_from,
            source=statement.source.strip()[:300],
            stated_by=actor,
            stated_at=clock.now(),
            is_audited=statement.is_audited,
            is_public=statement.is_public,
            **line.columns(),
        )
        rows = held.setdefault((statement.enterprise.pk, line.metric, line.year), [])
        before = next((each for each in reversed(rows) if each.known_from <= statement.known_from), None)
        if fact.value is None and before is None:
            continue
        if before is None or _says(before) != _says(fact):
            found.append(fact)
            rows.append(fact)
            rows.sort(key=lambda each: each.known_from)
    return found


def _says(fact: Fact) -> tuple[Any, ...]:
    return type(fact.value), fact.value, fact.is_audited, fact.is_public


def _one_each(statements: Iterable[Statement]) -> list[Statement]:
    return list({each.enterprise.pk: each for each in statements}.values())


def _event(statement: Statement, made: Iterable[Fact]) -> Entry:
    own = [fact for fact in made if fact.enterprise_id == statement.enterprise.pk]
    lines = [[fact.metric, fact.year, fact.value, fact.known_from, fact.is_audited] for fact in own]
    return Entry(statement.enterprise, "facts.state", extra={"source": statement.source, "lines": lines})
