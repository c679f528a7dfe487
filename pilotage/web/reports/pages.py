"""Work reports: the list, one report with its texts beside the figures, the files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core import clock
from pilotage.core.documents import DocumentError
from pilotage.core.keyset import page
from pilotage.core.verdict import Conflict, Invalid
from pilotage.plan.rules import visible_plans
from pilotage.reports.papers import rules
from pilotage.reports.papers.enums import FileKind, WorkReportState
from pilotage.reports.papers.files import TYPES, file_of
from pilotage.reports.papers.models import ReportFile, WorkReport
from pilotage.reports.papers.periods import Period
from pilotage.reports.papers.selectors import data_of, listed, periods_of, templates_of
from pilotage.reports.papers.services import draft_report
from pilotage.web.reports.view import shown

MOST_PERIODS = 24


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_list(request: HttpRequest) -> HttpResponse:
    """POST drafts a report."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return redirect("reports:detail", pk=_drafted(request).pk)
        except (Invalid, Conflict) as problem:
            errors = problem.errors if isinstance(problem, Invalid) else {"": str(problem)}
    state = request.GET.get("state") if request.GET.get("state") in WorkReportState.values else ""
    rows = rules.visible_reports(request.user)
    found = page(
        listed(rows.filter(state=state) if state else rows), order=("-last_day", "-id"), after=request.GET.get("after", ""), size=50
    )
    context = {
        "page": found,
        "tabs": _tabs(state),
        "reads_all": rules.can_read_all(request.user),
        "may_prepare": rules.can_prepare(request.user),
        "choices": _choices(request) if rules.can_prepare(request.user) else [],
        "errors": errors,
        "today": clock.today(),
    }
    return render(request, "reports/list.html", context, status=422 if errors else 200)


def _tabs(state: str) -> list[dict[str, Any]]:
    rows = [{"url": "?", "label": _("All"), "count": None, "current": not state}]
    return rows + [
        {"url": f"?state={each.value}", "label": each.label, "count": None, "current": state == each} for each in WorkReportState
    ]


def _choices(request: HttpRequest) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """For each template its periods, newest first: value, words, whether there is a report already."""
    found = []
    for plan in visible_plans(request.user)[:3]:
        for template in templates_of(plan):
            taken = set(template.reports.values_list("period", flat=True))
            periods: list[Period] = periods_of(template)[:MOST_PERIODS]
            language = get_language() or "zh-hans"
            options = [(f"{template.pk}:{each.key}", f"{template.title} · {each.words(language)}", each.key in taken) for each in periods]
            if options:
                found.append((plan.title, options))
    return found


def _drafted(request: HttpRequest) -> WorkReport:
    rules.can_prepare(request.user).require()
    pk, _colon, period = request.POST.get("which", "").partition(":")
    template = next((each for plan in visible_plans(request.user) for each in templates_of(plan) if str(each.pk) == pk), None)
    if template is None:
        raise Invalid({"which": _("Choose a report and its period.")})
    return draft_report(actor=request.user, template=template, period=period)


# --- one report -----------------------------------------------------------------------------
def visible(request: HttpRequest, pk: int) -> WorkReport:
    return get_object_or_404(rules.visible_reports(request.user).select_related("plan", "template", "created_by"), pk=pk)


@never_cache
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    report = visible(request, pk)
    return render(request, "reports/detail.html", shown(request, report))


@never_cache
@require_safe
def preview(request: HttpRequest, pk: int, language: str, kind: str) -> HttpResponse:
    """The file as it would be signed, marked as a draft."""
    report = visible(request, pk)
    rules.can_read_all(request.user).require()
    data = data_of(report)
    if language not in report.languages or kind not in FileKind.values or data is None:
        raise Http404
    try:
        content = file_of(report, data, FileKind(kind), language)
    except DocumentError as problem:
        raise Conflict(str(problem)) from problem
    return _answer(content, kind, f"{report.template.code}-{report.period}-{language}-draft.{kind}")


@never_cache
@require_safe
def signed_file(request: HttpRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(ReportFile.objects.select_related("report__template"), pk=pk)
    report = visible(request, kept.report_id)
    if not rules.visible_files(request.user, report).filter(pk=pk).exists():
        raise Http404
    return _answer(bytes(kept.content), kept.kind, kept.name)


def _answer(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=TYPES[FileKind(kind)])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
