"""Recommendations: composed, consented to, signed off by two people, handed over as frozen papers, received and answered."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from pilotage.accounts.models import Organisation
from pilotage.audit.services import withdraw_proposal
from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid, Verdict
from pilotage.finance.pipeline import answers, rules, verdicts
from pilotage.finance.pipeline import batches as services
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch
from pilotage.finance.pipeline.digests import as_json
from pilotage.finance.pipeline.enums import OFF_LIST, ON_LIST, Answer, BatchState, LineState
from pilotage.finance.pipeline.validators import batch_is_ready
from pilotage.web.pipeline.common import Reader, day_of, put_errors, reader_of, say, tabs, worker_of
from pilotage.web.pipeline.forms import BatchForm

SIZE = 100


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
    on = Q(lines__state__in=ON_LIST)
    rows = rows.annotate(
        line_count=Count("lines", filter=on),
        given=Count("lines", filter=Q(lines__state=LineState.GIVEN)),
        answered=Count("lines", filter=on & ~Q(lines__answer=Answer.WAITING)),
        proposed=Exists(services.proposals().filter(object_id=Cast(OuterRef("pk"), CharField()))),
    )
    found = page(rows, order=("-id",), after=request.GET.get("after", ""), size=50)
    return render(request, "pipeline/batches.html", {"reader": reader, "tabs": tabs(reader, "batches"), "page": found})


def _batch(reader: Reader, number: str) -> RecommendationBatch:
    rows = rules.visible_batches(reader.actor).select_related("receiver", "receipt_entered_by")
    return get_object_or_404(rows, number=number)


@require_safe
def batch_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = _reader(request)
    batch = _batch(reader, number)
    return render(request, "pipeline/batch.html", _context(request, reader, batch))


def _context(request: HttpRequest, reader: Reader, batch: RecommendationBatch) -> dict[str, Any]:
    proposal = services.waiting(batch)
    own = proposal is not None and proposal.proposed_by_id == reader.actor.pk
    is_draft = batch.state == BatchState.DRAFT
    verdict = _signable(reader, batch) if is_draft else may(reader.actor, batch, "sign")
    counts = dict(batch.lines.values_list("state").annotate(Count("pk")).order_by())
    may_change = is_draft and reader.is_secretariat and proposal is None
    return {
        "reader": reader,
        "tabs": tabs(reader, "batches"),
        "batch": batch,
        **_lines(request, reader, batch, counts),
        "proposal": proposal,
        "may_propose": verdict,
        "may_confirm": _confirmable(batch, verdict, own=own) if proposal else verdict,
        "withdraws": own,
        "is_draft": is_draft,
        "on_list": sum(counts.get(state, 0) for state in ON_LIST),
        "given": counts.get(LineState.GIVEN, 0),
        "unasked": counts.get(LineState.NEW, 0),
        "may_change": may_change,
        "candidates": services.candidates(batch.market).exclude(recommendations__batch=batch).count() if may_change else 0,
        "may_answer": bool(rules.can_answer(reader.actor, batch)),
        "answers": [row for row in Answer.choices if row[0] != Answer.WAITING],
        "today": clock.today().isoformat(),
    }


def _confirmable(batch: RecommendationBatch, verdict: Verdict, *, own: bool) -> Verdict:
    if own:
        return Verdict(False, _("The person who proposed an act cannot confirm it."))
    return verdict and services.same_list(batch)


def _signable(reader: Reader, batch: RecommendationBatch) -> Verdict:
    """With the names of those whose consent is missing, so that nobody has to press the button to learn it."""
    try:
        batch_is_ready(batch)
    except Invalid as problem:
        return Verdict(False, str(problem))
    return may(reader.actor, batch, "sign")


class Cut(NamedTuple):
    """One way to cut the lines, with how many there are."""

    key: str
    label: str
    count: int
    rows: QuerySet[BatchLine]


def _lines(request: HttpRequest, reader: Reader, batch: RecommendationBatch, counts: dict[str, int]) -> dict[str, Any]:
    """One page of lines, cut to the states or answers that were asked for; the receiver gets no line that was not sent."""
    cuts = _answer_cuts(batch) if batch.state == BatchState.SIGNED else _consent_cuts(counts)
    off = sum(counts.get(state, 0) for state in OFF_LIST)
    if off and reader.sees_all:
        label = pgettext("lines of a recommendation", "Off the list")
        cuts.append(Cut("off", label, off, BatchLine.objects.filter(state__in=OFF_LIST)))
    cut = next((each for each in cuts if each.key == request.GET.get("show", "")), cuts[0])
    rows = cut.rows.filter(batch=batch).select_related("project")
    found = page(rows, order=("position",), after=request.GET.get("after", ""), size=SIZE)
    return {
        "page": found,
        "total": cut.count,
        "lines": _shown(reader, batch, found.rows),
        "cuts": [
            {"url": f"?show={each.key}" if each.key else "?", "label": each.label, "count": each.count, "current": each is cut}
            for each in cuts
        ],
        "shows_off": cut.key == "off",
    }


def _shown(reader: Reader, batch: RecommendationBatch, rows: list[BatchLine]) -> list[dict[str, Any]]:
    """Each line with what the newest screening says, and whether its project opens for the reader."""
    told: dict[int, list[verdicts.Told]] = {}
    if reader.sees_all:
        opens = {row.project_id for row in rows}
        if batch.state == BatchState.DRAFT:
            told = verdicts.newest(batch.market, [row.project.enterprise_id for row in rows])
    else:
        asked = rules.visible_projects(reader.actor).filter(pk__in=[row.project_id for row in rows])
        opens = set(asked.values_list("pk", flat=True))
    return [{"line": row, "told": told.get(row.project.enterprise_id, []), "opens": row.project_id in opens} for row in rows]


def _consent_cuts(counts: dict[str, int]) -> list[Cut]:
    """Of a draft: by what the enterprises say."""
    on = BatchLine.objects.filter(state__in=ON_LIST)
    whole = Cut("", pgettext("lines of a recommendation", "On the list"), sum(counts.get(state, 0) for state in ON_LIST), on)
    return [whole, *(Cut(state, str(state.label), counts[state], on.filter(state=state)) for state in ON_LIST if state in counts)]


def _answer_cuts(batch: RecommendationBatch) -> list[Cut]:
    """Of what was sent: by what the receiver says."""
    on = BatchLine.objects.filter(state__in=ON_LIST)
    counts = dict(on.filter(batch=batch).values_list("answer").annotate(Count("pk")).order_by())
    whole = Cut("", pgettext("lines of a recommendation", "On the list"), sum(counts.values()), on)
    return [whole, *(Cut(value, str(label), counts[value], on.filter(answer=value)) for value, label in Answer.choices if value in counts)]


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
            messages.success(request, _("Composed. Look through it, then ask the enterprises for consent."))
            return redirect("pipeline:batch", made.number)
    context = {"form": form, "tabs": tabs(reader, "batches"), "title": _("Compose a recommendation"), "back": "pipeline:batches"}
    return render(request, "pipeline/form.html", context, status=422 if form.errors else 200)


def add(request: HttpRequest, number: str) -> HttpResponse:
    """Who could still be put on the list, with the newest verdict beside each."""
    reader = worker_of(request)
    batch = _batch(reader, number)
    if batch.state != BatchState.DRAFT:
        raise Http404
    errors: dict[str, str] = {}
    chosen = {int(each) for each in request.POST.getlist("ids") if each.isdecimal()}
    if request.method == "POST":
        try:
            count = services.add(actor=reader.actor, batch=batch, projects=chosen, ground=request.POST.get("ground", ""))
        except Invalid as problem:
            errors = dict(problem.errors)
        else:
            messages.success(request, _("Put on the list: %(count)d. Now ask them for consent.") % {"count": count})
            return redirect("pipeline:batch", batch.number)
    words = request.GET.get("q", "").strip()[:100]
    rows = services.candidates(batch.market).exclude(recommendations__batch=batch).select_related("enterprise__province")
    if words:
        rows = rows.filter(enterprise__name_zh__icontains=words)
    found = page(rows, order=("id",), after=request.GET.get("after", ""), size=SIZE)
    told = verdicts.newest(batch.market, [row.enterprise_id for row in found.rows])
    context = {
        "reader": reader,
        "tabs": tabs(reader, "batches"),
        "batch": batch,
        "page": found,
        "total": rows.count(),
        "q": words,
        "rows": [
            {
                "project": row,
                "told": told.get(row.enterprise_id, []),
                "fails": verdicts.does_not_meet(batch.market, told.get(row.enterprise_id, [])),
                "chosen": row.pk in chosen,
            }
            for row in found.rows
        ],
        "errors": errors,
        "ground": request.POST.get("ground", ""),
    }
    return render(request, "pipeline/batch_add.html", context, status=422 if errors else 200)


@require_POST
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    reader = _reader(request)
    batch = _batch(reader, number)
    try:
        sentence = _do(request, reader, batch, verb)
    except Invalid as problem:
        say(request, problem)
    except Conflict as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, sentence)
    return redirect("pipeline:batch", batch.number)


def _do(request: HttpRequest, reader: Reader, batch: RecommendationBatch, verb: str) -> str:
    actor, said = reader.actor, request.POST
    reason = said.get("reason", "")
    if verb == "ask":
        return _("Asked for consent: %(count)d") % {"count": services.ask(actor=actor, batch=batch)}
    if verb == "propose":
        services.propose(actor=actor, batch=batch, reason=reason)
        return _("Proposed. A second person must confirm.")
    if verb == "confirm":
        services.confirm(actor=actor, batch=batch)
        return _("Signed off. The papers are frozen and the receiver sees the list.")
    if verb == "withdraw" and (proposal := services.waiting(batch)):
        withdraw_proposal(proposal, actor=actor)
        return _("The proposal is withdrawn.")
    if verb == "drop":
        services.drop(actor=actor, batch=batch, reason=reason)
        return _("The list is dropped.")
    if verb == "receive":
        day = day_of(said.get("on", ""))
        answers.receive(actor=actor, batch=batch, by=said.get("by", ""), number=said.get("number", ""), on=day)
        return _("The receipt is entered.")
    return _on_lines(request, reader, batch, verb, reason)


def _on_lines(request: HttpRequest, reader: Reader, batch: RecommendationBatch, verb: str, reason: str) -> str:
    said = request.POST
    positions = [int(each) for each in said.getlist("ids") if each.isdecimal()]
    if verb == "leave-out":
        count = services.leave_out(actor=reader.actor, batch=batch, positions=positions, reason=reason)
        return _("Lines left out: %(count)d") % {"count": count}
    if verb == "put-back":
        line = get_object_or_404(batch.lines.select_related("batch"), position=positions[0] if positions else 0)
        services.put_back(actor=reader.actor, line=line, reason=reason)
        return _("Back on the list. Ask the enterprise for consent anew.")
    if verb == "answer":
        told = {"answer": said.get("answer", ""), "text": said.get("text", ""), "on": day_of(said.get("on", ""))}
        count = answers.answer_many(actor=reader.actor, batch=batch, positions=positions, **told)
        return _("Answers entered: %(count)d") % {"count": count}
    raise Http404


@require_safe
def paper(request: HttpRequest, number: str, kind: str) -> HttpResponse | FileResponse:
    """The papers as they were frozen; ``json`` is the list as it was digested."""
    batch = _batch(_reader(request), number)
    if kind == "json" and batch.list_sha256:
        named = {"Content-Disposition": f'attachment; filename="{batch.number}.json"'}
        return HttpResponse(as_json(batch), content_type="application/json", headers=named)
    file = {"pdf": batch.pdf, "xlsx": batch.xlsx}.get(kind)
    if not file:
        raise Http404
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"{batch.number}.{kind}")
