"""Which rows hold this piece of text? Chinese and Latin, sub-strings from one character up.

Data: each searchable model keeps a column ``bigrams``: the text lower-cased and normalised, CJK runs
cut into overlapping pairs, Latin words and numbers kept whole, joined by spaces
(``5G工厂`` -> ``5g 工厂``; ``苏州海天`` -> ``苏州 州海 海天``).
Algorithm: the query is cut the same way; its tokens are searched as one phrase per run, so precision
stays that of a sub-string search. SQLite answers from an FTS5 table kept by triggers, PostgreSQL from
a GIN index on ``to_tsvector('simple', bigrams)``. A trigram index is no choice: it returns nothing for
two Chinese characters, which is what most place and company names are.
Invariants: ``match`` returns exactly the rows whose ``bigrams`` hold every run of the query as
consecutive tokens, the last token of a query as a prefix where it is Latin and longer than one character; one CJK character alone is
answered by a scan.
Refuses: nothing; a query without a letter or digit matches no row.
On SQLite a later migration that makes the table anew drops its triggers; ``core.guards`` puts them back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from django.apps import apps
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import connection, connections, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.expressions import RawSQL

from pilotage.core import guards

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")


def runs(text: str) -> Iterator[list[str]]:
    """The tokens of each unbroken run of CJK characters, and of each Latin word or number."""
    for found in _RUN.finditer(unicodedata.normalize("NFKC", text).lower()):
        run = found.group()
        if len(run) == 1 or not _IS_CJK.match(run):
            yield [run]
        else:
            yield [run[i : i + 2] for i in range(len(run) - 1)]


def bigrams(text: str) -> str:
    """What goes into the ``bigrams`` column for ``text``."""
    return " ".join(token for run in runs(text) for token in run)


def match(queryset: models.QuerySet, text: str) -> models.QuerySet:
    """Rows of ``queryset`` whose ``bigrams`` hold ``text``; unchanged when ``text`` is blank."""
    if not text.strip():
        return queryset
    phrases = list(runs(text))
    if not phrases:
        return queryset.none()
    for phrase in phrases:
        if len(phrase) == 1 and len(phrase[0]) == 1 and _IS_CJK.match(phrase[0]):
            queryset = queryset.filter(bigrams__contains=phrase[0])
    whole = [p for p in phrases if not (len(p) == 1 and len(p[0]) == 1 and _IS_CJK.match(p[0]))]
    if not whole:
        return queryset
    vendor = connections[queryset.db].vendor
    ending = open_ending(phrases)
    if vendor == "sqlite":
        return queryset.filter(pk__in=_sqlite(queryset, whole, ending))
    return queryset.filter(_postgresql(queryset, whole, ending))


def open_ending(phrases: list[list[str]]) -> list[str] | None:
    """The phrase whose last word may be the beginning of a longer one: the query's last, where it is Latin and not a single character.

    The words before it are complete. To gather all that begins with one of them (5GF-2023-…) would read the whole index, and so would
    all that begins with one letter or digit.
    """
    last = phrases[-1][-1]
    return None if len(last) == 1 or _IS_CJK.match(last) else phrases[-1]


def capped_count(queryset: models.QuerySet, cap: int = 10_000) -> tuple[int, bool]:
    """``(count, is_capped)``: never counts further than ``cap`` rows."""
    count = queryset.order_by()[: cap + 1].count()
    return (cap, True) if count > cap else (count, False)


def search_table(model: type[models.Model]) -> str:
    return f"{model._meta.db_table}_search"


def fts5_query(phrases: list[list[str]], ending: list[str] | None) -> str:
    """FTS5 syntax for "every phrase, in any order". Tokens hold only letters and digits, so quoting is safe."""
    return " AND ".join(f'"{" ".join(p)}"{"*" if p is ending else ""}' for p in phrases)


def _sqlite(queryset: models.QuerySet, phrases: list[list[str]], ending: list[str] | None) -> RawSQL:
    table = search_table(queryset.model)
    return RawSQL(f'SELECT rowid FROM "{table}" WHERE "{table}" MATCH %s', [fts5_query(phrases, ending)])  # noqa: S611


def _postgresql(queryset: models.QuerySet, phrases: list[list[str]], ending: list[str] | None) -> RawSQL:
    query = " & ".join("(" + " <-> ".join(f"'{token}'" for token in p) + (":*)" if p is ending else ")") for p in phrases)
    table = queryset.model._meta.db_table
    return RawSQL(  # noqa: S611
        # the very expression of the index, or it is not used
        f"to_tsvector('simple'::regconfig, COALESCE(\"{table}\".\"bigrams\", '')) @@ to_tsquery('simple', %s)",
        [query],
        output_field=models.BooleanField(),
    )


def searchable() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if any(f.name == "bigrams" for f in m._meta.concrete_fields)]


def guard_names() -> Iterator[str]:
    """What keeps the indexes current: three triggers a table on SQLite, the index itself on PostgreSQL."""
    for model in searchable():
        if connection.vendor == "sqlite":
            yield from (f"{search_table(model)}_{event}" for event in ("insert", "delete", "update"))
        else:
            yield CreateSearchIndex.gin(model).name


def restore_indexes() -> None:
    """Make every search index anew from the rows."""
    with connection.cursor() as cursor:
        for model in searchable():
            if connection.vendor == "sqlite":
                statements = [*CreateSearchIndex.without_fts5(model), *CreateSearchIndex.fts5(model)]
            else:
                index = CreateSearchIndex.gin(model)
                statements = [f'DROP INDEX IF EXISTS "{index.name}"', str(index.create_sql(model, connection.schema_editor()))]
            for statement in statements:
                cursor.execute(statement)


guards.register("search", guards.Guard(guard_names, restore_indexes))


class CreateSearchIndex(Operation):
    """Migration operation: the search index over ``bigrams`` of one model, kept current by the database."""

    reversible = True

    def __init__(self, app: str, model: str) -> None:
        self.app, self.model = app, model

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        return None

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(self.app, self.model)
        if schema_editor.connection.vendor == "sqlite":
            for statement in self.fts5(model):
                schema_editor.execute(statement)
        else:
            schema_editor.add_index(model, self.gin(model))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = from_state.apps.get_model(self.app, self.model)
        if schema_editor.connection.vendor == "sqlite":
            for statement in self.without_fts5(model):
                schema_editor.execute(statement)
        else:
            schema_editor.remove_index(model, self.gin(model))

    def describe(self) -> str:
        return f"Create the search index of {self.app}.{self.model}"

    @staticmethod
    def without_fts5(model: type[models.Model]) -> list[str]:
        triggers = [f'DROP TRIGGER IF EXISTS "{search_table(model)}_{event}"' for event in ("insert", "delete", "update")]
        return [*triggers, f'DROP TABLE IF EXISTS "{search_table(model)}"']

    @staticmethod
    def gin(model: type[models.Model]) -> GinIndex:
        return GinIndex(SearchVector("bigrams", config="simple"), name=f"{model._meta.db_table}_search"[:30])

    @staticmethod
    def fts5(model: type[models.Model]) -> list[str]:
        table, search, key = model._meta.db_table, search_table(model), model._meta.pk.column
        remove = f'INSERT INTO "{search}"("{search}", rowid, bigrams) VALUES (\'delete\', old."{key}", old.bigrams);'
        add = f'INSERT INTO "{search}"(rowid, bigrams) VALUES (new."{key}", new.bigrams);'
        return [
            f'CREATE VIRTUAL TABLE "{search}" USING fts5(bigrams, content="{table}", content_rowid="{key}", tokenize="unicode61")',
            f'INSERT INTO "{search}"("{search}") VALUES (\'rebuild\')',
            f'CREATE TRIGGER "{search}_insert" AFTER INSERT ON "{table}" BEGIN {add} END',
            f'CREATE TRIGGER "{search}_delete" AFTER DELETE ON "{table}" BEGIN {remove} END',
            f'CREATE TRIGGER "{search}_update" AFTER UPDATE OF bigrams ON "{table}" BEGIN {remove} {add} END',
        ]
