"""Recommendations: composed, consented to, signed off by two people, handed over as frozen papers, answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.accounts.models import EnterpriseConsent, Organisation
from pilotage.audit.services import withdraw_proposal
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid, Verdict
from pilotage.finance.pipeline import batches as services
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.batch_models import RecommendationBatch
from pilotage.finance.pipeline.enums import Answer, BatchState
from pilotage.finance.pipeline.validators import batch_is_ready
from pilotage.web.pipeline.common import Reader, day_of, put_errors, reader_of, say, tabs, worker_of
from pilotage.web.pipeline.forms import BatchForm


def _reader(request: HttpRequest) -> Reader:
    """For those who make recommendations, check them and get them."""
    reader = reader_of(request)
    if not (reader.sees_all or reader.receivers):
        raise Http404
    return reader


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    rows = rules.visible_batches(reader.actor).select_related("receiver")
    rows = rows.annotate(line_count=Count("lines"), answered=Count("lines", filter=~Q(lines__answer=Answer.WAITING)))
    found = page(rows, order=("-id",), after=request.GET.get("after", ""), size=50)
    return render(request, "pipeline/batches.html", {"reader": reader, "tabs": tabs(reader, "batches"), "page": found})


def _batch(reader: Reader, number: str) -> RecommendationBatch:
    return get_object_or_404(rules.visible_batches(reader.actor).select_related("receiver"), number=number)


@require_safe
def batch_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = _reader(request)
    batch = _batch(reader, number)
    proposal = services.waiting(batch)
    own = proposal is not None and proposal.proposed_by_id == request.user.pk
    is_draft = batch.state == BatchState.DRAFT
    verdict = _signable(reader, batch) if is_draft else may(reader.actor, batch, "sign")
    context = {
        "reader": reader,
        "tabs": tabs(reader, "batches"),
        "batch": batch,
        "lines": _lines(batch),
        "proposal": proposal,
        "may_propose": verdict,
        "may_confirm": Verdict(False, _("The person who proposed an act cannot confirm it.")) if own else verdict,
        "withdraws": own,
        "is_draft": is_draft,
        "may_change": is_draft and reader.is_secretariat and proposal is None,
        "may_answer": bool(rules.can_answer(reader.actor, batch)),
        "answers": [row for row in Answer.choices if row[0] != Answer.WAITING],
    }
    return render(request, "pipeline/batch.html", context)


def _signable(reader: Reader, batch: RecommendationBatch) -> Verdict:
    """With the names of those whose consent is missing, so that nobody has to press the button to learn it."""
    try:
        batch_is_ready(batch)
    except Invalid as problem:
        return Verdict(False, str(problem))
    return may(reader.actor, batch, "sign")


def _lines(batch: RecommendationBatch) -> list[dict[str, Any]]:
    """Two queries."""
    consents = EnterpriseConsent.objects.filter(organisation=batch.receiver_id, withdrawn_at__isnull=True)
    given = set(consents.values_list("enterprise_id", flat=True))
    rows = batch.lines.select_related("project").order_by("position")
    return [{"line": row, "consented": row.project.enterprise_id in given} for row in rows]


def new(request: HttpRequest) -> HttpResponse:
    reader = worker_of(request)
    form = BatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        try:
            made = services.compose(actor=reader.actor, receiver=Organisation.objects.get(pk=told.pop("receiver")), **told)
        except Invalid as problem:
            put_errors(form, problem)
        else:
            messages.success(request, _("Composed. Each enterprise must consent before the list is signed off."))
            return redirect("pipeline:batch", made.number)
    context = {"form": form, "tabs": tabs(reader, "batches"), "title": _("Compose a recommendation"), "back": "pipeline:batches"}
    return render(request, "pipeline/form.html", context, status=422 if form.errors else 200)


@require_POST
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    reader = _reader(request)
    batch = _batch(reader, number)
    try:
        sentence = _do(request, reader, batch, verb)
    except Invalid as problem:
        say(request, problem)
    else:
        messages.success(request, sentence)
    return redirect("pipeline:batch", batch.number)


def _do(request: HttpRequest, reader: Reader, batch: RecommendationBatch, verb: str) -> str:
    said = request.POST
    reason = said.get("reason", "")
    if verb == "propose":
        services.propose(actor=reader.actor, batch=batch, reason=reason)
        return _("Proposed. A second person must confirm.")
    if verb == "confirm":
        services.confirm(actor=reader.actor, batch=batch)
        return _("Signed off. The papers are frozen and the receiver sees the list.")
    if verb == "withdraw" and (proposal := services.waiting(batch)):
        withdraw_proposal(proposal, actor=reader.actor)
        return _("The proposal is withdrawn.")
    if verb == "leave-out":
        positions = [int(each) for each in said.getlist("ids") if each.isdecimal()]
        count = services.leave_out(actor=reader.actor, batch=batch, positions=positions, reason=reason)
        return _("Lines left out: %(count)d") % {"count": count}
    if verb == "drop":
        services.drop(actor=reader.actor, batch=batch, reason=reason)
        return _("The list is dropped.")
    if verb == "answer":
        position = int(said["position"]) if said.get("position", "").isdecimal() else 0
        line = get_object_or_404(batch.lines.select_related("batch"), position=position)
        services.answer(
            actor=reader.actor, line=line, answer=said.get("answer", ""), text=said.get("text", ""), on=day_of(said.get("on", ""))
        )
        return _("The answer is entered.")
    raise Http404


@require_safe
def paper(request: HttpRequest, number: str, kind: str) -> FileResponse:
    batch = _batch(_reader(request), number)
    file = {"pdf": batch.pdf, "xlsx": batch.xlsx}.get(kind)
    if not file:
        raise Http404
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"{batch.number}.{kind}")
