"""Keeps the wide row of an enterprise with the titles and entries that it reckons from."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from pilotage.audit.signals import moved
from pilotage.directory.models import Entry
from pilotage.finance.facts.models import FactRow
from pilotage.finance.facts.reckoned import metric_of_title
from pilotage.finance.facts.rows import refresh_rows
from pilotage.registry.models import Title


@receiver([post_save, post_delete], sender=Title)
def title_changed(sender: Any, instance: Title, **kwargs: Any) -> None:
    if not kwargs.get("raw") and metric_of_title(instance.name):
        refresh_rows([instance.enterprise_id])


@receiver(moved, sender=Entry)
def entry_moved(sender: Any, moves: Any, **kwargs: Any) -> None:
    """Only of enterprises that have a row: another gets one with its first fact, title or stay."""
    ids = {move.obj.enterprise_id for move in moves} - {None}
    known = FactRow.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)
    refresh_rows(known)
