"""Judging the figures of what is filed, and clearing what was marked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import transition
from pilotage.calls.enums import FlagState
from pilotage.calls.models import Application, FiledFigures, QualityFlag, Revision
from pilotage.calls.quality.figures import figures_of, settings_of
from pilotage.calls.quality.history import as_flag, unlikely
from pilotage.calls.reports.forms import form_for
from pilotage.calls.services.common import locked
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid


def judge_figures(application: Application, revision: Revision) -> list[str]:
    """Keep the figures of a revision and mark those that look wrong. To be called in the transaction that files it.

    Returns the paths marked and not cleared before at this value. Five queries at most, whatever the number of others.
    """
    _lapse(application)
    if not settings_of(application.version).is_on:
        return []
    figures = figures_of(form_for(application), application.data)
    found = unlikely(application, figures)
    _keep(application, figures)
    now = clock.now()
    QualityFlag.objects.bulk_create(as_flag(application, mark, revision=revision, raised_at=now) for mark in found)
    return [mark.path for mark in found]


def _lapse(application: Application) -> None:
    if application.open_flags:
        for flag in application.quality_flags.filter(state=FlagState.OPEN).order_by("pk"):
            transition(flag, "lapse", actor=None, changes={"decided_at": clock.now()})


def _keep(application: Application, figures: dict[str, Decimal]) -> None:
    values = {path: str(number) for path, number in figures.items()}
    known = {"call_id": application.call_id, "period": application.period, "values": values, "filed_at": clock.now()}
    FiledFigures.objects.update_or_create(application=application, defaults=known)


def clear_mark(*, actor: Any, flag: QualityFlag, reason: str) -> QualityFlag:
    """Say why a marked figure is right after all. Raises ``Conflict`` when the mark no longer stands."""
    with transaction.atomic():
        application = locked(flag.application)
        fresh = QualityFlag.objects.select_for_update().get(pk=flag.pk)
        fresh.application = application
        if fresh.state != FlagState.OPEN:
            raise Conflict(_("This figure has been cleared or filed anew meanwhile. Reload the page."))
        if not reason.strip():
            raise Invalid({"reason": _("Say why the figure is right: the reason is kept in the record.")})
        changes = {"decided_by": actor, "decided_at": clock.now(), "reason": reason.strip()}
        transition(fresh, "clear", actor=actor, reason=reason.strip(), changes=changes)
        left = QualityFlag.objects.filter(application=application, state=FlagState.OPEN).count()
        Application.objects.filter(pk=application.pk).update(open_flags=left)
    flag.application.open_flags = left
    return fresh
