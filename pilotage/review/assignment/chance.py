# How is chance drawn so that anybody can draw it again?
#
# Data: a seed (any text) and the name of what is drawn. Algorithm: SHA-256 of seed, name and a counter, read as bits
# or as 64-bit numbers. No generator of a library takes part, so a new version of one cannot change a draw.
#
# Invariants: the same seed and name give the same bits for ever; other names give independent ones. The commitment
# (SHA-256 of the seed) can be published before the draw and tells nothing about it as long as the seed is long enough.
#
# Refuses: to commit to a seed shorter than 16 characters, which could be guessed.
from __future__ import annotations

import hashlib
import hmac

import numpy as np
from numpy.typing import NDArray


def commitment(seed: str) -> str:
    """What is published before the draw."""
    if len(seed) < 16:
        raise ValueError("The seed has fewer than 16 characters and could be guessed. Take a longer one.")
    return hashlib.sha256(seed.encode()).hexdigest()


def matches(seed: str, published: str) -> bool:
    """Whether the revealed seed is the one that was published."""
    return hmac.compare_digest(hashlib.sha256(seed.encode()).hexdigest(), published.lower())


def _bytes(count: int, seed: str, name: str) -> bytes:
    key = hashlib.sha256(f"{name}\n{seed}".encode()).digest()
    return b"".join(hashlib.sha256(key + block.to_bytes(8, "big")).digest() for block in range((count + 31) // 32))[:count]


def bits(count: int, seed: str, name: str) -> NDArray[np.uint8]:
    """``count`` fair bits, (count,) of 0 and 1."""
    return np.unpackbits(np.frombuffer(_bytes((count + 7) // 8, seed, name), np.uint8))[:count]


def order(count: int, seed: str, name: str) -> NDArray[np.int64]:
    """A drawn order of 0 … count - 1: by SplitMix64 of the place, started from the digest."""
    key = np.frombuffer(hashlib.sha256(f"{name}\n{seed}".encode()).digest()[:8], ">u8").astype(np.uint64)
    mixed = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + key
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.argsort(mixed ^ (mixed >> np.uint64(31)), kind="stable").astype(np.int64)
