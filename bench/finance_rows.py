"""Invented enterprises for the bench of screening: columns of metrics and of words, each unknown in some 3 of 100 rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

UNKNOWN = 0.03
TYPICAL = {"yuan": 80_000_000, "persons": 400, "count": 12, "shares": 20_000_000, "months": 90, "basis_points": 1100}


def columns(
    metrics: Sequence[Any], words: Sequence[str], rows: int, seed: int
) -> Iterator[tuple[str, np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """``(name, values, unknown)`` a column; numbers are spread over orders of magnitude around what is typical of the unit."""
    chance = np.random.default_rng(seed)
    size = np.exp(chance.normal(0, 1.2, rows))  # one enterprise is large in all its figures
    for metric in metrics:
        growth = np.ones(rows)
        for back in range(metric.years):
            yield metric.column(back), _values(metric, size * growth, chance), chance.random(rows) < UNKNOWN
            growth = growth / np.exp(chance.normal(0.15, 0.2, rows))
    for word in words:
        yield word, chance.random(rows) < 0.8, chance.random(rows) < UNKNOWN


def _values(metric: Any, size: Any, chance: Any) -> Any:
    rows = len(size)
    if metric.unit == "truth":
        return chance.random(rows) < 0.2
    if metric.unit == "code":
        codes = {"neeq_tier": ["innovation", "base"], "board": ["star", "chinext", "main"], "ownership": ["private", "state", "mixed"]}
        return np.array(codes[metric.key])[chance.integers(0, len(codes[metric.key]), rows)]
    if metric.unit in ("months", "basis_points"):
        return np.maximum(chance.normal(TYPICAL[metric.unit], TYPICAL[metric.unit] / 2, rows), 0).astype(np.int64)
    share = {"market_cap": 12, "market_cap_60": 10, "rd_expense": 0.09, "net_profit": 0.12, "net_profit_core": 0.11,
             "operating_cash_flow": 0.1, "rd_staff": 0.2, "share_capital": 0.5}.get(metric.key, 1)  # fmt: skip
    spread = np.exp(chance.normal(0, 0.6, rows))
    sign = np.where(chance.random(rows) < 0.15, -1, 1) if metric.key.startswith(("net_profit", "operating")) else 1
    return (size * TYPICAL[metric.unit] * share * spread * sign).astype(np.int64)
