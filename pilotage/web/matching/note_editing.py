"""Entering an interbank note, and correcting one about which nothing was decided yet."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.accounts.rules import consented_enterprise_ids
from pilotage.core.verdict import Invalid
from pilotage.finance.matching import notes as services
from pilotage.finance.matching import paper_rules
from pilotage.finance.matching.paper_models import BondNote
from pilotage.registry.models import Enterprise
from pilotage.web.matching.common import Reader, put_errors, reader_of, tabs, to_wan
from pilotage.web.matching.forms import NoteForm
from pilotage.web.matching.notes import note_of

_KEPT = ("name_zh", "name_en", "months", "use_text")


def new(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if not (reader.is_secretariat or reader.institutions):
        raise Http404
    form = NoteForm(request.POST or None, banks=_banks(reader))
    if request.method == "POST" and form.is_valid():
        made = _plan(reader, form)
        if made is not None:
            messages.success(request, _("Entered. Check next what makes it a sci-tech note."))
            return redirect("matching:note", made.number)
    return _shown(request, reader, form, None)


def edit(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    note = note_of(reader, number)
    paper_rules.can_change_note(reader.actor, note).require()
    banks = _banks(reader)
    form = NoteForm(request.POST or None, banks=banks, initial=_initial(note))
    del form.fields["issuer"]
    if request.method == "POST" and form.is_valid():
        underwriter = _chosen(form, banks) if banks else note.underwriter
        try:
            services.change_note(actor=reader.actor, note=note, underwriter=underwriter, values=form.values())
        except Invalid as problem:
            put_errors(form, problem)
        else:
            messages.success(request, _("Corrected. The record keeps what stood there before."))
            return redirect("matching:note", note.number)
    return _shown(request, reader, form, note)


def _shown(request: HttpRequest, reader: Reader, form: NoteForm, note: BondNote | None) -> HttpResponse:
    context = {"form": form, "note": note, "tabs": tabs(reader, "notes")}
    return render(request, "matching/note_form.html", context, status=422 if form.errors else 200)


def _banks(reader: Reader) -> list[Organisation]:
    """Among whom the secretariat chooses the underwriter; an institution is its own."""
    return list(Organisation.objects.filter(kind=OrganisationKind.FINANCE).order_by("pk")) if reader.is_secretariat else []


def _initial(note: BondNote) -> dict[str, object]:
    return {
        **{name: getattr(note, name) for name in _KEPT},
        "underwriter": note.underwriter_id or "",
        "amount": to_wan(note.amount),
        "proceeds_to_tech": to_wan(note.proceeds_to_tech),
    }


def _chosen(form: NoteForm, banks: list[Organisation]) -> Organisation | None:
    return next((bank for bank in banks if str(bank.pk) == form.cleaned_data.get("underwriter")), None)


def _plan(reader: Reader, form: NoteForm) -> BondNote | None:
    """An enterprise that the institution may not see is answered like one that is not there."""
    known = Enterprise.objects.all() if reader.is_secretariat else Enterprise.objects.filter(pk__in=consented_enterprise_ids(reader.actor))
    issuer = known.filter(uscc=form.cleaned_data["issuer"].strip().upper()).first()
    if issuer is None:
        form.add_error("issuer", _("There is no such enterprise, or it has not opened its data to you."))
        return None
    own = Organisation.objects.filter(pk__in=reader.institutions).order_by("pk").first()
    underwriter = _chosen(form, _banks(reader)) if reader.is_secretariat else own
    try:
        return services.plan_note(actor=reader.actor, issuer=issuer, underwriter=underwriter, values=form.values())
    except Invalid as problem:
        put_errors(form, problem)
        return None
