"""Which reported figure is unusual enough that somebody should say why?

Data: one figure, the figure of the period before, the reporter's own earlier figures in order of time, and what peers report for the
same period. What is judged is the change against the period before where a figure is a stock (a stock that grows steadily is not
unusual), and the figure itself where it is a flow or a percentage.
Algorithm: three screens.
- ``history``: the modified Z-score of Iglewicz and Hoaglin, 0.6745 (x - median) / MAD, against the reporter's own past; where more
  than half of the past is alike (MAD 0), the mean absolute deviation stands in, as they propose. Unusual beyond 3.5.
- ``peers``: the same score of the change, as the logarithm of the ratio to the period before, among the changes of all peers.
  Both speak only of what matters: beyond five percent of the figure of the period before, or of the median.
- ``change``: more than half up or a third down against the period before, and by at least ten units.
Invariants: scores do not change when all figures are moved or scaled together (``history``) or each reporter's are scaled
(``peers``); a figure equal to the median is never unusual; nothing here reads a clock or a database.
Refuses: to judge by fewer than five figures; such a screen says nothing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, median

LIMIT = 3.5
LEAST_SHARE = 0.05
FEWEST = 5
MOST_UP, MOST_DOWN, LEAST_UNITS = Decimal("0.5"), Decimal(1) / 3, Decimal(10)
_MAD, _MEAN = 0.6745, 1.253314


@dataclass(frozen=True, slots=True)
class Oddity:
    """``score``: the modified Z-score, or the change against the period before as a share of it. ``usual``: what it is compared with."""

    screen: str
    score: float
    usual: float
    sample: int


def modified_z(value: float, sample: Sequence[float]) -> float | None:
    """None where the sample is too small, or all alike and like ``value`` too; infinite where it is alike and ``value`` is not."""
    if len(sample) < FEWEST:
        return None
    middle = median(sample)
    distances = [abs(each - middle) for each in sample]
    spread = median(distances) / _MAD or fmean(distances) * _MEAN
    if spread:
        return (value - middle) / spread
    return None if value == middle else math.copysign(math.inf, value - middle)


def oddities(
    value: Decimal,
    before: Decimal | None,
    past: Sequence[Decimal],
    peers: Iterable[tuple[Decimal, Decimal]],
    *,
    is_stock: bool,
) -> list[Oddity]:
    """``past``: own earlier figures, oldest first, ``before`` among them. ``peers``: (figure, figure of the period before) of the others."""
    found = [_by_history(value, before, past, is_stock=is_stock), _by_peers(value, before, peers), _by_change(value, before)]
    return [oddity for oddity in found if oddity is not None]


def _by_history(value: Decimal, before: Decimal | None, past: Sequence[Decimal], *, is_stock: bool) -> Oddity | None:
    if is_stock:
        if before is None:
            return None
        judged, sample = value - before, [later - earlier for earlier, later in itertools.pairwise(past)]
    else:
        judged, sample = value, list(past)
    found = _odd("history", float(judged), [float(each) for each in sample])
    return found if found and abs(float(judged) - found.usual) >= LEAST_SHARE * abs(float(before or found.usual)) else None


def _by_peers(value: Decimal, before: Decimal | None, peers: Iterable[tuple[Decimal, Decimal]]) -> Oddity | None:
    own = _ratio(value, before)
    changes = [change for figure, earlier in peers if (change := _ratio(figure, earlier)) is not None]
    found = None if own is None else _odd("peers", own, changes)
    return found if found and own is not None and abs(own - found.usual) >= LEAST_SHARE else None


def _ratio(value: Decimal, before: Decimal | None) -> float | None:
    return math.log(float(value) / float(before)) if before is not None and before > 0 and value > 0 else None


def _odd(screen: str, judged: float, sample: Sequence[float]) -> Oddity | None:
    score = modified_z(judged, sample)
    return Oddity(screen, score, median(sample), len(sample)) if score is not None and abs(score) > LIMIT else None


def _by_change(value: Decimal, before: Decimal | None) -> Oddity | None:
    if before is None or before <= 0 or abs(value - before) < LEAST_UNITS:
        return None
    change = (value - before) / before
    return Oddity("change", float(change), float(before), 1) if change > MOST_UP or change < -MOST_DOWN else None
