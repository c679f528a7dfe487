"""Introductions: who is in touch with whom about which need, what happens next, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.audit.models import AuditEvent
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.finance.matching import introductions as services
from pilotage.finance.matching import rules, selectors
from pilotage.finance.matching.enums import ACTIVE, IN_TALKS, IntroductionState
from pilotage.finance.matching.models import Introduction
from pilotage.finance.matching.reminding import LAPSE
from pilotage.web import formats
from pilotage.web.audit.words import act as act_name
from pilotage.web.matching import reasons, shown
from pilotage.web.matching.common import Reader, channels_by_key, percent, put_errors, reader_of, say, tabs, to_basis_points, to_yuan, yuan
from pilotage.web.matching.forms import CloseForm, CorrectionForm, contract_initial
from pilotage.web.matching.home import introduction_line
from pilotage.web.matching.needs import need_of
from pilotage.web.nav import resolved

ORDER = ("-moved_at", "-id")
OWN_STEP = "own"  # in place of a state: those that wait for the reader's side
FORMS: dict[str, type[CloseForm]] = {"close": CloseForm, "correct": CorrectionForm}


@require_safe
def introductions(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    channels = channels_by_key()
    rows = rules.visible_introductions(reader.actor)
    counts = selectors.funnel(rows)
    state = request.GET.get("state", "")
    own = rules.waits_for(reader.enterprises, reader.institutions)
    has_side = bool(reader.enterprises or reader.institutions)
    waiting = rows.filter(own).count() if has_side else 0
    if state in IntroductionState.values:
        rows = rows.filter(state=state)
    elif state == OWN_STEP and has_side:
        rows = rows.filter(own)
    pages = page(selectors.with_relations(rows), order=ORDER, after=request.GET.get("after", ""), size=50)
    may_name = rules.names_of(reader.actor)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "introductions"),
        "page": pages,
        "rows": [introduction_line(row, reader, channels, may_name) for row in pages.rows],
        "funnel": [(each, counts[each], each == state) for each in IntroductionState.values],
        "state": state,
        "total": sum(counts.values()),
        "own_step": OWN_STEP if has_side else "",
        "waiting": waiting,
    }
    return render(request, "matching/introductions.html", context)


def introduction_of(reader: Reader, number: str) -> Introduction:
    return get_object_or_404(selectors.with_relations(rules.visible_introductions(reader.actor)), number=number)


@require_safe
def introduction_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    row = introduction_of(reader, number)
    return _show(
        request, reader, row, CorrectionForm(initial=contract_initial(row)) if row.state == IntroductionState.CLOSED else CloseForm()
    )


def _show(request: HttpRequest, reader: Reader, row: Introduction, form: CloseForm) -> HttpResponse:
    """``form``: of the contract, to be entered or put right."""
    channels = channels_by_key()
    need, offer = row.need, row.offer
    may_name = rules.names_of(reader.actor)(need.enterprise_id)
    pair = selectors.one_pair(need, offer)
    side = rules.side_of(reader.actor, row)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "introductions"),
        "row": row,
        "need": need,
        "offer": offer,
        "name": need.enterprise.name if may_name else "",
        "facts": shown.need_facts(need, channels),
        "purpose_text": need.purpose_text if may_name else "",
        "reasons": reasons.reasons(pair, channels, shown.Names.of([offer]), figures=may_name),
        "summary": reasons.summary(pair),
        "steps": [(verb, may(reader.actor, row, verb)) for verb in services.STEPS if may(reader.actor, row, verb)],
        "may_agree": may(reader.actor, row, "agree") if side == "enterprise" else None,
        "may_close": bool(may(reader.actor, row, "close")),
        "lapses_after": LAPSE,
        "may_correct": bool(rules.can_correct(reader.actor, row)),
        "next_step": shown.next_step(row, side),
        "side": side,
        "withdrawn": row.state in IN_TALKS and not selectors.consent_holds(row),
        "contacts": selectors.contacts(row) if row.consent_id and may_name else {},
        "data_url": resolved("facts:detail", need.enterprise_id) if may_name and side != "enterprise" else "",
        "may_decline": bool(may(reader.actor, row, "decline")),
        "is_active": row.state in ACTIVE,
        "history": _history(row),
        "form": form,
        "outcome": _outcome(row),
    }
    return render(request, "matching/introduction.html", context, status=422 if form.errors else 200)


def _outcome(row: Introduction) -> list[tuple[str, str]]:
    if row.state != IntroductionState.CLOSED:
        return []
    return [
        (_("Amount of the contract"), yuan(row.amount)),
        (_("Signed on"), formats.day(row.closed_on) if row.closed_on else formats.UNKNOWN),
        (_("Term of the contract"), shown.months(row.months)),
        (_("Rate"), percent(row.rate)),
    ]


def _history(row: Introduction) -> list[dict[str, Any]]:
    """As the record has it, oldest first; reminders are left out. One query."""
    events = AuditEvent.objects.filter(object_type=row._meta.label_lower, object_id=str(row.pk)).exclude(verb__endswith=".remind")
    return [
        {"title": act_name(event.verb), "at": event.at, "text": _reason(event), "url": "", "state": "done"}
        for event in events.order_by("number")
    ]


def _reason(event: AuditEvent) -> str:
    """What a person gave; that of a lapse is the system's, kept in its own language, and told above."""
    return "" if event.verb.endswith(".lapse") else event.reason


