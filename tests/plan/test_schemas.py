from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pilotage.plan.schema import SCHEMAS
from pilotage.plan.sections import SECTIONS

NAMES = sorted(path.stem for path in SCHEMAS.glob("*.json"))


def _described(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            yield schema
        for value in schema.values():
            yield from _described(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _described(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_and_describes_itself_in_both_languages(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert [part["description"] for part in _described(schema) if not part.get("x-description-zh")] == []


def test_every_file_type_has_a_schema() -> None:
    assert sorted(["call", "codes", "plan", *SECTIONS]) == NAMES
