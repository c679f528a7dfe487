"""Re-lending lists: composed, signed off by two people, handed to the bank in its own columns."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.audit.services import withdraw_proposal
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid, Verdict
from pilotage.directory.models import Directory
from pilotage.finance.facts.metrics import METRICS
from pilotage.finance.facts.reckoned import TITLE_NAMES
from pilotage.finance.matching import batch_files, paper_rules
from pilotage.finance.matching import batches as services
from pilotage.finance.matching.enums import BatchBasis, BatchState
from pilotage.finance.matching.paper_models import ColumnTemplate, RelendingBatch
from pilotage.registry.models import Division, localized
from pilotage.web.downloads import workbook
from pilotage.web.matching.common import Reader, put_errors, reader_of, say, tabs
from pilotage.web.matching.forms import BatchForm


def _reader(request: HttpRequest) -> Reader:
    """For those who make lists and those who get them."""
    reader = reader_of(request)
    if not (reader.sees_all or reader.institutions):
        raise Http404
    return reader


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    rows = paper_rules.visible_batches(reader.actor)
    state = request.GET.get("state", "")
    if state in BatchState.values:
        rows = rows.filter(state=state)
    rows = rows.select_related("organisation").annotate(line_count=Count("lines"))
    pages = page(rows, order=("-id",), after=request.GET.get("after", ""), size=50)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "batches"),
        "page": pages,
        "states": BatchState.choices,
        "state": state,
        "templates": _templates(reader),
    }
    return render(request, "matching/batches.html", context)


def _templates(reader: Reader) -> list[tuple[Organisation, int]]:
    """The banks whose columns the reader may see, with how many columns were set. Two queries."""
    bodies = Organisation.objects.filter(kind=OrganisationKind.FINANCE)
    if not reader.sees_all:
        bodies = bodies.filter(pk__in=reader.institutions)
    known = {row.organisation_id: len(row.columns) for row in ColumnTemplate.objects.all()}
    return [(body, known.get(body.pk, 0)) for body in bodies.order_by("pk")[:50]]


def _batch_of(reader: Reader, number: str) -> RelendingBatch:
    return get_object_or_404(paper_rules.visible_batches(reader.actor).select_related("organisation"), number=number)


@require_safe
def batch_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = _reader(request)
    batch = _batch_of(reader, number)
    proposal = services.waiting(batch)
    verdict = may(reader.actor, batch, "freeze")
    own = proposal is not None and proposal.proposed_by_id == request.user.pk
    is_open = batch.state == BatchState.DRAFT and reader.is_secretariat
    context = {
        "reader": reader,
        "tabs": tabs(reader, "batches"),
        "batch": batch,
        "page": page(batch.lines.all(), order=("position",), after=request.GET.get("after", ""), size=100),
        "total": batch.lines.count(),
        "source": source_name(batch),
        "region": Division.objects.filter(pk=batch.region).first() if batch.region else None,
        "proposal": proposal,
        "may_propose": verdict,
        "may_confirm": Verdict(False, _("The person who proposed an act cannot confirm it.")) if own else verdict,
        "may_withdraw": own,
        "may_change": is_open and proposal is None,
        "is_open": is_open,
    }
    return render(request, "matching/batch.html", context)


def source_name(batch: RelendingBatch) -> str:
    if batch.basis == BatchBasis.TITLES:
        metric = METRICS.get(batch.source)
        return localized(metric.zh, metric.en) if metric else batch.source
    found = Directory.objects.filter(slug=batch.source).first()
    return found.title if found else batch.source


def new(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    if not reader.is_secretariat:
        raise Http404
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        made = _compose(reader, form)
        if made is not None:
            messages.success(request, _("Composed. Look through it, then propose it for sign-off."))
            return redirect("matching:batch", made.number)
    context = {"form": form, "tabs": tabs(reader, "batches")}
    return render(request, "matching/batch_form.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest) -> BatchForm:
    form = BatchForm(request.POST or None)
    titles = [(f"{BatchBasis.TITLES}:{key}", localized(METRICS[key].zh, METRICS[key].en)) for key in TITLE_NAMES]
    directories = [(f"{BatchBasis.PROJECTS}:{each.slug}", each.title) for each in Directory.objects.order_by("slug")]
    choices: dict[str, Any] = {
        "organisation": [(str(body.pk), body.name) for body in Organisation.objects.filter(kind=OrganisationKind.FINANCE).order_by("pk")],
        "source": [(str(BatchBasis.TITLES.label), titles), (str(BatchBasis.PROJECTS.label), directories)],
        "region": [("", _("Whole country")), *((row.pk, row.name) for row in Division.objects.filter(level="province").order_by("pk"))],
    }
    for name, options in choices.items():
        form.fields[name].choices = options  # type: ignore[attr-defined]
    return form


def _compose(reader: Reader, form: BatchForm) -> RelendingBatch | None:
    found = form.cleaned_data
    basis, _colon, source = found["source"].partition(":")
    try:
        return services.compose(
            actor=reader.actor,
            organisation=Organisation.objects.get(pk=found["organisation"]),
            basis=basis,
            source=source,
            as_of=found["as_of"],
            title_zh=found["title_zh"],
            title_en=found["title_en"],
            region=found["region"],
        )
    except Invalid as problem:
        put_errors(form, problem)
        return None


@require_POST
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    reader = _reader(request)
    batch = _batch_of(reader, number)
    try:
        sentence = _do(request, reader, batch, verb)
    except Invalid as problem:
        say(request, problem)
    else:
        messages.success(request, sentence)
    return redirect("matching:batch", batch.number)


def _do(request: HttpRequest, reader: Reader, batch: RelendingBatch, verb: str) -> str:
    reason = request.POST.get("reason", "")
    if verb == "propose":
        services.propose(actor=reader.actor, batch=batch, reason=reason)
        return _("Proposed. A second person must confirm.")
    if verb == "confirm":
        services.confirm(actor=reader.actor, batch=batch)
        return _("The list is signed off and does not change any more.")
    if verb == "withdraw" and (proposal := services.waiting(batch)):
        withdraw_proposal(proposal, actor=reader.actor)
        return _("The proposal is withdrawn.")
    if verb == "leave-out":
        positions = [int(each) for each in request.POST.getlist("ids") if each.isdecimal()]
        count = services.leave_out(actor=reader.actor, batch=batch, positions=positions, reason=reason)
        return _("Lines left out: %(count)d") % {"count": count}
    if verb == "drop":
        services.drop(actor=reader.actor, batch=batch, reason=reason)
        return _("The list is dropped.")
    raise Http404


@require_safe
def export(request: HttpRequest, number: str) -> HttpResponse:
    reader = _reader(request)
    batch = _batch_of(reader, number)
    return workbook(f"relending-{batch.number}", batch_files.workbook(batch))
