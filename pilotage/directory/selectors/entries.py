"""Which entries answer a filter, in order of number, without the cost growing with the directory?

Data: up to a million entries in one edition, stored counts for each value of each dimension.
Algorithm: every filter has an estimate of how many rows it lets through (stored counts; for text a count
of the search index that stops at ``CAP``). If the smallest estimate is at most ``CAP``, the rows of that
filter are gathered and sorted: bounded work, and totals and facets can be counted. Otherwise every
filter is common, so the index in order of number is walked and each row tried until the page is full.
Invariants: both ways give the same rows in the same order; a cursor of one is a cursor of the other.
Refuses: to count what it does not gather; the page then says that the number was not counted.

A filter that must not choose the index is written on an expression (``edition_id + 0``), which no index covers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db import connections
from django.db.models import CharField, Count, DateField, Exists, F, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, StrIndex

from pilotage.core.keyset import Page, page
from pilotage.core.running import running
from pilotage.core.search import _IS_CJK, capped_count, fts5_query, match, open_ending, runs, search_table
from pilotage.directory.enums import IN_FORCE, LIST_DIMENSIONS, CountDimension, EditionState, EntryState
from pilotage.directory.models import Edition, Entry, EntryAbsence, EntryCount, EntryScenario
from pilotage.directory.selectors.filters import EntryFilter

CAP = 10_000
FACET_CAP = 2_000
ESTIMATE_SAFETY = 5  # an estimate is believed where it is this many times the cap
COLUMNS = ("province", "industry", "label")
_COLUMN_OF = {"province": "province_id", "city": "prefecture_id", "industry": "industry_id"}
# what a line of the list and an entry of the API are made of; a row read whole has four times as many columns
SHOWN = (
    "edition_id", "number", "state", "enterprise_name", "project_title", "level", "scenario_count", "label", "source", "is_fictional", "listed_on",
    *(f"{place}__{column}" for place in ("province", "prefecture") for column in ("code", "name_zh", "name_en", "is_pseudo")),
    *(f"industry__{column}" for column in ("code", "name_zh", "name_en", "short_zh", "short_en")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Total:
    """``at_least``: there are more than ``count``. ``count`` None: not counted."""

    count: int | None
    at_least: bool = False


class EntrySearch:
    """One reading of the directory. ``editions`` are those asked for, already restricted to what the actor may see."""

    def __init__(self, filters: EntryFilter, editions: Sequence[Edition], stored: dict[tuple[str, str], int] | None = None) -> None:
        self.filters = filters
        self.editions = list(editions)
        self._stored = stored

    @cached_property
    def stored(self) -> dict[tuple[str, str], int]:
        """Stored counts of entries in force, summed over the editions. One query."""
        return self._stored if self._stored is not None else stored_counts(self.editions)

    @cached_property
    def in_force_only(self) -> bool:
        return not self.filters.state and self.filters.as_of is None

    @cached_property
    def base_size(self) -> int:
        return self.stored.get((CountDimension.TOTAL.value, ""), 0)

    @cached_property
    def text_size(self) -> int:
        """How many entries hold the text, counted to ``CAP``; ``CAP + 1`` where a count would read everything."""
        return _count_text(self.filters.q, self.editions, self.base_size)

    def estimates(self, without: str = "") -> dict[str, int]:
        """Filter -> how many rows it lets through at most. Without the filter named ``without``."""
        sizes = {"": self.base_size}
        for name in (*COLUMNS, CountDimension.SCENARIO.value):
            values = getattr(self.filters, name)
            if values and name != without:
                sizes[name] = sum(self.stored.get((name, value), 0) for value in values)
        if not self.in_force_only:
            # stored counts speak of entries in force only, and an edition is counted when it is published
            is_small = self.base_size <= FACET_CAP and all(e.state == EditionState.PUBLISHED for e in self.editions)
            sizes = {name: size if is_small else CAP + 1 for name, size in sizes.items()}
        if self.filters.state and EntryState.LISTED not in self.filters.state:
            sizes["state"] = 0  # the exceptions of a directory; they have their own index
        if self.filters.q and without != "q" and min(sizes.values()) > FACET_CAP:
            sizes["q"] = self.text_size
        return sizes

    @cached_property
    def is_bounded(self) -> bool:
        return min(self.estimates().values()) <= CAP

    def queryset(self, without: str = "") -> QuerySet[Entry]:
        """The rows, unordered, with ``sort_number`` to order by in the way the chosen plan needs."""
        sizes = self.estimates(without)
        driver = min(sizes, key=lambda name: sizes[name])
        bounded = sizes[driver] <= CAP
        if not bounded:
            driver = min((n for n in COLUMNS if n in sizes and self._is_single(n)), key=lambda n: sizes[n], default="")
        in_order = self._is_single(driver) and len(self.editions) == 1
        by_edition = in_order or (driver == "" and bounded)
        rows = self._base(free=not by_edition)
        for name in (*COLUMNS, "city", "level", "scenario", "state", "q"):
            if name != without:
                rows = self._narrow(rows, name, leads=name == driver)
        sort = F("number") if in_order or not bounded else Concat("number", Value(""), output_field=CharField())
        return rows.annotate(sort_number=sort)

    def ordered(self, without: str = "") -> QuerySet[Entry]:
        return self.queryset(without).order_by(F("sort_number"))

    def _is_single(self, driver: str) -> bool:
        return driver == "" or (driver in COLUMNS and len(getattr(self.filters, driver)) == 1)

    def _base(self, *, free: bool) -> QuerySet[Entry]:
        ids = [edition.pk for edition in self.editions]
        rows: QuerySet[Entry] = Entry.objects.all()
        if free:
            rows = rows.alias(edition_plain=F("edition_id") + 0).filter(edition_plain__in=ids)
        elif len(ids) == 1:
            rows = rows.filter(edition=ids[0])
        else:
            rows = rows.filter(edition__in=ids)
        if self.filters.as_of is not None:
            rows = in_force_on(rows, self.filters.as_of)
        if self.in_force_only:
            rows = rows.alias(state_plain=_plain("state")).filter(state_plain__in=sorted(IN_FORCE))
        return rows.order_by()

    def _narrow(self, rows: QuerySet[Entry], name: str, *, leads: bool) -> QuerySet[Entry]:
        values = self.filters.q if name == "q" else getattr(self.filters, name)
        if not values:
            return rows
        if name == "q":
            return match(rows, self.filters.q) if leads else holds(rows, self.filters.q)
        if name == "scenario":
            return self._with_scenario(rows, values, leads=leads)
        if name == "label" and self.filters.as_of is not None:
            rows = rows.filter(labelled_on__lte=self.filters.as_of)
        column = _COLUMN_OF.get(name, name)
        if leads:
            return rows.filter(**{f"{column}__in": values} if len(values) > 1 else {column: values[0]})
        return rows.alias(**{f"{name}_plain": _plain(column)}).filter(**{f"{name}_plain__in": values})

    def _with_scenario(self, rows: QuerySet[Entry], codes: Sequence[str], *, leads: bool) -> QuerySet[Entry]:
        found = EntryScenario.objects.filter(edition__in=[e.pk for e in self.editions], code__in=codes).order_by()
        if leads:
            return rows.filter(pk__in=found.values("entry_id"))
        return rows.filter(Exists(EntryScenario.objects.filter(entry=OuterRef("pk"), code__in=codes).order_by()))

    def page(self, after: str, size: int) -> Page:
        """One query; each row's ``edition`` is the one given to this reading."""
        rows = self.queryset().select_related("province", "prefecture", "industry").only(*SHOWN)
        found = page(rows, order=("sort_number",), after=after, size=size)
        by_id = {edition.pk: edition for edition in self.editions}
        for row in found.rows:
            row.edition = by_id[row.edition_id]
        return found

    def total(self) -> Total:
        """Exact to ``CAP``; stored where one dimension is filtered; not counted where every filter is common."""
        for name in (*COLUMNS, "scenario"):
            values = getattr(self.filters, name)
            if self.filters.only(name) and (name != "scenario" or len(values) <= 1):
                return Total(sum(self.stored.get((name, v), 0) for v in values) if values else self.base_size)
        if self.is_bounded:
            return Total(*capped_count(self.queryset(), CAP))
        if self.filters.q and not self.filters.count:
            return Total(CAP, True)
        return Total(None)


