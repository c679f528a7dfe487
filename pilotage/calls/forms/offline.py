"""What does a workbook that was filled in elsewhere change in a draft that may have moved on meanwhile?

Data: the answers of the workbook, the draft as it stood when the workbook was made (None for a blank one), the draft now.
Algorithm: three-way: what the workbook leaves as it was made is left alone; what it changes is taken; a change of
the same answer to something else on both sides is a clash.
Invariants: an answer missing in a blank workbook takes nothing out; taking everything twice changes nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pilotage.calls.forms.book import is_asked
from pilotage.calls.forms.definition import FormDef

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taking:
    """``values``: field key -> answer to write, None to take it out, in the order of the form. ``clashes`` are keys of these."""

    values: dict[str, Any]
    clashes: frozenset[str]


def taking(form: FormDef, found: Answers, now: Answers, made_from: Answers | None) -> Taking:
    asked = {key for key, field in form.by_key.items() if is_asked(field)}

    def differing(one: Answers, other: Answers) -> set[str]:
        return {change.key for change in form.diff(one, other)} & asked

    wanted = differing(now, found)
    if made_from is None:
        wanted &= set(found)
        clashes: set[str] = set()
    else:
        wanted &= differing(made_from, found)
        clashes = wanted & differing(made_from, now)
    return Taking({key: found.get(key) for key in form.by_key if key in wanted}, frozenset(clashes))
