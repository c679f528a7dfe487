"""Will a target be met on its due date, how surely, and on what day?

Data: a goal (kind, value, due date) and what is known at the end of a day: a ``Pipeline`` of records that wait before steps,
with what was learnt of each step (shares, waits), dates, limits and records still to come; or a ``Series`` of reported values.

Algorithm: 10,000 stratified draws. Shares are Beta (stated prior plus what was learnt, never surer than
years are alike); 100 worlds hold the pace of the year and the slip of each date; the times of all groups of
records are carried through the steps on a grid of nodes; the number counted by a day is read off at each draw's quantile.

    forecast(cases, seed=…) -> [Forecast]    changed(pipeline, changes) -> Pipeline    levers(goal, pipeline, seed=…) -> [Helped]

Invariants: the same seed gives the same answer; more records, a higher limit, shorter days never lower the chance of a target
that asks for at least so many (but for rounding to the grid); quantiles are ordered; a path never falls where its value
never falls. Refuses (``CannotForecast``) contradictions, a due date that is past, a value too short or too still to have a pace,
a call that nothing says the size of.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pilotage.plan.forecast.model import (
    Arrivals,
    Band,
    CannotForecast,
    Change,
    Forecast,
    Goal,
    Pipeline,
    Place,
    Prior,
    Series,
    Step,
)

if TYPE_CHECKING:
    from pilotage.plan.forecast.kernel import forecast
    from pilotage.plan.forecast.whatif import Helped, changed, levers

# numpy and scipy take longer to load than all else: whoever only names a pipeline, as every start does, goes without
_WORKING = {"forecast": "kernel", "Helped": "whatif", "changed": "whatif", "levers": "whatif"}

__all__ = [
    "Arrivals",
    "Band",
    "CannotForecast",
    "Change",
    "Forecast",
    "Goal",
    "Helped",
    "Pipeline",
    "Place",
    "Prior",
    "Series",
    "Step",
    "changed",
    "forecast",
    "levers",
]


def __getattr__(name: str) -> Any:
    if name not in _WORKING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WORKING[name]}"), name)
