# Who reads which application, when every application needs k readers and work is to be shared evenly?
#
# Data: projects in a fixed order, each with the number of seats still to fill and the experts who may
# not take one (each with the rule that says so; holding a seat already is such a rule); experts with the
# load they carry already and, for some, the most they take. Answers: the seats, and for every project with too few possible experts how
# many seats stay empty and how many experts each rule kept away.
#
# Algorithm: 1. hardest projects first (fewest possible experts), each seat to the least loaded possible
# expert; among equals to the one who has sat least often with those already in the panel, then by a
# digest of (seed, project, expert), so panels mix and the same input gives the same seats. 2. While some
# expert can hand one seat along a chain of possible swaps to someone with at least two seats fewer, do it.
#
# Why step 2 makes it exact: seats on projects are an optimal semi-matching when no such chain is left
# (Harvey, Ladner, Lovasz, Tamir 2006), and an optimal semi-matching has the least sum of squared loads
# and the least maximum at once. So where conflicts allow loads that differ by at most one, these do.
# Each hand-over lowers the sum of squares, so it ends. Sets of experts are integers used as bit masks.
#
# Invariants: nobody sits twice on one project or on one that is barred, nor on more than the limit; without
# limits a seat stays empty only when every expert who is not barred has one; with limits it may stay empty
# though a chain of swaps would have freed somebody. Seats given before are never moved.
#
# Refuses: negative seat counts. It knows nothing of competence: that is the full review engine's work.
from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Key = Any  # anything hashable


@dataclass(frozen=True, slots=True)
class Need:
    """``barred`` maps an expert to the rule that keeps the expert away."""

    project: Key
    seats: int
    barred: Mapping[Key, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unfilled:
    project: Key
    missing: int
    possible: int
    barred_by: dict[str, int]


@dataclass(frozen=True, slots=True)
class Plan:
    seats: list[tuple[Key, Key]]  # (project, expert), in the order of the needs
    unfilled: list[Unfilled]
    loads: dict[Key, int]


def assign(needs: Sequence[Need], loads: Mapping[Key, int], *, limits: Mapping[Key, int] | None = None, seed: str = "") -> Plan:
    """``loads`` names every available expert with the seats held already, in a stable order; ``limits`` the most seats of some."""
    if any(need.seats < 0 for need in needs):
        raise ValueError("a project cannot need a negative number of seats")
    return _Board(needs, loads, limits or {}, seed).solve()


class _Board:
    def __init__(self, needs: Sequence[Need], loads: Mapping[Key, int], limits: Mapping[Key, int], seed: str):
        self.needs = needs
        self.experts = list(loads)
        self.load = list(loads.values())
        self.limit = [limits.get(expert, len(needs) + load) for expert, load in loads.items()]
        self.seed = seed
        everyone = (1 << len(self.experts)) - 1
        place = {expert: index for index, expert in enumerate(self.experts)}
        self.possible = [everyone & ~sum(1 << place[expert] for expert in need.barred if expert in place) for need in needs]
        self.panel: list[int] = [0] * len(needs)
        self.held: list[set[int]] = [set() for _ in self.experts]
        self.together: Counter[tuple[int, int]] = Counter()

    def solve(self) -> Plan:
        for index in sorted(range(len(self.needs)), key=lambda i: (self.possible[i].bit_count(), i)):
            self._fill(index)
        while max(self.load, default=0) - min(self.load, default=0) > 1 and self._improve():
            pass
        return Plan(self._seats(), self._unfilled(), dict(zip(self.experts, self.load, strict=True)))

    def _fill(self, index: int) -> None:
        for _seat in range(self.needs[index].seats):
            free = [e for e in _bits(self.possible[index] & ~self.panel[index]) if self.load[e] < self.limit[e]]
            if not free:
                return
            least = min(self.load[e] for e in free)
            panel = list(_bits(self.panel[index]))
            chosen = min((e for e in free if self.load[e] == least), key=lambda e: (self._met(e, panel), self._lot(index, e), e))
            for other in panel:
                self.together[min(chosen, other), max(chosen, other)] += 1
            self._give(index, chosen)

    def _met(self, expert: int, panel: list[int]) -> int:
        return sum(self.together[min(expert, other), max(expert, other)] for other in panel)

    def _lot(self, index: int, expert: int) -> bytes:
        text = f"{self.seed}\n{self.needs[index].project}\n{self.experts[expert]}"
        return hashlib.sha256(text.encode()).digest()

    def _give(self, index: int, expert: int) -> None:
        self.panel[index] |= 1 << expert
        self.held[expert].add(index)
        self.load[expert] += 1

    def _take(self, index: int, expert: int) -> None:
        self.panel[index] &= ~(1 << expert)
        self.held[expert].discard(index)
        self.load[expert] -= 1

    def _improve(self) -> bool:
        """One hand-over along the shortest chain from a heavily loaded expert; False when none is left."""
        for source in sorted(range(len(self.experts)), key=lambda e: (-self.load[e], e)):
            if chain := self._chain(source):
                for giver, index, taker in chain:
                    self._take(index, giver)
                    self._give(index, taker)
                return True
        return False

    def _chain(self, source: int) -> list[tuple[int, int, int]]:
        came: dict[int, tuple[int, int]] = {}
        seen, queue = 1 << source, deque([source])
        while queue:
            giver = queue.popleft()
            for index in sorted(self.held[giver]):
                for taker in _bits(self.possible[index] & ~self.panel[index] & ~seen):
                    seen |= 1 << taker
                    came[taker] = (giver, index)
                    if self.load[taker] <= self.load[source] - 2 and self.load[taker] < self.limit[taker]:
                        return _walk_back(came, source, taker)
                    queue.append(taker)
        return []

    def _seats(self) -> list[tuple[Key, Key]]:
        return [(need.project, self.experts[expert]) for need, panel in zip(self.needs, self.panel, strict=True) for expert in _bits(panel)]

    def _unfilled(self) -> list[Unfilled]:
        return [
            Unfilled(
                need.project,
                need.seats - panel.bit_count(),
                possible.bit_count(),
                self._kept_away(need, possible & ~panel),
            )
            for need, possible, panel in zip(self.needs, self.possible, self.panel, strict=True)
            if panel.bit_count() < need.seats
        ]

    def _kept_away(self, need: Need, left: int) -> dict[str, int]:
        """How many experts each rule kept away; ``full`` those at their limit."""
        known = set(self.experts)
        counts = Counter(rule for expert, rule in need.barred.items() if expert in known)
        if full := sum(self.load[e] >= self.limit[e] for e in _bits(left)):
            counts["full"] = full
        return dict(sorted(counts.items()))


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def _walk_back(came: dict[int, tuple[int, int]], source: int, last: int) -> list[tuple[int, int, int]]:
    """The hand-overs of a chain, from its end to its start: each taker is free of the seat when it comes."""
    steps = []
    while last != source:
        giver, index = came[last]
        steps.append((giver, index, last))
        last = giver
    return steps
