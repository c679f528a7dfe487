"""Imports in the background. Tasks take ids and hand over to the services."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from pilotage.core import clock
from pilotage.core.tables import Unreadable
from pilotage.core.verdict import Conflict
from pilotage.registry import services
from pilotage.registry.enums import ImportState
from pilotage.registry.models import EnterpriseImport

SILENT = timedelta(minutes=2)  # a chunk takes seconds: longer silence means that the worker is gone
MOST_RESTARTS = 5  # a file that kills its worker again and again waits for a person
LEFT = "The worker ended without a word; the work was queued again."


@task()
def check_import(batch_id: int, actor_id: int) -> None:
    _quietly(services.check_import, batch_id, actor_id)


@task()
def run_import(batch_id: int, actor_id: int) -> None:
    _quietly(services.run_import, batch_id, actor_id)


def _quietly(service, batch_id: int, actor_id: int) -> None:  # type: ignore[no-untyped-def]
    """A file that cannot be read is told on the import's page; a second worker on the same import stops."""
    actor = get_user_model().objects.get(pk=actor_id)
    try:
        service(actor=actor, batch=EnterpriseImport.objects.get(pk=batch_id))
    except (Unreadable, Conflict):
        return


_TASKS = {task.module_path: (task, state) for task, state in ((check_import, ImportState.CHECKING), (run_import, ImportState.RUNNING))}


def requeue_stalled() -> int:
    """Queue again what a worker had begun when it was killed: a run goes on after its last chunk, a check starts anew.

    Called every few seconds. Who runs an import at the command line goes on with ``--resume``; that is left alone here.
    """
    left = DBTaskResult.objects.running().filter(task_path__in=_TASKS).order_by("enqueued_at")
    return sum(_requeue(result) for result in left)


def _requeue(result: DBTaskResult) -> bool:
    work, state = _TASKS[result.task_path]
    arguments = result.args_kwargs["args"]
    if not EnterpriseImport.objects.filter(pk=arguments[0], state=state, updated_at__lt=clock.now() - SILENT).exists():
        return False
    before = DBTaskResult.objects.failed().filter(task_path=result.task_path, args_kwargs=result.args_kwargs, traceback=LEFT)
    with transaction.atomic():
        # compare and set: of two that look at the same moment, one queues
        ended = {"status": TaskResultStatus.FAILED, "finished_at": timezone.now(), "traceback": LEFT}
        if not DBTaskResult.objects.running().filter(pk=result.pk).update(**ended) or before.count() > MOST_RESTARTS:
            return False
        work.enqueue(*arguments)
        # the silence is counted anew, so that a queue that is long is not taken for another death
        EnterpriseImport.objects.filter(pk=arguments[0]).update(updated_at=clock.now())
    return True
