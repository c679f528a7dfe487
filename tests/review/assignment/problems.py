"""Small problems of every kind for the property tests."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from pilotage.review.assignment import BarredBlocks, BarredPairs, Problem, SameGroup, Slots


def made(seed: int, *, least: bool = False, slots: bool = False, employers: bool = False, floor: bool = False, size: int = 6) -> Problem:
    """A drawn problem; suitability in tenths, so that there are ties."""
    rng = np.random.default_rng(seed)
    count, pool = int(rng.integers(1, size + 1)), int(rng.integers(2, size + 3))
    seats = rng.integers(0, 4, count)
    load_max = rng.integers(0, 4, pool)
    suitability = rng.integers(-3, 11, (count, pool)) / np.float32(10)
    bars = [
        SameGroup("same_province", rng.integers(-1, 4, count), rng.integers(-1, 4, pool)),
        BarredPairs("declared", np.argwhere(rng.random((count, pool)) < 0.1)),
        _blocks(rng.random((count, pool)) < 0.1),
    ]
    return Problem(
        seats=seats,
        load_max=load_max,
        suitability=suitability.astype(np.float32),
        load_min=_least(rng, load_max, seats) if least else None,
        bars=bars,
        slots=_slots(rng, seats, pool) if slots else None,
        employer=rng.choice([-5, 7, 2**40, 12], pool) if employers else None,
        floor=0.2 if floor else None,
    )


def _blocks(barred: np.ndarray) -> BarredBlocks:
    return BarredBlocks("co_operation", lambda lo, hi: barred[lo:hi])


def _least(rng: np.random.Generator, load_max: np.ndarray, seats: np.ndarray) -> np.ndarray:
    least = rng.integers(0, load_max + 1)
    while least.sum() > seats.sum():
        least = np.maximum(least - 1, 0)
    return least


def _slots(rng: np.random.Generator, seats: np.ndarray, pool: int) -> Slots:
    least = np.zeros((len(seats), 3), int)
    least[:, 0] = np.minimum(seats, rng.integers(0, 2, len(seats)))
    least[:, 1] = np.minimum(seats - least[:, 0], rng.integers(0, 2, len(seats)))
    most = np.maximum(least, rng.integers(0, 3, least.shape))
    most[:, 2] = seats
    return Slots(rng.integers(0, 3, pool), least, most, names=("network", "safety", "finance"))


SEEDS = st.integers(0, 2**32 - 1)
