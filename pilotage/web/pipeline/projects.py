"""One project: the line of its stages, what comes next, every entry with its corrections, its papers, who it was recommended to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from pilotage.accounts.enums import Role
from pilotage.accounts.models import EnterpriseConsent, User
from pilotage.core import clock
from pilotage.core.transitions import table_for
from pilotage.core.verdict import Invalid
from pilotage.finance.pipeline import rules, services
from pilotage.finance.pipeline.batch_models import BatchLine
from pilotage.finance.pipeline.enums import BatchState, Stage, line_of
from pilotage.finance.pipeline.history import Step, effective
from pilotage.finance.pipeline.models import ListingProject, StageStep
from pilotage.web.pipeline.common import Reader, day_of, reader_of, say, tabs


def verb_words() -> dict[str, str]:
    return {
        "file_tutoring": pgettext("step of a listing", "Tutoring was filed"),
        "accept_tutoring": pgettext("step of a listing", "Tutoring was accepted"),
        "accept": pgettext("step of a listing", "Application was accepted"),
        "inquire": pgettext("step of a listing", "Inquiry began"),
        "hear": pgettext("step of a listing", "Passed the listing committee"),
        "submit": pgettext("step of a listing", "Submitted for registration"),
        "register": pgettext("step of a listing", "Registration took effect"),
        "list": pgettext("step of a listing", "Listed"),
        "suspend": pgettext("step of a listing", "Suspended"),
        "resume": pgettext("step of a listing", "Resumed"),
        "withdraw": pgettext("step of a listing", "Withdrawn"),
        "terminate": pgettext("step of a listing", "Terminated"),
    }


STOPS = ("suspend", "withdraw", "terminate")


def _project(reader: Reader, number: str) -> ListingProject:
    rows = rules.visible_projects(reader.actor).select_related("enterprise__province", "owner")
    return get_object_or_404(rows, number=number)


@require_safe
def project_page(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    project = _project(reader, number)
    steps = effective(project.steps.select_related("by"))
    papers = rules.can_read_documents(reader.actor, project)
    context = {
        "reader": reader,
        "tabs": tabs(reader, "home"),
        "project": project,
        "days": (clock.today() - project.stage_on).days,
        "line": _line(project, steps),
        "steps": list(reversed(steps)),
        "told_all": papers,
        "documents": list(project.documents.select_related("by").order_by("-id")) if papers else [],
        "may_add": bool(rules.can_add_document(reader.actor, project)),
        "recommendations": _recommendations(reader, project),
        "today": clock.today().isoformat(),
        **_next(reader, project),
    }
    return render(request, "pipeline/project.html", context)


def _line(project: ListingProject, steps: list[Step]) -> list[dict[str, Any]]:
    """The stages to this market: done with their day, the present one, those to come."""
    days = {}
    for step in steps:
        days.setdefault(step.stage, step.on)
    present = project.left_from or project.state
    names = dict(Stage.choices)
    return [
        {
            "title": names[stage],
            "at": days.get(stage),
            "state": "current" if stage == present else "done" if stage in days else "next",
            "text": project.get_state_display() if stage == project.left_from else "",
            "url": "",
        }
        for stage in line_of(project.market)
    ]


def _next(reader: Reader, project: ListingProject) -> dict[str, Any]:
    """What can be entered now, the way forward first."""
    words = verb_words()
    line = line_of(project.market)
    place = line.index(Stage(project.state)) if project.state in line else -1
    following = line[place + 1] if -1 < place < len(line) - 1 else None
    rows = table_for(project).verbs_from(project.state)
    forward = [row.verb for row in rows if row.target == following or row.verb == "resume"]
    verbs = [*forward, *(row.verb for row in rows if row.verb in STOPS)]
    owners = User.objects.filter(memberships__role=Role.SECRETARIAT, memberships__ended_at__isnull=True).distinct().order_by("pk")
    return {
        "following": dict(Stage.choices)[following] if following else "",
        "verbs": [(verb, words[verb]) for verb in verbs] if reader.is_secretariat else [],
        "owners": list(owners) if reader.is_secretariat else [],
    }


def _recommendations(reader: Reader, project: ListingProject) -> list[dict[str, Any]]:
    """The enterprise also sees drafts that wait for its consent. Two queries."""
    rows = BatchLine.objects.filter(project=project).exclude(batch__state=BatchState.DROPPED).select_related("batch__receiver")
    own = project.enterprise_id in reader.enterprises
    if not (reader.sees_all or own):
        rows = rows.filter(batch__receiver__in=reader.receivers, batch__state=BatchState.SIGNED)
    consents = EnterpriseConsent.objects.filter(enterprise=project.enterprise_id, withdrawn_at__isnull=True)
    given = set(consents.values_list("organisation_id", flat=True))
    return [{"line": row, "batch": row.batch, "consented": row.batch.receiver_id in given, "own": own} for row in rows.order_by("-batch")]


@require_POST
def act(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    project = _project(reader, number)
    try:
        sentence = _do(request, reader, project)
    except Invalid as problem:
        say(request, problem)
    else:
        messages.success(request, sentence)
    return redirect("pipeline:project", project.number)


def _do(request: HttpRequest, reader: Reader, project: ListingProject) -> str:
    verb, said = request.POST.get("verb", ""), request.POST
    reason, document, on = said.get("reason", ""), said.get("document", ""), day_of(said.get("on", ""))
    if verb == "add-document":
        services.add_document(actor=reader.actor, project=project, title=said.get("title", ""), upload=request.FILES.get("file"))
        return _("The document is kept.")
    if verb == "change":
        owner = User.objects.filter(pk=said["owner"]).first() if said.get("owner", "").isdecimal() else None
        services.change(actor=reader.actor, project=project, owner=owner, sponsor=said.get("sponsor", ""), note=said.get("note", ""))
        return _("Saved.")
    if verb == "correct":
        step = get_object_or_404(StageStep, pk=said.get("step") if said.get("step", "").isdecimal() else 0, project=project)
        services.correct(actor=reader.actor, step=step, on=on, reason=reason, document=document)
        return _("Corrected. What was entered before stays in the history.")
    services.move(actor=reader.actor, project=project, verb=verb, on=on, reason=reason, document=document)
    return _("Entered.")


@require_safe
def document(request: HttpRequest, number: str, pk: int) -> FileResponse:
    reader = reader_of(request)
    project = _project(reader, number)
    if not rules.can_read_documents(reader.actor, project):
        raise Http404
    found = get_object_or_404(project.documents, pk=pk)
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.file_name)
