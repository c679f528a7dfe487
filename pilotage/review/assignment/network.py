# Which flow is an assignment on a list of candidate pairs?
#
# Data: a Frame, the candidate Columns, the worth of an empty seat and of a missing least load, the pair cap in units.
# Nodes: projects, (project, class) where a class is limited, a leaf for the seats that must cross pools, an employer in
# a panel where two colleagues would meet, experts, one sink. Supplies are seats: those that must cross, those reserved
# for a class, the free ones; each may also go to the sink at the price of an empty seat, so a flow always exists.
# Least loads are arcs with a bonus in front of those without one: all in one flow, not one flow after another.
#
# Costs are integers: suitability times a scale that is as fine as 63 bits allow. Prices of experts are the potentials
# of the optimal flow (Bellman-Ford over the residual arcs), which make the certificate of scan.py possible.
#
# Invariants: an empty seat costs more than any chain of swaps that would fill it, so seats stay empty only when they must.
#
# Refuses: to run without OR-tools, in one sentence.
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment import chance
from pilotage.review.assignment.frame import Frame
from pilotage.review.assignment.problem import AssignmentError
from pilotage.review.assignment.scan import ONE, Columns, Units

FINEST = 10**8


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Arcs (m,): tail, head, capacity, cost; ``supply`` (nodes,); pair i of the columns is arc ``pair[i]``."""

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    capacity: NDArray[np.int64]
    cost: NDArray[np.int64]
    supply: NDArray[np.int64]
    pair: NDArray[np.int64]
    vacant: NDArray[np.int64]  # arcs of empty seats
    vacant_seat: NDArray[np.int64]  # (…, 3): project, class (-1: free), must cross
    experts: int  # first node of an expert
    scale: int  # units of cost in one of suitability
    grain: float  # what rounding may have moved one pair by

    @property
    def sink(self) -> int:
        return len(self.supply) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """What an empty seat and a missing least load cost, in suitability; more than any chain of swaps can win.

    Whole numbers, so that no scale has to round them.
    """

    empty: int
    short: int

    @classmethod
    def of(cls, frame: Frame, low: float, high: float) -> Worth:
        chain = (min(frame.problem.shape) + 2) * max(high - low, 1e-3)
        return cls(math.ceil(chain + max(abs(low), abs(high))) + 1, math.ceil(chain))


class _Arcs:
    def __init__(self) -> None:
        self.parts: list[tuple[Any, Any, Any, Any]] = []
        self.count = 0

    def add(self, tail: Any, head: Any, capacity: Any, cost: Any) -> NDArray[np.int64]:
        tail, head, capacity, cost = np.broadcast_arrays(tail, head, capacity, cost)
        self.parts.append((tail, head, capacity, cost))
        self.count += len(tail)
        return np.arange(self.count - len(tail), self.count)

    def joined(self) -> list[Any]:
        kinds = (np.int32, np.int32, np.int64, np.int64)
        return [np.concatenate([np.asarray(part[i], kind) for part in self.parts]) for i, kind in enumerate(kinds)]


def build(frame: Frame, columns: Columns, worth: Worth, units: Units = ONE, meetings: NDArray[np.int64] | None = None) -> Network:
    """``meetings`` (n, 2): project and employer of which at most one expert may sit there."""
    count, pool = frame.problem.shape
    kinds = frame.least.shape[1]
    limited = np.argwhere((frame.least > 0) | (frame.most < frame.seats[:, None]))  # class 0 never is
    bridged = np.flatnonzero(frame.bridges)
    class_node = np.repeat(np.arange(count)[:, None], kinds, axis=1)
    class_node[limited[:, 0], limited[:, 1]] = count + np.arange(len(limited))
    leaf_node = np.full(count, -1, np.int64)
    leaf_node[bridged] = count + len(limited) + np.arange(len(bridged))
    origin = _origins(frame, columns, class_node, leaf_node)
    keys, member = _meetings(frame, columns, origin, meetings)
    first_meeting = count + len(limited) + len(bridged)
    experts = first_meeting + len(keys)
    sink = experts + pool
    finest = _scale(worth, sink, units)
    cost = np.rint(columns.suitability.astype(np.float64) * finest).astype(np.int64)
    step = _step(cost, finest)
    scale = finest // step
    arcs = _Arcs()
    start = np.where(member >= 0, first_meeting + member, origin)
    pair = arcs.add(start, experts + columns.expert, units.pair, -(cost // step))
    arcs.add(keys // max(pool, 1), first_meeting + np.arange(len(keys)), units.seat, 0)
    supply, seats, nodes = _supplies(frame, arcs, limited, bridged, class_node, leaf_node, sink, units)
    vacant = arcs.add(nodes, sink, supply[nodes], worth.empty * scale)
    arcs.add(experts + np.arange(pool), sink, frame.load_min * units.seat, -worth.short * scale)
    arcs.add(experts + np.arange(pool), sink, (frame.load_max - frame.load_min) * units.seat, 0)
    tail, head, capacity, costs = arcs.joined()
    return Network(tail, head, capacity, costs, supply, pair, vacant, seats, experts, scale, 0.5 / finest)


def _scale(worth: Worth, nodes: int, units: Units) -> int:
    """The solver multiplies costs by the number of nodes; the sum over all arcs must stay within 62 bits too."""
    room = 2**61 / (max(worth.empty, worth.short) * (nodes + 2))
    return 10 ** int(math.log10(max(1, min(FINEST, room / units.seat))) + 1e-9)


def _step(cost: NDArray[np.int64], finest: int) -> int:
    """The largest number that divides every cost: marks in quarters need no finer units, and small numbers flow faster."""
    few = math.gcd(finest, int(np.gcd.reduce(cost[:1000]))) if len(cost) else finest
    return math.gcd(few, int(np.gcd.reduce(cost))) if few > 1 and len(cost) else few


def _origins(frame: Frame, columns: Columns, class_node: NDArray[np.int64], leaf_node: NDArray[np.int64]) -> NDArray[np.int64]:
    kind = frame.classes[columns.expert]
    origin = class_node[columns.project, kind]
    leaf = (leaf_node[columns.project] >= 0) & (kind == frame.bridge_class[columns.project])
    leaf &= frame.crossing(columns.project, columns.expert)
    return np.where(leaf, leaf_node[columns.project], origin)


def _meetings(
    frame: Frame, columns: Columns, origin: NDArray[np.int64], meetings: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keys (node, employer number) of the meetings, and per pair which one it is, or -1."""
    none = np.full(len(columns), -1, np.int64)
    if meetings is None or not len(meetings):
        return np.empty(0, np.int64), none
    pool, groups = frame.problem.shape[1], int(frame.employer.max()) + 1
    watched = np.unique(meetings[:, 0] * groups + meetings[:, 1])
    mine = frame.employer[columns.expert].astype(np.int64)
    hit = (mine >= 0) & np.isin(columns.project.astype(np.int64) * groups + mine, watched)
    _, codes = np.unique(mine, return_inverse=True)
    keys, member = np.unique((origin * pool + codes)[hit], return_inverse=True)
    none[hit] = member
    return keys, none


