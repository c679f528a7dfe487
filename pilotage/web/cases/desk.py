"""Where cases stand: for the secretariat all of them, for an enterprise its own; and what a case could be begun of."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.calls.models import Application
from pilotage.calls.rules import visible_applications
from pilotage.core.keyset import page
from pilotage.core.search import match
from pilotage.publications.cases import rules, services
from pilotage.publications.cases.enums import CaseCommentState, CaseState
from pilotage.publications.cases.models import CaseStudy
from pilotage.web.cases.shown import place

GROUPS = (
    ("writing", (CaseState.DRAFT, CaseState.REVISING)),
    ("agreed", (CaseState.AGREED,)),
    ("published", (CaseState.PUBLISHED,)),
    ("down", (CaseState.UNPUBLISHED, CaseState.DISCARDED)),
)
OFFERED = 12


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    rules.can_see_desk(request.user).require()
    cases = rules.visible_cases(request.user)
    group = request.GET.get("group", "")
    wanted = dict(GROUPS).get(group)
    text = request.GET.get("q", "").strip()[:100]
    listed = cases.filter(state__in=wanted) if wanted else cases
    if text:
        listed = listed.filter(Q(number__icontains=text) | Q(title_zh__icontains=text) | Q(enterprise_name__icontains=text))
    open_comments = Count("comments", filter=Q(comments__state=CaseCommentState.OPEN))
    listed = listed.select_related("province", "prefecture").annotate(open_comments=open_comments)
    counts = dict(cases.order_by().values_list("state").annotate(count=Count("pk")))
    pages = page(listed, order=("-id",), after=request.GET.get("after", ""), size=50)
    context = {
        "page": pages,
        "rows": [(case, place(case)) for case in pages.rows],
        "tabs": _tabs(counts, group),
        "text": text,
        "group": group,
        "offered": _offered(request.user, request.GET.get("new", "")),
        "new": request.GET.get("new", "")[:100],
        "total": sum(counts.values()),
    }
    return render(request, "cases/desk.html", context)


def _tabs(counts: dict[str, int], group: str) -> list[dict[str, Any]]:
    names = {
        "writing": _("Being written"),
        "agreed": _("To be published"),
        "published": _("Published"),
        "down": _("Taken down or discarded"),
    }
    tabs = [{"url": "?", "label": _("All"), "count": sum(counts.values()), "current": not group}]
    return tabs + [
        {"url": f"?group={key}", "label": names[key], "count": sum(counts.get(state, 0) for state in states), "current": group == key}
        for key, states in GROUPS
    ]


def _offered(actor: Any, text: str) -> list[Application]:
    """Projects of which no case has been begun, those the actor may begin one of. One query, more for the actor's reach."""
    if not rules.may_begin(actor):
        return []
    known = CaseStudy.objects.exclude(state=CaseState.DISCARDED).exclude(application=None).values("application_id")
    told = visible_applications(actor).filter(state__in=sorted(rules.TELLABLE), kind="new").exclude(pk__in=known)
    return list(match(told, text.strip()[:100]).select_related("enterprise", "call").order_by("-id")[:OFFERED])


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    application = get_object_or_404(
        visible_applications(request.user).select_related("call", "version", "enterprise"), number=request.POST.get("application", "")
    )
    case = services.start_case(actor=request.user, application=application)
    return redirect("cases:edit", case.number)
