"""Which letters follow from the work on measures: reports, reminders, lights, deliverables. Joins the tellers of ``news``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse

from pilotage.accounts.models import User
from pilotage.audit.models import AuditEvent
from pilotage.core.periods import period_name
from pilotage.messages.news import Letter, Reading, register
from pilotage.messages.wording import name_of
from pilotage.plan.models import Deliverable, LightOverride, Measure, ProgressReport, WorkReminder
from pilotage.plan.work.rules import leading


def _rows(model: Any, keys: Iterable[str]) -> list[Any]:
    """With their measures: five queries whatever their number. What the plan no longer names is told to nobody."""
    rows = list(model.objects.filter(pk__in=keys).select_related("plan").order_by("pk"))
    measures = Measure.objects.filter(area__plan__in={row.plan_id for row in rows}, code__in={row.measure_code for row in rows})
    known = {
        (measure.area.plan_id, measure.code): measure
        for measure in measures.select_related("area__plan").prefetch_related("lead_units", "cooperating_units")
    }
    for row in rows:
        row.measure = known.get((row.plan_id, row.measure_code))
    return [row for row in rows if row.measure is not None]


def _about(row: Any, event: AuditEvent) -> dict[str, Any]:
    return {"code": row.measure_code, "measure": name_of(row.measure), "reason": event.reason}


def _desk(row: Any) -> str:
    return f"{reverse('measures:desk')}?plan={row.plan.slug}"


def _managers(users: Iterable[User], unit: str) -> list[User]:
    return [user for user in users if any(m.is_manager and m.organisation.unit_code == unit for m in user.active_memberships)]


def _report(event: AuditEvent, report: ProgressReport, reading: Reading) -> Iterator[Letter]:
    """Handed in: to those who review; decided: to the unit's officers."""
    verb, people = event.verb.removeprefix("progress_report."), reading.people
    params = _about(report, event) | {"report": period_name(report.period)}
    page, key = reverse("measures:report", args=[report.pk]), f"event:{event.number}"
    if verb in {"submit", "resubmit"}:
        lead = leading(report.measure)
        readers = [] if report.unit_code in lead else people.of_units(lead)
        for user in readers or people.all_secretariat():
            yield Letter(user, "progress.to_review", params, key, event.at, None, page, _desk(report))
        return
    text = "progress.accepted" if verb == "accept" else "progress.returned"
    link = page if verb == "accept" else _form(report)
    for user in people.of_units([report.unit_code]):
        yield Letter(user, text, params, key, event.at, None, link)


def _form(row: ProgressReport | WorkReminder) -> str:
    return reverse("measures:report-edit", args=[row.plan.slug, row.measure_code, row.unit_code, row.period])


def _reminder(event: AuditEvent, row: WorkReminder, reading: Reading) -> Iterator[Letter]:
    """To the unit's officers; a week after the due day to its managers in words of their own."""
    params = _about(row, event) | {"report": period_name(row.period), "due": {"at": row.due_at.isoformat()}}
    key = f"work-report:{row.plan_id}:{row.measure_code}:{row.period}:{row.day}"
    officers = reading.people.of_units([row.unit_code])
    managers = _managers(officers, row.unit_code) if row.to_manager else []
    late = "progress.overdue" if event.at >= row.due_at else "progress.due"
    for user in officers:
        text = "progress.overdue_manager" if user in managers else late
        yield Letter(user, text, params, key, event.at, None, _form(row), _desk(row))


def _light(event: AuditEvent, row: LightOverride, reading: Reading) -> Iterator[Letter]:
    page = reverse("measures:detail", args=[row.plan.slug, row.measure_code])
    for user in reading.people.of_units(leading(row.measure)):
        yield Letter(user, "light.overridden", _about(row, event), f"event:{event.number}", event.at, None, page)


def _deliverable(event: AuditEvent, row: Deliverable, reading: Reading) -> Iterator[Letter]:
    verb, people = event.verb.removeprefix("deliverable."), reading.people
    params = _about(row, event) | {"document": name_of(row)}
    page, key = reverse("measures:deliverable", args=[row.pk]), f"event:{event.number}"
    if verb == "hand_over":
        for user in people.all_secretariat():
            if user.pk != event.actor_id:
                yield Letter(user, "deliverable.to_accept", params, key, event.at, None, page, _desk(row))
        return
    for user in people.of_units([row.unit_code]):
        yield Letter(user, "deliverable.accepted" if verb == "accept" else "deliverable.declined", params, key, event.at, None, page)


register(
    sources={
        "plan.progressreport": lambda keys: _rows(ProgressReport, keys),
        "plan.workreminder": lambda keys: _rows(WorkReminder, keys),
        "plan.lightoverride": lambda keys: _rows(LightOverride, keys),
        "plan.deliverable": lambda keys: _rows(Deliverable, keys),
    },
    tellers={
        **{f"progress_report.{verb}": _report for verb in ("submit", "resubmit", "return", "accept", "reopen")},
        "work_report.remind": _reminder,
        "light_override.make": _light,
        **{f"deliverable.{verb}": _deliverable for verb in ("hand_over", "accept", "decline", "revoke")},
    },
)
