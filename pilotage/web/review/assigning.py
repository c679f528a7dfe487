"""The cockpit of assignment: what a run is asked for, how far it is, what it proposes, and the decision about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.tables import Column, write_xlsx
from pilotage.core.verdict import Conflict, Invalid
from pilotage.review import tasks
from pilotage.review.enums import RunState, SeatOrderKind
from pilotage.review.models import AssignmentRun, ExpertProfile, SeatOrder
from pilotage.review.rules import can_manage, visible_runs, visible_selections
from pilotage.review.runs import reading
from pilotage.review.runs import running as runs
from pilotage.review.runs.options import AssignmentParameters
from pilotage.review.runs.words import certificate, refusal
from pilotage.web.downloads import workbook
from pilotage.web.review.assigning_form import RunForm, initial_of
from pilotage.web.review.assigning_panels import preview, progress_panel, supply_panel
from pilotage.web.review.board import call_of

PAGE = "review/assigning.html"
Errors = dict[str, str]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def assigning(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    run = reading.run_to_show(visible_runs(request.user), call, request.GET.get("run", ""))
    if run is not None:
        run.call = call
    if request.method == "POST":
        return _posted(request, call, run)
    if request.htmx and request.htmx.target == "progress":  # type: ignore[attr-defined]
        if run is None or not run.is_working:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(
            request,
            f"{PAGE}#progress",
            {"call": call, "run": run, "progress": progress_panel(run), "may_manage": can_manage(request.user, call)},
        )
    return render(request, PAGE, _context(request, call, run, _form(request, call, run), {}))


def _form(request: HttpRequest, call: Call, run: AssignmentRun | None) -> RunForm:
    """What was asked last; ``near`` (a selection) or ``applications`` (numbers) ask for one more expert for these."""
    asked = AssignmentParameters.from_json(run.parameters) if run else runs.default_parameters(call)
    numbers = _near(request, call) or [n for n in request.GET.get("applications", "").split(",") if n]
    if numbers:
        asked = replace(asked, applications=tuple(numbers), extra=1)
    return RunForm(initial=initial_of(asked))


def _near(request: HttpRequest, call: Call) -> list[str]:
    key = request.GET.get("near", "")
    if not key.isdecimal():
        return []
    return reading.near_numbers(get_object_or_404(visible_selections(request.user), call=call, pk=int(key)))


def _context(request: HttpRequest, call: Call, run: AssignmentRun | None, form: RunForm, errors: Errors) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if run and run.is_working:
        shown["progress"] = progress_panel(run)
    elif run and "error" in run.result:
        error = run.result["error"]
        shown["failure"] = refusal(error["code"], error["facts"], error["sentence"])
    elif run and run.result:
        shown = preview(request, run, visible_runs(request.user))
    orders = reading.orders_of(call)
    return {
        "call": call,
        "run": run,
        "is_outdated": run is not None and bool(shown.get("is_open")) and reading.is_outdated(run, orders),
        "form": form,
        "errors": errors,
        "may_manage": can_manage(request.user, call),
        "is_narrow": "near" in request.GET or "applications" in request.GET,
        "runs": reading.runs_of(visible_runs(request.user), call),
        "orders": orders,
        "supply": supply_panel(call, run),
        "crumbs": [(call.title, reverse("review:board", args=[call.slug])), (_("Assign experts"), "")],
        **shown,
    }


# --- acts -----------------------------------------------------------------------------------
def _posted(request: HttpRequest, call: Call, run: AssignmentRun | None) -> HttpResponse:
    can_manage(request.user, call).require()
    form = RunForm(request.POST) if request.POST.get("act") == "make" else _form(request, call, run)
    try:
        if request.POST.get("act") == "make" and not form.is_valid():
            return render(request, PAGE, _context(request, call, run, form, {}), status=422)
        _act(request, call, run, form)
    except Invalid as problem:
        return render(request, PAGE, _context(request, call, run, form, problem.errors), status=422)
    except Conflict as conflict:
        if run is not None:
            run.refresh_from_db()
        return render(request, PAGE, _context(request, call, run, form, {"": str(conflict)}), status=409)
    back = reverse("review:assigning", args=[call.slug])
    return redirect(f"{back}#seats" if request.POST.get("act") in {"order", "lift"} else back)


def _act(request: HttpRequest, call: Call, run: AssignmentRun | None, form: RunForm) -> None:
    act = request.POST.get("act", "")
    if act == "make":
        _begin(request, runs.make_run(actor=request.user, call=call, parameters=form.parameters()))
    elif act == "order":
        _order(request, call)
    elif act == "lift":
        order = get_object_or_404(SeatOrder.objects.select_related("application__call"), application__call=call, pk=_pk(request, "order"))
        runs.lift_order(actor=request.user, order=order)
    else:
        _decide(request, _posted_run(request, call), act)


def _posted_run(request: HttpRequest, call: Call) -> AssignmentRun:
    """The run whose button was pressed, not whatever is newest by now."""
    run = get_object_or_404(visible_runs(request.user), call=call, pk=_pk(request, "run"))
    run.call = call
    return run


def _pk(request: HttpRequest, name: str) -> int:
    raw = request.POST.get(name, "")
    if not raw.isdecimal():
        raise Http404
    return int(raw)


def _begin(request: HttpRequest, run: AssignmentRun) -> None:
    tasks.solve_run.enqueue(run.pk, request.user.pk)


def _decide(request: HttpRequest, run: AssignmentRun, act: str) -> None:
    if act == "finalise":
        made = runs.finalise_run(actor=request.user, run=run)
        count = len(made.created)
        messages.success(request, ngettext("%(count)s seat filled.", "%(count)s seats filled.", count) % {"count": count})
    elif act == "discard":
        runs.discard_run(actor=request.user, run=run, reason=request.POST.get("reason", ""))
        messages.success(request, _("Run %(number)s is discarded. Nobody has seen it.") % {"number": run.number})
    elif act == "again" and run.is_working and is_silent(run):
        _begin(request, run)


def is_silent(run: AssignmentRun) -> bool:
    return clock.now() - run.updated_at > tasks.SILENT


def _order(request: HttpRequest, call: Call) -> None:
    """``pair``: kind, application and expert as the buttons have them; else the fields of the form."""
    kind, _sep, pair = request.POST.get("pair", "").partition(":")
    number, _sep, who = pair.partition(":")
    kind = kind or request.POST.get("kind", "")
    number, who = number or request.POST.get("number", "").strip(), who or request.POST.get("expert", "").strip()
    application = Application.objects.filter(call=call, number=number).select_related("call", "enterprise").first()
    expert = ExpertProfile.objects.filter(number=who).select_related("user", "employer").first()
    errors = {"number": _("No such application in this call.")} if application is None else {}
    errors |= {"expert": _("No expert of the pool has this number.")} if expert is None else {}
    if application is None or expert is None or kind not in SeatOrderKind.values:
        raise Invalid(errors or {"kind": _("Choose one of those offered.")})
    act = runs.lock_seat if kind == SeatOrderKind.LOCK else runs.forbid_seat
    act(actor=request.user, application=application, expert=expert, reason=request.POST.get("reason", ""))
    messages.success(request, _("Kept for every run from now on. Solve again to see what it changes."))


# --- export ---------------------------------------------------------------------------------
@require_safe
def assigning_export(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Every seat of a run with the reasons, and the empty ones."""
    call = call_of(request, slug)
    run = get_object_or_404(visible_runs(request.user).exclude(state__in=[RunState.WAITING, RunState.SOLVING]), call=call, number=number)
    run.call = call
    notes = [f"{call.title} · {_('Run %(number)s') % {'number': run.number}} · {run.get_state_display()}"]
    notes += [certificate(run.result)] if "seats" in run.result else []
    notes.append(_("Commitment of the seed (SHA-256): %(digest)s") % {"digest": run.commitment})
    file = write_xlsx(_columns(), reading.export_rows(run), title=_("Seats"), notes=notes)
    return workbook(f"assignment-{call.slug}-{run.number}", file)


def _columns() -> list[Column]:
    return [
        Column(_("Application"), 18),
        Column(_("Applicant"), 36),
        Column(_("Project"), 36),
        Column(_("Expert"), 10),
        Column(pgettext("person", "Name"), 14),
        Column(_("Employer"), 30),
        Column(_("Fit"), 8, "0.00"),
        Column(_("State"), 10),
        Column(_("Why"), 60),
    ]
