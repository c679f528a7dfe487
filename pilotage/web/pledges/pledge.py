"""One pledge: the line of stages, the checks, the next step, terms, rights, flags, papers, history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pilotage.core import documents
from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import papers, rules, selectors, services
from pilotage.finance.pledges.models import Pledge
from pilotage.web.downloads import pdf
from pilotage.web.pledges import shown
from pilotage.web.pledges.common import Reader, id_of, put_errors, reader_of, say, to_yuan
from pilotage.web.pledges.forms import ClaimForm, DefaultForm, DisposeForm, FileForm, PublishForm, RegisterForm, TermsForm

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Forms = dict[str, Any]
FORMS: dict[str, Callable[..., Any]] = {
    "contract": TermsForm,
    "change": TermsForm,
    "register": RegisterForm,
    "publish": PublishForm,
    "default": DefaultForm,
    "claim": ClaimForm,
    "dispose": DisposeForm,
}


def pledge_of(reader: Reader, number: str) -> Pledge:
    rows = rules.visible_pledges(reader.actor).select_related("enterprise", "organisation")
    return get_object_or_404(rows, number=number)


@require_safe
def pledge_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    return show(request, reader, pledge_of(reader, number), {})


def show(request: HttpRequest, reader: Reader, pledge: Pledge, bound: Forms) -> HttpResponse:
    context = shown.context(reader, pledge, bound)
    wrong = any(form.errors for form in bound.values())
    return render(request, "pledges/pledge.html", context, status=422 if wrong else 200)


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    pledge = pledge_of(reader, number)
    verb = request.POST.get("do", "")
    form = _form(verb, pledge, request)
    try:
        if form is not None and not form.is_valid():
            return show(request, reader, pledge, {verb: form})
        _do(request, reader, pledge, verb, form)
    except Invalid as problem:
        if form is not None:
            put_errors(form, problem, {"agreement": "number"})
            return show(request, reader, pledge, {verb: form})
        say(request, problem)
    else:
        messages.success(request, _said(verb))
    return redirect("pledges:pledge", pledge.number)


def _form(verb: str, pledge: Pledge, request: HttpRequest) -> Any:
    if verb == "fill_file":
        lines = selectors.lines_of(pledge)
        return FileForm(request.POST, pledge=pledge, lines=lines, asked=services.TOLD, auto_id=id_of(verb))
    return FORMS[verb](request.POST, auto_id=id_of(verb)) if verb in FORMS else None


def _do(request: HttpRequest, reader: Reader, pledge: Pledge, verb: str, form: Any) -> None:
    actor, reason = reader.actor, request.POST.get("reason", "")
    name, _colon, half = verb.partition(":")
    if half and name in services.TWO_PERSON:
        _half(actor, pledge, name, half, reason)
    elif verb == "looked_up":
        services.looked_up(actor=actor, pledge=pledge)
    elif verb in services.STEPS:
        services.step(actor=actor, pledge=pledge, verb=verb, reason=reason)
    elif form is not None:
        _with_form(actor, pledge, verb, form)
    else:
        raise Http404


def _half(actor: Any, pledge: Pledge, verb: str, half: str, reason: str) -> None:
    if half == "propose":
        services.propose(actor=actor, pledge=pledge, verb=verb, reason=reason)
    elif half == "confirm":
        services.confirm(actor=actor, pledge=pledge, verb=verb)
    elif half == "withdraw":
        services.take_back(actor=actor, pledge=pledge, verb=verb)
    else:
        raise Http404


def _with_form(actor: Any, pledge: Pledge, verb: str, form: Any) -> None:
    found = form.cleaned_data
    if verb == "fill_file":
        services.fill_file(actor=actor, pledge=pledge, papers=form.papers(), told=form.told())
    elif verb == "contract":
        services.contract(actor=actor, pledge=pledge, number=found["number"], on=found["on"], terms=form.terms(), sure=found["sure"])
    elif verb == "change":
        services.change(actor=actor, pledge=pledge, agreement=found["number"], on=found["on"], terms=form.terms(), sure=found["sure"])
    elif verb == "register":
        services.register(actor=actor, pledge=pledge, number=found["number"], on=found["on"])
    elif verb == "publish":
        services.publish(actor=actor, pledge=pledge, on=found["on"])
    elif verb == "default":
        services.default(actor=actor, pledge=pledge, on=found["on"], reason=found["reason"])
    elif verb == "claim":
        services.claim(actor=actor, pledge=pledge, loss=to_yuan(found["loss"]))
    else:
        services.dispose(actor=actor, pledge=pledge, recovered=to_yuan(found["recovered"]), reason=found["reason"])


def _said(verb: str) -> str:
    if verb.endswith(":propose"):
        return _("Proposed. A second person of the bank confirms.")
    if verb.endswith(":withdraw"):
        return _("The proposal is withdrawn.")
    if verb == "looked_up":
        return _("Entered for every right: looked up in the register today.")
    return _("Saved.") if verb == "fill_file" else _("Entered in the record.")


@require_safe
def paper(request: HttpRequest, number: str, kind: str, form: str) -> HttpResponse:
    reader = reader_of(request)
    pledge = pledge_of(reader, number)
    if form not in {"pdf", "docx"} or kind not in papers.kinds_of(pledge):
        raise Http404
    try:
        content = papers.paper(pledge, kind, form)
    except documents.DocumentError:
        messages.error(request, _("The PDF cannot be set: the Chinese font is missing on this server. The Word file can be had."))
        return redirect("pledges:pledge", pledge.number)
    name = f"{pledge.number}-{kind}"
    if form == "pdf":
        return pdf(name, content)
    response = HttpResponse(content, content_type=WORD)
    response["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return response
