"""From a form post to saved answers: only what the person changed, merged field by field.

Every field is saved against the draft version at which this very page read it, so two tabs that
change different fields never meet, and two that change the same one end in a comparison.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from pilotage.calls.services import FieldConflict
from pilotage.core.verdict import Invalid
from pilotage.web.calls import posted
from pilotage.web.calls.sheet import Sheet


@dataclass(slots=True)
class Outcome:
    """What became of a post. ``typed`` keeps what could not be saved, to be shown again."""

    version: int = 0
    saved: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, FieldConflict] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not self.errors and not self.conflicts


def save_post(request: HttpRequest, sheet: Sheet, drop_row: tuple[str, int] | None = None) -> Outcome:
    """Save the fields of a post that were changed; ``drop_row`` takes one row out of a table first."""
    groups: dict[int, dict[str, Any]] = {}
    outcome = Outcome(version=sheet.row.draft_version)
    for marker in posted.markers(request.POST):
        definition = sheet.form.by_key.get(marker.key)
        if definition is None:
            groups.setdefault(marker.version, {})[marker.key] = None
            continue
        if definition.type in posted.NOT_IN_POST:
            continue
        raw = posted.raw(definition, request.POST)
        if drop_row and drop_row[0] == marker.key and isinstance(raw, list):
            raw = _without(raw, definition, request, drop_row[1])
        if not _is_untouched(sheet, marker, raw):
            groups.setdefault(marker.version, {})[marker.key] = outcome.typed[marker.key] = raw
    for version in sorted(groups):
        _merge(outcome, sheet.keep(request.user, groups[version], version))
    for key in outcome.saved:
        outcome.typed.pop(key, None)
    return outcome


def _merge(outcome: Outcome, result: Any) -> None:
    outcome.version = max(outcome.version, result.version)
    outcome.saved += result.saved
    outcome.errors |= result.errors
    outcome.conflicts |= result.conflicts


def _is_untouched(sheet: Sheet, marker: posted.Marker, raw: Any) -> bool:
    if not marker.digest:
        return False
    try:
        return posted.digest(sheet.form.clean(marker.key, raw)) == marker.digest
    except Invalid:
        return False


def _without(rows: list[dict[str, str]], definition: Any, request: HttpRequest, index: int) -> list[dict[str, str]]:
    """The rows without the one drawn at ``index``; rows are found again by what stood in it."""
    dropped = {column.key: request.POST.get(f"f.{definition.key}.{index}.{column.key}", "").strip() for column in definition.columns}
    if dropped in rows:
        rows.remove(dropped)
    return rows


def resolve(request: HttpRequest, sheet: Sheet) -> Outcome:
    """After a comparison: write the own value where the person chose to keep it. Unknown choices keep theirs."""
    version = request.POST.get("base_version", "")
    try:
        mine = {
            key: json.loads(request.POST[f"mine.{key}"])
            for key in sheet.form.by_key
            if request.POST.get(f"keep.{key}") == "mine" and f"mine.{key}" in request.POST
        }
    except ValueError as error:
        raise BadRequest from error
    outcome = Outcome(version=sheet.row.draft_version)
    if mine:
        _merge(outcome, sheet.keep(request.user, mine, int(version) if version.isdigit() else 0))
    return outcome
