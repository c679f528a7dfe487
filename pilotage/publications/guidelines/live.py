"""Live blocks: tables and figures that a text names and the platform fills in, registered by the rooms that know the numbers.

A block is built for a plan and a day, from what everybody may see, and is plain data, so that it can be frozen at issue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from pilotage.plan.models import Plan
from pilotage.plan.refs.live_blocks import KINDS, cleaned, fault

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Filled:
    """``numbers``: the columns that hold numbers. ``keys``: for each row the case it tells of, where rows are cases.

    ``sentence`` says why there is nothing to show.
    """

    title: str
    as_of: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()
    note: str = ""
    svg: str = ""
    keys: tuple[str, ...] = ()
    sentence: str = ""

    def data(self) -> dict[str, Any]:
        return asdict(self)


def restored(data: Mapping[str, Any]) -> Filled:
    """As :meth:`Filled.data` gave it, after a way through JSON."""
    lists = {name: tuple(data[name]) for name in ("head", "numbers", "keys")}
    return Filled(**{**data, **lists, "rows": tuple(tuple(row) for row in data["rows"])})


Build = Callable[[Plan, date, Mapping[str, Any]], Filled]


@dataclass(frozen=True, slots=True)
class LiveKind:
    """``example``: the lines of the block as one writes them."""

    name: str
    about: str | _StrPromise
    build: Build
    example: str = ""


_kinds: dict[str, LiveKind] = {}


def register(kind: LiveKind) -> None:
    if kind.name not in KINDS:
        raise ValueError(f"live block {kind.name} is not among those a plan folder may name")
    if kind.name in _kinds:
        raise ValueError(f"live block {kind.name} is registered already")
    _kinds[kind.name] = kind


def every() -> list[LiveKind]:
    return [_kinds[name] for name in KINDS if name in _kinds]


def fill(name: str, options: Mapping[str, Any], plan: Plan, as_of: date) -> Filled:
    """The block on that day; with a sentence where it cannot be filled."""
    kind = _kinds.get(name)
    if kind is None or fault(name, options):
        return Filled(name, sentence=fault(name, options) or _("This block cannot be filled here."))
    given = cleaned(options)
    found = kind.build(plan, as_of, given)
    return Filled(**{**asdict(found), "title": given.get("title") or found.title, "as_of": as_of.isoformat()})
