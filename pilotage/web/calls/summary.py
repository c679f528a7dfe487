"""The recommender's summary table on paper and as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from pilotage.accounts.rules import has_role
from pilotage.calls import scope, selectors
from pilotage.calls.papers import summary as summary_table
from pilotage.calls.papers import summary_paper
from pilotage.core import keyset
from pilotage.core.verdict import Refused
from pilotage.web.calls.lists import table_response
from pilotage.web.calls.papers import paper_response
from pilotage.web.calls.recommend import place_of

_READERS = (*scope.RECOMMENDING, *scope.CENTRAL)


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


@require_safe
def summary_paper_of_desk(request: HttpRequest) -> HttpResponse:
    place = place_of(request)
    name = f"summary-{place.call.slug}-{place.recommender.code}.pdf"
    return paper_response(name, lambda: summary_paper.paper_of_desk(place.call, place.recommender))


@require_safe
def sent_lists(request: HttpRequest) -> HttpResponse:
    """Every list that was sent, newest first, as paper and as a table; of one call with ``call=``."""
    if not has_role(request.user, *_READERS):
        raise Refused(_("This desk belongs to another role."))
    found = summary_paper.visible_lists(request.user)
    slug = request.GET.get("call", "")
    page = keyset.page(found.filter(call__slug=slug) if slug else found, order=("-sent_at", "-id"), after=request.GET.get("after", ""))
    return render(request, "calls/sent_lists.html", {"page": page, "lists": page.rows, "slug": slug})


@require_safe
def list_table(request: HttpRequest, pk: int) -> HttpResponse:
    """The same rows as the paper of the list."""
    sent = get_object_or_404(summary_paper.visible_lists(request.user), pk=pk)
    with override(summary_paper.OFFICIAL):
        columns = [str(label) for _name, label in summary_table.SUMMARY_COLUMNS]
        title = _("%(call)s: summary table, %(recommender)s") % {"call": sent.call, "recommender": sent.recommender}
    name = f"summary-{sent.call.slug}-{sent.recommender.code}-{sent.number}"
    return table_response("xlsx", name, columns, summary_paper.rows_of(sent), title)


@require_safe
def list_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A list as it was sent, for the two seals; always in Chinese."""
    sent = get_object_or_404(summary_paper.visible_lists(request.user), pk=pk)
    name = f"summary-{sent.call.slug}-{sent.recommender.code}-{sent.number}.pdf"
    return paper_response(name, lambda: summary_paper.paper_of_list(sent))