@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """From the page of a need: wish for an introduction, or, by the legal representative, introduce at once."""
    reader = reader_of(request)
    need = need_of(reader, number)
    offer = get_object_or_404(rules.visible_offers(reader.actor).select_related("organisation"), number=request.POST.get("offer", ""))
    try:
        if request.POST.get("do") == "introduce":
            made = services.introduce(actor=reader.actor, need=need, offer=offer)
            messages.success(request, _("Introduced. The institution may see the enterprise's data from now on."))
        else:
            made = services.ask(actor=reader.actor, need=need, offer=offer)
            messages.success(request, _("Asked. The enterprise's legal representative decides."))
    except Invalid as problem:
        say(request, problem)
        return redirect("matching:need", need.number)
    return redirect("matching:introduction", made.number)


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    row = introduction_of(reader, number)
    verb = request.POST.get("do", "")
    form = FORMS[verb](request.POST) if verb in FORMS else None
    try:
        if form is not None:
            if not form.is_valid():
                return _show(request, reader, row, form)
            _contract(reader, row, form)
        else:
            _do(request, reader, row, verb)
    except Invalid as problem:
        if form is not None:
            put_errors(form, problem)
            return _show(request, reader, row, form)
        say(request, problem)
    else:
        done = _("The contract is put right.") if verb == "correct" else _("Entered: %(state)s") % {"state": row.get_state_display()}
        messages.success(request, done)
    address = reverse("matching:introduction", args=[row.number])
    return redirect(address)


def _contract(reader: Reader, row: Introduction, form: CloseForm) -> None:
    found = form.cleaned_data
    contract = {
        "amount": to_yuan(found["amount"]),
        "closed_on": found["closed_on"],
        "months": found["months"],
        "rate": to_basis_points(found["rate"]),
    }
    if isinstance(form, CorrectionForm):
        services.correct(actor=reader.actor, introduction=row, reason=found["reason"], **contract)
    else:
        services.close(actor=reader.actor, introduction=row, **contract)


def _do(request: HttpRequest, reader: Reader, row: Introduction, verb: str) -> None:
    if verb == "agree":
        services.agree(actor=reader.actor, introduction=row)
    elif verb == "decline":
        services.decline(actor=reader.actor, introduction=row, reason=request.POST.get("reason", ""))
    elif verb in services.STEPS:
        services.step(actor=reader.actor, introduction=row, verb=verb)
    else:
        raise Http404
