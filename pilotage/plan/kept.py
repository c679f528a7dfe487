"""Kept in the memory of the process: forecasts by the digest of all they were made from, what indicators told until the next act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.core.cache.backends.locmem import LocMemCache
from django.utils.translation import get_language

from pilotage.audit.services import head
from pilotage.plan import forecast as kernel
from pilotage.plan.forecast import Forecast, Goal, Pipeline, Series

if TYPE_CHECKING:
    from pilotage.plan.forecast import Helped

# not the shared cache: that is a table, and a page that is only read must not write
_cache = LocMemCache("forecasts", {"TIMEOUT": None, "OPTIONS": {"MAX_ENTRIES": 4_000}})
_told = LocMemCache("told", {"TIMEOUT": 3_600, "OPTIONS": {"MAX_ENTRIES": 1_000}})


def until_the_next_act() -> str:
    """Names the state of all records: every act that changes one writes to the chain. One query."""
    number, digest = head()
    return f"{number}.{digest}.{get_language()}"


def told(state: str, key: str, ask: Callable[[], Any]) -> Any:
    """What was told in this state, asked for where it was not yet. ``state`` as :func:`until_the_next_act` named it before asking."""
    name = sha256(f"{state} {key}".encode()).hexdigest()
    found = _told.get(name, _told)
    if found is _told:
        found = ask()
        _told.set(name, found)
    return found


def forget() -> None:
    """All of it, as when another database is opened."""
    _cache.clear()
    _told.clear()


def digest(goal: Goal, inputs: Pipeline | Series, seed: int) -> str:
    """Of everything but words."""
    if isinstance(inputs, Pipeline):
        inputs = replace(inputs, steps=tuple(replace(step, title="") for step in inputs.steps))
    return sha256(repr((goal, inputs, seed)).encode()).hexdigest()


def kept(goal: Goal, inputs: Pipeline | Series, seed: int) -> Forecast:
    """Raises CannotForecast."""
    key = digest(goal, inputs, seed)
    found: Forecast | None = _cache.get(key)
    if found is None:
        found = kernel.forecast([(goal, inputs)], seed=seed)[0]
        _cache.set(key, found)
    return found


def kept_levers(goal: Goal, pipeline: Pipeline, seed: int) -> list[Helped]:
    key = f"levers-{digest(goal, pipeline, seed)}"
    found: list[Helped] | None = _cache.get(key)
    if found is None:
        found = kernel.levers(goal, pipeline, seed=seed)
        _cache.set(key, found)
    return found
