"""Imports in the background. Tasks take ids and hand over to the services."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django_tasks import task

from pilotage.core.tables import Unreadable
from pilotage.core.verdict import Conflict
from pilotage.registry import services
from pilotage.registry.models import EnterpriseImport


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
