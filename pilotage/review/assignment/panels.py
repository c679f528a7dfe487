# Which panel is worth most to one project at these prices?
#
# Data: the best experts of each leaf (a class, or a class split into same pool and other pool), what the panel must and
# may hold of each class, how many of its seats must cross pools. Amounts are counted in units: a pair capped at the
# probability a / 2^b gives at most a of the 2^b units of a seat.
#
# Algorithm: seats that must cross pools come first, then the least of each class, then the free seats under the most of
# each class, each time the best that is left. Leaves lie inside classes and classes inside the panel (laminar), so
# taking the best is exact.
#
# One function without helpers, so that numba can compile it as it stands.
from __future__ import annotations

from typing import Any

import numpy as np


def best_panel(
    values: Any, left: Any, seats: int, least: Any, most: Any, bridges: int, bridge_class: int, branches: int, unit: int, empty: float
) -> tuple[float, int]:
    """Worth, empty units; ``values`` (leaves, n) fall in each row; ``left`` holds the units there are and loses what is taken."""
    leaves, kinds = values.shape[0], least.shape[0]
    room = np.zeros(leaves, np.int64)
    reserved = np.zeros(kinds, np.int64)
    worth, vacant, free = 0.0, 0, seats * unit
    for stage in range(kinds + 1):
        need = free
        if stage == 0:
            need = bridges * unit
            reserved[bridge_class] = bridges
        elif stage < kinds:
            need = max(least[stage] - reserved[stage], 0) * unit
            reserved[stage] = max(least[stage], reserved[stage])
        for leaf in range(leaves):
            kind = leaf // branches
            room[leaf] = 0
            if stage == 0:
                if kind == bridge_class and leaf % branches == 1:
                    room[leaf] = need
            elif stage < kinds:
                if kind == stage:
                    room[leaf] = need
            elif kind == 0:
                room[leaf] = need
            else:
                room[leaf] = (most[kind] - reserved[kind]) * unit
        free -= need
        while need > 0:
            best, at_leaf, at = empty, -1, -1
            for leaf in range(leaves):
                if room[leaf] <= 0:
                    continue
                for i in range(values.shape[1]):
                    if left[leaf, i] > 0:
                        if values[leaf, i] > best:
                            best, at_leaf, at = values[leaf, i], leaf, i
                        break
            if at_leaf < 0:
                break
            amount = min(need, left[at_leaf, at], room[at_leaf])
            left[at_leaf, at] -= amount
            for branch in range(branches):
                room[at_leaf // branches * branches + branch] -= amount
            worth += best * amount
            need -= amount
        vacant += need
    return worth, vacant
