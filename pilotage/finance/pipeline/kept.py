"""Do the columns that a project keeps of its history say what the history says? Compared and set right by ``pilotage verify`` and ``recount``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.db import transaction

from pilotage.audit.services import hold
from pilotage.finance.pipeline.history import effective, left_from, standing
from pilotage.finance.pipeline.models import ListingProject, StageStep

BATCH = 500


def differences() -> Iterator[str]:
    """``listing <number>.<column>: kept …, recounted …``. Two queries for each 500 projects."""
    for project, told in _recounted():
        for name, value in told.items():
            if getattr(project, name) != value:
                yield f"listing {project.number}.{name}: kept {getattr(project, name)}, recounted {value}"


@transaction.atomic
def repair() -> int:
    """Set right what differs, the stage itself apart: that changes by acts only. Returns how many projects."""
    hold()
    wrong = []
    for project, told in _recounted():
        columns = {name: value for name, value in told.items() if name != "state"}
        if any(getattr(project, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(project, name, value)
            wrong.append(project)
    names = ["left_from", "stage_on", "inquiry_round", "suspension_cause", "suspended_until"]
    ListingProject.objects.bulk_update(wrong, names, batch_size=BATCH)
    return len(wrong)


def _recounted() -> Iterator[tuple[ListingProject, dict[str, Any]]]:
    last = 0
    while projects := list(ListingProject.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = projects[-1].pk
        told: dict[int, list[StageStep]] = defaultdict(list)
        for step in StageStep.objects.filter(project__in=projects).order_by("id"):
            told[step.project_id].append(step)
        for project in projects:
            held = effective(told[project.pk])
            if held:
                yield project, {"state": held[-1].stage, "left_from": left_from(held), **asdict(standing(held))}
