"""Who prepares, signs and reads work reports. ``actor`` None is the system: the schedule."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.reports.papers.enums import WorkReportState
from pilotage.reports.papers.models import ReportFile, WorkReport


def can_prepare(actor: Any, _report: Any = None) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat prepares and signs work reports."))


def can_read_all(actor: Any) -> Verdict:
    """Drafts, figures and the schedule included."""
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return YES
    return no(_("Only the secretariat and auditors see all work reports; others see what is sent to them."))


def can_edit(actor: Any, report: WorkReport) -> Verdict:
    """Texts and figures change in a draft only: what is signed is what was reviewed."""
    verdict = can_prepare(actor)
    if verdict and report.state != WorkReportState.DRAFT:
        return no(_("Texts and figures change in a draft only; reopen the report, or return it to draft."))
    return verdict


def can_send(actor: Any, report: WorkReport) -> Verdict:
    verdict = YES if actor is None else can_prepare(actor)
    if verdict and report.state != WorkReportState.SIGNED:
        return no(_("Only a signed report is sent."))
    return verdict


def visible_reports(actor: Any) -> QuerySet[WorkReport]:
    if can_read_all(actor):
        return WorkReport.objects.order_by("-last_day", "-id")
    if not getattr(actor, "is_authenticated", False):
        return WorkReport.objects.none()
    return WorkReport.objects.filter(sendings__person=actor).distinct().order_by("-last_day", "-id")


def visible_files(actor: Any, report: WorkReport) -> QuerySet[ReportFile]:
    """A reader gets the files of the signing that was sent, and no other."""
    files = report.files.order_by("-signing", "language", "id")
    if can_read_all(actor):
        return files
    if not getattr(actor, "is_authenticated", False):
        return files.none()
    return files.filter(signing__in=report.sendings.filter(person=actor).values("signing"))
