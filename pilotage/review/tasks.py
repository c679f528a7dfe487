"""Assignment runs in the background. The task takes ids and hands over to the services."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from pilotage.core import clock, stalled
from pilotage.core.verdict import Conflict, Refused
from pilotage.review.enums import WORKING
from pilotage.review.models import AssignmentRun
from pilotage.review.runs import running as runs

SILENT = timedelta(minutes=5)  # a stage of the solver says nothing for a minute or two: longer means that the worker is gone


@task()
def solve_run(run_id: int, actor_id: int) -> None:
    """A second worker on the same run stops, and so does one whose run was discarded."""
    actor = get_user_model().objects.get(pk=actor_id)
    try:
        runs.solve_run(actor=actor, run=AssignmentRun.objects.select_related("call").get(pk=run_id))
    except (Conflict, Refused):
        return


def requeue_stalled() -> int:
    """Queue again what a worker had begun when it was killed: the run starts anew. Called every few seconds."""
    return sum(stalled.requeue(result, solve_run, _silent(result)) for result in stalled.running([solve_run]))


def _silent(result: DBTaskResult) -> QuerySet[AssignmentRun]:
    run = result.args_kwargs["args"][0]
    return AssignmentRun.objects.filter(pk=run, state__in=WORKING, updated_at__lt=clock.now() - SILENT)
