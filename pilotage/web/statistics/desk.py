"""The desk of reported figures: what I owe, what waits for my approval, how complete the periods are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core import clock
from pilotage.statistics import rules, selectors, services
from pilotage.statistics.enums import WAITING
from pilotage.statistics.models import DataSet, Return
from pilotage.statistics.reporters import Reporter, reporters_of_many
from pilotage.web.statistics import words

READERS = (Role.CITY_OFFICER, Role.PROVINCE_OFFICER, Role.UNIT_OFFICER, Role.SECRETARIAT, Role.AUDITOR)
PERIODS, OWED_PERIODS, BULK_AT_MOST, MOST_ROWS = 6, 13, 500, 40
PHONE_PERIODS = 4


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    if not has_role(request.user, *READERS):
        raise PermissionDenied(_("This desk is for those who report or approve figures."))
    if request.method == "POST":
        return _approve(request)
    data_sets = list(rules.visible_data_sets(request.user))
    reporters = reporters_of_many(data_sets)
    reports = _reports(request, data_sets)
    values = {
        "owed": _owed(request, data_sets, reporters, reports),
        "waiting": _waiting(request, data_sets, reporters, reports),
        "grids": [_grid(request, data_set, reporters[data_set.pk], reports[data_set.pk]) for data_set in data_sets],
        "data_sets": data_sets,
    }
    return render(request, "statistics/desk.html", values)


def _reports(request: HttpRequest, data_sets: Sequence[DataSet]) -> dict[int, list[Return]]:
    """The returns the reader sees of the last periods, by data set. One query."""
    first = min((spans[-OWED_PERIODS:][0].starts_on for each in data_sets if (spans := each.definition.spans(clock.today()))), default=None)
    found: dict[int, list[Return]] = defaultdict(list)
    if first is not None:
        rows = rules.visible_returns(request.user).filter(data_set__in=data_sets, starts_on__gte=first).select_related("version")
        for report in rows.order_by("starts_on", "reporter"):
            found[report.data_set_id].append(report)
    return found


def _owed(
    request: HttpRequest, data_sets: Sequence[DataSet], reporters: dict[int, list[Reporter]], reports: dict[int, list[Return]]
) -> list[dict[str, Any]]:
    codes, today, lines = rules.own_codes(request.user), clock.today(), []
    for data_set in data_sets:
        own = [reporter for reporter in reporters[data_set.pk] if reporter.code in codes]
        for each in selectors.owed(data_set, own, reports[data_set.pk], today, last=OWED_PERIODS):
            lines.append(
                {
                    "owed": each,
                    "period": words.period(each.span),
                    "is_late": each.is_late(today),
                    "url": f"{reverse('statistics:entry', args=[data_set.slug])}?reporter={each.reporter.code}&period={each.span.key}",
                }
            )
    return sorted(lines, key=lambda line: (line["owed"].due_on, line["owed"].data_set.slug, line["owed"].reporter.code))


def _waiting(
    request: HttpRequest, data_sets: Sequence[DataSet], reporters: dict[int, list[Reporter]], reports: dict[int, list[Return]]
) -> list[dict[str, Any]]:
    lines = []
    for data_set in data_sets:
        names = {reporter.code: reporter.name for reporter in reporters[data_set.pk]}
        for report in reports[data_set.pk]:
            if report.state in WAITING and rules.may_decide(request.user, report):
                lines.append(
                    {
                        "report": report,
                        "data_set": data_set,
                        "name": names.get(report.reporter, report.reporter),
                        "period": words.period(report.span),
                        "url": return_url(data_set, report.reporter, report.period),
                    }
                )
    return lines


def return_url(data_set: DataSet, reporter: str, period: str) -> str:
    return reverse("statistics:return", args=[data_set.slug, reporter, period])


def _grid(request: HttpRequest, data_set: DataSet, reporters: Sequence[Reporter], reports: Iterable[Return]) -> dict[str, Any]:
    found = grid(request, data_set, reporters, reports, PERIODS)
    if found["total"] > MOST_ROWS:  # the whole grid stands on the data set's own page
        found["rows"] = []
    return found


def grid(request: HttpRequest, data_set: DataSet, reporters: Sequence[Reporter], reports: Iterable[Return], last: int) -> dict[str, Any]:
    """Reporters by periods, of those the reader oversees."""
    definition, today = data_set.definition, clock.today()
    spans = definition.spans(today)[-last:]
    seen = [each for each in reporters if rules.sees_all(request.user) or rules.may_report_for(request.user, definition, each)]
    rows = selectors.completeness(reports, seen, spans, today, definition.deadline_days)
    heads = [
        {
            "short": words.short_period(span),
            "title": words.period(span),
            "is_old": index < len(spans) - PHONE_PERIODS,
            "count": sum(
                1 for row in rows if row.cells[index].report is not None and row.cells[index].report.state not in selectors.NOT_HANDED_IN
            ),
        }
        for index, span in enumerate(spans)
    ]
    lines = [
        {
            "name": row.reporter.name,
            "cells": [_cell(data_set, row.reporter, cell, head["is_old"]) for head, cell in zip(heads, row.cells, strict=True)],
        }
        for row in rows
    ]
    return {"data_set": data_set, "heads": heads, "rows": lines, "total": len(rows)}


def _cell(data_set: DataSet, reporter: Reporter, cell: selectors.Cell, is_old: bool) -> dict[str, Any]:
    url = return_url(data_set, reporter.code, cell.span.key) if cell.report is not None else ""
    word = format_html('<span class="visually-hidden">{}</span>', cell.report.get_state_display()) if cell.report is not None else ""
    return {"report": cell.report, "word": word, "is_late": cell.is_late, "is_old": is_old, "url": url, "period": words.period(cell.span)}


def _approve(request: HttpRequest) -> HttpResponse:
    ids = [int(value) for value in request.POST.getlist("ids") if value.isdigit()][:BULK_AT_MOST]
    reports = list(rules.visible_returns(request.user).filter(pk__in=ids).select_related("version", "data_set").order_by("pk"))
    if not reports:
        messages.info(request, _("Nothing was selected."))
        return redirect("statistics:desk")
    done, refused = services.approve_many(actor=request.user, reports=reports)
    if done:
        messages.success(
            request, ngettext("%(count)s return was approved.", "%(count)s returns were approved.", len(done)) % {"count": len(done)}
        )
    for report, sentence in refused.items():
        messages.warning(request, f"{report.reporter} {report.period}{_(': ')}{sentence}")
    return redirect("statistics:desk")
