"""What differs between two fillings, also where the form itself has changed in between?

Data: two forms with the answers given under each. Fields belong together that have one key, or whose newer
one says ``renamed_from`` the older key; an earlier answer is first put as the newer form would keep it
(unit, type), so that only what really differs counts. Tables are compared row by row in their order.
Invariants: ``compare(f, x, f, x) == []``; every answer of the older form that the newer does not ask for
is a removal, so nothing filed is lost from sight; figures that are equal as numbers are no change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from pilotage.calls.forms import values as form_values
from pilotage.calls.forms.fields import COMPUTED, NUMERIC_TYPES, Field
from pilotage.calls.forms.units import value_of
from pilotage.calls.forms.values import is_empty
from pilotage.core.expressions import number_of
from pilotage.core.verdict import Invalid

if TYPE_CHECKING:
    from pilotage.calls.forms.definition import FormDef

Answers = Mapping[str, Any]


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell of a table; ``row`` counts from 1."""

    row: int
    column: Field
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One field whose answer differs. ``field`` is the newer form's, or the older's where that is no longer asked."""

    field: Field
    old: Any
    new: Any
    kind: ChangeKind = ChangeKind.CHANGED
    old_key: str = ""
    cells: tuple[CellChange, ...] = ()

    @property
    def key(self) -> str:
        return self.field.key


def compare(old_form: FormDef, old_data: Answers, new_form: FormDef, new_data: Answers) -> list[Change]:
    """In the order of the newer form, then what only the older one asked."""
    before, after = old_form.with_computed(old_data), new_form.with_computed(new_data)
    earlier = earlier_fields(new_form, old_form)
    changes = [_change(field, earlier.get(key), before, after.get(key)) for key, field in new_form.by_key.items() if field.is_stored]
    followed = {field.key for field in earlier.values()}
    for key, field in old_form.by_key.items():
        if key not in followed and field.is_stored and not is_empty(before.get(key)):
            changes.append(Change(field, before[key], None, ChangeKind.REMOVED, key))
    return [change for change in changes if change is not None]


def earlier_fields(new_form: FormDef, old_form: FormDef) -> dict[str, Field]:
    """Key in the newer form -> the field of the older form that asked for it."""
    found = {}
    for key, field in new_form.by_key.items():
        earlier = next((old_form.by_key[name] for name in (key, *field.renamed_from) if name in old_form.by_key), None)
        if earlier is not None and field.is_stored and earlier.is_stored:
            found[key] = earlier
    return found


def _change(field: Field, earlier: Field | None, before: Answers, new: Any) -> Change | None:
    old = _as_kept_now(earlier, field, before.get(earlier.key)) if earlier else None
    old_key = earlier.key if earlier else ""
    if same(field, old, new):
        return Change(field, old, new, ChangeKind.RENAMED, old_key) if earlier and old_key != field.key and not is_empty(new) else None
    kind = ChangeKind.ADDED if is_empty(old) else ChangeKind.REMOVED if is_empty(new) else ChangeKind.CHANGED
    return Change(field, old, new, kind, old_key, _cells(field, old, new) if field.type == "table" else ())


def _as_kept_now(earlier: Field, field: Field, value: Any) -> Any:
    """What does not fit any more is shown as it was."""
    if earlier is field or is_empty(value):
        return value
    kept = restated(earlier, field, value)
    return value if kept is None else kept


def restated(earlier: Field, field: Field, value: Any) -> Any:
    """An answer to ``earlier`` as ``field`` keeps it, None where it does not fit."""
    if is_empty(value) or COMPUTED in {field.type, earlier.type}:
        return value if field.type == earlier.type else None
    try:
        return form_values.clean(field, _in_old_unit(earlier, field, value))
    except Invalid:
        return None


def _in_old_unit(earlier: Field, field: Field, value: Any) -> Any:
    """A figure of a form that stored another unit, said in that unit."""
    if field.type not in NUMERIC_TYPES or not field.units or (isinstance(value, Mapping) and field.unit_of(str(value.get("unit")))):
        return value
    code = earlier.units[0].code if earlier.units else next((u.code for u in field.units if u.label_zh == earlier.unit_zh), "")
    return {"typed": value_of(value), "unit": code} if field.unit_of(code) else value


def same(field: Field, old: Any, new: Any) -> bool:
    if is_empty(old) or is_empty(new):
        return is_empty(old) and is_empty(new)
    if field.type in NUMERIC_TYPES or field.type == COMPUTED:
        return old == new or _equal_figures(value_of(old), value_of(new))
    if field.type == "before_after" and isinstance(old, Mapping) and isinstance(new, Mapping):
        return all(old.get(side) == new.get(side) or _equal_figures(old.get(side), new.get(side)) for side in ("before", "after"))
    if field.type == "table" and _are_rows(old) and _are_rows(new):
        return len(old) == len(new) and not _cells(field, old, new)
    return bool(old == new)


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, Mapping) for row in value)


def _equal_figures(old: Any, new: Any) -> bool:
    """3240 and 3240.00 are one figure."""
    return isinstance(old, str) and isinstance(new, str) and number_of(old) is not None and number_of(old) == number_of(new)


def _cells(field: Field, old: Any, new: Any) -> tuple[CellChange, ...]:
    found = []
    nothing: Mapping[str, Any] = {}
    for number, (before, after) in enumerate(zip_longest(_rows(old), _rows(new), fillvalue=nothing), start=1):
        for column in field.columns:
            pair = before.get(column.key), after.get(column.key)
            if not same(column, *pair):
                found.append(CellChange(number, column, *pair))
    return tuple(found)


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row if isinstance(row, Mapping) else {} for row in value] if isinstance(value, list) else []
