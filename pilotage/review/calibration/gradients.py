# Which x solves M x = b, for a large sparse symmetric M without negative directions and several b at once?
#
# Algorithm: conjugate gradients with the diagonal as preconditioner, to 1e-12 of each right-hand side. All sums run in one thread
# in a fixed order, so the same equations give the same bits. Each column takes its own steps.
#
# Refuses: equations that do not settle within MOST_STEPS (CalibrationError).
from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pilotage.review.calibration.panel import CalibrationError, Floats

TOLERANCE = 1e-12
MOST_STEPS = 5000


def conjugate_gradients(apply: Callable[[Floats], Floats], right: Floats, diagonal: Floats) -> Floats:
    """Solves for every column of ``right`` (unknowns, k) at once; each column takes its own steps."""
    found = np.zeros_like(right)
    rest = right.copy()
    scaled = rest / diagonal[:, None]
    direction, power = scaled.copy(), (rest * scaled).sum(axis=0)
    goal = TOLERANCE**2 * np.maximum((right * right).sum(axis=0), np.finfo(float).tiny)
    for _ in range(MOST_STEPS):
        if ((rest * rest).sum(axis=0) <= goal).all():
            return found
        image = apply(direction)
        along = (direction * image).sum(axis=0)
        step = np.divide(power, along, out=np.zeros_like(power), where=along > 0)
        found += step * direction
        rest -= step * image
        scaled = rest / diagonal[:, None]
        new = (rest * scaled).sum(axis=0)
        direction = scaled + np.divide(new, power, out=np.zeros_like(new), where=power > 0) * direction
        power = new
    raise CalibrationError(
        "the calibration equations did not settle; some experts are linked to the rest by almost nothing: add bridging seats"
    )
