"""Named reads of work reports."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from pilotage.core import clock
from pilotage.plan.models import Measure, Plan
from pilotage.reports.papers import periods as work_periods
from pilotage.reports.papers.models import ReportData, ReportFile, WorkReport, WorkTemplate
from pilotage.reports.papers.periods import Period


def data_of(report: WorkReport) -> ReportData | None:
    """The newest figures."""
    return report.generations.order_by("-number").first()


def previous_content(report: WorkReport) -> dict[str, Any] | None:
    """What the last report of the same template on an earlier period was made of. One query."""
    earlier = ReportData.objects.filter(report__template=report.template_id, report__last_day__lt=report.last_day)
    found = earlier.order_by("-report__last_day", "-number").first()
    return found.read() if found else None


def periods_of(template: WorkTemplate) -> list[Period]:
    """Those of the plan's days that have begun, newest first; a measure that is carried over prolongs the plan."""
    last = min(clock.today(), last_day_of(template.plan))
    return work_periods.between(template.every, template.plan.starts_on, last)[::-1]


def last_day_of(plan: Plan) -> date:
    days = Measure.objects.filter(area__plan=plan, carries_over_to__isnull=False).order_by("-carries_over_to")
    return max(plan.ends_on, days.values_list("carries_over_to", flat=True).first() or plan.ends_on)


def templates_of(plan: Plan) -> QuerySet[WorkTemplate]:
    return WorkTemplate.objects.filter(plan=plan, is_current=True).select_related("plan", "schedule").order_by("id")


def listed(reports: QuerySet[WorkReport]) -> QuerySet[WorkReport]:
    """Rows of a list, without what is heavy."""
    return reports.select_related("template", "plan").annotate(moment=Coalesce("signed_at", "created_at"))


def without_content(files: QuerySet[ReportFile]) -> QuerySet[ReportFile]:
    return files.defer("content").select_related("report__template")
