"""The applicant's side: what is held against its project, and its answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.directory import objection_rules, services
from pilotage.directory.models import Hearing
from pilotage.web.notices.filing import add_files
from pilotage.web.notices.forms import AnswerForm, EvidenceForm


@require_safe
def hearing_list(request: HttpRequest) -> HttpResponse:
    """The applicant's own; the secretariat and auditors work from the desk."""
    hearings = objection_rules.visible_hearings(request.user).select_related("objection__notice", "objection__application")
    found = page(hearings, order=("-id",), after=request.GET.get("after", ""), size=30)
    return render(request, "notices/hearing_list.html", {"page": found})


@require_http_methods(["GET", "HEAD", "POST"])
def hearing_page(request: HttpRequest, pk: int) -> HttpResponse:
    hearings = objection_rules.visible_hearings(request.user).select_related(
        "objection__application__enterprise", "objection__application__call", "objection__notice__call", "answered_by"
    )
    hearing = get_object_or_404(hearings, pk=pk)
    form = AnswerForm(request.POST or None) if request.POST.get("do") == "answer" else AnswerForm()
    if request.method == "POST" and _act(request, hearing, form):
        return redirect("directory:hearing", pk=hearing.pk)
    objection = hearing.objection
    context = {
        "hearing": hearing,
        "objection": objection,
        "may_answer": may(request.user, objection, "answer"),
        "form": form,
        "evidence": EvidenceForm(),
        "files": list(objection_rules.visible_files(request.user, objection).filter(side="applicant")),
    }
    return render(request, "notices/hearing.html", context, status=422 if request.method == "POST" else 200)


def _act(request: HttpRequest, hearing: Hearing, form: AnswerForm) -> bool:
    """Files are kept before the answer is sent, so that neither waits for the other."""
    if request.POST.get("do") == "add":
        evidence = EvidenceForm(request.POST, request.FILES)
        add_files(request, hearing.objection, request.user, evidence.cleaned_data["files"] if evidence.is_valid() else [])
        return True
    if not form.is_valid():
        return False
    try:
        services.answer_hearing(actor=request.user, hearing=hearing, answer=form.cleaned_data["answer"])
    except Invalid as refusal:
        for field, sentence in refusal.errors.items():
            form.add_error(field or None, sentence)
        return False
    messages.success(request, _("Your answer was sent to the secretariat."))
    return True
