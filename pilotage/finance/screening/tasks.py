"""Screening a large register in the background. The task takes an id and hands over to the service."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django_tasks import task

from pilotage.core import clock, stalled
from pilotage.core.verdict import Conflict
from pilotage.finance.screening import services
from pilotage.finance.screening.enums import ScreeningState
from pilotage.finance.screening.models import Screening

SILENT = timedelta(minutes=2)  # a part takes seconds: longer silence means that the worker is gone


@task()
def run_screening(pk: int) -> None:
    try:
        services.run(screening=Screening.objects.select_related("plan").get(pk=pk))
    except Conflict:
        return


def requeue_stalled() -> int:
    """Queue again what a worker had begun when it was killed; a screening starts anew then. Called every few seconds."""
    return sum(
        stalled.requeue(result, run_screening, _silent(result.args_kwargs["args"][0])) for result in stalled.running([run_screening])
    )


def _silent(pk: int) -> QuerySet[Screening]:
    return Screening.objects.filter(pk=pk, state=ScreeningState.RUNNING, updated_at__lt=clock.now() - SILENT)
