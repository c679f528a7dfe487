"""The room's work in the background: files are looked at by the worker, abandoned uploads are swept away."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from pilotage.calls.services import files, uploads
from pilotage.plan.work import files as work_files

SILENT = timedelta(minutes=10)  # a round ends within a few minutes: one that is older lost its worker


@task()
def look_at_files() -> None:
    """Scan what has no verdict, then draw what has no picture. Queued again as long as something is left."""
    files.scan_open_files()
    work_files.scan_open_files()
    files.draw_previews()


def tend_files() -> dict[str, int]:
    """Called every few seconds: queues a round when there is work and none is under way, and removes expired uploads."""
    return {"file rounds queued": int(_queue_round()), "expired uploads removed": uploads.sweep_expired()}


def _queue_round() -> bool:
    if not files.has_file_work() and not work_files.has_open_scans():
        return False
    rounds = DBTaskResult.objects.filter(task_path=look_at_files.module_path)
    busy = rounds.ready() | rounds.running().filter(started_at__gt=timezone.now() - SILENT)
    if busy.exists():
        return False
    look_at_files.enqueue()
    return True
