"""Compiling in the background."""

from __future__ import annotations

from django_tasks import task

from pilotage.publications.books import services
from pilotage.publications.books.models import CaseSet


@task()
def compile_set(pk: int) -> None:
    services.make_files(case_set=CaseSet.objects.select_related("plan").get(pk=pk))
