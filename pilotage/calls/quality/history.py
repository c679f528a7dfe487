"""What an applicant's figures are compared with, and which of them are marked. Reads only; the judging itself is in ``quality``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q

from pilotage.calls.enums import ApplicationState, FlagState
from pilotage.calls.models import Application, FiledFigures, QualityFlag
from pilotage.calls.quality.figures import figures_of, settings_of
from pilotage.calls.quality.flags import Mark, marks
from pilotage.calls.reports.forms import form_for
from pilotage.calls.selectors import form_of

PEERS_AT_MOST = 200  # the newest of the call: enough for a median, bounded however many file
_NOT_STANDING = (ApplicationState.RETURNED, ApplicationState.WITHDRAWN)
Series = dict[str, list[Decimal]]


def unlikely(application: Application, figures: dict[str, Decimal]) -> list[Mark]:
    """Marks of these figures, those that a checker cleared at this value left out. Three queries at most."""
    found = marks(figures, _history(application), _peers(application), settings_of(application.version))
    cleared = _cleared(application) if found else set()
    return [mark for mark in found if (mark.path, mark.rule.value, str(mark.value)) not in cleared]


def foreseen(application: Application) -> list[QualityFlag]:
    """What submitting the draft as it stands would mark; nothing is kept. Three queries at most."""
    if not settings_of(application.version).is_on:
        return []
    return [as_flag(application, mark) for mark in unlikely(application, figures_of(form_for(application), application.data))]


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


def as_flag(application: Application, mark: Mark, **more: Any) -> QualityFlag:
    return QualityFlag(
        application=application,
        path=mark.path,
        rule=mark.rule,
        value=str(mark.value),
        low=_short(mark.low),
        high=_short(mark.high),
        reference=_short(mark.reference),
        compared=mark.compared,
        slip=mark.slip,
        **more,
    )


def _short(number: Decimal) -> str:
    """Six figures are enough for a bound."""
    return f"{Decimal(f'{number:.6g}'):f}"
