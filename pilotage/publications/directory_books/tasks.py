"""Books are compiled in the background. The task takes ids and hands over to the service."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django_tasks import task

from pilotage.directory.models import Edition
from pilotage.publications.directory_books.services import compile_books


@task()
def compile_directory_books(edition_id: int, actor_id: int) -> None:
    edition = Edition.objects.select_related("directory", "call__plan").get(pk=edition_id)
    compile_books(actor=get_user_model().objects.get(pk=actor_id), edition=edition)
