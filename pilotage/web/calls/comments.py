"""Comments on single fields: written by officers beside the answers, answered beside the corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from pilotage.calls import rules, services
from pilotage.calls.enums import ApplicationState, CommentState
from pilotage.calls.forms.fields import Field
from pilotage.calls.models import FieldComment, Revision
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.web.calls import queue
from pilotage.web.calls.sheet import Sheet


@dataclass(slots=True)
class Line:
    """A comment with its field, and what the field said then and says now: (label of the side, old, new) each."""

    comment: FieldComment
    field: Field
    section: str
    changes: Sequence[tuple[str, str, str]]
    can_settle: bool
    can_drop: bool
    typed: str = ""

    @property
    def is_open(self) -> bool:
        return self.comment.state == CommentState.SENT

    @property
    def is_draft(self) -> bool:
        return self.comment.state == CommentState.DRAFT

    @property
    def is_untouched(self) -> bool:
        """Open, and neither corrected nor answered."""
        return self.is_open and not self.changes and not self.comment.answer


def lines(request: HttpRequest, sheet: Sheet) -> list[Line]:
    """In the order of the form. One query, a second where there are any."""
    application = sheet.application
    found = rules.visible_comments(request.user, application).select_related("organisation", "made_by", "answered_by", "application")
    comments = [comment for comment in found.order_by("id") if comment.field in sheet.form.by_key]
    if not comments:
        return []
    revisions = Revision.objects.only("data", "attachments", "registry").in_bulk({c.revision_id for c in comments if c.revision_id})
    sections = {field.key: section.key for section in sheet.form.sections for field in section.fields}
    for comment in comments:
        comment.application = application
    places = list(sheet.form.by_key)
    told = [_line(request, sheet, comment, revisions.get(comment.revision_id or 0), sections) for comment in comments]
    return sorted(told, key=lambda line: (places.index(line.field.key), line.comment.pk))


def _line(request: HttpRequest, sheet: Sheet, comment: FieldComment, revision: Revision | None, sections: Mapping[str, str]) -> Line:
    field = sheet.form.by_key[comment.field]
    return Line(
        comment,
        field,
        sections.get(comment.field, ""),
        _changes(sheet, field, revision) if revision and comment.state != CommentState.DRAFT else (),
        can_settle=bool(may(request.user, comment, "settle")),
        can_drop=bool(may(request.user, comment, "drop")),
    )


def _changes(sheet: Sheet, field: Field, revision: Revision) -> list[tuple[str, str, str]]:
    if field.type == "attachment":
        was = {file["sha256"]: file["name"] for file in revision.attachments if file["field"] == field.key}
        now = {file.sha256: file.name for file in sheet.attachments if file.field == field.key}
        return [(field.label, _names(was), _names(now))] if was.keys() != now.keys() else []
    if field.type == "registry":
        old, new = revision.registry.get(field.path, ""), sheet.registry.get(field.path, "")
        return [(field.label, str(old), str(new))] if old != new else []
    return [(change.label, change.old, change.new) for change in sheet.changes_since(revision.data) if change.key == field.key]


def _names(files: Mapping[str, str]) -> str:
    return " · ".join(files.values())


def by_field(found: Sequence[Line]) -> dict[str, list[Line]]:
    keyed: dict[str, list[Line]] = {}
    for line in found:
        keyed.setdefault(line.field.key, []).append(line)
    return keyed


# --- the officer ----------------------------------------------------------------------------
@require_POST
def comment(request: HttpRequest, number: str) -> HttpResponse:
    from pilotage.web.calls.detail import page_of, visible_application  # the page that shows the comment shows its error too

    application = visible_application(request, number)
    field, act = request.POST.get("field", ""), request.POST.get("do", "write")
    try:
        if act == "write":
            services.comment_on(actor=request.user, application=application, field=field, text=request.POST.get("text", ""))
        else:
            _decide(request, application, act)
    except Invalid as error:
        return page_of(request, visible_application(request, number), {f"comment-{field}": next(iter(error.errors.values()))})
    address = reverse("calls:application-detail", args=[application.number])
    return redirect(f"{address}{queue.query(request)}#c-{field}")


def _decide(request: HttpRequest, application: Any, act: str) -> None:
    pk = request.POST.get("comment", "")
    visible = rules.visible_comments(request.user, application).select_related("application__call")
    found = get_object_or_404(visible, pk=int(pk) if pk.isdigit() else 0)
    steps = {"drop": services.drop_comment, "settle": services.settle_comment}
    if act not in steps:
        raise Http404
    steps[act](actor=request.user, comment=found)


# --- the enterprise -------------------------------------------------------------------------
def save_answers(request: HttpRequest, sheet: Sheet) -> dict[str, str]:
    """What was typed beside the comments; only what differs is written. No query where nothing was posted. Returns problems by field."""
    typed = {name[7:]: text for name, text in request.POST.items() if name.startswith("answer.") and name[7:].isdigit()}
    if not typed:
        return {}
    problems = {}
    rows = rules.visible_comments(request.user, sheet.application).filter(pk__in=typed, state=CommentState.SENT)
    for found in rows.select_related("application").order_by("id"):
        if typed[str(found.pk)].strip() != found.answer:
            try:
                services.answer_comment(actor=request.user, comment=found, text=typed[str(found.pk)])
            except Invalid as error:
                problems |= error.errors
    return problems


def for_form(request: HttpRequest, sheet: Sheet) -> dict[str, Any]:
    """What the form shows of them: each beside its field, and a list on top of what is open. Only a returned application has any."""
    found = lines(request, sheet) if not sheet.is_part and sheet.application.state == ApplicationState.RETURNED else []
    still = [line for line in found if line.is_open]
    for line in still:
        line.typed = request.POST.get(f"answer.{line.comment.pk}", line.comment.answer)
    return {
        "field_comments": by_field(still),
        "open_comments": still,
        "untouched": sum(line.is_untouched for line in still),
    }
