"""One chunk of an import against what is registered already: who is new, who changes, who cannot be.

Shared by the dry run and the run, so that the report says what will happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from pilotage.core import bulk
from pilotage.registry.faults import Fault
from pilotage.registry.models import Enterprise, EnterpriseImport, Identifier, ImportFault
from pilotage.registry.rowcheck import Draft
from pilotage.registry.services.enterprises import search_text

_UPDATED = (
    "name_zh",
    "name_en",
    "short_zh",
    "uscc",
    "province",
    "prefecture",
    "county",
    "address",
    "industry",
    "ownership",
    "size",
    "is_legal_person",
    "bigrams",
    "updated_at",
)
# every column with what it holds where a row says nothing
_BLANK: dict[str, Any] = {f.attname: None if f.null else f.get_default() for f in Enterprise._meta.concrete_fields}
_MOMENTS = ("created_at", "updated_at")


class NewIdentifier(NamedTuple):
    enterprise: Enterprise
    scheme: str
    value: str


@dataclass(slots=True)
class ChunkPlan:
    """``merged`` counts rows that say nothing new or add to an enterprise of the same chunk; ``refused`` rows are named in ``faults``."""

    created: list[Enterprise] = field(default_factory=list)
    updated: list[Enterprise] = field(default_factory=list)
    identifiers: list[NewIdentifier] = field(default_factory=list)
    merged: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)


class ChunkPlanner:
    def __init__(self, batch: EnterpriseImport, now: datetime, territory: frozenset[str] | None) -> None:
        self.batch, self.now, self.territory = batch, now, territory
        own = {"source": batch.source, "is_fictional": batch.is_fictional, "created_at": now, "updated_at": now}
        self.blank = {**_BLANK, **own}

    def plan(self, drafts: Sequence[Draft]) -> ChunkPlan:
        """Three queries for what is there, whatever the number of drafts."""
        result = ChunkPlan()
        self.owners = self._owners(drafts)
        self.numbers = self._numbers(self.owners.values())
        self.touched: set[int] = set()  # id() of the enterprises that will be written
        self.before: dict[int, dict[str, Any]] = {}
        for draft in drafts:
            self._place(draft, result)
        self._drop_undone(result)
        for enterprise in (*result.created, *result.updated):
            enterprise.bigrams = search_text(enterprise, self.numbers.get(id(enterprise), {}).values())
        return result

    def _owners(self, drafts: Iterable[Draft]) -> dict[tuple[str, str], Enterprise]:
        by_scheme: dict[str, list[str]] = {}
        for draft in drafts:
            for scheme, value in draft.identifiers.items():
                by_scheme.setdefault(scheme, []).append(value)
        found: dict[int, Enterprise] = {}
        owners: dict[tuple[str, str], Enterprise] = {}
        for scheme, values in by_scheme.items():
            for row in Identifier.objects.filter(scheme=scheme, value__in=values).select_related("enterprise").order_by("id"):
                owners[scheme, row.value] = found.setdefault(row.enterprise_id, row.enterprise)
        return owners

    def _numbers(self, enterprises: Iterable[Enterprise]) -> dict[int, dict[str, str]]:
        by_pk = {enterprise.pk: enterprise for enterprise in enterprises}
        numbers: dict[int, dict[str, str]] = {id(enterprise): {} for enterprise in by_pk.values()}
        for row in Identifier.objects.filter(enterprise__in=list(by_pk)).order_by("id"):
            numbers[id(by_pk[row.enterprise_id])][row.scheme] = row.value
        return numbers

    def _place(self, draft: Draft, result: ChunkPlan) -> None:
        candidates = {id(e): e for key in draft.identifiers.items() if (e := self.owners.get(key)) is not None}
        if len(candidates) > 1:
            names = [enterprise.name_zh for enterprise in candidates.values()]
            self._refuse(result, draft, "identifier_conflict", first=names[0], second=names[1])
        elif candidates:
            self._update(next(iter(candidates.values())), draft, result)
        elif self.territory is not None and draft.facts.get("province_id") not in self.territory:
            self._refuse(result, draft, "outside_territory", place="–")
        else:
            self._create(draft, result)

    def _refuse(self, result: ChunkPlan, draft: Draft, code: str, **params: Any) -> None:
        result.refused += 1
        result.faults.append(Fault(draft.row, code, value=next(iter(draft.identifiers.values()), ""), params=params))

    def _create(self, draft: Draft, result: ChunkPlan) -> None:
        # by position, which Django takes several times faster than by name
        enterprise = Enterprise(*{**self.blank, **draft.facts}.values())
        result.created.append(enterprise)
        self.touched.add(id(enterprise))
        self.numbers[id(enterprise)] = {}
        self._identify(enterprise, draft, result)

    def _update(self, enterprise: Enterprise, draft: Draft, result: ChunkPlan) -> None:
        if self.territory is not None and enterprise.province_id not in self.territory:
            self._refuse(result, draft, "belongs_elsewhere")
            return
        known = self.numbers[id(enterprise)]
        for scheme, value in draft.identifiers.items():
            if known.get(scheme, value) != value:
                self._refuse(result, draft, "identifier_changed", name=enterprise.name_zh, scheme=scheme, old=known[scheme], new=value)
                return
        changed = {name: value for name, value in draft.facts.items() if getattr(enterprise, name) != value}
        if "name_zh" in changed:
            result.faults.append(Fault(draft.row, "renamed", value=draft.facts["name_zh"], params={"old": enterprise.name_zh}))
        before = self.before.setdefault(id(enterprise), {})
        for name, value in changed.items():
            before.setdefault(name, getattr(enterprise, name))
            setattr(enterprise, name, value)
        added = self._identify(enterprise, draft, result)
        if not (changed or added) or id(enterprise) in self.touched:
            result.merged += 1
        else:
            self.touched.add(id(enterprise))
            result.updated.append(enterprise)

    def _drop_undone(self, result: ChunkPlan) -> None:
        """An enterprise on several rows (one a year) may end as it was: that is no change."""
        identified = {id(identifier.enterprise) for identifier in result.identifiers}
        kept = [e for e in result.updated if id(e) in identified or any(getattr(e, n) != v for n, v in self.before[id(e)].items())]
        result.merged += len(result.updated) - len(kept)
        result.updated = kept
        for enterprise in kept:
            enterprise.updated_at = self.now

    def _identify(self, enterprise: Enterprise, draft: Draft, result: ChunkPlan) -> bool:
        new = {scheme: value for scheme, value in draft.identifiers.items() if scheme not in self.numbers[id(enterprise)]}
        for scheme, value in new.items():
            self.numbers[id(enterprise)][scheme] = value
            self.owners[scheme, value] = enterprise
            result.identifiers.append(NewIdentifier(enterprise, scheme, value))
        return bool(new)


def write(plan: ChunkPlan) -> None:
    """Store what was planned. Runs inside the transaction of the chunk."""
    _insert(plan.created)
    Enterprise.objects.bulk_create(plan.updated, update_conflicts=True, unique_fields=["id"], update_fields=_UPDATED)
    bulk.insert_rows(Identifier, ("enterprise_id", "scheme", "value"), [(e.pk, scheme, value) for e, scheme, value in plan.identifiers])


def _insert(enterprises: Sequence[Enterprise]) -> None:
    """As bulk_create, with the keys set on the objects."""
    if not enterprises:
        return
    for enterprise, key in zip(enterprises, bulk.reserve_keys(Enterprise, len(enterprises)), strict=True):
        enterprise.pk = key
    now = bulk.moment(enterprises[0].updated_at)
    plain = [name for name in _BLANK if name not in _MOMENTS]
    rows = ((*(getattr(e, name) for name in plain), now, now) for e in enterprises)
    bulk.insert_rows(Enterprise, (*plain, *_MOMENTS), rows)


def store_faults(batch: EnterpriseImport, faults: Iterable[Fault]) -> None:
    ImportFault.objects.bulk_create(
        [
            ImportFault(
                batch=batch,
                row=fault.row,
                column=fault.column[:100],
                value=fault.value[:300],
                code=fault.code,
                params=dict(fault.params),
                is_warning=fault.is_warning,
            )
            for fault in faults
        ]
    )
