"""What is different between two generations of figures?

Data: the ``facts`` of two contents: numbers and states under a group (targets, measures, …) and a code.
Invariants: a pair of equal contents gives nothing; every number or state that differs is named once, what is new or gone too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """``before`` or ``after`` is None where there was, or is, nothing."""

    group: str
    code: str
    name: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    old, new = before.get("facts", {}), after.get("facts", {})
    found = []
    for group in _keys(old, new):
        rows, rows_now = old.get(group, {}), new.get(group, {})
        for code in _keys(rows, rows_now):
            figures, figures_now = rows.get(code, {}), rows_now.get(code, {})
            for name in _keys(figures, figures_now):
                if figures.get(name) != figures_now.get(name):
                    found.append(Difference(group, code, name, figures.get(name), figures_now.get(name)))
    return found


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [*old, *(key for key in new if key not in old)]
