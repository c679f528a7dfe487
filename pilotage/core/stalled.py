"""Work in the background whose worker was killed is queued again, once for each death."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from pilotage.core import clock

MOST_RESTARTS = 5  # what kills its worker again and again waits for a person
LEFT = "The worker ended without a word; the work was queued again."


def running(tasks: Iterable[Any]) -> QuerySet[DBTaskResult]:
    return DBTaskResult.objects.running().filter(task_path__in=[task.module_path for task in tasks]).order_by("enqueued_at")


def requeue(result: DBTaskResult, task: Any, silent: QuerySet[Any]) -> bool:
    """``silent``: the object the task works on, if its ``updated_at`` is older than a living worker lets it become."""
    if not silent.exists():
        return False
    before = DBTaskResult.objects.failed().filter(task_path=result.task_path, args_kwargs=result.args_kwargs, traceback=LEFT)
    with transaction.atomic():
        # compare and set: of two that look at the same moment, one queues
        ended = {"status": TaskResultStatus.FAILED, "finished_at": timezone.now(), "traceback": LEFT}
        if not DBTaskResult.objects.running().filter(pk=result.pk).update(**ended) or before.count() > MOST_RESTARTS:
            return False
        task.enqueue(*result.args_kwargs["args"])
        # the silence is counted anew, so that a queue that is long is not taken for another death
        silent.update(updated_at=clock.now())
    return True
