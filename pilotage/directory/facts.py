"""What of an application may the public read?

Data: the call version's content (form sections and fields, code lists) and an application's data.
Algorithm: walk the form in its order and copy the fields marked ``public: true``, and of a table only the
columns so marked; choices are copied with their words, so that an entry can be read without the form.
Invariants: a field or column without the mark never appears, whatever its type or name; attachments,
statements and registry fields never appear; a blank value is left out, not guessed.
Refuses: nothing; an unknown type is copied as plain text only if its value is a string or a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pilotage.calls.forms.fields import NUMERIC_TYPES
from pilotage.calls.forms.rules import condition_of
from pilotage.calls.forms.units import value_of

NEVER = frozenset({"attachment", "statement", "registry"})
# shown beside the entry from its own columns
OWN_COLUMNS = frozenset({"project_title", "industry"})

Json = dict[str, Any]


def public_facts(content: Mapping[str, Any], data: Mapping[str, Any]) -> Json:
    """``{"fields": [...], "effects": [...], "scenarios": {code: description}}`` for an entry."""
    codes = content.get("codes", {})
    facts: Json = {"fields": [], "effects": [], "scenarios": {}}
    for section, field in _fields(content.get("form", {})):
        value = value_of(data.get(field["key"])) if field["type"] in NUMERIC_TYPES else data.get(field["key"])
        if field["type"] == "table":
            value = _public_rows(field, value, codes)
        elif field.get("public") is not True or field.get("maps_to") in OWN_COLUMNS:
            continue
        if value in (None, "", [], {}) or not _is_shown(field, data):
            continue
        if field["type"] == "scenarios":
            facts["scenarios"] = {str(code): str(text) for code, text in sorted(value.items())}
        elif field["type"] == "before_after":
            facts["effects"].append(_effect(field, value))
        elif (fact := _fact(section, field, value, codes)) is not None:
            facts["fields"].append(fact)
    return facts


def scenario_codes(content: Mapping[str, Any]) -> dict[str, list[Json]]:
    """The code lists an edition keeps: those its entries' scenarios and levels are named by."""
    codes = content.get("codes", {})
    return {
        name: [{"code": str(row["code"]), "zh": row["zh"], "en": row.get("en", "")} for row in codes[name]]
        for name in ("scenarios", "levels")
        if name in codes
    }


def _fields(form: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    for section in form.get("sections", []):
        for field in section.get("fields", []):
            if field["type"] not in NEVER:
                yield section["key"], field


def _is_shown(field: Json, data: Mapping[str, Any]) -> bool:
    return condition_of(field.get("show_if")).holds(data)


def _effect(field: Json, value: Json) -> Json:
    return {
        "key": field["key"],
        "label": field["label"],
        "unit": field.get("unit"),
        "better": field.get("better", "higher"),
        "before": str(value.get("before", "")),
        "after": str(value.get("after", "")),
    }


def _fact(section: str, field: Json, value: Any, codes: Mapping[str, Any]) -> Json | None:
    fact = {"key": field["key"], "section": section, "type": field["type"], "label": field["label"], "unit": _unit(field)}
    kind = field["type"]
    if kind == "choice":
        fact["value"], fact["words"] = value, _words(field, value, codes)
    elif kind == "multichoice":
        fact["value"], fact["words"] = value, _joined([_words(field, one, codes) for one in value])
    elif kind == "table":
        fact["value"], fact["words"] = value, _counted(value, field.get("unit") or {})
    elif isinstance(value, str | int | bool):
        fact["value"] = value
    else:
        return None
    return fact


def _unit(field: Json) -> Any:
    """The unit in which the figure is kept."""
    return field["units"][0]["label"] if field.get("units") else field.get("unit")


def _words(field: Json, value: str, codes: Mapping[str, Any]) -> dict[str, str]:
    for option in field.get("options", []):
        if option["value"] == value:
            return dict(option["label"])
    for row in codes.get(field.get("codes", ""), []):
        if str(row["code"]) == value:
            return {"zh": row["zh"], "en": row.get("en") or row["zh"]}
    return {"zh": str(value), "en": str(value)}


def _public_rows(field: Json, rows: Any, codes: Mapping[str, Any]) -> list[Json]:
    """Each row cut down to its public columns, as ``{column: words}``."""
    columns = [column for column in field.get("columns", []) if column.get("public") is True]
    if not columns or not isinstance(rows, list):
        return []
    return [
        {column["key"]: _words(column, row[column["key"]], codes) for column in columns if isinstance(row, dict) and row.get(column["key"])}
        for row in rows
    ]


def _counted(rows: list[Json], unit: Mapping[str, str]) -> dict[str, str]:
    """How many rows say the same: ``基础电信企业1、设备供应商2``."""
    words = {lang: Counter(" ".join(cell[lang] for cell in row.values()) for row in rows if row) for lang in ("zh", "en")}
    return {
        "zh": "、".join(f"{text}{count}{unit.get('zh', '')}" for text, count in words["zh"].items()),
        "en": ", ".join(f"{text} {count}" for text, count in words["en"].items()),
    }


def _joined(parts: list[dict[str, str]]) -> dict[str, str]:
    return {"zh": "、".join(part["zh"] for part in parts), "en": ", ".join(part["en"] for part in parts)}
