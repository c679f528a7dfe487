"""Adding milestones of a unit's own, and saying when one was reached."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pilotage.core.verdict import Invalid
from pilotage.plan.models import Milestone
from pilotage.plan.work import services as work_services
from pilotage.web.measures import common
from pilotage.web.measures.detail import page


@require_POST
def add(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    measure = common.measure_of(request, slug, code)
    try:
        made = work_services.add_milestone(actor=request.user, measure=measure, values=request.POST)
    except Invalid as error:
        return page(request, measure, error.errors, "milestone")
    messages.success(request, _("Added: %(title)s") % {"title": made.title})
    return redirect(f"{common.page_of(measure)}#milestones")


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """``do``: complete, reopen or drop. Milestones are public, so who may not change one is told why."""
    milestone = get_object_or_404(Milestone.objects.select_related("plan"), pk=pk, removed_at__isnull=True)
    if milestone.measure is None:
        raise Http404
    measure, reason, verb = milestone.measure, request.POST.get("reason", ""), request.POST.get("do")
    try:
        if verb == "complete":
            work_services.complete_milestone(actor=request.user, milestone=milestone, done_on=request.POST.get("done_on"))
        elif verb == "reopen":
            work_services.reopen_milestone(actor=request.user, milestone=milestone, reason=reason)
        elif verb == "drop":
            work_services.drop_milestone(actor=request.user, milestone=milestone, reason=reason)
        else:
            raise Http404
    except Invalid as error:
        return page(request, common.measure_of(request, milestone.plan.slug, milestone.measure_code), error.errors, f"milestone-{pk}")
    messages.success(request, _("Saved: %(title)s") % {"title": milestone.title})
    return redirect(f"{common.page_of(measure)}#milestones")
