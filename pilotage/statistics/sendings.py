"""Returns sent by programs: one act for saving, explaining and handing in, once for each key however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.core import clock
from pilotage.core.verdict import Conflict
from pilotage.statistics import services
from pilotage.statistics.definition import shown
from pilotage.statistics.models import DataSet, Return, Sending, Value


def send(*, actor: Any, data_set: DataSet, key: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """The return as it stands afterwards. Raises ``Invalid``, ``Refused`` or ``Conflict``; nothing is written then."""
    wanted = digest(canonical(dict(content)))
    before = _answered(actor, key, wanted)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            report = _write(actor, data_set, content)
            answer = _told(report)
            Sending.objects.create(user=actor, key=key, digest=wanted, report=report, answer=answer, at=clock.now())
    except IntegrityError:
        # the same key was sent twice at once: the other one has won
        other = _answered(actor, key, wanted)
        if other is None:
            raise
        return other
    return answer


def _answered(actor: Any, key: str, wanted: str) -> dict[str, Any] | None:
    before = Sending.objects.filter(user=actor, key=key).first()
    if before is not None and before.digest != wanted:
        raise Conflict(_("This key was used for another content already. Use a new key for each return."))
    return dict(before.answer) if before is not None else None


def _write(actor: Any, data_set: DataSet, content: Mapping[str, Any]) -> Return:
    saved = services.save_figures(
        actor=actor,
        data_set=data_set,
        reporter=content["reporter"],
        period=content["period"],
        figures=content["figures"],
        why=content.get("why", ""),
    )
    report = saved.report
    answers = {flag.pk: content["answers"][flag.element] for flag in report.flags.all() if flag.element in content.get("answers", {})}
    if answers:
        services.answer_flags(actor=actor, report=report, answers=answers)
    if content.get("hand_in") and report.is_open_to_reporter:
        services.hand_in(actor=actor, report=report)
    return report


def _told(report: Return) -> dict[str, Any]:
    figures = Value.objects.filter(report=report).order_by("element").values_list("element", "current")
    return {
        "data_set": report.data_set.slug,
        "reporter": report.reporter,
        "period": report.period,
        "state": str(report.state),
        "edition": report.edition,
        "due_on": report.due_on.isoformat(),
        "figures": {code: None if figure is None else shown(figure) for code, figure in figures},
        "flags": [{"element": flag.element, "screen": flag.screen, "answered": bool(flag.answer)} for flag in report.flags.order_by("id")],
    }
