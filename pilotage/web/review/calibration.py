"""Raw and calibrated scores side by side: what each expert's strictness is thought to be, and what it does to each application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from pilotage.core.tables import Column, write_xlsx
from pilotage.review.selection import calibrated
from pilotage.review.selection.calibrated import ExpertLine, ProjectLine
from pilotage.web.downloads import workbook
from pilotage.web.review.board import call_of

SHOWN = 60
MIDDLE, REACH = 100, 92  # of the picture of a shift, in its own units
SURE = Decimal("1.96")  # standard errors to each side: 95 %


@dataclass(frozen=True, slots=True)
class Drawn:
    """One expert's shift and its 95 % interval on a common axis."""

    line: ExpertLine
    dot: int
    left: int
    right: int
    is_clear: bool


@require_safe
def calibration(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    reading = calibrated.read(call)
    context = {"call": call, "reading": reading}
    if reading:
        moved = sorted(reading.projects, key=lambda line: (-abs(line.change), line.application.number))
        context |= {"drawn": drawn(reading.experts), "moved": moved[:SHOWN], "total": len(moved)}
    return render(request, "review/calibration.html", context)


def drawn(experts: Sequence[ExpertLine]) -> list[Drawn]:
    scale = Decimal(REACH) / (_widest(experts) or 1)

    def place(value: Decimal) -> int:
        return round(MIDDLE + value * scale)

    return [
        Drawn(line, place(shift), place(shift - half), place(shift + half), abs(shift) > half)
        for line in experts
        for shift, half in [(line.figures.shift, line.figures.error * SURE)]
    ]


def _widest(experts: Sequence[ExpertLine]) -> Decimal:
    return max((abs(line.figures.shift) + line.figures.error * SURE for line in experts), default=Decimal(0))


@require_safe
def calibration_export(request: HttpRequest, slug: str) -> HttpResponse:
    """Every application with both scores, for a spreadsheet."""
    call = call_of(request, slug)
    reading = calibrated.read(call)
    notes = [*reading.warnings] if reading else []
    file = write_xlsx(_columns(), (_row(line) for line in (reading.projects if reading else [])), title=_("Calibration"), notes=notes)
    return workbook(f"calibration-{call.slug}", file)


def _columns() -> list[Column]:
    return [
        Column(_("Application"), 18),
        Column(_("Applicant"), 36),
        Column(_("Project"), 36),
        Column(pgettext("calibration", "Group"), 8),
        Column(_("Finished reviews"), 10),
        Column(_("Raw mean"), 10, "0.000"),
        Column(_("Calibrated"), 10, "0.000"),
        Column(_("Standard error"), 10, "0.000"),
        Column(_("Place by raw mean"), 10),
        Column(_("Place when calibrated"), 10),
    ]


def _row(line: ProjectLine) -> list[Any]:
    a, f = line.application, line.figures
    return [
        a.number, a.enterprise.name, a.project_title, f.component + 1, f.scores, f.raw, f.calibrated, f.error, line.raw_place, line.place,
    ]  # fmt: skip
