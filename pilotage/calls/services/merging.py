"""Merging what people send into answers kept with a version per field: the one engine for lead and partners."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls import standing
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import Field
from pilotage.calls.models import Application, FieldChange, Partner
from pilotage.calls.prefill import after_change
from pilotage.core import bulk, clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.registry.models import Division, Industry

Row = Application | Partner


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Two people changed one field: what you sent, and what is kept."""

    yours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class SaveResult:
    """``saved`` names the fields that now hold what was sent; ``theirs`` the fields changed elsewhere since ``base_version``.

    Nothing in ``conflicts`` or ``errors`` was written. Send the next draft on the basis of ``version``, and
    hold conflicting fields back until the person has chosen.
    """

    version: int
    saved: list[str]
    conflicts: dict[str, FieldConflict] = dataclass_field(default_factory=dict)
    errors: dict[str, str] = dataclass_field(default_factory=dict)
    theirs: dict[str, Any] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merge:
    """``changed``: what has to be written; the rest is the answer to the sender."""

    changed: dict[str, Any]
    accepted: list[str]
    conflicts: dict[str, FieldConflict]
    errors: dict[str, str]
    theirs: dict[str, Any]

    def result(self, row: Row) -> SaveResult:
        return SaveResult(row.draft_version, self.accepted, self.conflicts, self.errors, self.theirs)


def merge(row: Row, form: FormDef, values: Mapping[str, Any], base_version: int, actor: Any) -> Merge:
    """Compare ``values`` with the row as it is now. A field that somebody else changed after ``base_version`` is a conflict."""
    cleaned, errors = _clean(form, values, row.data, actor)
    if not_held := standing.foreign_entries(form, cleaned, row.enterprise):
        cleaned, errors = {key: value for key, value in cleaned.items() if key not in not_held}, errors | not_held
    conflicts = {
        key: FieldConflict(value, row.data.get(key))
        for key, value in cleaned.items()
        if row.field_versions.get(key, 0) > base_version and row.data.get(key) != value
    }
    accepted = {key: value for key, value in cleaned.items() if key not in conflicts}
    changed = {key: value for key, value in accepted.items() if row.data.get(key) != value}
    theirs = {
        key: row.data.get(key)
        for key, version in row.field_versions.items()
        if version > base_version and key not in accepted and key not in conflicts
    }
    return Merge(changed, list(accepted), conflicts, errors, theirs)


def write(row: Row, changed: Mapping[str, Any], *, actor: Any, state: str, columns: Mapping[str, Any] | None = None) -> None:
    """Store what a merge changed, and its history. Raises ``Conflict`` when the row has moved on meanwhile."""
    base, read_at = row.draft_version, row.updated_at
    row.data = {key: value for key, value in {**row.data, **changed}.items() if value is not None}
    row.draft_version = base + 1
    row.field_versions = row.field_versions | dict.fromkeys(changed, base + 1)
    row.origins = after_change(row.origins, changed)
    row.updated_at = clock.now()
    repeated = {name: value for name, value in (columns or {}).items() if getattr(row, name) != value}
    for name, value in repeated.items():
        setattr(row, name, value)
    own = {name: getattr(row, name) for name in ("data", "draft_version", "field_versions", "origins", "updated_at")}
    as_read = type(row)._default_manager.filter(pk=row.pk, draft_version=base, updated_at=read_at, state=state)
    if not as_read.update(**own, **repeated):
        raise Conflict(_("Somebody else saved this draft at the same moment. Nothing was lost; try again."))
    remember(row, changed, actor=actor)


def remember(row: Row, values: Mapping[str, Any], *, actor: Any) -> None:
    """Keep every acknowledged value, in the transaction that stores it. One query."""
    application, partner = (row.application_id, row.pk) if isinstance(row, Partner) else (row.pk, None)
    now = clock.now()
    names = ("application_id", "partner_id", "key", "version", "value", "by_id", "at")
    known = (application, partner, row.draft_version, actor.pk, bulk.moment(now))
    bulk.insert_rows(FieldChange, names, (_change(key, value, *known) for key, value in values.items()))


def _change(key: str, value: Any, application: int, partner: int | None, version: int, by: int, at: Any) -> tuple[Any, ...]:
    return (application, partner, key, version, None if value is None else json.dumps(value), by, at)


def _clean(form: FormDef, values: Mapping[str, Any], stored: Mapping[str, Any], actor: Any) -> tuple[dict[str, Any], dict[str, str]]:
    cleaned: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, raw in values.items():
        try:
            cleaned[key] = _stated(form.field(key), form.clean(key, raw), stored.get(key), actor)
        except Invalid as error:
            errors |= error.errors
    unknown = _unknown_codes(form, cleaned)
    return {key: value for key, value in cleaned.items() if key not in unknown}, errors | unknown


def _stated(field: Field, value: Any, stored: Any, actor: Any) -> Any:
    """A statement keeps who made it and when; the browser has no say in that."""
    if field.type != "statement":
        return value
    if not value:
        return None
    made = isinstance(stored, dict) and stored.get("agreed")
    return stored if made else {"agreed": True, "by": str(actor), "at": clock.now().isoformat(timespec="seconds")}


def stating(row: Row, form: FormDef, key: str, actor: Any) -> dict[str, Any]:
    """What making the statement ``key`` changes; nothing where it was made before, or none is named."""
    return {} if not key or row.data.get(key) else {key: _stated(form.field(key), True, None, actor)}


def _unknown_codes(form: FormDef, cleaned: Mapping[str, Any]) -> dict[str, str]:
    """Industries and places that the register does not hold. One query per kind that was sent."""
    sentences = {
        "industry": (Industry, _("%(field)s: choose a major category of GB/T 4754 (two digits).")),
        "division": (Division, _("%(field)s: choose a place of GB/T 2260 (six digits).")),
    }
    unknown: dict[str, str] = {}
    for kind, (model, sentence) in sentences.items():
        sent = {key: value for key, value in cleaned.items() if value and form.by_key[key].type == kind}
        known = set(model._default_manager.filter(pk__in=sent.values()).values_list("pk", flat=True)) if sent else set()
        unknown |= {key: sentence % {"field": form.by_key[key].label} for key, value in sent.items() if value not in known}
    return unknown
