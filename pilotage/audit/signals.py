"""News that an object changed state.

``transitioned`` is sent once per object after commit with ``obj``, ``verb``, ``source``, ``target``,
``actor`` and ``event``; ``sender`` is the model class. Rooms above listen in ``receivers.py``.

``moved`` is sent once per act inside its transaction, after the event is written, with ``moves``: for what must be
true together with the new state, as kept counts are. A receiver that fails takes the act back.

``recorded`` is sent once per writing of events, inside the transaction, with ``types``: what kinds of object they are about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal

transitioned = Signal()
moved = Signal()
recorded = Signal()


@dataclass(frozen=True, slots=True)
class Moved:
    """One object that changed state, with its ``AuditEvent``. ``before``: what the columns stamped by its state table held until then."""

    obj: Any
    verb: str
    source: str
    target: str
    event: Any
    before: Mapping[str, Any]
