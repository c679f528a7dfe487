"""The application form: one section per address, saved as one types, safe against a second tab."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pilotage.calls import rules, services
from pilotage.calls.enums import EDITABLE
from pilotage.calls.forms.fields import Section
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Partner
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.web.calls import comments, context, steps
from pilotage.web.calls.fields import blocks, section_of
from pilotage.web.calls.mine import own_application, own_draft
from pilotage.web.calls.posted import digest
from pilotage.web.calls.saving import Outcome, resolve, save_post
from pilotage.web.calls.sheet import Sheet

CHANGES_SHOWN = 5


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_edit(request: HttpRequest, number: str) -> HttpResponse:
    is_passing = request.method == "POST" and request.POST.get("do") == "autosave"
    application = own_draft(request, number) if is_passing else own_application(request, number)
    if application.state not in EDITABLE and request.method != "POST":
        return redirect("calls:application-detail", number=application.number)
    rules.can_edit(request.user, application).require()
    return edit(request, Sheet(application))


def edit(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """The form of an application, or of a partner's part of one."""
    section = section_of(sheet.form.sections, request.GET.get("section", ""))
    if request.method != "POST":
        return page(request, sheet, section, Outcome())
    act, _colon, argument = request.POST.get("do", "save").partition(":")
    if act == "resolve":
        return _after(request, sheet, section, resolve(request, sheet), "save", "")
    if act == "answers":
        comments.save_answers(request, sheet)
        return HttpResponse(status=204)
    key, _colon, index = argument.partition(":")
    outcome = save_post(request, sheet, (key, int(index)) if act == "remove-row" and index.isdigit() else None)
    if act == "autosave":
        return autosaved(request, sheet, section, outcome)
    outcome.errors |= comments.save_answers(request, sheet)
    if outcome.is_clean and act in (_ACTS_OF_A_PART if sheet.is_part else _FURTHER_ACTS):
        outcome.errors |= _FURTHER_ACTS[act](request, sheet.reload(), argument)
    return _after(request, sheet, section, outcome, act, argument)


def _after(request: HttpRequest, sheet: Sheet, section: Section, outcome: Outcome, act: str, argument: str) -> HttpResponse:
    """Where a saved post leads; what could not be saved comes back on the same page."""
    if not outcome.is_clean:
        return page(request, sheet.reload(), section, outcome)
    if act == "goto":
        return redirect(section_url(sheet, section_of(sheet.form.sections, argument).key))
    if act == "check":
        return redirect("calls:part" if sheet.is_part else "calls:application-check", number=sheet.application.number)
    if act == "leave":
        return redirect("calls:my-list")
    extra = {
        "add-row": f"&rows.{argument}={_row_count(request, argument) + 1}",
        "province": f"&province.{argument}={_province(request, argument)}",
    }
    anchor = f"#f-{argument.partition(':')[0]}" if act in {"add-row", "remove-row", "province", "upload", "confirm", "answer"} else ""
    if act == "confirm-section":
        messages.success(request, _("Confirmed: nothing has changed in “%(section)s”.") % {"section": section.title})
        following = next((s for s in sheet.form.sections[sheet.form.sections.index(section) + 1 :]), section)
        return redirect(section_url(sheet, following.key))
    if act == "save":
        messages.success(request, _("Saved at %(time)s.") % {"time": _time_of_day()})
    return redirect(f"{section_url(sheet, section.key)}{extra.get(act, '')}{anchor}")


def _row_count(request: HttpRequest, key: str) -> int:
    count = request.POST.get(f"rows.{key}", "")
    return int(count) if count.isdigit() else 0


def _province(request: HttpRequest, key: str) -> str:
    code = request.POST.get(f"province.{key}", "")
    return code if code.isdigit() else ""


def section_url(sheet: Sheet, key: str) -> str:
    return f"{sheet.edit_url}?section={key}"


def _time_of_day() -> str:
    return f"{timezone.localtime(clock.now()):%H:%M:%S}"


# --- files ----------------------------------------------------------------------------------
def _upload(request: HttpRequest, sheet: Sheet, key: str) -> dict[str, str]:
    uploads = request.FILES.getlist(f"file.{key}")
    if not uploads:
        return {key: _("Choose a file first, then upload it.")}
    for upload in uploads:
        try:
            added = sheet.attach(request.user, key, upload)
        except Invalid as error:
            return {key: f"{upload.name}{_(': ')}{next(iter(error.errors.values()))}"}
        for sentence in added.warnings:
            messages.warning(request, sentence)
    return {}


def _remove(request: HttpRequest, sheet: Sheet, argument: str) -> dict[str, str]:
    attachment = next((a for a in sheet.attachments if str(a.pk) == argument), None)
    if attachment is None:
        return {"": _("This file is no longer part of the application.")}
    services.remove_attachment(actor=request.user, attachment=attachment)
    return {}


def _confirm(request: HttpRequest, sheet: Sheet, key: str) -> dict[str, str]:
    services.confirm_answers(actor=request.user, application=sheet.application, keys=[key])
    return {}


def _confirm_section(request: HttpRequest, sheet: Sheet, key: str) -> dict[str, str]:
    section = section_of(sheet.form.sections, key)
    services.confirm_answers(actor=request.user, application=sheet.application, keys=sheet.to_confirm(section))
    return {}


