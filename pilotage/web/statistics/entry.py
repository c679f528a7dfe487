"""Entering figures in a grid: one reporter over its periods, or a province's cities in one period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.statistics import rules, services
from pilotage.statistics.definition import shown
from pilotage.statistics.enums import ReturnState
from pilotage.statistics.models import DataSet, Return, Value
from pilotage.statistics.reporters import Reporter, reporters_of
from pilotage.statistics.services import BadEntries, Entry, Saved
from pilotage.statistics.spans import Span
from pilotage.web.statistics import words
from pilotage.web.statistics.access import entered_by, own_data_set
from pilotage.web.statistics.desk import return_url

COLUMNS = 4
Key = tuple[str, str, str]


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, slug: str) -> HttpResponse:
    data_set = own_data_set(request, slug)
    reporters = entered_by(request.user, data_set, reporters_of(data_set))
    if not reporters:
        raise PermissionDenied(_("You do not enter figures of this data set; you read and approve them."))
    if request.method == "POST":
        return _save(request, data_set, reporters)
    return _page(request, data_set, reporters)


# --- which rows and columns -------------------------------------------------------------------
def _chosen(request: HttpRequest, data_set: DataSet, reporters: Sequence[Reporter]) -> tuple[list[Reporter], list[Span], Span | None]:
    """One reporter over several periods, or all of them in one; the period that is asked for, else the newest."""
    spans = data_set.definition.spans(clock.today())
    if not spans:
        return list(reporters[:1]), [], None
    asked = request.GET.get("period") or request.POST.get("shown") or spans[-1].key
    chosen = next((span for span in spans if span.key == asked), None)
    if chosen is None:
        raise Http404
    wanted = request.GET.get("reporter") or request.POST.get("only") or ""
    one = [reporter for reporter in reporters if reporter.code == wanted] or (list(reporters) if len(reporters) == 1 else [])
    if not one:
        return list(reporters), [chosen], chosen
    index = spans.index(chosen)
    first = max(0, min(index - COLUMNS // 2 + 1, len(spans) - COLUMNS))
    return one, spans[first : first + COLUMNS], chosen


def _page(
    request: HttpRequest,
    data_set: DataSet,
    reporters: Sequence[Reporter],
    typed: Mapping[Key, str] | None = None,
    faults: Mapping[Key, str] | None = None,
) -> HttpResponse:
    rows, spans, chosen = _chosen(request, data_set, reporters)
    reports = _reports(data_set, rows, spans)
    is_one = len(rows) == 1
    lines = _lines(request, data_set, rows, spans, reports, typed or {}, faults or {})
    heads = _heads(data_set, rows, spans, reports)
    _hide_past(heads, lines, spans, chosen)
    values = {
        "data_set": data_set,
        "is_one": is_one,
        "reporter": rows[0] if is_one else None,
        "only": rows[0].code if is_one and len(reporters) > 1 else "",
        "spans": [{"key": span.key, "title": words.period(span)} for span in spans],
        "shown": chosen.key if chosen else "",
        "chosen": words.period(chosen) if chosen else "",
        "choices": [{"key": span.key, "title": words.period(span)} for span in reversed(data_set.definition.spans(clock.today()))],
        "errors": {_field(key): sentence for key, sentence in (faults or {}).items()},
        "open": [each for each in reports.values() if each.is_open_to_reporter],
        "needs_why": any(report.state == ReturnState.UNLOCKED for report in reports.values()),
        "why": request.POST.get("why", ""),
        "heads": heads,
        "lines": lines,
        "may_save": any(cell["is_open"] for line in lines for cell in line["cells"]),
    }
    return render(request, "statistics/entry.html", values, status=422 if faults else 200)


def _hide_past(heads: list[dict[str, Any]], lines: list[dict[str, Any]], spans: Sequence[Span], chosen: Span | None) -> None:
    """On a phone only the period asked for and those still open stand beside the names."""
    for index, head in enumerate(heads):
        cells = [line["cells"][index] for line in lines]
        head["is_past"] = len(spans) > 1 and spans[index] != chosen and not any(cell["is_open"] for cell in cells)
        for cell in cells:
            cell["is_past"] = head["is_past"]


def _reports(data_set: DataSet, reporters: Sequence[Reporter], spans: Sequence[Span]) -> dict[tuple[str, str], Return]:
    codes, keys = [each.code for each in reporters], [span.key for span in spans]
    rows = Return.objects.filter(data_set=data_set, reporter__in=codes, period__in=keys).select_related("version").order_by("pk")
    return {(report.reporter, report.period): report for report in rows}


def _heads(
    data_set: DataSet, reporters: Sequence[Reporter], spans: Sequence[Span], reports: Mapping[tuple[str, str], Return]
) -> list[dict[str, Any]]:
    if len(reporters) > 1:
        return [{"title": each.title, "unit": each.unit, "report": None, "url": ""} for each in data_set.definition.elements.values()]
    heads = []
    for span in spans:
        report = reports.get((reporters[0].code, span.key))
        url = return_url(data_set, report.reporter, report.period) if report else ""
        due = span.due_on(data_set.definition.deadline_days)
        heads.append({"title": words.period(span), "unit": "", "report": report, "url": url, "due": due, "is_late": due < clock.today()})
    return heads


def _lines(
    request: HttpRequest,
    data_set: DataSet,
    reporters: Sequence[Reporter],
    spans: Sequence[Span],
    reports: Mapping[tuple[str, str], Return],
    typed: Mapping[Key, str],
    faults: Mapping[Key, str],
) -> list[dict[str, Any]]:
    figures = _figures(reports)
    elements = data_set.definition.elements

    def cell(reporter: Reporter, span: Span, code: str) -> dict[str, Any]:
        report, key = reports.get((reporter.code, span.key)), (reporter.code, span.key, code)
        is_own = report is None or bool(rules.may_report(request.user, report))
        is_open = is_own and (report is None or report.is_open_to_reporter)
        label = f"{reporter.name} {words.period(span)} {elements[code].title}"
        # what somebody else is still writing is not shown
        value = figures.get(key) if is_own or (report is not None and not report.is_open_to_reporter) else None
        return {
            "name": f"v|{'|'.join(key)}", "id": f"f-{_field(key)}", "value": typed.get(key, shown(value)), "text": words.figure(value),
            "is_open": is_open, "label": label, "fault": faults.get(key, ""), "element": elements[code],
        }  # fmt: skip

    if len(reporters) == 1:
        return [
            {"title": each.title, "unit": each.unit, "help": each.help, "url": "", "report": None,
             "cells": [cell(reporters[0], span, code) for span in spans]}
            for code, each in elements.items()
        ]  # fmt: skip
    lines = []
    for reporter in reporters:
        report = reports.get((reporter.code, spans[0].key)) if spans else None
        url = return_url(data_set, reporter.code, report.period) if report and _sees(request, report) else ""
        cells = [cell(reporter, spans[0], code) for code in elements] if spans else []
        lines.append({"title": reporter.name, "unit": "", "help": "", "url": url, "report": report if url else None, "cells": cells})
    return lines


def _sees(request: HttpRequest, report: Return) -> bool:
    return report.state != ReturnState.DRAFT or bool(rules.may_report(request.user, report))


def _figures(reports: Mapping[tuple[str, str], Return]) -> dict[Key, Decimal | None]:
    rows = Value.objects.filter(report__in=[report.pk for report in reports.values()]).order_by("pk")
    return {
        (reporter, period, code): value
        for reporter, period, code, value in rows.values_list("report__reporter", "report__period", "element", "current")
    }


def _field(key: Key) -> str:
    return "-".join(part for part in key if part)


# --- saving -----------------------------------------------------------------------------------
def posted(request: HttpRequest) -> tuple[list[Entry], dict[Key, str]]:
    """``v|reporter|period|element`` fields, and ``e|reporter|period``: the edition that was on screen."""
    typed: dict[Key, str] = {}
    figures: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, value in request.POST.items():
        parts = name.split("|")
        if parts[0] == "v" and len(parts) == 4:
            typed[parts[1], parts[2], parts[3]] = str(value)
            figures[parts[1], parts[2]][parts[3]] = str(value)
    entries = []
    for (reporter, period), given in figures.items():
        edition = request.POST.get(f"e|{reporter}|{period}", "")
        entries.append(Entry(reporter, period, given, int(edition) if edition.isdigit() else None))
    return entries, typed


def _save(request: HttpRequest, data_set: DataSet, reporters: Sequence[Reporter]) -> HttpResponse:
    entries, typed = posted(request)
    try:
        saved = services.save_entries(actor=request.user, data_set=data_set, entries=entries, why=request.POST.get("why", ""))
    except BadEntries as error:
        return _page(request, data_set, reporters, typed, error.faults)
    except Invalid as error:
        return _page(request, data_set, reporters, typed, {("", "", key): sentence for key, sentence in error.errors.items()})
    _say(request, saved)
    changed = [each for each in saved if each.written]
    if len(changed) == 1:
        return redirect(return_url(data_set, changed[0].report.reporter, changed[0].report.period))
    return redirect(
        f"{reverse('statistics:entry', args=[data_set.slug])}?period={request.POST.get('shown', '')}&reporter={request.POST.get('only', '')}"
    )


def _say(request: HttpRequest, saved: Sequence[Saved]) -> None:
    count = sum(len(each.written) for each in saved)
    if not count:
        messages.info(request, _("Nothing was changed."))
        return
    messages.success(request, ngettext("%(count)s figure was saved.", "%(count)s figures were saved.", count) % {"count": count})
    asked = sum(1 for each in saved for flag in each.flags if not flag.answer)
    if asked:
        text = ngettext(
            "%(count)s figure is unusual. Say why before handing in.", "%(count)s figures are unusual. Say why before handing in.", asked
        )
        messages.warning(request, text % {"count": asked})
