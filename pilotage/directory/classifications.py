"""By what an entry can be counted beside its columns: every public choice of the form. Pure.

A choice is a dimension ``field:KEY``; its codes are the values of the form. What stands in a column of its own is not repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PREFIX = "field:"
CHOICES = frozenset({"choice", "multichoice"})
OWN_COLUMNS = frozenset({"level", "industry"})  # what the form's field is mapped to
LONGEST = 60
Json = dict[str, Any]


def field_keys(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The dimensions and codes of an entry's public facts, each once."""
    return [
        (dimension, code)
        for fact in facts.get("fields", [])
        if fact.get("type") in CHOICES and fact["key"] not in OWN_COLUMNS and len(dimension := PREFIX + fact["key"]) <= LONGEST
        for code in dict.fromkeys(_values(fact.get("value")))
        if 0 < len(code) <= LONGEST
    ]


def form_choices(content: Mapping[str, Any]) -> dict[str, Json]:
    """Dimension -> ``{"title", "codes"}`` of the form's public choices, in its order."""
    codes = content.get("codes", {})
    return {
        PREFIX + field["key"]: {"title": field["label"], "codes": _options(field, codes)}
        for section in content.get("form", {}).get("sections", [])
        for field in section.get("fields", [])
        if field["type"] in CHOICES and field.get("public") is True and field["key"] not in OWN_COLUMNS
    }


def _values(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value not in (None, "") else []


def _options(field: Json, codes: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    own = {str(option["value"]): words(option["label"]) for option in field.get("options", [])}
    return own or {str(row["code"]): words(row) for row in codes.get(field.get("codes", ""), [])}


def words(row: Mapping[str, Any]) -> dict[str, str]:
    return {"zh": row["zh"], "en": row.get("en") or row["zh"]}
