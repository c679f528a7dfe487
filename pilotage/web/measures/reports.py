"""Writing a progress report, reading and reviewing it, and its files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.accounts.rules import unit_codes
from pilotage.audit.models import AuditEvent
from pilotage.core import clock, incoming
from pilotage.core.incoming import may_give_out
from pilotage.core.periods import period_title
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid
from pilotage.plan.models import Measure, ProgressReport, ResponsibleUnit
from pilotage.plan.work import files as work_files
from pilotage.plan.work import periods as work_periods
from pilotage.plan.work import rules as work_rules
from pilotage.plan.work import services as work_services
from pilotage.plan.work.enums import EDITABLE_REPORT
from pilotage.web.downloads import kept_file
from pilotage.web.measures import common

FIELDS = ("done", "problems", "next_steps", "progress")
TOLD = ("submit", "resubmit", "return", "accept", "reopen")


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, code: str, unit: str, period: str) -> HttpResponse:
    """The form of one report; reading it writes nothing."""
    measure = common.measure_of(request, slug, code)
    body = _unit(request, measure, unit)
    known = {each.key for each in work_periods.periods(measure.area.plan, measure, clock.now())}
    if period not in known:
        raise Http404
    report = _report(measure, unit, period)
    work_rules.can_write(request.user, report).require()
    if report.pk and report.state not in EDITABLE_REPORT:
        return redirect("measures:report", pk=report.pk)
    if request.method == "POST":
        return _post(request, measure, body, report)
    return _form(request, measure, body, report, {name: _shown(report, name) for name in FIELDS})


def _unit(request: HttpRequest, measure: Measure, code: str) -> ResponsibleUnit:
    """Of this measure; what belongs to another unit is not there for the reader."""
    units = [*measure.lead_units.all(), *measure.cooperating_units.all()]
    found = next((unit for unit in units if unit.code == code), None)
    if found is None or code not in unit_codes(request.user):
        raise Http404
    return found


def _report(measure: Measure, unit: str, period: str) -> ProgressReport:
    rows = ProgressReport.objects.filter(plan=measure.area.plan, measure_code=measure.code, unit_code=unit, period=period)
    report = rows.first() or ProgressReport(plan=measure.area.plan, measure_code=measure.code, unit_code=unit, period=period)
    report.measure = measure
    return report


def _shown(report: ProgressReport, name: str) -> str:
    value = getattr(report, name)
    return "" if value is None else str(value)


def _post(request: HttpRequest, measure: Measure, unit: ResponsibleUnit, report: ProgressReport) -> HttpResponse:
    """Save, and whatever else was asked. Whatever goes wrong, the text typed stands in the form again."""
    typed, act = {name: request.POST.get(name, "") for name in FIELDS}, request.POST.get("do", "save")
    try:
        report = _saved(request, measure, unit, report, typed)
        _files(request, report, act)
        if act == "submit":
            report = work_services.submit_report(actor=request.user, report=report)
    except Invalid as error:
        return _form(request, measure, unit, _report(measure, unit.code, report.period), typed, error.errors)
    except Conflict as error:
        return _form(request, measure, unit, _report(measure, unit.code, report.period), typed, {"": str(error)}, is_conflict=True)
    if act == "submit":
        messages.success(
            request, _("Handed in: %(measure)s, %(period)s") % {"measure": measure.code, "period": period_title(report.period)}
        )
        return redirect("measures:report", pk=report.pk)
    messages.success(request, _("Saved."))
    return redirect("measures:report-edit", measure.area.plan.slug, measure.code, unit.code, report.period)


def _saved(request: HttpRequest, measure: Measure, unit: ResponsibleUnit, report: ProgressReport, typed: dict[str, str]) -> ProgressReport:
    version = request.POST.get("version", "")
    report = work_services.save_report(
        actor=request.user,
        plan=measure.area.plan,
        measure=measure,
        unit_code=unit.code,
        period=report.period,
        values=typed,
        base_version=int(version) if version.isdecimal() else -1,
    )
    report.measure = measure
    return report


def _files(request: HttpRequest, report: ProgressReport, act: str) -> None:
    if act.startswith("remove-"):
        file = get_object_or_404(report.files.filter(removed_at__isnull=True), pk=act.removeprefix("remove-"))
        work_files.remove_file(actor=request.user, file=file)
    for upload in request.FILES.getlist("file"):
        work_files.add_file(actor=request.user, work=report, upload=upload)


def _form(
    request: HttpRequest,
    measure: Measure,
    unit: ResponsibleUnit,
    report: ProgressReport,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    is_conflict: bool = False,
) -> HttpResponse:
    period = next(each for each in work_periods.periods(measure.area.plan, measure, clock.now()) if each.key == report.period)
    context = {
        "plan": measure.area.plan,
        "measure": measure,
        "unit": unit,
        "report": report,
        "period": period,
        "is_overdue": period.is_overdue(clock.now()),
        "title": period_title(report.period),
        "values": values,
        "errors": errors or {},
        "theirs": {name: _shown(report, name) for name in FIELDS} if is_conflict else {},
        "files": list(report.files.filter(removed_at__isnull=True)) if report.pk else [],
        "accept": ",".join(f".{kind}" for kind in incoming.PAPERS),
        "most": work_files.MOST,
        "longest": work_services.LONGEST,
        "is_lead": unit.code in work_rules.leading(measure),
        "before": _before(measure, unit, report.period),
        "crumbs": common.work_crumbs(measure, (period_title(report.period), "")),
    }
    return render(request, "measures/report_edit.html", context, status=409 if is_conflict else 422 if errors else 200)


def _before(measure: Measure, unit: ResponsibleUnit, period: str) -> ProgressReport | None:
    """The unit's report of the period before, to go on from."""
    rows = ProgressReport.objects.filter(plan=measure.area.plan, measure_code=measure.code, unit_code=unit.code, period__lt=period)
    return rows.order_by("-period").first()


