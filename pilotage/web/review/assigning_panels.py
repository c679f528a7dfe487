"""What the cockpit of assignment shows: supply, progress, the preview with its charts and its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.review.enums import RunState
from pilotage.review.experts.taking_part import screening_of, supply
from pilotage.review.models import AssignmentRun
from pilotage.review.runs import reading
from pilotage.review.runs.words import PHASES, RULES, certificate, unfilled_sentence
from pilotage.review.tasks import SILENT
from pilotage.web.charts import Bar, histogram

SMALL = 250_000  # pairs that are screened while the page waits
WIDEST, WIDEST_RANGES = 12, 6  # bars of a histogram of loads, of single figures and of ranges
FITS = 10
PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Row:
    application: Application
    held: list[Any]
    seats: list[reading.ProposedSeat]
    missing: list[str]


# --- supply ---------------------------------------------------------------------------------
def supply_panel(call: Call, run: AssignmentRun | None) -> dict[str, Any]:
    """Experts, seats and room, and how many pairs each rule keeps apart (of the run, or screened now where that is quick)."""
    found = supply(call)
    known = run.result.get("barred") if run else None
    if known is None and 0 < found.available * found.wanted <= SMALL:
        known = screening_of(call).by_rule
    barred = [(RULES.get(rule, rule), count) for rule, count in (known or {}).items() if count]
    return {"supply": found, "empty": max(0, found.wanted - found.filled), "barred": sorted(barred, key=lambda pair: -pair[1])}


def progress_panel(run: AssignmentRun) -> dict[str, Any]:
    return {
        "phase": PHASES.get(run.phase, _("Waiting for a free worker")),
        "share": round(100 * run.share),
        "is_silent": clock.now() - run.updated_at > SILENT,
    }


# --- preview --------------------------------------------------------------------------------
def preview(request: HttpRequest, run: AssignmentRun, runs: QuerySet[AssignmentRun]) -> dict[str, Any]:
    missing = reading.missing_seats(run)
    group = "missing" if request.GET.get("show") == "missing" and missing else "all"
    rows = reading.in_scope(run).filter(pk__in=missing) if group == "missing" else reading.in_scope(run)
    slim = page(rows.only("number"), order=("number",), after=request.GET.get("after", ""), size=PER_PAGE)
    slim.rows[:] = _rows(run, [row.pk for row in slim.rows], missing)
    loads = [held + new for _expert, held, new in run.result["loads"]]
    return {
        "found": run.result,
        "certificate": certificate(run.result),
        "mean_fit": reading.mean_fit(run),
        "empty_seats": sum(entry["missing"] for entry in run.result["unfilled"]),
        "lightest": min(loads, default=0),
        "heaviest": max(loads, default=0),
        "load_bars": load_bars(loads),
        "fit_bars": fit_bars(seat[2] for seat in run.seats),
        "page": slim,
        "total": reading.scope_size(run) if group == "all" else len(missing),
        "groups": _groups(group, run, len(missing)),
        "change": reading.change_of(runs, run),
        "is_open": run.state == RunState.PROPOSED,
        "is_confirming": run.state == RunState.PROPOSED and request.GET.get("confirm") == "final",
    }


def _rows(run: AssignmentRun, keys: list[int], missing: dict[int, list[Any]]) -> list[Row]:
    found = Application.objects.select_related("enterprise", "industry").defer("data", "field_versions", "bigrams").in_bulk(keys)
    seats = reading.seats_by_application(run, found)
    held = {} if run.state == RunState.FINAL else reading.held_by_application(keys)
    return [
        Row(found[key], held.get(key, []), seats.get(key, []), [unfilled_sentence(entry) for entry in missing.get(key, ())]) for key in keys
    ]


def _groups(current: str, run: AssignmentRun, missing: int) -> list[dict[str, Any]]:
    labels = {"all": (_("All"), reading.scope_size(run)), "missing": (_("Seats empty"), missing)}
    return [
        {"url": f"?run={run.number}&show={key}#seats", "label": label, "count": count, "current": key == current}
        for key, (label, count) in labels.items()
    ]


# --- charts ---------------------------------------------------------------------------------
def load_bars(loads: list[int]) -> list[Bar]:
    """How many experts have how many seats; wide ranges are put together."""
    counts = Counter(loads)
    low, high = min(counts, default=0), max(counts, default=0)
    width = 1 if high - low < WIDEST else -(-(high - low + 1) // WIDEST_RANGES)
    starts = range(low, high + 1, width)
    label = (lambda start: str(start)) if width == 1 else (lambda start: f"{start}–{start + width - 1}")
    return histogram([(label(start), sum(counts[load] for load in range(start, start + width))) for start in starts])


def fit_bars(fits: Iterable[float]) -> list[Bar]:
    """How many seats fit how well, in tenths."""
    counts = Counter(min(FITS - 1, int(fit * FITS)) for fit in fits)
    return histogram([(f"{place / FITS:.1f}", counts[place]) for place in range(FITS)])
