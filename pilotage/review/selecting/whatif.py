# What would have been enough for one project, and what would other quotas change?
#
# `enough` solves again, see needed.py; exact also where bars are approximate.
# `compare` sets two selections side by side: who enters, who leaves, what it costs.
#
# Refuses: a project that was set aside before, or is not there.
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pilotage.review.selecting.engine import Selection
from pilotage.review.selecting.model import SelectionError, Used
from pilotage.review.selecting.needed import needed


@dataclass(frozen=True, slots=True)
class Difference:
    """From the first selection to the second. ``score``: change of the sum of scores; ``quotas``: rows whose use changed, as
    (before, after), None where one of them has no such row."""

    enter: tuple[str, ...]
    leave: tuple[str, ...]
    reserve_enter: tuple[str, ...]
    reserve_leave: tuple[str, ...]
    score: Decimal
    places: int
    quotas: tuple[tuple[Used | None, Used | None], ...]


def enough(selection: Selection, key: str) -> Decimal | None:
    """The score from which the project would be among the best; None when no score would do (its quota is zero)."""
    place = next((i for i, candidate in enumerate(selection.intake.eligible) if candidate.key == key), None)
    if place is None:
        aside = selection.place(key)
        raise SelectionError(f"{key} was set aside before ({aside.reason}); no score would have been enough")
    return needed(selection.intake, selection.low, selection.terms, place)


def compare(before: Selection, after: Selection) -> Difference:
    old, new = {(u.attribute, u.value): u for u in before.quotas}, {(u.attribute, u.value): u for u in after.quotas}
    rows = sorted(old.keys() | new.keys(), key=lambda row: (row[0] or "", row[1] or ""))
    changed = tuple((old.get(row), new.get(row)) for row in rows if _use(old.get(row)) != _use(new.get(row)))
    return Difference(
        tuple(key for key in after.selected if key not in set(before.selected)),
        tuple(key for key in before.selected if key not in set(after.selected)),
        tuple(key for key in after.reserve if key not in set(before.reserve)),
        tuple(key for key in before.reserve if key not in set(after.reserve)),
        after.total_score - before.total_score,
        len(after.selected) - len(before.selected),
        changed,
    )


def _use(row: Used | None) -> int | None:
    return None if row is None else row.used
