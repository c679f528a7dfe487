"""The public pages of a notice: the list of notices, one notice, the notice on paper."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pilotage.core.documents import DocumentError
from pilotage.core.keyset import page
from pilotage.core.verdict import Conflict
from pilotage.directory import rules
from pilotage.directory.models import PublicNotice
from pilotage.directory.notice_paper import paper as paper_of
from pilotage.directory.notice_period import period
from pilotage.directory.selectors.notices import rows_of, with_counts

SIZE = 20


@login_not_required
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    notices = with_counts(rules.visible_notices(request.user)).select_related("call")
    found = page(notices, order=("-opens_at", "-id"), after=request.GET.get("after", ""), size=SIZE)
    lines = [{"notice": notice, "may_object": rules.can_object(notice)} for notice in found]
    return render(request, "notices/notice_list.html", {"page": found, "lines": lines})


def visible_notice(request: HttpRequest, number: str) -> PublicNotice:
    notices = with_counts(rules.visible_notices(request.user)).select_related("call__plan")
    return get_object_or_404(notices, number=number)


@login_not_required
@require_safe
def notice_detail(request: HttpRequest, number: str) -> HttpResponse:
    notice = visible_notice(request, number)
    text = request.GET.get("q", "").strip()[:100]
    rows = list(rows_of(notice, text))
    chain_number, _space, chain_digest = notice.chain_head.partition(" ")
    context = {
        "notice": notice,
        "period": period(notice.opens_at, notice.closes_at),
        "rows": rows,
        "text": text,
        "may_object": rules.can_object(notice),
        "chain_number": chain_number,
        "chain_digest": chain_digest,
        "editions": [e for e in notice.editions.select_related("directory").order_by("id") if e.state == "published"],
        "sees_all": rules.sees_all(request.user),
    }
    return render(request, "notices/notice_detail.html", context)


@login_not_required
@require_safe
def notice_paper(request: HttpRequest, number: str) -> HttpResponse:
    notice = visible_notice(request, number)
    try:
        content = paper_of(notice)
    except DocumentError as error:
        raise Conflict(str(error)) from None
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{notice.number}.pdf"'
    return response
