"""Filing an objection in three steps at one address: e-mail, code, objection. Works without scripts; a script solves the puzzle."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pilotage.core.verdict import Invalid, Refused
from pilotage.directory import objection_limits, rules, services
from pilotage.directory.models import Objection, PublicNotice
from pilotage.directory.objection_rules import Objector
from pilotage.web.notices import proving
from pilotage.web.notices.forms import ObjectionForm
from pilotage.web.notices.public import visible_notice

STEPS = ("send", "check", "forget")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def objection_create(request: HttpRequest, number: str) -> HttpResponse:
    notice = visible_notice(request, number)
    verdict = rules.can_object(notice)
    errors: dict[str, str] = {}
    if request.method == "POST":
        verdict.require()
        if request.POST.get("do") in STEPS:
            errors = proving.act(request, notice, request.POST.get("email", "")[:254])
            if not errors:
                return redirect(request.get_full_path())
    proven = proving.state_of(request, notice)
    if verdict and proven.email:
        return _form(request, notice, proven)
    context = {
        "notice": notice,
        "may_object": verdict,
        "errors": errors,
        "asked": proven.asked,
        "typed": request.POST.get("email", ""),
        "puzzle": objection_limits.puzzle(notice) if verdict and not proven.solved else None,
    }
    return render(request, "notices/objection_start.html", context, status=422 if errors else 200)


def _form(request: HttpRequest, notice: PublicNotice, proven: proving.Proven) -> HttpResponse:
    is_filing = request.method == "POST" and request.POST.get("do") not in STEPS
    initial = {"application": request.GET.get("row", ""), "is_confidential": ""}
    form = ObjectionForm(request.POST if is_filing else None, request.FILES if is_filing else None, notice=notice, initial=initial)
    if is_filing and form.is_valid() and not form.is_machine and (objection := _file(request, notice, form, proven)):
        return redirect("directory:objection", number=notice.number, objection=objection.number)
    context = {"notice": notice, "form": form, "proven": proven, "had_files": is_filing and bool(request.FILES)}
    return render(request, "notices/objection_form.html", context, status=422 if is_filing else 200)


def _file(request: HttpRequest, notice: PublicNotice, form: ObjectionForm, proven: proving.Proven) -> Objection | None:
    data = form.cleaned_data
    try:
        objection = services.object_to(
            notice=notice,
            proof=proven.proof,
            name=data["name"],
            organisation=data["organisation"],
            contact=data["contact"],
            is_confidential=bool(data["is_confidential"]),
            text=data["text"],
            application=form.rows.get(data["application"]),
            address=request.META.get("REMOTE_ADDR", ""),
            solved=proven.solved,
        )
    except Invalid as refusal:
        for field, sentence in refusal.errors.items():
            form.add_error(field if field in form.fields else None, sentence)
        return None
    except Refused as refusal:  # a limit: what was typed stays on the page
        form.add_error(None, str(refusal))
        return None
    add_files(request, objection, Objector(proven.email), data["files"])
    return objection


def add_files(request: HttpRequest, objection: Objection, actor: object, files: list) -> None:  # type: ignore[type-arg]
    """One refused file keeps back none of the others, nor the objection."""
    for upload in files:
        try:
            services.add_objection_file(actor=actor, objection=objection, upload=upload)
        except Invalid as refusal:
            messages.error(request, str(refusal))
    if files:
        messages.info(request, _("What was accepted of your files is listed below."))
