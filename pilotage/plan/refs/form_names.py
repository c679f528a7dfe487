"""What a form's formulas may call by name: its fields as the call file describes them, each with the kind of its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pilotage.core.expressions import Kind, Name

Codes = Mapping[str, Sequence[Mapping[str, str]]]

KINDS: Mapping[str, Kind] = {
    "text": Kind.TEXT,
    "textarea": Kind.TEXT,
    "integer": Kind.NUMBER,
    "decimal": Kind.NUMBER,
    "money": Kind.NUMBER,
    "computed": Kind.NUMBER,
    "date": Kind.DATE,
    "month": Kind.MONTH,
    "choice": Kind.TEXT,
    "multichoice": Kind.CHOICES,
    "scenarios": Kind.CHOICES,
    "boolean": Kind.BOOLEAN,
    "statement": Kind.BOOLEAN,
    "industry": Kind.TEXT,
    "division": Kind.TEXT,
    "before_after": Kind.PAIR,
    "table": Kind.TABLE,
}


def formula_names(fields: Iterable[Mapping[str, Any]], codes: Codes) -> dict[str, Name]:
    """Name of every field that has an answer; files and facts of the register have none here."""
    return {field["key"]: _name(field, codes) for field in fields if field.get("type") in KINDS}


def _name(field: Mapping[str, Any], codes: Codes) -> Name:
    columns = formula_names(field.get("columns") or [], codes)
    return Name(KINDS[field["type"]], frozenset(option_values(field, codes)), columns)


def option_values(field: Mapping[str, Any], codes: Codes) -> list[str]:
    """The values a choice can have, in order; empty for fields that are no choice."""
    listed = [str(option["value"]) for option in field.get("options") or []]
    name = field.get("codes") or ("scenarios" if field.get("type") == "scenarios" else "")
    return listed or [str(row["code"]) for row in codes.get(name, [])]


def as_list(value: Any) -> list[Any]:
    """Several of a thing may be written as a list, one without."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def circle(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """A circle among things that need each other, as a path that ends where it begins; [] where there is none."""
    try:
        TopologicalSorter({key: list(others) for key, others in needs.items()}).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def condition_fields(condition: Any) -> list[str]:
    """The fields that a ``show_if`` or ``required_if`` names, as it stands in the file."""
    return [str(key) for one in as_list(condition) if isinstance(one, Mapping) for key in one]
