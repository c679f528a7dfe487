"""Handing over a document for a deliverable target, and deciding on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.core import incoming
from pilotage.core.transitions import may, table_for
from pilotage.core.verdict import Invalid
from pilotage.plan.enums import TargetKind
from pilotage.plan.models import Deliverable, Measure
from pilotage.plan.work import files as work_files
from pilotage.plan.work import rules as work_rules
from pilotage.plan.work import services as work_services
from pilotage.web.measures import common

FIELDS = ("target", "title_zh", "title_en", "number", "delivered_on", "address")


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    measure = common.measure_of(request, slug, code)
    work_rules.can_propose(request.user, measure).require()
    if request.method != "POST":
        return _form(request, measure, {})
    values = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        row = work_services.propose_deliverable(actor=request.user, measure=measure, target_code=values["target"], values=values)
    except Invalid as error:
        return _form(request, measure, error.errors)
    return _with_file(request, row)


def _with_file(request: HttpRequest, row: Deliverable) -> HttpResponse:
    """A file that is refused does not lose the document: it stands on its page, where another can be added."""
    for upload in request.FILES.getlist("file"):
        try:
            work_files.add_file(actor=request.user, work=row, upload=upload)
        except Invalid as error:
            messages.error(request, str(error))
    messages.success(request, _("Handed over: %(title)s") % {"title": row.title})
    return redirect("measures:deliverable", pk=row.pk)


def _form(request: HttpRequest, measure: Measure, errors: dict[str, str]) -> HttpResponse:
    context = {
        "measure": measure,
        "targets": list(measure.targets.filter(kind=TargetKind.DELIVERABLE).order_by("position", "id")),
        "values": {name: request.POST.get(name, "") for name in FIELDS},
        "errors": errors,
        "accept": ",".join(f".{kind}" for kind in incoming.PAPERS),
        "crumbs": common.work_crumbs(measure, (_("Hand over a document"), "")),
    }
    return render(request, "measures/deliverable_new.html", context, status=422 if errors else 200)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def deliverable(request: HttpRequest, pk: int) -> HttpResponse:
    rows = work_rules.visible_deliverables(request.user).select_related("plan", "proposed_by", "decided_by")
    row = get_object_or_404(rows, pk=pk)
    if row.measure is None:
        raise Http404
    if request.method == "POST":
        return _act(request, row)
    return _page(request, row)


def _act(request: HttpRequest, row: Deliverable) -> HttpResponse:
    verb, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    try:
        if verb == "file":
            for upload in request.FILES.getlist("file"):
                work_files.add_file(actor=request.user, work=row, upload=upload)
        elif verb in table_for(row).by_verb:
            work_services.decide_deliverable(actor=request.user, deliverable=row, verb=verb, reason=reason)
        else:
            raise Http404
    except Invalid as error:
        return _page(request, row, error.errors, reason)
    messages.success(request, _("Saved."))
    return redirect("measures:deliverable", pk=row.pk)


def _page(request: HttpRequest, row: Deliverable, errors: dict[str, str] | None = None, typed: str = "") -> HttpResponse:
    measure = common.measure_of(request, row.plan.slug, row.measure_code)
    row.measure = measure
    context: dict[str, Any] = {
        "deliverable": row,
        "measure": measure,
        "target": measure.targets.filter(code=row.target_code).first(),
        "files": list(work_rules.visible_files(request.user).filter(deliverable=row)),
        "may_add": work_files.can_change_files(request.user, row),
        "accept": ",".join(f".{kind}" for kind in incoming.PAPERS),
        "acts": [(each, each.rule(request.user, row)) for each in table_for(row).verbs_from(row.state)],
        "may_any": any(may(request.user, row, each.verb) for each in table_for(row).verbs_from(row.state)),
        "errors": errors or {},
        "typed": typed,
        "crumbs": common.work_crumbs(measure, (row.title, "")),
    }
    return render(request, "measures/deliverable.html", context, status=422 if errors else 200)
