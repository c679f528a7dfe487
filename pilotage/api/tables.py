"""Every public table, page by page: the same rows as its files, whoever asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from pilotage.api.schemas import Message, PageOut, Text
from pilotage.publications.open_data import files, tables
from pilotage.publications.open_data.catalogue import file_address
from pilotage.publications.open_data.licences import licence
from pilotage.publications.open_data.tables import PublicTable, absolute

router = Router(tags=["tables"])


class TableEditionOut(Schema):
    key: str
    title: Text
    fictional: bool
    complete: bool


class TableOut(Schema):
    key: str
    title: Text
    about: Text
    page: str
    schema_url: str = Field(description="JSON Schema of the table's JSON file")
    files: dict[str, str] = Field(description="address by format")
    licence: str
    editions: list[TableEditionOut]


class RowsOut(PageOut):
    table: str
    edition: str
    licence: str
    rows: list[dict[str, Any]] = Field(description="as the table's JSON Schema describes them")


def table_fields(table: PublicTable) -> TableOut:
    return TableOut(
        key=table.key,
        title=Text.of(table),
        about=Text.of(table, "about"),
        page=absolute("open_data:table", table.key),
        schema_url=absolute("open_data:json-schema", table.key),
        files={kind.key: file_address(table, None, kind.key) for kind in files.kinds()},
        licence=licence().url,
        editions=[
            TableEditionOut(key=each.key, title=Text.of(each), fictional=each.is_fictional, complete=each.is_complete)
            for each in table.editions()
        ],
    )


@router.get("", response=list[TableOut], summary="The public tables with their files and editions")
def list_tables(request: HttpRequest) -> list[TableOut]:
    return [table_fields(table) for table in tables.every()]


@router.get("/{key}", response={200: RowsOut, 404: Message}, url_name="table-rows", summary="Rows of a table in order of identifier")
def list_rows(
    request: HttpRequest,
    key: str,
    edition: str = Query("", max_length=100, description="key of an edition; all of them where it is left out"),
    after: str = Query("", max_length=500, description="`next` of the page before"),
    size: int = Query(100, ge=1, le=500, description="how many records; one that holds several rows gives all of them"),
) -> RowsOut:
    table = tables.get(key)
    chosen = table.edition(edition) if table and edition else None
    if table is None or (edition and chosen is None):
        raise HttpError(404, "Not Found")
    found = table.source.page(chosen, after, size)
    return RowsOut(
        table=key, edition=edition, licence=licence().url, next=found.next, rows=[files.record(table, row) for row in found.rows]
    )