# --- reading and reviewing --------------------------------------------------------------------
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(work_rules.visible_reports(request.user).select_related("plan", "reviewed_by", "written_by"), pk=pk)
    if row.measure is None:
        raise Http404
    if request.method == "POST":
        return _review(request, row)
    return _read(request, row)


def _review(request: HttpRequest, row: ProgressReport) -> HttpResponse:
    """``do``: accept, return, or return of an accepted one."""
    reason = request.POST.get("reason", "")
    try:
        if request.POST.get("do") == "accept":
            work_services.accept_report(actor=request.user, report=row, note=reason)
            messages.success(request, _("The report is accepted."))
        else:
            work_services.return_report(actor=request.user, report=row, reason=reason)
            messages.success(request, _("The report is returned to the unit."))
    except Invalid as error:
        return _read(request, row, error.errors, reason)
    return redirect("measures:report", pk=row.pk)


def _read(request: HttpRequest, row: ProgressReport, errors: dict[str, str] | None = None, typed: str = "") -> HttpResponse:
    measure = common.measure_of(request, row.plan.slug, row.measure_code)
    row.measure = measure
    units = {unit.code: unit for unit in [*measure.lead_units.all(), *measure.cooperating_units.all()]}
    own = row.unit_code in unit_codes(request.user)
    context: dict[str, Any] = {
        "plan": row.plan,
        "measure": measure,
        "report": row,
        "unit": units.get(row.unit_code),
        "title": period_title(row.period),
        "files": list(work_rules.visible_files(request.user).filter(report=row)),
        "history": _history(row) if request.user.is_authenticated else [],
        "may_accept": may(request.user, row, "accept"),
        "may_return": may(request.user, row, "return"),
        "may_reopen": may(request.user, row, "reopen"),
        "edit_url": reverse("measures:report-edit", args=[row.plan.slug, row.measure_code, row.unit_code, row.period])
        if own and row.state in EDITABLE_REPORT
        else "",
        "errors": errors or {},
        "typed": typed,
        "crumbs": common.work_crumbs(measure, (period_title(row.period), "")),
    }
    return render(request, "measures/report.html", context, status=422 if errors else 200)


def _history(row: ProgressReport) -> list[AuditEvent]:
    verbs = [f"progress_report.{verb}" for verb in TOLD]
    return list(AuditEvent.objects.filter(object_type="plan.progressreport", object_id=str(row.pk), verb__in=verbs).order_by("number"))


@require_safe
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The rule first, then headers that keep a browser from running anything."""
    file = get_object_or_404(work_rules.visible_files(request.user), pk=pk)
    may_give_out(file).require()
    return kept_file(file.file, file.name, file.content_type)
