"""To whom a signed report goes, and the schedule that drafts and sends by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership, Organisation, User
from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.reports.papers import rules as work_rules
from pilotage.reports.papers.enums import WorkReportState
from pilotage.reports.papers.models import ReportSending, WorkReport, WorkSchedule, WorkTemplate
from pilotage.reports.papers.selectors import periods_of
from pilotage.reports.papers.services import draft_report

logger = logging.getLogger("pilotage.reports")


# --- recipients -----------------------------------------------------------------------------
def recipients(names: Iterable[str]) -> list[User]:
    """The people behind ``role:…``, ``organisation:…`` and ``person:…``, members in force only, each once. One query."""
    wanted = Q(pk__in=[])
    for name in names:
        kind, _colon, value = name.partition(":")
        wanted |= {"role": Q(role=value), "organisation": Q(organisation=value), "person": Q(user=value)}[kind]
    rows = Membership.objects.filter(wanted, Q(ended_at__isnull=True) | Q(ended_at__gt=clock.now()), user__is_active=True)
    return list({row.user_id: row.user for row in rows.select_related("user").order_by("user_id", "id")}.values())


def clean_recipients(roles: Iterable[str], organisations: Iterable[Any], emails: Iterable[str]) -> list[str]:
    """As a schedule keeps them. Raises Invalid for a role, an organisation or an address that is not known."""
    found = []
    for role in roles:
        if role not in Role.values:
            raise Invalid({"roles": _("There is no such role.")})
        found.append(f"role:{role}")
    known = set(Organisation.objects.filter(pk__in=[each for each in organisations if str(each).isdigit()]).values_list("pk", flat=True))
    for each in organisations:
        if not str(each).isdigit() or int(each) not in known:
            raise Invalid({"organisations": _("There is no such organisation.")})
        found.append(f"organisation:{each}")
    for address in emails:
        person = User.objects.filter(email=address.strip().lower(), is_active=True).first()
        if person is None:
            raise Invalid(
                {"emails": _("%(address)s belongs to no member; reports are sent to members only.") % {"address": address.strip()}}
            )
        found.append(f"person:{person.pk}")
    return found


# --- sending --------------------------------------------------------------------------------
def send_report(*, actor: Any, report: WorkReport, to: Sequence[User]) -> list[ReportSending]:
    """An e-mail with a link to each who was not sent this signing yet. Only the link is sent: the files stay where rules hold."""
    work_rules.can_send(actor, report).require()
    with transaction.atomic():
        known = set(report.sendings.filter(signing=report.signings).values_list("person", flat=True))
        new = [person for person in to if person.pk not in known]
        rows = ReportSending.objects.bulk_create(
            ReportSending(report=report, signing=report.signings, person=person, email=person.email, by=actor, at=clock.now())
            for person in new
        )
        if rows:
            record(report, "work_report.send", actor=actor, extra={"people": [row.person_id for row in rows]})
            get_connection().send_messages([_mail(report, person) for person in new])
    return rows


def _mail(report: WorkReport, person: User) -> EmailMessage:
    with override(person.language or settings.LANGUAGE_CODE):
        language = person.language or settings.LANGUAGE_CODE
        title = report.title_in(language)
        body = _("%(title)s of the plan “%(plan)s” has been signed.\n\nRead it here: %(address)s") % {
            "title": title, "plan": report.plan.title, "address": settings.BASE_URL + address_of(report),
        }  # fmt: skip
        return EmailMessage(title, body, None, [person.email])


def address_of(report: WorkReport) -> str:
    try:
        return reverse("reports:detail", args=[report.pk])
    except NoReverseMatch:  # a worker without the pages
        return f"/work/plan-reports/{report.pk}/"


# --- schedule -------------------------------------------------------------------------------
def save_schedule(*, actor: Any, template: WorkTemplate, day: int, names: Sequence[str], is_enabled: bool) -> WorkSchedule:
    work_rules.can_prepare(actor).require()
    if not 1 <= day <= 60:
        raise Invalid({"day": _("The day is 1 to 60 days after the period.")})
    with transaction.atomic():
        schedule = WorkSchedule.objects.select_for_update().filter(template=template).first() or WorkSchedule(template=template)
        if is_enabled and not schedule.is_enabled:
            schedule.since = clock.today()
        schedule.day, schedule.recipients, schedule.is_enabled = day, list(names), is_enabled
        schedule.since = schedule.since or clock.today()
        schedule.changed_by, schedule.changed_at = actor, clock.now()
        schedule.save()
        record(schedule, "work_report.schedule", actor=actor)
    return schedule


def tend_reports() -> int:
    """Draft what is due and send what was signed since the schedule began. May be repeated at any time; returns how much was done."""
    schedules = WorkSchedule.objects.filter(is_enabled=True, template__is_current=True).select_related("template__plan", "changed_by")
    return sum(_drafted(each) + _sent(each) for each in schedules.order_by("id"))


def _drafted(schedule: WorkSchedule) -> int:
    """The report on the last period that has ended, on its day; older ones are left to people."""
    today = clock.today()
    ended = next((period for period in periods_of(schedule.template) if period.last < today), None)
    if ended is None or today < ended.last + timedelta(days=schedule.day) or ended.last + timedelta(days=schedule.day) < schedule.since:
        return 0
    if schedule.template.reports.filter(period=ended.key).exists():
        return 0
    try:
        draft_report(actor=None, template=schedule.template, period=ended.key, reader=schedule.changed_by)
    except Conflict:
        return 0  # somebody was faster
    return 1


def _sent(schedule: WorkSchedule) -> int:
    signed = WorkReport.objects.filter(template=schedule.template, state=WorkReportState.SIGNED, signed_at__date__gte=schedule.since)
    reports = [report for report in signed.select_related("plan").order_by("id") if not _is_sent(report)]
    people = recipients(schedule.recipients) if reports else []
    return sum(len(send_report(actor=None, report=report, to=people)) for report in reports)


def _is_sent(report: WorkReport) -> bool:
    """By schedule; who joins later is not sent old reports."""
    return report.sendings.filter(signing=report.signings, by__isnull=True).exists()
