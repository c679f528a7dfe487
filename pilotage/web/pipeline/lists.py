"""What an enterprise reads of the lists it is asked about: the receiver, the purpose, its own line; and where it decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from pilotage.accounts.models import EnterpriseConsent
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.pipeline import consents, rules
from pilotage.finance.pipeline.batch_models import BatchLine
from pilotage.finance.pipeline.enums import ON_LIST, BatchState
from pilotage.web.pipeline.common import Reader, reader_of, say, tabs


def _reader(request: HttpRequest) -> Reader:
    reader = reader_of(request)
    if not reader.enterprises:
        raise Http404
    return reader


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    reader = _reader(request)
    rows = rules.visible_lines(reader.actor).select_related("batch__receiver")
    found = page(rows, order=("-id",), after=request.GET.get("after", ""), size=50)
    return render(request, "pipeline/lists.html", {"reader": reader, "tabs": tabs(reader, "lists"), "page": found})


def _line(reader: Reader, pk: int) -> BatchLine:
    rows = rules.visible_lines(reader.actor).select_related("batch__receiver", "project__enterprise", "decided_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
def list_page(request: HttpRequest, pk: int) -> HttpResponse:
    reader = _reader(request)
    line = _line(reader, pk)
    open_to = line.batch.state == BatchState.DRAFT
    given = EnterpriseConsent.objects.filter(
        enterprise=line.project.enterprise_id, organisation=line.batch.receiver_id, withdrawn_at__isnull=True
    )
    context = {
        "reader": reader,
        "tabs": tabs(reader, "lists"),
        "line": line,
        "batch": line.batch,
        "handed_over": _handed_over(line),
        "goes": line.is_on and line.batch.state != BatchState.DROPPED,
        "steps": _steps(line),
        "may_consent": may(reader.actor, line, "consent"),
        "may_withdraw": may(reader.actor, line, "withdraw"),
        "is_asked": open_to and line.state == "asked",
        "is_given": open_to and line.state == "given",
        "stages_are_seen": given.exists(),
    }
    return render(request, "pipeline/line.html", context)


def _handed_over(line: BatchLine) -> list[tuple[str, Any]]:
    return [
        (_("Enterprise"), line.enterprise_name),
        (_("Credit code"), line.uscc),
        (_("Province"), line.province),
        (_("Industry"), line.industry),
        (_("On the cultivation list since"), line.cultivated_from.isoformat()),
        (_("Market"), line.batch.get_market_display()),
    ]


def _steps(line: BatchLine) -> list[dict[str, Any]]:
    """What has happened to the own line, in order."""
    batch, said = line.batch, line.decided_at and line.state != "left_out"
    steps = [(pgettext("own line of a recommendation", "Asked for consent"), line.asked_at, "")]
    if line.decided_at:
        steps.append((line.get_state_display(), line.decided_at, str(line.decided_by) if said and line.decided_by else ""))
    if batch.state == BatchState.SIGNED and line.state in ON_LIST:
        steps.append((pgettext("own line of a recommendation", "Handed over"), batch.signed_on, ""))
        if batch.received_on:
            steps.append((pgettext("own line of a recommendation", "Received"), batch.received_on, batch.receipt_number))
        if line.answered_on:
            steps.append((line.get_answer_display(), line.answered_on, line.answer_text))
    return [{"title": title, "at": at, "text": text, "url": "", "state": "done"} for title, at, text in steps]


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    reader = _reader(request)
    line = _line(reader, pk)
    reason = request.POST.get("reason", "")
    try:
        sentence = _do(reader, line, verb, reason)
    except Invalid as problem:
        say(request, problem)
    except Conflict as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, sentence)
    return redirect("pipeline:line", pk)


def _do(reader: Reader, line: BatchLine, verb: str, reason: str) -> str:
    if verb == "consent":
        consents.consent(actor=reader.actor, line=line)
        return _("You have consented to this list. Until it is handed over you may withdraw.")
    if verb == "refuse":
        consents.refuse(actor=reader.actor, line=line, reason=reason)
        return _("You have refused. The enterprise is not on the list.")
    if verb == "withdraw":
        consents.withdraw(actor=reader.actor, line=line, reason=reason)
        return _("Your consent is withdrawn. The enterprise is not on the list any more.")
    raise Http404