_ACTS_OF_A_PART = {"upload": _upload, "remove-file": _remove}
_FURTHER_ACTS = {**_ACTS_OF_A_PART, "confirm": _confirm, "confirm-section": _confirm_section}


# --- answers --------------------------------------------------------------------------------
def page(request: HttpRequest, sheet: Sheet, section: Section, outcome: Outcome) -> HttpResponse:
    status = 409 if outcome.conflicts else 422 if outcome.errors else 200
    everything = request.GET.get("show") == "problems"
    values = form_context(request, sheet, section, outcome, everything) | comments.for_form(request, sheet)
    return render(request, "calls/application_edit.html", values, status=status)


def autosaved(request: HttpRequest, sheet: Sheet, section: Section, outcome: Outcome) -> HttpResponse:
    """The small answer to a save in passing, in the header: version, saved fields, what is hidden. What else stands around the
    field comes along only where it is no longer what the page shows (``seen``).
    """
    fresh, everything = sheet.again(), request.GET.get("show") == "problems"
    seen = fresh.look(section, outcome.errors, everything, asked=bool(outcome.conflicts))
    hidden = fresh.judgement.state.hidden
    told = {
        "version": outcome.version,
        "fields": {key: digest(fresh.data.get(key)) for key in outcome.saved},
        "hidden": {field.key: field.key in hidden for field in section.fields if field.shown_when},
        "conflicts": list(outcome.conflicts),
        "refused": list(outcome.errors),
        "seen": seen,
        "status": _saved_words(fresh, outcome),
    }
    if request.POST.get("seen") == seen:
        response = HttpResponse()
    else:
        values = form_context(request, fresh, section, outcome, everything)
        judged = {marker.partition(":")[0] for marker in request.POST.getlist("has")}
        values["judged"] = [field for field in values["fields"] if field.key in judged]
        response = render(request, "calls/application_edit.html#saved", values)
    response["HX-Trigger"] = json.dumps({"pilotage:saved": told})
    return response


def _saved_words(sheet: Sheet, outcome: Outcome) -> str:
    if not (sheet.row.draft_version or outcome.saved):
        return _("Saves as you type")
    return _("Saved %(time)s") % {"time": f"{timezone.localtime(_saved_at(sheet, outcome)):%H:%M:%S}"}


def _saved_at(sheet: Sheet, outcome: Outcome) -> datetime:
    return clock.now() if outcome.saved else sheet.row.updated_at


def form_context(request: HttpRequest, sheet: Sheet, section: Section, outcome: Outcome, everything: bool) -> dict[str, Any]:
    application = sheet.application
    errors = sheet.shown_problems(section, everything) | outcome.errors
    fields = sheet.bind(
        section,
        errors=errors,
        typed={key: value for key, value in outcome.typed.items() if key in outcome.errors or key in outcome.conflicts},
        extra_rows=_numbers(request.GET, "rows."),
        provinces={k[9:]: v for k, v in request.GET.items() if k.startswith("province.") and v.isdigit()},
    )
    sections = list(sheet.form.sections)
    place = sections.index(section)
    changes = sheet.told_changes
    return {
        "application": application,
        "sheet": sheet,
        "is_part": sheet.is_part,
        "edit_url": sheet.edit_url,
        "draft_key": sheet.draft_key,
        "is_unchanged": sheet.is_unchanged(section),
        "to_confirm": [] if sheet.is_part else sheet.to_confirm(section),
        "wants_confirmation": sheet.is_unchanged(section) or any(field.is_unconfirmed for field in fields),
        "section": section,
        "place": place + 1,
        "fields": fields,
        "blocks": blocks(fields),
        "errors": {field.key: errors[field.key] for field in fields if field.key in errors and not field.hidden},
        "whole_error": outcome.errors.get("", ""),
        "navigation": sheet.navigation(everything),
        "previous": sections[place - 1] if place else None,
        "next": sections[place + 1] if place + 1 < len(sections) else None,
        "clash": _clash(sheet, outcome),
        "outcome": outcome,
        "saved_words": _saved_words(sheet, outcome),
        "has_origin": any(field.origin for field in fields),
        "changes": changes[:CHANGES_SHOWN],
        "change_count": len(changes),
        "stages": context.stages_ahead(application),
        "closes_at": steps.next_step(application, application.state)[1],
        "everything": everything,
        "seen": sheet.look(section, outcome.errors, everything, asked=bool(outcome.conflicts)),
    }


def _numbers(query: QueryDict, prefix: str) -> dict[str, int]:
    return {key[len(prefix) :]: min(int(value), 200) for key, value in query.items() if key.startswith(prefix) and value.isdigit()}


def _clash(sheet: Sheet, outcome: Outcome) -> list[dict[str, Any]]:
    lines = []
    partner = sheet.row if isinstance(sheet.row, Partner) else None
    changes = joint.last_changes(sheet.application, list(outcome.conflicts), partner) if outcome.conflicts else {}
    for key, conflict in outcome.conflicts.items():
        field = sheet.form.by_key[key]
        lines.append(
            {
                "field": field,
                "change": changes.get(key),
                "yours": sheet.words(field, conflict.yours),
                "theirs": sheet.words(field, conflict.theirs),
                "mine": json.dumps(conflict.yours, ensure_ascii=False),
            }
        )
    return lines
