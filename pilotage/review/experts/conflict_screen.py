# Which experts are barred from which projects of a call, all pairs at once?
#
# Data and rules are those of `conflicts.py`, which opens with the algorithm. This part stands by itself because it
# needs numpy, which takes a third of a second to load: only what screens a whole call imports it, inside the function.
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilotage.review.experts.conflicts import RULES, Key, Person, Project


@dataclass(frozen=True, slots=True)
class Screening:
    """All pairs that are barred, project by project: those of project i stand at ``starts[i]:starts[i + 1]``.

    ``persons`` (int32) are places in the list of persons, ascending within a project; ``codes`` (int8) places in ``rules``.
    """

    rules: tuple[str, ...]
    starts: NDArray[np.int64]
    persons: NDArray[np.int32]
    codes: NDArray[np.int8]

    def of(self, project: int) -> dict[int, str]:
        """Place of each barred person -> the first rule."""
        part = slice(self.starts[project], self.starts[project + 1])
        return {int(p): self.rules[c] for p, c in zip(self.persons[part], self.codes[part], strict=True)}

    def by_rule(self) -> dict[str, int]:
        """How many pairs each rule is the first to bar; rules in order, none left out."""
        counts = np.bincount(self.codes, minlength=len(self.rules))
        return {rule: int(counts[i]) for i, rule in enumerate(self.rules)}

    def by_person(self) -> Counter[int]:
        """Place of each person -> the projects barred."""
        return Counter({int(p): int(n) for p, n in zip(*np.unique(self.persons, return_counts=True), strict=True)})


def screen(persons: Sequence[Person], projects: Sequence[Project], rules: Sequence[str]) -> Screening:
    """Every pair that is barred, with the first rule that bars it."""
    indexes = [_index(name, persons) for name in rules]
    starts = np.zeros(len(projects) + 1, dtype=np.int64)
    found: list[NDArray[np.int32]] = []
    codes: list[NDArray[np.int8]] = []
    for place, project in enumerate(projects):
        who, why = _barred(project, rules, indexes)
        found.append(who)
        codes.append(why)
        starts[place + 1] = starts[place] + len(who)
    return Screening(tuple(rules), starts, _joined(found, np.int32), _joined(codes, np.int8))


def _index(rule: str, persons: Sequence[Person]) -> dict[Key, NDArray[np.int32]]:
    places: dict[Key, list[int]] = defaultdict(list)
    for place, person in enumerate(persons):
        for token in RULES[rule].of_person(person):
            if token is not None and token != "":
                places[token].append(place)
    return {token: np.array(found, dtype=np.int32) for token, found in places.items()}


def _barred(
    project: Project, rules: Sequence[str], indexes: Sequence[dict[Key, NDArray[np.int32]]]
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Places of the barred, ascending, and the code of the first rule for each."""
    hits = [
        (indexes[code][token], code)
        for code, name in enumerate(rules)
        if indexes[code]
        for token in RULES[name].of_project(project)
        if token in indexes[code]
    ]
    who = _joined([places for places, _code in hits], np.int32)
    why = _joined([np.full(len(places), code, dtype=np.int8) for places, code in hits], np.int8)
    kept, first = np.unique(who, return_index=True)  # the first of equals comes from the first rule
    return kept, why[first]


def _joined(parts: Sequence[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)
