"""Assignment runs in the background. The task takes ids and hands over to the services."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from pilotage.core import clock
from pilotage.core.verdict import Conflict, Refused
from pilotage.review import runs
from pilotage.review.enums import WORKING
from pilotage.review.models import AssignmentRun

SILENT = timedelta(minutes=5)  # a stage of the solver says nothing for a minute or two: longer means that the worker is gone
MOST_RESTARTS = 5
LEFT = "The worker ended without a word; the run was queued again."


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
    left = DBTaskResult.objects.running().filter(task_path=solve_run.module_path).order_by("enqueued_at")
    return sum(_requeue(result) for result in left)


def _requeue(result: DBTaskResult) -> bool:
    arguments = result.args_kwargs["args"]
    silent = AssignmentRun.objects.filter(pk=arguments[0], state__in=WORKING, updated_at__lt=clock.now() - SILENT)
    if not silent.exists():
        return False
    before = DBTaskResult.objects.failed().filter(task_path=result.task_path, args_kwargs=result.args_kwargs, traceback=LEFT)
    with transaction.atomic():
        # compare and set: of two that look at the same moment, one queues
        ended = {"status": TaskResultStatus.FAILED, "finished_at": timezone.now(), "traceback": LEFT}
        if not DBTaskResult.objects.running().filter(pk=result.pk).update(**ended) or before.count() > MOST_RESTARTS:
            return False
        solve_run.enqueue(*arguments)
        # the silence is counted anew, so that a queue that is long is not taken for another death
        AssignmentRun.objects.filter(pk=arguments[0]).update(updated_at=clock.now())
    return True
