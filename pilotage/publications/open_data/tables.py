"""The public tables: each room names what it gives away once, and every file, schema, catalogue and answer is made from that.

A table reads what the public may see, whoever asks: its queries take no actor. The first field is the identifier,
which never changes for a row; fields are named alike in every format, and their values do not depend on a language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django.conf import settings
from django.db.models import QuerySet, TextChoices
from django.urls import reverse
from django.utils.translation import override

from pilotage.core import keyset
from pilotage.registry.models import localized

Value = str | int | float | Decimal | bool | date | datetime | None
TYPES = ("string", "integer", "number", "boolean", "date", "datetime", "uri")
CHUNK = 1000
Choices = type[TextChoices]


@dataclass(frozen=True, slots=True)
class Field:
    """``codes``: where a code is defined. ``choices``: all values there are."""

    name: str
    type: str
    zh: str
    en: str
    unit: str = ""
    codes: str = ""
    choices: Choices | None = None

    @property
    def title(self) -> str:
        return localized(self.zh, self.en)

    @property
    def words(self) -> list[tuple[str, str, str]]:
        """Each value there is, in both languages."""
        members = self.choices.choices if self.choices else []
        return [(str(value), _in("zh-hans", label), _in("en", label)) for value, label in members]


def _in(language: str, text: Any) -> str:
    with override(language):
        return str(text)


@dataclass(frozen=True, slots=True)
class TableEdition:
    """A part of a table that was published at once and has a name of its own."""

    key: str
    title_zh: str
    title_en: str
    issued_at: datetime | None
    is_fictional: bool = False
    is_complete: bool = True
    record: Any = None

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)


def no_editions() -> Sequence[TableEdition]:
    return ()


def always() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[tuple[Value, ...]]
    next: str | None


class Source(Protocol):
    """Every row in order of the identifier's own order, at once or by pages."""

    def every(self, edition: TableEdition | None) -> Iterator[tuple[Value, ...]]: ...

    def page(self, edition: TableEdition | None, after: str, size: int) -> Page: ...


class QuerySource:
    """Rows from a queryset; ``rows_of`` gives one or more rows for a record. ``order`` ends in a unique field."""

    def __init__(
        self, found: Callable[[Any], QuerySet], order: tuple[str, ...], rows_of: Callable[[Any], Iterable[tuple[Value, ...]]]
    ) -> None:
        self.found, self.order, self.rows_of = found, order, rows_of

    def every(self, edition: TableEdition | None) -> Iterator[tuple[Value, ...]]:
        for record in self.found(edition).order_by(*self.order).iterator(chunk_size=CHUNK):
            yield from self.rows_of(record)

    def page(self, edition: TableEdition | None, after: str, size: int) -> Page:
        page = keyset.page(self.found(edition), order=self.order, after=after, size=size)
        return Page([row for record in page for row in self.rows_of(record)], page.next)


class ListSource:
    """Rows that are reckoned, few by nature; paged by their identifiers, which they are sorted by."""

    def __init__(self, rows: Callable[[Any], Iterable[tuple[Value, ...]]]) -> None:
        self.rows = rows

    def every(self, edition: TableEdition | None) -> Iterator[tuple[Value, ...]]:
        yield from sorted(self.rows(edition), key=lambda row: str(row[0]))

    def page(self, edition: TableEdition | None, after: str, size: int) -> Page:
        found = [row for row in self.every(edition) if str(row[0]) > after]
        return Page(found[:size], str(found[size - 1][0]) if len(found) > size else None)


@dataclass(frozen=True, slots=True)
class PublicTable:
    """``valid`` names what the table depends on besides the records: the day, the minute; '' for nothing.

    ``subjects`` are words to find it by, each in both languages.
    """

    key: str
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    fields: tuple[Field, ...]
    source: Source
    page_name: str = ""
    editions: Callable[[], Sequence[TableEdition]] = no_editions
    changed_at: Callable[[], datetime | None] = lambda: None
    valid: Callable[[], str] = always
    subjects: tuple[tuple[str, str], ...] = ()
    frequency: str = "IRREG"
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(each.name for each in self.fields))

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)

    @property
    def about(self) -> str:
        return localized(self.about_zh, self.about_en)

    def edition(self, key: str) -> TableEdition | None:
        return next((edition for edition in self.editions() if edition.key == key), None)


_tables: dict[str, PublicTable] = {}


def register(table: PublicTable) -> None:
    faults = [each.name for each in table.fields if each.type not in TYPES]
    if faults or len(set(table.names)) != len(table.names):
        raise ValueError(f"{table.key}: {faults or 'two fields of one name'}")
    if _tables.setdefault(table.key, table) is not table:
        raise ValueError(f"There are two tables {table.key}")


def every() -> list[PublicTable]:
    return list(_tables.values())


def get(key: str) -> PublicTable | None:
    return _tables.get(key)


def absolute(name: str, *args: Any, **kwargs: Any) -> str:
    """The whole address of a page of this site."""
    return f"{settings.BASE_URL}{reverse(name, args=args or None, kwargs=kwargs or None)}"
