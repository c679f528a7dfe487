"""Interbank notes: what is planned, what makes it a sci-tech note on which day, what was issued."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.finance.matching import note_check, paper_rules
from pilotage.finance.matching import notes as services
from pilotage.finance.matching.enums import NoteBasis, NoteState
from pilotage.finance.matching.note_history import Act, history
from pilotage.finance.matching.paper_models import BondNote
from pilotage.registry.models import localized
from pilotage.web import formats
from pilotage.web.audit.words import act as act_name
from pilotage.web.matching import shown
from pilotage.web.matching.common import Reader, percent, put_errors, reader_of, say, tabs, to_basis_points, to_yuan, yuan
from pilotage.web.matching.forms import IssueForm


@require_safe
def notes(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    rows = paper_rules.visible_notes(reader.actor)
    state = request.GET.get("state", "")
    if state in NoteState.values:
        rows = rows.filter(state=state)
    basis = request.GET.get("basis", "")
    if basis in (NoteBasis.ISSUER, NoteBasis.USE):
        rows = rows.filter(basis__in=[basis, NoteBasis.BOTH])
    pages = page(rows.select_related("issuer", "underwriter"), order=("-id",), after=request.GET.get("after", ""), size=50)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "notes"),
        "page": pages,
        "rows": [_line(note) for note in pages.rows],
        "states": NoteState.choices,
        "state": state,
        "bases": [(each, NoteBasis(each).label) for each in (NoteBasis.ISSUER, NoteBasis.USE)],
        "basis": basis,
        "may_plan": reader.is_secretariat or bool(reader.institutions),
    }
    return render(request, "matching/notes.html", context)


def _line(note: BondNote) -> dict[str, Any]:
    issued = note.state == NoteState.ISSUED
    return {"note": note, "amount": yuan(note.issued_amount if issued else note.amount), "why": _why(note)}


def _why(note: BondNote) -> list[str]:
    """The conditions that held when it was checked, and the share of the proceeds where that is what counts."""
    told = [line for side in ("issuer",) for line in ((note.reasons or {}).get(side) or {}).get("told", []) if line["truth"]]
    found = [localized(line["zh"], line["en"]) for line in told]
    if note.basis in {"use", "both"} and note.proceeds_to_tech is not None:
        share = formats.number(note.proceeds_to_tech * 100 / note.amount, 1)
        found.append(_("%(share)s%% of the proceeds for sci-tech") % {"share": share})
    return found


def note_of(reader: Reader, number: str) -> BondNote:
    rows = paper_rules.visible_notes(reader.actor).select_related("issuer", "underwriter")
    return get_object_or_404(rows, number=number)


@require_safe
def note_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    return _show(request, reader, note_of(reader, number), IssueForm())


def _show(request: HttpRequest, reader: Reader, note: BondNote, form: IssueForm) -> HttpResponse:
    on = _day(request.GET.get("on", "")) or note.checked_on or clock.today()
    checked = note_check.check(note, on)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "notes"),
        "note": note,
        "facts": _facts(note),
        "on": on,
        "sides": _sides(note, checked),
        "titles": checked.titles,
        "warnings": checked.channel.warnings if checked.channel else [],
        "basis": checked.basis,
        "kept": _why(note),
        "history": _history(note),
        "may_change": bool(paper_rules.can_change_note(reader.actor, note)),
        "may_tag": may(reader.actor, note, "tag") if note.state == NoteState.PLANNED else None,
        "may_untag": bool(may(reader.actor, note, "untag")),
        "may_issue": bool(may(reader.actor, note, "issue")),
        "may_drop": bool(may(reader.actor, note, "drop")),
        "form": form,
    }
    return render(request, "matching/note.html", context, status=422 if form.errors else 200)


def _history(note: BondNote) -> list[dict[str, Any]]:
    """Each act with what it left: tagged by issuer or by use, by what held on which day, and by whom."""
    return [
        {"title": act_name(act.verb), "at": act.at, "text": " · ".join(_told(act)), "url": "", "state": "done"} for act in history(note)
    ]


def _told(act: Act) -> list[str]:
    found = [act.reason] if act.reason else []
    if act.verb == "finance.note.tag" and act.checked_on:
        found += [str(NoteBasis(act.basis).label), _("by what held on %(day)s") % {"day": formats.day(act.checked_on)}]
    if act.verb in {"finance.note.plan", "finance.note.change"}:
        share = _("%(amount)s of it for sci-tech") % {"amount": yuan(act.proceeds_to_tech)} if act.proceeds_to_tech is not None else ""
        found += [text for text in (yuan(act.amount), share) if text]
    return [*found, act.who]


def _facts(note: BondNote) -> list[tuple[str, str]]:
    rows = [
        (pgettext("bond", "Issuer"), note.issuer.name),
        (_("Underwriter"), note.underwriter.name if note.underwriter else formats.UNKNOWN),
        (_("Amount"), yuan(note.amount)),
        (_("Of it for sci-tech"), yuan(note.proceeds_to_tech)),
        (pgettext("loan", "Term"), shown.months(note.months)),
        (_("Use of the proceeds"), note.use_text or formats.UNKNOWN),
    ]
    if note.state == NoteState.ISSUED:
        rows += [
            (_("Amount issued"), yuan(note.issued_amount)),
            (pgettext("bond", "Day of issue"), formats.day(note.issued_on) if note.issued_on else formats.UNKNOWN),
            (_("Rate"), percent(note.rate)),
        ]
    return rows


def _sides(note: BondNote, checked: note_check.Checked) -> list[dict[str, Any]]:
    """Issuer and use, each with its verdict and its conditions of that day."""
    found = []
    for title, explanation in ((_("By issuer"), checked.issuer), (_("By use of proceeds"), checked.use)):
        lines = []
        for told in explanation.told if explanation else ():
            source = told.source
            lines.append(
                {
                    "name": localized(told.condition.zh, told.condition.en),
                    "fit": {True: "fits", False: "does_not", None: "unknown"}[told.truth],
                    "citation": told.condition.citation or (source.citation if source else ""),
                    "is_verified": source.verified if source else True,
                }
            )
        found.append({"title": title, "verdict": explanation.verdict.value if explanation else "", "lines": lines})
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    note = note_of(reader, number)
    verb, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    form = IssueForm(request.POST) if verb == "issue" else IssueForm()
    try:
        if verb == "issue":
            if not form.is_valid():
                return _show(request, reader, note, form)
            found = form.cleaned_data
            amount = to_yuan(found["issued_amount"])
            services.issue(actor=reader.actor, note=note, amount=amount, on=found["issued_on"], rate=to_basis_points(found["rate"]))
        elif verb == "tag":
            services.tag(actor=reader.actor, note=note, on=_day(request.POST.get("on", "")) or clock.today())
        elif verb in {"untag", "drop"}:
            getattr(services, verb)(actor=reader.actor, note=note, reason=reason)
        else:
            raise Http404
    except Invalid as problem:
        if verb == "issue":
            put_errors(form, problem)
            return _show(request, reader, note, form)
        say(request, problem)
    else:
        messages.success(request, _("Entered: %(state)s") % {"state": note.get_state_display()})
    return redirect("matching:note", note.number)
