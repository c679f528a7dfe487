"""Judging the figures of what is filed, and clearing what was marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pilotage.audit.services import transition
from pilotage.calls.enums import ApplicationState, FlagState
from pilotage.calls.models import Application, FiledFigures, QualityFlag, Revision
from pilotage.calls.quality import Mark, marks
from pilotage.calls.quality_figures import figures_of, settings_of
from pilotage.calls.report_forms import form_for
from pilotage.calls.selectors import form_of
from pilotage.calls.services.common import locked
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid

PEERS_AT_MOST = 200  # the newest of the call: enough for a median, bounded however many file
_NOT_STANDING = (ApplicationState.RETURNED, ApplicationState.WITHDRAWN)
Series = dict[str, list[Decimal]]


def judge_figures(application: Application, revision: Revision) -> list[str]:
    """Keep the figures of a revision and mark those that look wrong. To be called in the transaction that files it.

    Returns the paths marked and not cleared before at this value. Five queries at most, whatever the number of others.
    """
    settings = settings_of(application.version)
    _lapse(application)
    if not settings.is_on:
        return []
    figures = figures_of(form_for(application), application.data)
    found = marks(figures, _history(application), _peers(application), settings)
    _keep(application, figures)
    cleared = _cleared(application) if found else set()
    new = [mark for mark in found if (mark.path, mark.rule.value, str(mark.value)) not in cleared]
    QualityFlag.objects.bulk_create(_row(application, revision, mark) for mark in new)
    return [mark.path for mark in new]


def _lapse(application: Application) -> None:
    if application.open_flags:
        for flag in application.quality_flags.filter(state=FlagState.OPEN).order_by("pk"):
            transition(flag, "lapse", actor=None, changes={"decided_at": clock.now()})


def _keep(application: Application, figures: dict[str, Decimal]) -> None:
    values = {path: str(number) for path, number in figures.items()}
    known = {"call_id": application.call_id, "period": application.period, "values": values, "filed_at": clock.now()}
    FiledFigures.objects.update_or_create(application=application, defaults=known)


def _history(application: Application) -> Series:
    """What the holder filed before about the same project, oldest first. One query."""
    origin = application.renews_id
    if origin is None:
        return {}
    same = Q(application=origin) | Q(application__renews=origin)
    rows = FiledFigures.objects.filter(same, application__enterprise=application.enterprise_id).exclude(application=application)
    found = rows.exclude(application__state__in=_NOT_STANDING).order_by("filed_at", "id").values_list("application", "values")
    known = dict(found)
    earlier = list(known.values())
    if origin not in known and application.renews is not None:  # filed before figures were kept
        first = figures_of(form_of(application.renews.version), application.renews.data)
        earlier.insert(0, {path: str(number) for path, number in first.items()})
    return _series(earlier)


def _peers(application: Application) -> Series:
    """What others filed for the same call and period. One query."""
    rows = FiledFigures.objects.filter(call=application.call_id, period=application.period)
    rows = rows.exclude(application__enterprise=application.enterprise_id).exclude(application__state__in=_NOT_STANDING)
    return _series(rows.order_by("-filed_at", "-id").values_list("values", flat=True)[:PEERS_AT_MOST])


def _series(rows: Iterable[dict[str, str]]) -> Series:
    found: Series = defaultdict(list)
    for values in rows:
        for path, number in values.items():
            found[path].append(Decimal(number))
    return found


def _cleared(application: Application) -> set[tuple[str, str, str]]:
    """What a checker has looked at already: the same figure under the same rule is not marked again."""
    rows = application.quality_flags.filter(state=FlagState.CLEARED)
    return set(rows.order_by().values_list("path", "rule", "value"))


def _row(application: Application, revision: Revision, mark: Mark) -> QualityFlag:
    return QualityFlag(
        application=application,
        revision=revision,
        path=mark.path,
        rule=mark.rule,
        value=str(mark.value),
        low=_short(mark.low),
        high=_short(mark.high),
        reference=_short(mark.reference),
        compared=mark.compared,
        slip=mark.slip,
        raised_at=clock.now(),
    )


def _short(number: Decimal) -> str:
    """Six figures are enough for a bound."""
    return f"{Decimal(f'{number:.6g}'):f}"


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