def _supplies(
    frame: Frame,
    arcs: _Arcs,
    limited: NDArray[np.int64],
    bridged: NDArray[np.int64],
    class_node: NDArray[np.int64],
    leaf_node: NDArray[np.int64],
    sink: int,
    units: Units,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Seats by node, and the arcs between a project, its classes and its leaf."""
    bridges = np.zeros(frame.least.shape, np.int64)
    bridges[bridged, frame.bridge_class[bridged]] = frame.bridges[bridged]
    reserved = np.maximum(frame.least, bridges)
    rows, kinds = limited[:, 0], limited[:, 1]
    supply = np.zeros(sink + 1, np.int64)
    supply[class_node[rows, kinds]] = (reserved - bridges)[rows, kinds]
    supply[leaf_node[bridged]] = frame.bridges[bridged]
    supply[: len(frame.seats)] = frame.seats - reserved.sum(1)
    supply *= units.seat
    supply[sink] = -supply.sum()
    arcs.add(rows, class_node[rows, kinds], (frame.most - reserved)[rows, kinds].astype(np.int64) * units.seat, 0)
    into = class_node[bridged, frame.bridge_class[bridged]]
    arcs.add(into, leaf_node[bridged], frame.seats[bridged] * units.seat, 0)
    nothing = np.zeros(len(bridged), np.int64)
    kinds_of = np.concatenate([np.full(len(frame.seats), -1), kinds, frame.bridge_class[bridged]])
    cross = np.concatenate([np.zeros(len(frame.seats) + len(limited), np.int64), nothing + 1])
    nodes = np.concatenate([np.arange(len(frame.seats)), class_node[rows, kinds], leaf_node[bridged]])
    seats = np.stack([np.concatenate([np.arange(len(frame.seats)), rows, bridged]), kinds_of, cross], axis=1)
    return supply, seats[supply[nodes] > 0], nodes[supply[nodes] > 0]


def solvers() -> Any:
    try:
        from ortools.graph.python import max_flow, min_cost_flow  # a heavy library, not needed to import the room
    except ImportError:
        sentence = "The assignment of experts needs OR-tools, which is not installed. Install the extra: pip install pilotage[solvers]."
        raise AssignmentError("solvers", sentence) from None
    return min_cost_flow, max_flow


def min_cost(network: Network, seed: str = "") -> NDArray[np.int64]:
    """The flow on every arc, (m,). Equally good answers differ only by the order drawn from the seed."""
    solver = solvers()[0].SimpleMinCostFlow()
    order = chance.order(len(network.tail), seed, "arcs")
    parts = (network.tail, network.head, network.capacity, network.cost)
    arcs = solver.add_arcs_with_capacity_and_unit_cost(*(part[order] for part in parts))
    solver.set_nodes_supplies(np.arange(len(network.supply), dtype=np.int32), network.supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise AssignmentError("flow", f"The min-cost flow ended with {status}; the suitability or the loads are out of range.")
    flow = np.empty(len(order), np.int64)
    flow[order] = solver.flows(arcs)
    return flow


def most_flow(network: Network, open_arcs: NDArray[np.bool_]) -> tuple[int, NDArray[np.bool_]]:
    """Units that the open arcs can carry, and the nodes (nodes,) that can still be reached from a seat left empty."""
    solver = solvers()[1].SimpleMaxFlow()
    source = len(network.supply)
    nodes = np.flatnonzero(network.supply > 0).astype(np.int32)
    solver.add_arcs_with_capacity(network.tail[open_arcs], network.head[open_arcs], network.capacity[open_arcs])
    solver.add_arcs_with_capacity(np.full(len(nodes), source, np.int32), nodes, network.supply[nodes])
    if solver.solve(source, network.sink) != solver.OPTIMAL:
        raise AssignmentError("flow", "The max-flow did not end; the loads are out of range.")
    reached = np.zeros(len(network.supply) + 1, dtype=bool)
    reached[np.asarray(solver.get_source_side_min_cut(), np.int64)] = True
    return int(solver.optimal_flow()), reached


def prices(frame: Frame, network: Network, worth: Worth, flow: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a seat of each expert is worth, (R,): potentials of the optimal flow; zero for whoever has time left."""
    ahead, back = flow < network.capacity, flow > 0
    tail = np.concatenate([network.tail[ahead], network.head[back]])
    head = np.concatenate([network.head[ahead], network.tail[back]])
    cost = np.concatenate([network.cost[ahead], -network.cost[back]])
    distance = _distances(tail, head, cost, len(network.supply))
    value = (distance[network.sink] - distance[network.experts : network.sink]) / network.scale
    return np.maximum(value, np.where(frame.load_min > 0, -worth.short, 0.0))


def _distances(tail: NDArray[np.int32], head: NDArray[np.int32], cost: NDArray[np.int64], nodes: int) -> NDArray[np.int64]:
    """Shortest from anywhere: 0 at most. Only arcs from nodes that moved are looked at again."""
    order = np.argsort(head, kind="stable")
    tail, head, cost = tail[order], head[order], cost[order]
    distance = np.zeros(nodes, np.int64)
    moved = np.ones(nodes, dtype=bool)
    while moved.any():
        live = np.flatnonzero(moved[tail])
        if not live.size:
            break
        first = np.flatnonzero(np.concatenate([[True], np.diff(head[live]) != 0]))
        reach = head[live[first]]
        nearer = np.minimum.reduceat(distance[tail[live]] + cost[live], first)
        better = nearer < distance[reach]
        moved[:] = False
        moved[reach[better]] = True
        distance[reach[better]] = nearer[better]
    return distance
