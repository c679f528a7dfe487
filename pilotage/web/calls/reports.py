"""The officers' page of reports: every period in numbers, who has filed, and reminding those who have not."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import Role
from pilotage.calls import rules, selectors, services
from pilotage.calls.forms.fields import in_sequence
from pilotage.calls.models import Application, Call
from pilotage.calls.reports import selectors as reports
from pilotage.calls.reports.periods import period_title, report_stage
from pilotage.calls.reports.selectors import PeriodCount
from pilotage.core import keyset
from pilotage.core.verdict import Invalid
from pilotage.web.calls import context, desks
from pilotage.web.calls.filters import LIST_COLUMNS, LIST_JOINS
from pilotage.web.calls.rows import DASH, Row, signs

READERS = (*reports.OFFICERS, Role.AUDITOR)
_ORDER = ("province_id", "enterprise__name_zh", "id")


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    desks.require_role(request, *READERS)
    call, calls = _call(request)
    if call is None:
        return render(request, "calls/no_call.html", {"title": _("Reports")})
    counts = reports.counts(request.user, call)
    chosen = _chosen(request, counts)
    if request.method == "POST" and chosen is not None:
        return _remind(request, call, chosen)
    return _page(request, call, calls, counts, chosen)


def _call(request: HttpRequest) -> tuple[Call | None, list[Call]]:
    """The call asked for, else the one whose reports fall due next; only calls that ask for reports."""
    calls = [call for call in context.calls_for(request) if report_stage(call)]
    asked = request.GET.get("call") or request.POST.get("call")
    if asked:
        chosen = next((call for call in calls if call.slug == asked), None)
        if chosen is None:
            raise Http404
        return chosen, calls
    with_projects = set(reports.holders().filter(pk__in=_visible(request)).values_list("call", flat=True)) if len(calls) > 1 else set()
    return next((call for call in calls if call.pk in with_projects), next(iter(calls), None)), calls


def _visible(request: HttpRequest) -> QuerySet[Application]:
    return rules.visible_applications(request.user).order_by().values("pk")


def _chosen(request: HttpRequest, counts: list[PeriodCount]) -> PeriodCount | None:
    asked = request.GET.get("period") or request.POST.get("period")
    if not asked:
        return next(iter(counts), None)
    found = next((each for each in counts if each.period.key == asked), None)
    if found is None:
        raise Http404
    return found


# --- the page -------------------------------------------------------------------------------
GROUPS = ("missing", "to_check", "to_confirm", "returned", "confirmed", "all")


def _labels() -> dict[str, str]:
    return {
        "missing": _("Not filed"),
        "to_check": _("To check"),
        "to_confirm": _("To confirm"),
        "returned": _("Returned"),
        "confirmed": _("Confirmed"),
        "all": _("All"),
    }


def _page(
    request: HttpRequest,
    call: Call,
    calls: list[Call],
    counts: list[PeriodCount],
    chosen: PeriodCount | None,
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    values: dict[str, Any] = {"call": call, "calls": calls, "counts": counts, "chosen": chosen, "errors": errors or {}}
    if chosen is not None:
        values |= _list(request, call, chosen)
    values["periods"] = [{"count": each, "title": period_title(each.period.key), "url": _url(call, each.period.key)} for each in counts]
    return render(request, "calls/report_desk.html", values, status=422 if errors else 200)


def _url(call: Call, period: str, group: str = "") -> str:
    return f"{reverse('calls:report-desk')}?call={call.slug}&period={period}{f'&tab={group}' if group else ''}"


def _list(request: HttpRequest, call: Call, chosen: PeriodCount) -> dict[str, Any]:
    key, group = chosen.period.key, request.GET.get("tab", "")
    group = group if group in GROUPS else "missing"
    projects = reports.in_group(reports.visible_holders(request.user, call), key, group)
    lean = reports.with_report(projects.select_related(*LIST_JOINS).only(*LIST_COLUMNS), key)
    page = keyset.page(lean, order=_ORDER, after=request.GET.get("after", ""))
    selectors.share_relations(page.rows)
    labels, may_remind = _labels(), reports.can_be_reminded(call, key)
    rows = [_row(request, project, bool(may_remind)) for project in page.rows]
    return {
        "tab": group,
        "title": period_title(key),
        "tabs": [
            {"url": _url(call, key, each), "label": labels[each], "count": chosen.of(each), "current": each == group} for each in GROUPS
        ],
        "page": page,
        "rows": rows,
        "total": chosen.of(group),
        "remind_verdict": may_remind,
        "can_act": any(row["may_remind"] for row in rows),
        "waiting": chosen.missing + chosen.of("returned"),
    }


def _row(request: HttpRequest, project: Any, is_open: bool) -> dict[str, Any]:
    owes = project.report_state is None or project.report_state in reports.FILED["returned"]
    return {
        "row": Row(project, {}),
        "sign": signs("application", project.report_state) if project.report_state else DASH,
        "report_url": reverse("calls:application-detail", args=[project.report_number]) if project.report_number else "",
        "filed_at": project.report_filed_at,
        "marked": project.report_flags or 0,
        "reminded_on": project.reminded_on,
        "may_remind": is_open and owes and bool(reports.may_remind(request.user, project)),
    }


# --- reminding ------------------------------------------------------------------------------
def _remind(request: HttpRequest, call: Call, chosen: PeriodCount) -> HttpResponse:
    key, visible = chosen.period.key, reports.visible_holders(request.user, call)
    if request.POST.get("do") == "all":
        found = list(reports.not_filed(visible, key).order_by("pk")[: desks.BULK_AT_MOST])
    else:
        ids = [int(value) for value in request.POST.getlist("ids") if value.isdigit()][: desks.BULK_AT_MOST]
        found = list(visible.filter(pk__in=ids).order_by("pk"))
        if len(found) != len(set(ids)):
            raise Http404
    selectors.share_relations(found)
    try:
        done = services.remind_of_report(actor=request.user, projects=found, period=key)
    except Invalid as error:
        counts = reports.counts(request.user, call)
        return _page(request, call, _call(request)[1], counts, chosen, error.errors)
    messages.success(request, _said(done))
    return redirect(_url(call, key, request.POST.get("tab", "")))


def _said(done: services.Reminded) -> str:
    said = [ngettext("%(count)s enterprise was reminded.", "%(count)s enterprises were reminded.", done.sent) % {"count": done.sent}]
    if done.today:
        text = ngettext("%(count)s had been reminded today.", "%(count)s had been reminded today.", done.today)
        said.append(text % {"count": done.today})
    if done.filed:
        said.append(ngettext("%(count)s has filed.", "%(count)s have filed.", done.filed) % {"count": done.filed})
    return in_sequence(said)
