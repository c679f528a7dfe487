"""Seeded numbers, and counts of successes that move the right way.

Every random quantity has a stream of its own, named; the same seed gives the same numbers whatever the amounts are, so two
forecasts of a what-if differ by what was changed alone. Numbers are stratified: each of the draws takes its own equal part of
the distribution, in random order. A count of successes is read off its distribution at the stream's quantile, so it never
falls where records or chances are added.
"""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from pilotage.plan.forecast.stated import YEARLY_DRIFT

Floats = np.ndarray
EXACT_UP_TO = 16  # records; above, the normal quantile with the binomial's skewness is used
_NODES = np.linspace(-4.5, 4.5, 145)
LEVELS = ndtr(_NODES)


@lru_cache(maxsize=128)
def normal(seed: int, name: str, count: int) -> Floats:
    """``count`` stratified standard normal numbers in random order. Shared: not to be written to."""
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(name.encode())])))
    found: Floats = ndtri((random.permutation(count) + 0.5) / count)
    found.setflags(write=False)
    return found


@lru_cache(maxsize=128)
def uniform(seed: int, name: str, count: int) -> Floats:
    found: Floats = ndtr(normal(seed, name, count))
    found.setflags(write=False)
    return found


@lru_cache(maxsize=128)
def _between(seed: int, name: str, count: int) -> tuple[Floats, Floats]:
    """Of each number of the stream: the node below it, and how far it is to the next."""
    place = np.clip((normal(seed, name, count) - _NODES[0]) / (_NODES[1] - _NODES[0]), 0, len(_NODES) - 1.001)
    below = place.astype(np.intp)
    return below, place - below


def at_quantiles(values: Floats, seed: int, name: str, count: int) -> Floats:
    """A quantile function given at :data:`LEVELS`, read at each number of the stream."""
    below, further = _between(seed, name, count)
    found: Floats = values[below] + np.diff(values, append=values[-1])[below] * further
    return found


def learnt_share(prior_share: float, prior_weight: float, passed: float, left: float) -> tuple[float, float]:
    """The two parameters of the Beta posterior; both scaled down where together they are surer than years are alike."""
    going, ending = prior_share * prior_weight + passed, (1 - prior_share) * prior_weight + left
    total = max(going + ending, 1e-9)
    spread = max(going / total * (ending / total), 0.01)
    scale = min(1.0, 1 / (YEARLY_DRIFT**2 * spread) / total)
    return going * scale, ending * scale


def beta_levels(going: float, ending: float) -> Floats:
    """The quantile function of Beta(going, ending) at :data:`LEVELS`."""
    if ending <= 0 or going <= 0:
        return np.full(len(LEVELS), float(ending <= 0))
    found: Floats = betaincinv(going, ending, LEVELS)
    return found


def successes(mean: Floats, variance: Floats, most: Floats | float, z: Floats) -> Floats:
    """Whole successes with this mean and variance (a sum of binomials) at the quantile of each number, 0 to ``most``.

    The normal quantile with the skewness of the binomial that has these two moments (Cornish and Fisher).
    """
    skew = 1 - 2 * np.clip(1 - variance / np.maximum(mean, 1e-12), 0, 1)
    found = mean + np.sqrt(np.maximum(variance, 0)) * z + skew * np.minimum(1, 4 * variance) * (z * z - 1) / 6
    return np.asarray(np.clip(np.floor(found + 0.5), 0, most))


def few_successes(records: Floats | int, chance: Floats, u: Floats) -> Floats:
    """The exact binomial quantile at ``u``, for few records: one turn for each."""
    most = int(np.max(records, initial=0))
    odds = chance / np.maximum(1 - chance, 1e-12)
    mass = np.power(np.maximum(1 - chance, 1e-12), records)
    below, found = mass.copy(), np.zeros_like(u)
    for k in range(most):
        found += below < u
        mass = mass * np.maximum(records - k, 0) / (k + 1) * odds
        below = below + mass
    return np.minimum(found, records)
