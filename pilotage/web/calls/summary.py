"""The recommender's summary table on paper and as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pilotage.calls import selectors
from pilotage.calls import summary as summary_table
from pilotage.web.calls.lists import table_response
from pilotage.web.calls.recommend import place_of


@require_safe
def summary(request: HttpRequest) -> HttpResponse:
    """The table for stamping: nothing but what goes on paper."""
    place = place_of(request)
    values = {
        "desk": place,
        "call": place.call,
        "recommender": place.recommender,
        "columns": summary_table.SUMMARY_COLUMNS,
        "lines": [line.cells() for line in summary_table.summary_rows(place.call, place.recommender)],
        "status": selectors.quota_status(place.call, place.recommender),
    }
    return render(request, "calls/summary_print.html", values)


@require_safe
def summary_export(request: HttpRequest) -> HttpResponse:
    place = place_of(request)
    found = [line.cells() for line in summary_table.summary_rows(place.call, place.recommender)]
    columns = [str(label) for _name, label in summary_table.SUMMARY_COLUMNS]
    title = _("%(call)s: summary table, %(recommender)s") % {"call": place.call, "recommender": place.recommender}
    return table_response("xlsx", f"summary-{place.call.slug}-{place.recommender.code}", columns, found, title)
