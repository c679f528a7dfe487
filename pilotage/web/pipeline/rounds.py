"""Tier rounds: the preliminary list, the objections to it, the final list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.audit.services import withdraw_proposal
from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid, Verdict
from pilotage.finance.pipeline import rounds as services
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.enums import RoundState
from pilotage.finance.pipeline.round_models import TierObjection, TierRound
from pilotage.finance.pipeline.validators import round_is_ripe
from pilotage.web.pipeline.common import Reader, put_errors, reader_of, say, tabs, worker_of
from pilotage.web.pipeline.forms import LineForm, ObjectionForm, RoundForm

SIZE = 50


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    rows = rules.visible_rounds(reader.actor).annotate(line_count=Count("lines"))
    found = page(rows, order=("-id",), after=request.GET.get("after", ""), size=50)
    return render(request, "pipeline/rounds.html", {"reader": reader, "tabs": tabs(reader, "rounds"), "page": found})


def _round(reader: Reader, number: str) -> TierRound:
    return get_object_or_404(rules.visible_rounds(reader.actor), number=number)


@require_safe
def round_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    found = _round(reader, number)
    return _shown(request, reader, found)


def _shown(
    request: HttpRequest, reader: Reader, found: TierRound, form: LineForm | None = None, objecting: ObjectionForm | None = None
) -> HttpResponse:
    form, objecting = form or LineForm(), objecting or ObjectionForm()
    proposal = services.waiting(found)
    own = proposal is not None and proposal.proposed_by_id == request.user.pk
    verdict = _final(reader, found)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "rounds"),
        "round": found,
        **_lines(request, reader, found),
        "objections": _objections(reader, found),
        "form": form,
        "objection_form": objecting if reader.is_secretariat and found.state == RoundState.NOTICE and _in_time(found) else None,
        "may_remove": found.state == RoundState.DRAFT and reader.is_secretariat,
        "proposal": proposal,
        "may_propose": verdict,
        "may_confirm": Verdict(False, _("The person who proposed an act cannot confirm it.")) if own else verdict,
        "withdraws": own,
        "is_draft": found.state == RoundState.DRAFT,
        "in_notice": found.state == RoundState.NOTICE,
        "is_over": found.state == RoundState.NOTICE and not _in_time(found),
    }
    return render(request, "pipeline/round.html", context, status=422 if form.errors or objecting.errors else 200)


def _in_time(found: TierRound) -> bool:
    return found.objections_until is not None and clock.today() <= found.objections_until


def _final(reader: Reader, found: TierRound) -> Verdict:
    """With what still stands in the way, so that nobody has to press the button to learn it."""
    if found.state == RoundState.NOTICE:
        try:
            round_is_ripe(found)
        except Invalid as problem:
            return Verdict(False, str(problem))
    return may(reader.actor, found, "finish")


def _lines(request: HttpRequest, reader: Reader, found: TierRound) -> dict[str, Any]:
    """One page of the list; an enterprise has its own line on top, whatever the page."""
    words = request.GET.get("q", "").strip()[:100]
    rows = found.lines.select_related("enterprise", "round")
    asked = rows.filter(enterprise__name_zh__icontains=words) if words else rows
    listed = page(asked, order=("id",), after=request.GET.get("after", ""), size=SIZE)
    objecting = found.state == RoundState.NOTICE and _in_time(found)
    own = rows.filter(enterprise__in=reader.enterprises).order_by("id") if reader.enterprises and not reader.sees_all else []
    return {
        "page": listed,
        "total": asked.count(),
        "lines": listed.rows,
        "own_lines": [{"line": line, "may_object": objecting and bool(rules.can_object(reader.actor, line))} for line in own],
        "standing": found.lines.filter(stands=True).count(),
        "q": words,
    }


def _objections(reader: Reader, found: TierRound) -> list[TierObjection]:
    """All for those who decide and check; an enterprise reads those against itself."""
    rows = TierObjection.objects.filter(line__round=found).select_related("line__enterprise").order_by("id")
    return list(rows if reader.sees_all else rows.filter(line__enterprise__in=reader.enterprises))


def new(request: HttpRequest) -> HttpResponse:
    reader = worker_of(request)
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.begin(actor=reader.actor, **form.cleaned_data)
        except Invalid as problem:
            put_errors(form, problem)
        else:
            return redirect("pipeline:round", made.number)
    context = {"form": form, "tabs": tabs(reader, "rounds"), "title": _("Begin a tier round"), "back": "pipeline:rounds"}
    return render(request, "pipeline/form.html", context, status=422 if form.errors else 200)


@require_POST
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    reader = reader_of(request)
    found = _round(reader, number)
    if verb == "add":
        return _add(request, reader, found)
    if verb == "object-for":
        return _object_for(request, reader, found)
    try:
        sentence = _do(request, reader, found, verb)
    except Invalid as problem:
        say(request, problem)
    except Conflict as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, sentence)
    return redirect("pipeline:round", found.number)


def _add(request: HttpRequest, reader: Reader, found: TierRound) -> HttpResponse:
    rules.can_work(reader.actor, found).require()
    form = LineForm(request.POST)
    if form.is_valid():
        try:
            services.add(actor=reader.actor, found=found, **form.cleaned_data)
        except Invalid as problem:
            put_errors(form, problem)
        else:
            messages.success(request, _("Put on the list."))
            return redirect("pipeline:round", found.number)
    return _shown(request, reader, found, form)


def _object_for(request: HttpRequest, reader: Reader, found: TierRound) -> HttpResponse:
    """What others sent to the secretariat about a company of the list."""
    rules.can_work(reader.actor, found).require()
    form = ObjectionForm(request.POST)
    if form.is_valid():
        said = dict(form.cleaned_data)
        line = found.lines.select_related("enterprise", "round").filter(enterprise=said.pop("enterprise")).first()
        if line is None:
            form.add_error("enterprise", _("No company of this name is on the list."))
        else:
            services.raise_objection(actor=reader.actor, line=line, **said)
            messages.success(request, _("The objection is entered."))
            return redirect("pipeline:round", found.number)
    return _shown(request, reader, found, objecting=form)


def _do(request: HttpRequest, reader: Reader, found: TierRound, verb: str) -> str:
    actor, reason = reader.actor, request.POST.get("reason", "")
    if verb == "fill":
        added, unknown = services.fill_by_rule(actor=actor, found=found)
        return _("Put on the list: %(added)d. Could not be judged for want of data: %(unknown)d.") % {"added": added, "unknown": unknown}
    if verb == "open":
        services.open_notice(actor=actor, found=found)
        return _("The preliminary list is shown; objections can be raised.")
    if verb == "propose":
        services.propose(actor=actor, found=found, reason=reason)
        return _("Proposed. A second person must confirm.")
    if verb == "confirm":
        services.confirm(actor=actor, found=found)
        return _("The list is final and the tiers are entered.")
    if verb == "withdraw" and (proposal := services.waiting(found)):
        withdraw_proposal(proposal, actor=actor)
        return _("The proposal is withdrawn.")
    if verb == "drop":
        services.drop(actor=actor, found=found, reason=reason)
        return _("The round is dropped.")
    return _on_a_line(request, reader, found, verb, reason)


def _on_a_line(request: HttpRequest, reader: Reader, found: TierRound, verb: str, reason: str) -> str:
    said = request.POST
    key = int(said["id"]) if said.get("id", "").isdecimal() else 0
    if verb == "remove":
        keys = [int(each) for each in said.getlist("ids") if each.isdecimal()]
        services.remove_many(actor=reader.actor, found=found, lines=keys, reason=reason)
        return _("Taken off the list.")
    if verb == "object":
        line = get_object_or_404(found.lines.select_related("enterprise", "round"), pk=key)
        services.raise_objection(actor=reader.actor, line=line, who=said.get("who", ""), text=said.get("text", ""))
        return _("The objection is entered.")
    if verb in {"uphold", "dismiss"}:
        objection = get_object_or_404(TierObjection.objects.select_related("line__round"), pk=key, line__round=found)
        services.decide(actor=reader.actor, objection=objection, verb=verb, reason=reason)
        return _("The objection is decided.")
    raise Http404
