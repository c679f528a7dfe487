"""Is the record of decisions still the one that was written?

Data: a list of events numbered 1, 2, 3 … without gaps. Each event holds the digest of the one
before it, and the digest of a snapshot of the object it speaks of.
Algorithm: ``digest = H(canonical JSON of the event's fields, previous digest included)``;
canonical JSON has sorted keys, no spaces, UTF-8. H is SHA-256, or SM3 where settings say so; each
digest is written with its algorithm's name in front, so a chain may change algorithm once and
stay verifiable.
Invariants: numbers are gapless; ``previous`` of event n is ``digest`` of event n-1; the snapshot
bytes hash to ``snapshot_digest``.
Refuses: to repair. A break is named (event number, what does not fit) and left as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

ALGORITHMS = frozenset({"sha256", "sm3"})
GENESIS = "sha256:" + "0" * 64


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(data: bytes, algorithm: str = "sha256") -> str:
    """``algorithm:hex``; algorithm is sha256 or sm3."""
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def fits(data: bytes, written: str) -> bool:
    """Whether ``written`` is the digest of ``data``; an algorithm that is not ours never fits."""
    algorithm = written.split(":", 1)[0]
    return algorithm in ALGORITHMS and digest(data, algorithm) == written


@dataclass(frozen=True, slots=True)
class Link:
    """The fields of an event that are hashed. ``at`` is aware, written in UTC with microseconds."""

    number: int
    at: datetime
    actor_id: int | None
    actor_label: str
    verb: str
    object_type: str
    object_id: str
    object_label: str
    reason: str
    snapshot_digest: str
    previous: str

    def canonical(self) -> bytes:
        return canonical(
            [
                self.number,
                self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                self.actor_id,
                self.actor_label,
                self.verb,
                self.object_type,
                self.object_id,
                self.object_label,
                self.reason,
                self.snapshot_digest,
                self.previous,
            ]
        )

    def digest(self, algorithm: str) -> str:
        return digest(self.canonical(), algorithm)


@dataclass(frozen=True, slots=True)
class Break:
    number: int
    what: str


def verify(events: Iterable[tuple[Link, str, bytes | None]], head: tuple[int, str]) -> Iterator[Break]:
    """Check ``(link, stored digest, snapshot bytes)`` in order of number against ``head`` (last number, last digest)."""
    expected_number, previous = 1, GENESIS
    for link, stored, snapshot in events:
        if link.number != expected_number:
            yield Break(link.number, f"event {expected_number} is missing")
            expected_number = link.number
        if link.previous != previous:
            yield Break(link.number, "does not continue the event before it")
        if not fits(link.canonical(), stored):
            yield Break(link.number, "its fields were changed after it was written")
        if snapshot is None:
            yield Break(link.number, "its snapshot is missing")
        elif not fits(snapshot, link.snapshot_digest):
            yield Break(link.number, "its snapshot was changed after it was written")
        expected_number, previous = link.number + 1, stored
    if (expected_number - 1, previous) != head:
        yield Break(head[0], f"the chain ends at event {expected_number - 1}, the head says {head[0]}")
