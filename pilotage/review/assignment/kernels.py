# The loops that run over hundreds of millions of pairs, compiled. Only imported where a problem is large enough;
# raises ImportError where the extra `solvers` is not installed.
#
# scan_rows: one block of projects, each pair once: keeps the best of each leaf that no rule bars, and the best panel.
#
# bid: the auction of auction.py, a given number of bids at a time.
from __future__ import annotations

from typing import Any

import numba
import numpy as np

from pilotage.review.assignment import panels

compiled = numba.njit(cache=True, nogil=True)

best_panel = compiled(panels.best_panel)


@compiled
def insert(values: Any, experts: Any, suits: Any, value: float, expert: int, suit: float, employer: Any, distinct: bool) -> None:
    """Into a list that falls; with ``distinct`` only the best of an employer stays."""
    at = values.shape[0] - 1
    if distinct and employer[expert] >= 0:
        for i in range(values.shape[0]):
            if experts[i] >= 0 and employer[experts[i]] == employer[expert]:
                if values[i] >= value:
                    return
                at = i
                break
    while at > 0 and values[at - 1] < value:
        values[at], experts[at], suits[at] = values[at - 1], experts[at - 1], suits[at - 1]
        at -= 1
    values[at], experts[at], suits[at] = value, expert, suit


@compiled
def scan_rows(
    block: Any, lo: int, prices: Any, frame: Any, distinct: bool, branches: int, unit: int, cap: int, empty: float, found: Any
) -> None:
    """``frame`` and ``found`` are tuples of arrays, in the order of scan.py."""
    (
        seats,
        load_max,
        classes,
        least,
        most,
        bridges,
        bridge_class,
        project_pool,
        expert_pool,
        employer,
        same_p,
        same_e,
        start,
        barred,
        floor,
    ) = frame
    experts, suits, used, worth, vacant = found
    leaves, keep = experts.shape[1], experts.shape[2]
    values = np.empty((leaves, keep), np.float64)
    left = np.empty((leaves, keep), np.int64)
    for row in range(block.shape[0]):
        project = lo + row
        if seats[project] <= 0:
            continue
        values[:] = -np.inf
        line, enough, leaf = block[row], values[0, keep - 1], 0
        for expert in range(line.shape[0]):
            suit = line[expert]
            value = suit - prices[expert]
            if leaves > 1:
                leaf = classes[expert] * branches
                if (
                    branches > 1
                    and project_pool[project] >= 0
                    and expert_pool[expert] >= 0
                    and project_pool[project] != expert_pool[expert]
                ):
                    leaf += 1
                enough = values[leaf, keep - 1]
            if value <= enough:
                continue
            if suit < floor or load_max[expert] <= 0:
                continue
            out = False
            for rule in range(same_p.shape[0]):
                if same_p[rule, project] >= 0 and same_p[rule, project] == same_e[rule, expert]:
                    out = True
            for i in range(start[project], start[project + 1]):
                if barred[i] == expert:
                    out = True
            if not out:
                insert(values[leaf], experts[row, leaf], suits[row, leaf], value, expert, suit, employer, distinct)
                enough = values[leaf, keep - 1]
        for leaf in range(leaves):
            for i in range(keep):
                left[leaf, i] = cap if experts[row, leaf, i] >= 0 else 0
        worth[row], vacant[row] = best_panel(
            values, left, seats[project], least[project], most[project], bridges[project], bridge_class[project], branches, unit, empty
        )
        for leaf in range(leaves):
            for i in range(keep):
                used[row, leaf, i] = experts[row, leaf, i] >= 0 and left[leaf, i] < cap


@compiled
def _push(bids: Any, holders: Any, first: int, size: int, bid: float, seat: int) -> None:
    """Into the heap of an expert whose least bid stands on top."""
    at = size
    while at > 0 and bids[first + (at - 1) // 2] > bid:
        above = (at - 1) // 2
        bids[first + at], holders[first + at] = bids[first + above], holders[first + above]
        at = above
    bids[first + at], holders[first + at] = bid, seat


@compiled
def _replace_top(bids: Any, holders: Any, first: int, size: int, bid: float, seat: int) -> None:
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and bids[first + below + 1] < bids[first + below]:
            below += 1
        if bids[first + below] >= bid:
            break
        bids[first + at], holders[first + at] = bids[first + below], holders[first + below]
        at = below
    bids[first + at], holders[first + at] = bid, seat


@compiled
def bid(edges: Any, seats: Any, experts: Any, queue: Any, eps: float, empty: float, most_bids: int) -> int:
    """Lets waiting seats bid until none waits or ``most_bids`` are made; gives how many still wait.

    ``edges``: start (P + 1,), expert, suitability, crossing; ``seats``: project, class (-1 free), must cross, edge held,
    first seat of a project; ``experts``: class, employer, load, first place of the heap, size, bids, holders, prices;
    ``queue``: places, [head, waiting], room of free seats per project and class.
    """
    start, column, suit, crossing = edges
    project_of, class_of, must_cross, held, seat_start = seats
    classes, employer, load, first, size, bids, holders, prices = experts
    places, state, free_room = queue
    done, length = 0, places.shape[0]
    while state[1] > 0 and done < most_bids:
        done += 1
        seat = places[state[0]]
        state[0] = (state[0] + 1) % length
        state[1] -= 1
        project = project_of[seat]
        best, second, choice = empty, empty, -1
        for edge in range(start[project], start[project + 1]):
            expert = column[edge]
            value = suit[edge] - prices[expert]
            if value <= second:
                continue
            kind = classes[expert]
            if class_of[seat] >= 0 and kind != class_of[seat]:
                continue
            if must_cross[seat] and not crossing[edge]:
                continue
            out, same = False, 0
            for other in range(seat_start[project], seat_start[project + 1]):
                if held[other] >= 0:
                    mate = column[held[other]]
                    if mate == expert or (employer[mate] >= 0 and employer[mate] == employer[expert]):
                        out = True
                        break
                    if class_of[other] < 0 and classes[mate] == kind:
                        same += 1
            if out or (class_of[seat] < 0 and same >= free_room[project, kind]):
                continue
            if value > best:
                best, second, choice = value, best, edge
            else:
                second = value
        if choice < 0:
            continue
        expert = column[choice]
        price = prices[expert] + best - second + eps if second > -np.inf else prices[expert] + eps
        held[seat] = choice
        if size[expert] < load[expert]:
            _push(bids, holders, first[expert], size[expert], price, seat)
            size[expert] += 1
        else:
            loser = holders[first[expert]]
            _replace_top(bids, holders, first[expert], size[expert], price, seat)
            if class_of[loser] >= 0:  # a free seat of the same panel gives its expert to the reserved one
                for other in range(seat_start[project_of[loser]], seat_start[project_of[loser] + 1]):
                    edge = held[other]
                    if class_of[other] >= 0 or edge < 0 or classes[column[edge]] != class_of[loser]:
                        continue
                    if crossing[edge] or not must_cross[loser]:
                        mate = column[edge]
                        for i in range(first[mate], first[mate] + size[mate]):
                            if holders[i] == other:
                                holders[i] = loser
                        held[loser] = edge
                        loser = other
                        break
            held[loser] = -1
            places[(state[0] + state[1]) % length] = loser
            state[1] += 1
        if size[expert] == load[expert]:
            prices[expert] = bids[first[expert]]
    return state[1]
