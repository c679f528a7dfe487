"""An import whose worker was killed is queued again by itself, once, and goes on after its last chunk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from pilotage.core import clock, stalled
from pilotage.registry import services, tasks
from pilotage.registry.enums import ImportState
from pilotage.registry.models import Enterprise, EnterpriseImport
from pilotage.registry.services import imports
from tests.factories.registry import row, write_csv
from tests.registry.test_imports import uploaded


@pytest.fixture
def killed(company, tmp_path, monkeypatch):
    """A run of 35 rows in the background whose worker was killed after two chunks, and its task."""
    monkeypatch.setattr(imports, "CHUNK", 10)
    batch = uploaded(write_csv(tmp_path / "a.csv", [row(number) for number in range(1, 36)]), actor=company.secretariat)
    services.begin_run(actor=company.secretariat, batch=batch)
    tasks.run_import.enqueue(batch.pk, company.secretariat.pk)
    task = DBTaskResult.objects.get()
    task.claim("worker")
    chunks = []

    def die(batch):
        chunks.append(batch.position)
        if len(chunks) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.run_import(actor=company.secretariat, batch=batch, progress=die)
    return batch, task


def silent_for(batch, **time):
    EnterpriseImport.objects.filter(pk=batch.pk).update(updated_at=clock.now() - timedelta(**time))


def queued():
    return list(DBTaskResult.objects.ready().values_list("task_path", flat=True))


def test_after_two_silent_minutes_the_run_is_queued_again_and_finishes(killed):
    batch, task = killed
    before = Enterprise.objects.count()
    silent_for(batch, seconds=121)

    assert (tasks.requeue_stalled(), tasks.requeue_stalled()) == (1, 0)

    task.refresh_from_db()
    again = DBTaskResult.objects.ready().get()
    assert (task.status, task.traceback) == (TaskResultStatus.FAILED, stalled.LEFT)
    assert (again.task_path, again.args_kwargs) == (task.task_path, task.args_kwargs)
    tasks.run_import.func(*again.args_kwargs["args"])
    batch.refresh_from_db()
    assert (batch.state, batch.position, batch.created_count) == (ImportState.DONE, 36, 35)
    assert Enterprise.objects.count() == before + 15


def test_a_worker_that_still_writes_is_left_alone(killed):
    batch, _task = killed
    silent_for(batch, seconds=110)
    assert (tasks.requeue_stalled(), queued()) == (0, [])


@pytest.mark.parametrize("state", [ImportState.DONE, ImportState.FAILED, ImportState.CHECKING])
def test_an_import_that_does_not_run_any_more_is_not_started(killed, state):
    batch, _task = killed
    EnterpriseImport.objects.filter(pk=batch.pk).update(state=state)
    silent_for(batch, days=1)
    assert (tasks.requeue_stalled(), queued()) == (0, [])


def test_a_task_that_waits_its_turn_is_not_queued_twice(killed):
    batch, task = killed
    DBTaskResult.objects.update(status=TaskResultStatus.READY)
    silent_for(batch, days=1)
    assert (tasks.requeue_stalled(), queued()) == (0, [task.task_path])


def test_a_check_starts_anew(killed, company):
    batch, _task = killed
    EnterpriseImport.objects.filter(pk=batch.pk).update(state=ImportState.CHECKING)
    DBTaskResult.objects.update(task_path=tasks.check_import.module_path)
    silent_for(batch, minutes=3)
    assert (tasks.requeue_stalled(), queued()) == (1, [tasks.check_import.module_path])


def test_a_file_that_kills_every_worker_waits_for_a_person(killed):
    batch, _task = killed
    done = []
    for _attempt in range(stalled.MOST_RESTARTS + 2):
        silent_for(batch, minutes=3)
        done.append(tasks.requeue_stalled())
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(status=TaskResultStatus.RUNNING)
    assert done == [1] * stalled.MOST_RESTARTS + [0, 0]
