"""How much of each group of records has passed a step by when, in each world.

Time runs on equidistant nodes of working time: a node is ``length`` days long at the usual pace, so one matrix of waits serves
every world and only dates are rescaled. A group's times are either a mass on the nodes or, after a step that all pass together,
one day per world. Where a step closes is rounded to a node, an error below half of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import as_strided

from pilotage.plan.forecast.chance import Floats
from pilotage.plan.forecast.model import Step
from pilotage.plan.forecast.schedule import Schedule
from pilotage.plan.forecast.waits import on_nodes, passed_by, pooled, still_on_nodes

NODES = 96


@dataclass(slots=True)
class Times:
    """Of the groups (rows) on their way: ``mass`` (group, world, node), or ``day`` (world) with ``made`` (group, world) on it."""

    schedule: Schedule
    length: float
    mass: Floats
    day: Floats | None = None
    made: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    closed: Floats | None = None  # when the last step closed

    @classmethod
    def empty(cls, schedule: Schedule, far: float) -> Times:
        length = max(far, 1.0) / float(schedule.pace.min()) / (NODES - 1)
        return cls(schedule, length, np.zeros((0, schedule.worlds, NODES)), None, np.zeros((0, schedule.worlds)))

    def node(self, days: Floats | float) -> Floats:
        """The node of so many days from now, in each world; NODES where it is too far."""
        found = np.floor(np.minimum(days / self.schedule.pace / self.length, NODES) + 0.5)
        return np.asarray(found.astype(int))

    def enter(self, mass: Floats) -> None:
        """A group that enters at these times."""
        self.mass = np.concatenate([self.mass, mass[None]])
        self.made = np.concatenate([self.made, np.ones((1, self.schedule.worlds))])

    def pass_step(self, index: int, step: Step) -> None:
        """Everybody through one step; those waiting before it become the last group."""
        if step.together:
            self._together(self.schedule.closes[index])
        else:
            self._one_by_one(index, step)

    def by(self, days: float) -> Floats:
        """(group, world): the part that has passed by so many days from now."""
        if self.day is not None:
            return np.asarray(self.made * (self.day <= days))
        return np.asarray(self.made * (self.mass * self._inside(days)).sum(-1))

    def _inside(self, days: Floats | float) -> Floats:
        """(world, node): the part of each node's mass that lies before that time. What piles up where the step closes is in on that day."""
        time = days / self.schedule.pace / self.length
        if self.closed is not None:
            time = np.where(self.closed <= days, np.maximum(time, self.node(self.closed) + 0.5), time)
        return np.clip(time[:, None] - np.arange(NODES) + 0.5, 0, 1)

    def ever(self) -> Floats:
        return self.made if self.day is not None else np.asarray(self.made * self.mass.sum(-1))

    def merge(self, weights: Floats, kept: float) -> None:
        """Make one group of all; of those who passed, the first ``kept`` part."""
        self.made = np.ones((1, self.schedule.worlds))
        if self.day is not None:
            return
        total = (self.mass * weights[:, None, None]).sum(0)
        total /= np.maximum(total.sum(-1, keepdims=True), 1e-12)
        by = np.minimum(np.cumsum(total, axis=-1) / max(kept, 1e-9), 1.0)
        self.mass = np.diff(by, axis=-1, prepend=0.0)[None]

    def _together(self, closing: Floats) -> None:
        if self.day is None:
            self.made = self.made * (self.mass * self._inside(closing)).sum(-1)
            self.mass = np.zeros((0, self.schedule.worlds, NODES))
        self.made = np.concatenate([self.made, np.ones((1, self.schedule.worlds))])
        self.day = closing

    def _one_by_one(self, index: int, step: Step) -> None:
        opens, closes = self.schedule.opens[index], self.schedule.closes[index]
        shared = None
        if self.day is not None:
            entry = np.maximum(self.day, opens)
            shared = self._closed(self._from_day(step, entry), self._at(entry), closes)
            self.mass, self.day = np.repeat(shared[None], len(self.made), axis=0), None
        elif len(self.mass):
            entering = self._opened(self.mass, opens)
            self.mass = self._closed(entering @ _steps_ahead(on_nodes(step, self.length, NODES)), entering, closes)
        self.closed = closes
        self.enter(self._waiting(step, opens, closes))

    def _waiting(self, step: Step, opens: float, closes: Floats) -> Floats:
        if not any(number for _age, number in step.waiting):
            return np.zeros((self.schedule.worlds, NODES))
        begin = np.full(self.schedule.worlds, opens)
        if opens > 0:
            going = self._from_day(step, begin)
        else:
            still = still_on_nodes(step, pooled(step.waiting), self.length, NODES)
            going = np.repeat(still[None], self.schedule.worlds, axis=0)
        return self._closed(going, self._at(begin), closes)

    def _opened(self, mass: Floats, opens: float) -> Floats:
        """Who comes before a step opens stands at its door."""
        if opens <= 0:
            return mass
        door = np.minimum(self.node(opens), NODES - 1)
        nodes = np.arange(NODES)
        kept = mass * (nodes >= door[:, None])
        held = (mass * (nodes < door[:, None])).sum(-1, keepdims=True)
        return np.asarray(kept + held * (nodes == door[:, None]))

    def _closed(self, going: Floats, entering: Floats, closes: Floats) -> Floats:
        """Who entered before the step closes is through when it closes; who comes later does not wait."""
        if not np.isfinite(closes).any():
            return going
        last, nodes = self.node(closes)[:, None], np.arange(NODES)
        before, at, after = nodes < last, nodes == last, nodes > last
        due = (entering * (before | at)).sum(-1, keepdims=True) - (going * before).sum(-1, keepdims=True)
        return np.asarray(going * before + np.maximum(due, 0) * at + entering * after)

    def _at(self, days: Floats) -> Floats:
        return np.asarray((np.arange(NODES) == self.node(days)[:, None]).astype(float))

    def _from_day(self, step: Step, days: Floats) -> Floats:
        """Mass of days + wait, for one entry day per world."""
        edges = (np.arange(NODES + 1) - 0.5) * self.length - (days / self.schedule.pace)[:, None]
        fine = np.linspace(0, NODES * self.length, 4 * NODES + 1)
        return np.diff(np.interp(edges, fine, passed_by(step, fine)), axis=-1)


def _steps_ahead(wait: Floats) -> Floats:
    """The matrix that moves mass ahead by the wait: row i, column j holds wait[j - i]."""
    padded = np.concatenate([np.zeros(NODES - 1), wait])
    size = padded.strides[0]
    return np.ascontiguousarray(as_strided(padded[NODES - 1 :], (NODES, NODES), (-size, size)))
