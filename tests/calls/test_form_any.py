"""What must hold for every form that can be written, and every answer to it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import NUMERIC_TYPES, Field
from pilotage.calls.forms.offline import taking
from pilotage.calls.forms.units import value_of
from pilotage.calls.forms.xlsx import is_asked, read_form, write_form
from pilotage.core.verdict import Invalid
from pilotage.plan.schema import validator
from tests.factories.forms import CODES, answered_forms, raw_forms


def cleaned(form: FormDef, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of the answers; one that does not fit is no answer."""
    found = {}
    for key, raw in answers.items():
        try:
            value = form.clean(key, raw)
        except Invalid:
            continue
        if value is not None:
            found[key] = value
    return found


CALL_SCHEMA = validator("call").schema
FORM_SCHEMA = Draft202012Validator({"$ref": "#/$defs/form", "$defs": {**CALL_SCHEMA["$defs"], "form": CALL_SCHEMA["properties"]["form"]}})
OUTSIDE_THE_FILE = {"industry", "division", "textarea"}


@given(raw_forms())
def test_any_form_parses_twice_to_the_same(raw: dict[str, Any]) -> None:
    form = FormDef.parse(raw, CODES)
    assert form == FormDef.parse(raw, CODES)
    assert [field.key for field in form.by_key.values()] == [field["key"] for section in raw["sections"] for field in section["fields"]]
    columns = {column["type"] for section in raw["sections"] for field in section["fields"] for column in field.get("columns", [])}
    if not columns & OUTSIDE_THE_FILE:
        assert [error.message for error in FORM_SCHEMA.iter_errors(raw)] == []


@given(answered_forms())
def test_answers_cleaned_twice_are_the_same_and_validation_endures_them(given_form: Any) -> None:
    _raw, form, answers = given_form
    data = cleaned(form, answers)
    assert cleaned(form, data) == data
    filed = form.with_computed(data)
    assert form.with_computed(filed) == filed
    problems = form.problems(filed, {"x": 1}, {})
    assert list(form.problems(data, {"x": 1}, {})) == list(problems)
    assert {key for key in problems if not form.is_visible(key, filed)} == set()
    assert set(form.warnings(data)) <= set(form.by_key)
    assert form.diff(data, filed) == []


@given(answered_forms(), st.data())
def test_a_difference_applied_gives_the_newer_answers(given_form: Any, more: Any) -> None:
    _raw, form, answers = given_form
    old, kept = cleaned(form, answers), more.draw(st.sets(st.sampled_from(sorted(answers)))) if answers else set()
    new = {key: value for key, value in old.items() if key in kept}
    assert form.diff(form.apply(old, form.diff(old, new)), new) == []
    assert {change.key for change in form.diff(old, new) if change.field.is_typed} == set(old) - kept


# --- through a workbook ---------------------------------------------------------------------
@given(answered_forms(), st.data())
def test_what_a_workbook_changes_is_taken_once_and_what_moved_on_both_sides_clashes(given_form: Any, more: Any) -> None:
    _raw, form, answers = given_form
    made_from = {key: value for key, value in cleaned(form, answers).items() if is_asked(form.by_key[key])}
    some = st.sets(st.sampled_from(sorted(made_from))) if made_from else st.just(set())
    taken_out, moved = more.draw(some), more.draw(some)
    found = {key: value for key, value in made_from.items() if key not in taken_out}
    now = {key: value for key, value in made_from.items() if key not in moved}
    first = taking(form, found, now, made_from)
    assert (set(first.values), first.clashes) == (taken_out - moved, frozenset())
    after = {key: value for key, value in (now | first.values).items() if value is not None}
    assert taking(form, found, after, made_from).values == {}
    blank = taking(form, found, now, None)
    assert set(blank.values) == (set(found) & moved)
    assert None not in blank.values.values()


def _figures(field: Field, value: Any) -> Iterator[tuple[str, Any]]:
    """Answers with figures as numbers: 2.50 and 2.5 are one."""
    if field.type in NUMERIC_TYPES:
        yield field.key, (Decimal(value_of(value)), value["unit"] if isinstance(value, dict) else "")
    elif field.type == "before_after":
        yield field.key, {side: None if value[side] is None else Decimal(value[side]) for side in ("before", "after")}
    elif field.type == "table":
        rows = [
            {
                column.key: dict(_figures(column, row[column.key])).get(column.key) if row[column.key] is not None else None
                for column in field.columns
            }
            for row in value
        ]
        yield field.key, rows
    else:
        yield field.key, value


def as_figures(form: FormDef, data: Mapping[str, Any]) -> dict[str, Any]:
    return dict(pair for key, value in data.items() for pair in _figures(form.by_key[key], value))


@settings(max_examples=60)
@given(answered_forms())
def test_any_form_goes_through_a_workbook_and_back(given_form: Any) -> None:
    _raw, form, answers = given_form
    data = {key: value for key, value in cleaned(form, answers).items() if is_asked(form.by_key[key])}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(write_form(form, data))
        found, problems = read_form(path, form)
    assert [str(problem) for problem in problems] == []
    assert as_figures(form, found) == as_figures(form, data)
