"""Which points of a stage's check list were ticked, and may the application pass?

Data: the ``checklist`` of a check stage: key, title {zh, en}, perhaps help and ``required: false``. On one application the
officer ticks each point; on many at once the officer states for all of them that each required point was checked on each.
What is kept says which of the two it was. Refuses: a required point left open, a statement for another number than that decided on.
An update is no new application and follows no check list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.calls.enums import ApplicationKind
from pilotage.calls.forms.fields import in_sequence
from pilotage.calls.models import Application, Stage
from pilotage.core.verdict import Invalid
from pilotage.registry.models import localized


@dataclass(frozen=True, slots=True)
class Marks:
    """What the officer ticked; ``stated_for``: for how many applications at once, None on a single one."""

    ticks: frozenset[str] = frozenset()
    stated_for: int | None = None

    def points(self, rows: Sequence[Application], stage: Stage | None, *, is_pass: bool) -> list[dict[str, Any]]:
        """The points as they are kept with the opinion; raises ``Invalid`` where they do not allow to pass."""
        listed = stage.checklist if stage else []
        is_new = any(row.kind == ApplicationKind.NEW for row in rows)
        if not listed or not is_new or not (is_pass or self.ticks):
            return []
        if len({row.call_id for row in rows}) > 1:
            raise Invalid({"checklist": _("The applications belong to calls with different check lists: decide one call at a time.")})
        stated = self.stated_for == len(rows)
        if is_pass and required(listed) and not stated and (len(rows) > 1 or self.stated_for is not None):
            raise Invalid({"checklist": _not_stated(len(rows))})
        spoken = required(listed) if stated and is_pass else []
        kept = [_kept(point, point in spoken or point["key"] in self.ticks) for point in listed]
        if is_pass and (missing := [point for point in kept if point["required"] and not point["ticked"]]):
            raise Invalid({"checklist": _("Not ticked yet: %(points)s") % {"points": in_sequence(titles(missing))}})
        return kept


NO_MARKS = Marks()


def required(points: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those without which nothing passes; a statement for many together speaks of these and leaves the others open."""
    return [point for point in points if point.get("required", True)]


def _kept(point: dict[str, Any], ticked: bool) -> dict[str, Any]:
    title = point["title"]
    words = {"zh": title.get("zh", ""), "en": title.get("en", "")}
    return {"key": point["key"], **words, "required": point.get("required", True), "ticked": ticked}


def _not_stated(count: int) -> str:
    sentence = ngettext(
        "State for the application selected that every point of the check list was checked.",
        "State for the %(count)s applications selected that every point of the check list was checked on each.",
        count,
    )
    return sentence % {"count": count}


def titles(points: Iterable[dict[str, Any]]) -> list[str]:
    return [localized(point.get("zh", ""), point.get("en", "")) for point in points]