def holds(rows: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    """The same rows as ``core.search.match``, each tried by itself: for walking an index in order."""
    phrases = list(runs(text))
    ending = open_ending(phrases) if phrases else None
    for phrase in phrases:
        if len(phrase) == 1 and len(phrase[0]) == 1 and _IS_CJK.match(phrase[0]):
            rows = rows.filter(bigrams__contains=phrase[0])
        else:
            words = Value(f" {' '.join(phrase)}{'' if phrase is ending else ' '}")
            padded = Concat(Value(" "), "bigrams", Value(" "), output_field=CharField())
            rows = rows.alias(place=StrIndex(padded, words)).filter(place__gt=0)
    return rows if phrases else rows.none()


def _plain(column: str) -> Concat:
    return Concat(column, Value(""), output_field=CharField())


def in_force_on(rows: QuerySet[Entry], day: object) -> QuerySet[Entry]:
    """Listed by ``day`` and not removed by then, or back again."""
    away = EntryAbsence.objects.filter(entry=OuterRef("pk"), left_on__lte=day, returned_on__gt=day).order_by()
    return rows.filter(Q(removed_on__isnull=True) | Q(removed_on__gt=day), ~Exists(away), listed_on__lte=day)


def in_force(rows: QuerySet[Entry], days: Sequence[date], since: Sequence[str]) -> list[int]:
    """How many were in force at the end of each of the sorted days, from the last of the dates named in ``since`` on. One query."""
    changes: Counter[date] = Counter()
    none = Cast(Value(None), DateField())
    stays = rows.order_by().values_list(*since, "removed_on", none).annotate(Count("pk"))
    absences = EntryAbsence.objects.filter(entry__in=rows.order_by().values("pk")).order_by()
    away = absences.values_list(*(f"entry__{name}" for name in since), "left_on", "returned_on").annotate(Count("pk"))
    for *begins, left, back, number in stays.union(away, all=True):
        begin = max(begins) if all(begins) else None
        if begin is None:
            continue
        if back is None and (left is None or left > begin):
            changes[begin] += number
            if left:
                changes[left] -= number
        elif back is not None and back > begin:
            changes[max(left, begin)] -= number
            changes[back] += number
    return running(sorted(changes.items()), days)


def counts_by_edition(editions: Sequence[Edition]) -> dict[int, dict[tuple[str, str], int]]:
    """The stored counts of each edition that a list is filtered by, by dimension and code. One query."""
    found: dict[int, dict[tuple[str, str], int]] = {edition.pk: {} for edition in editions}
    rows = EntryCount.objects.filter(edition__in=list(found), dimension__in=LIST_DIMENSIONS, count__gt=0).order_by(
        "edition", "dimension", "code"
    )
    for edition, dimension, code, count in rows.values_list("edition", "dimension", "code", "count"):
        found[edition][dimension, code] = count
    return found


def stored_counts(editions: Sequence[Edition]) -> dict[tuple[str, str], int]:
    total: dict[tuple[str, str], int] = {}
    for counts in counts_by_edition(editions).values():
        for key, count in counts.items():
            total[key] = total.get(key, 0) + count
    return total


def _count_text(text: str, editions: Sequence[Edition], in_force: int) -> int:
    """Hits among the editions, counted to ``CAP``; what would read every row counts as ``CAP + 1``."""
    phrases = list(runs(text))
    if not phrases or any(len(p) == 1 and len(p[0]) == 1 and _IS_CJK.match(p[0]) for p in phrases):
        return CAP + 1
    ids = [edition.pk for edition in editions] or [0]
    # at most so many rows lie outside the editions: where the index alone knows of more than these and the cap, nothing is joined
    outside = max(0, (Entry.objects.aggregate(last=Max("pk"))["last"] or 0) - in_force)
    if connections[Entry.objects.db].vendor == "sqlite":
        return _count_sqlite(phrases, ids, outside)
    if outside <= CAP and len(phrases) == 1 and len(phrases[0]) == 1 and _planned_rows(text) > ESTIMATE_SAFETY * CAP + outside:
        return CAP + 1
    found = match(Entry.objects.alias(edition_plain=F("edition_id") + 0).filter(edition_plain__in=ids), text)
    return found.order_by()[: CAP + 1].count()


def _planned_rows(text: str) -> int:
    """PostgreSQL's own estimate for one word, from the frequencies it keeps of common words; no row is read.

    A GIN index cannot stop early, so counting a common word to the cap costs as much as all its hits.
    """
    plan = json.loads(match(Entry.objects.order_by(), text).explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


def _count_sqlite(phrases: list[list[str]], ids: list[int], outside: int) -> int:
    search, table = search_table(Entry), Entry._meta.db_table
    hits = f'SELECT 1 FROM "{search}" WHERE "{search}" MATCH %s LIMIT %s'
    # the whole words first: their hits are read one by one, while for a word's beginning (5g*) all hits are gathered and sorted
    # before the first is given, 0.2 s over a million entries
    query = fts5_query(phrases, open_ending(phrases))
    for words in dict.fromkeys((fts5_query(phrases, None), query)):
        if outside <= CAP and _rows(hits, [words, CAP + 1 + outside]) > CAP + outside:
            return CAP + 1
    marks = ", ".join(["%s"] * len(ids))
    # CROSS JOIN keeps the order: from the search index to the table, stopping at the cap
    joined = f'SELECT 1 FROM "{search}" CROSS JOIN "{table}" ON "{table}".id = "{search}".rowid'
    condition = f'"{search}" MATCH %s AND "{table}".edition_id IN ({marks})'
    return _rows(f"{joined} WHERE {condition} LIMIT %s", [query, *ids, CAP + 1])


def _rows(query: str, values: list[str | int]) -> int:
    with connections[Entry.objects.db].cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({query})", values)
        return int(cursor.fetchone()[0])
