"""Imports in the background. Tasks take ids and hand over to the services."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from pilotage.core import clock, stalled
from pilotage.core.tables import Unreadable
from pilotage.core.verdict import Conflict
from pilotage.registry import services
from pilotage.registry.enums import ImportState
from pilotage.registry.models import EnterpriseImport

SILENT = timedelta(minutes=2)  # a chunk takes seconds: longer silence means that the worker is gone


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
    return sum(
        stalled.requeue(result, _TASKS[result.task_path][0], _silent(result)) for result in stalled.running([check_import, run_import])
    )


def _silent(result: DBTaskResult) -> QuerySet[EnterpriseImport]:
    batch, state = result.args_kwargs["args"][0], _TASKS[result.task_path][1]
    return EnterpriseImport.objects.filter(pk=batch, state=state, updated_at__lt=clock.now() - SILENT)
