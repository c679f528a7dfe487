"""What is sent from the page of a project: each act reads its form and calls one service."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pilotage.core.verdict import Invalid
from pilotage.finance.pipeline import amending, documents, rules, services
from pilotage.finance.pipeline.history import Step, effective
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.step_enums import DocumentKind
from pilotage.web.pipeline import step_forms
from pilotage.web.pipeline.common import put_errors, reader_of
from pilotage.web.pipeline.project_forms import STOPS, offered
from pilotage.web.pipeline.projects import found_project, page_of

FORMS = {
    "add-document": step_forms.DocumentForm,
    "change": step_forms.OwnerForm,
    "tell": step_forms.TellForm,
    "correct": step_forms.CorrectForm,
    "take_back": step_forms.TakeBackForm,
    "suspend": step_forms.SuspendForm,
    **dict.fromkeys(STOPS, step_forms.StopForm),
}
# what the enterprise may send, by rules of its own
OF_ENTERPRISES = ("add-document", "tell")


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    project, verb = found_project(reader, number), request.POST.get("verb", "")
    if verb not in OF_ENTERPRISES:
        rules.can_work(reader.actor, project).require()
    steps = effective(project.steps.all())
    form = _form(request, project, steps, verb)
    if form.is_valid():
        try:
            sentence = _do(request.user, project, verb, form, steps)
        except Invalid as problem:
            put_errors(form, problem)
        else:
            messages.success(request, sentence)
            return redirect("pipeline:project", project.number)
    return page_of(request, reader, found_project(reader, number), form)


def _form(request: HttpRequest, project: ListingProject, steps: list[Step], verb: str) -> Any:
    data = request.POST.copy()
    values = offered(project, steps, to_secretariat=True)
    if verb == "add-document":
        data.setdefault("step", str(steps[-1].ids[0]))
        data.setdefault("kind", DocumentKind.OTHER)
    name = f"correct-{_corrected(steps, data.get('step', '')).ids[0]}" if verb == "correct" else ""
    return FORMS.get(verb, step_forms.StepForm)(data, request.FILES, offered=values, name=name)


def _corrected(steps: list[Step], said: str) -> Step:
    found = next((step for step in steps if said in {str(pk) for pk in step.ids}), None)
    if found is None:
        raise Http404
    return found


def _do(actor: Any, project: ListingProject, verb: str, form: Any, steps: list[Step]) -> str:
    said = form.cleaned_data
    if verb == "add-document":
        step = _corrected(steps, said.pop("step")).row
        documents.add_document(actor=actor, project=project, step=step, upload=said.pop("file"), **said)
        return _("The document is kept.")
    if verb == "change":
        services.change(actor=actor, project=project, **said)
        return _("Saved.")
    if verb == "tell":
        services.tell(actor=actor, project=project, **said)
        return _("Saved.")
    if verb == "correct":
        amending.correct(actor=actor, step=_corrected(steps, form.data.get("step", "")).row, **said)
        return _("Corrected. What was entered before stays in the history.")
    if verb == "take_back":
        amending.take_back(actor=actor, project=project, **said)
        return _("Taken back. Both stay in the history.")
    services.move(actor=actor, project=project, **{**said, "verb": verb})
    return _("Entered.")
