"""What stands in a table, for programs: JSON Schema (2020-12) of its JSON file, Table Schema of its CSV file, one Data Package of all."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from pilotage.publications.open_data.licences import licence, publisher
from pilotage.publications.open_data.tables import Field, PublicTable, absolute, every

_JSON: dict[str, dict[str, Any]] = {
    "string": {"type": ["string", "null"]},
    "uri": {"type": ["string", "null"], "format": "uri"},
    "integer": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "datetime": {"type": ["string", "null"], "format": "date-time"},
}


def json_schema(table: PublicTable) -> dict[str, Any]:
    key = table.fields[0].name
    properties = {each.name: _json_field(each, is_key=each.name == key) for each in table.fields}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": absolute("open_data:json-schema", table.key),
        "title": table.title_en,
        "description": f"{table.title_zh}。{table.about_zh} {table.about_en}",
        "type": "array",
        "items": {"type": "object", "properties": properties, "required": list(table.names), "additionalProperties": False},
    }


def _json_field(each: Field, *, is_key: bool) -> dict[str, Any]:
    found: dict[str, Any] = {**_JSON[each.type], "title": each.en, "description": _about(each)}
    if is_key:
        found["type"] = "string"
    elif each.choices:
        found["enum"] = [*each.choices.values, None]
    return found


def _about(each: Field) -> str:
    parts = [each.zh, each.codes, f"{each.unit}" if each.unit else ""]
    parts += [f"{value}: {zh} / {en}" for value, zh, en in each.words]
    return "; ".join(part for part in parts if part)


def table_schema(table: PublicTable) -> dict[str, Any]:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_table_field(each, is_key=index == 0) for index, each in enumerate(table.fields)],
        "primaryKey": [table.fields[0].name],
        "missingValues": [""],
    }


def _table_field(each: Field, *, is_key: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"name": each.name, "title": each.en, "description": _about(each), "type": each.type}
    if each.type == "uri":
        found |= {"type": "string", "format": "uri"}
    if each.type == "datetime":
        found["format"] = "any"  # ISO 8601 with its offset; the default form has none
    if is_key:
        found["constraints"] = {"required": True, "unique": True}
    elif each.choices:
        found["constraints"] = {"enum": list(each.choices.values)}
    return found


def data_package() -> dict[str, Any]:
    """All tables as one Data Package 2.0."""
    terms, (zh, en) = licence(), publisher()
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "pilotage-open-data",
        "title": f"{zh} / {en}" if zh != en else zh,
        "homepage": absolute("open_data:home"),
        "licenses": [{"name": terms.key, "path": terms.url, "title": terms.en}],
        "contributors": [{"title": en, "path": settings.BASE_URL, "roles": ["publisher"]}],
        "resources": [resource(table) for table in every()],
    }


def resource(table: PublicTable) -> dict[str, Any]:
    return {
        "name": table.key,
        "title": f"{table.title_zh} / {table.title_en}",
        "description": f"{table.about_zh} {table.about_en}",
        "path": absolute("open_data:file", table.key, "csv"),
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table_schema(table),
    }
