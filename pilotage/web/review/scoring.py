"""One review on one screen: the dossier on the left, the published rubric on the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.calls.enums import StageKind
from pilotage.calls.forms.fields import in_language
from pilotage.core.incoming import may_give_out
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.review import scoring, services
from pilotage.review.dossier import blind_title, dossier_of
from pilotage.review.enums import AssignmentState, RelationKind
from pilotage.review.models import Assignment
from pilotage.review.options import review_options, rubric_of
from pilotage.review.rules import can_read_dossier, can_score, own_assignments
from pilotage.review.services import ScoreConflict, ScoresSaved
from pilotage.web.downloads import kept_file
from pilotage.web.review.queue import LINE, following, strip

OPEN = (AssignmentState.ASSIGNED, AssignmentState.STARTED)


@dataclass(slots=True)
class Card:
    """One criterion as drawn. ``value`` and ``comment`` are shown, ``was_*`` is what the store holds."""

    number: int
    key: str
    title: str
    weight: Decimal
    anchors: list[tuple[int, str]]
    value: int | None = None
    comment: str = ""
    was_value: int | None = None
    was_comment: str = ""
    error: str = ""
    clash: ScoreConflict | None = None


@dataclass(slots=True)
class Sheet:
    cards: list[Card]
    levels: range
    running: scoring.Running
    errors: dict[str, str] = field(default_factory=dict)
    saved_at: Any = None
    has_unsaved: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
def score(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = _own(request, pk)
    if request.method == "POST":
        return _ACTS.get(request.POST.get("act", ""), _save)(request, assignment)
    return _page(request, assignment, None, 200)


def _own(request: HttpRequest, pk: int) -> Assignment:
    rows = own_assignments(request.user).select_related("call", "expert", "application__version", *LINE)
    return get_object_or_404(rows, pk=pk)


@require_safe
def attachment(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """A file of the dossier; 404 where a blind call keeps it back."""
    assignment = _own(request, pk)
    can_read_dossier(request.user, assignment).require()
    files = dossier_of(assignment.application, assignment.call).files
    found = next((file for file in files if file.attachment and file.attachment.pk == attachment), None)
    if found is None or found.attachment is None:
        raise Http404
    blind = review_options(assignment.call).blind
    name = f"{found.name}.{found.kind.lower()}" if blind else found.attachment.name
    may_give_out(found.attachment).require()
    return kept_file(found.attachment.file, name, found.attachment.content_type)


# --- acts -----------------------------------------------------------------------------------
def _start(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    services.declare_no_conflict(actor=request.user, assignment=assignment)
    return redirect("review:score", pk=assignment.pk)


def _recuse(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    try:
        said, kind = request.POST.get("reason", ""), request.POST.get("kind", "")
        services.recuse(actor=request.user, assignment=assignment, reason=said, kind=kind, keep="keep" in request.POST)
    except Invalid as problem:
        return _page(request, assignment, None, 422, problem.errors)
    messages.success(request, _("You have recused from this project. The secretariat will ask another expert."))
    return _on(request, assignment)


def _save(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    saved = services.save_scores(actor=request.user, assignment=assignment, scores=_posted(request, assignment))
    sheet = _sheet(assignment, saved, request.POST)
    if request.htmx:  # type: ignore[attr-defined]
        touched = [card for card in sheet.cards if f"was-value-{card.key}" in request.POST]
        return render(request, "review/score.html#saved", _foot(request, assignment, sheet) | {"touched": touched})
    if saved.errors or saved.conflicts:
        return _page(request, assignment, sheet, 422)
    messages.success(request, _("Saved."))
    return redirect("review:score", pk=assignment.pk)


def _finish(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    saved = services.save_scores(actor=request.user, assignment=assignment, scores=_posted(request, assignment))
    sheet = _sheet(assignment, saved, request.POST)
    if saved.errors or saved.conflicts:
        return _page(request, assignment, sheet, 422)
    try:
        services.finish_review(actor=request.user, assignment=assignment)
    except Invalid as problem:
        for card in sheet.cards:
            card.error = problem.errors.get(card.key, "")
        sheet.errors |= {card.key: f"{card.title}{_(': ')}{card.error}" for card in sheet.cards if card.error}
        return _page(request, assignment, sheet, 422)
    return _on(request, assignment)


_ACTS = {"start": _start, "recuse": _recuse, "save": _save, "finish": _finish}


def _on(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    pk = following(strip(assignment, request.user), assignment.pk)
    return redirect("review:score", pk=pk) if pk else redirect("review:queue")


def _posted(request: HttpRequest, assignment: Assignment) -> dict[str, dict[str, Any]]:
    """The criteria on the posted page with what it showed before, so that an untouched one gives way to another tab."""
    post = request.POST
    keys = {name.removeprefix(prefix) for name in post for prefix in ("value-", "comment-") if name.startswith(prefix)}
    known = rubric_of(assignment.application, review_options(assignment.call)).keys
    keys |= {key for key in known if f"was-value-{key}" in post}
    return {
        key: {
            "value": post.get(f"value-{key}", post.get(f"was-value-{key}", "")),
            "comment": post.get(f"comment-{key}", ""),
            "base": {"value": post.get(f"was-value-{key}", ""), "comment": post.get(f"was-comment-{key}", "")},
        }
        for key in sorted(keys)
    }


# --- drawing --------------------------------------------------------------------------------
def _sheet(assignment: Assignment, saved: ScoresSaved | None, post: Mapping[str, str]) -> Sheet:
    rubric = rubric_of(assignment.application, review_options(assignment.call))
    stored = {s.criterion: s for s in assignment.scores.order_by("id")}
    errors = dict(saved.errors) if saved else {}
    cards = []
    for number, criterion in enumerate(rubric.criteria, start=1):
        kept = stored.get(criterion.key)
        value = int(kept.value) if kept and kept.value is not None else None
        comment = kept.comment if kept else ""
        anchors = [(level, in_language(*texts)) for level, texts in criterion.anchors.items()]
        title = in_language(criterion.title_zh, criterion.title_en) or criterion.key
        card = Card(number, criterion.key, title, criterion.weight, anchors, value, comment, value, comment)
        card.error = errors.get(criterion.key, "")
        if card.error:
            errors[criterion.key] = f"{title}{_(': ')}{card.error}"
        card.clash = saved.conflicts.get(criterion.key) if saved else None
        if card.error or card.clash:
            card.comment = post.get(f"comment-{criterion.key}", comment)
        if card.clash:
            errors[criterion.key] = _("“%(criterion)s” was changed in another window; nothing was overwritten.") % {"criterion": title}
        cards.append(card)
    values = {key: (stored[key].value if key in stored else None) for key in rubric.keys}
    return Sheet(
        cards, rubric.levels, scoring.running(rubric, values), errors, saved.at if saved else _last_saved(stored.values()), bool(errors)
    )


def _last_saved(stored: Any) -> Any:
    return max((score.updated_at for score in stored), default=None)


def _foot(request: HttpRequest, assignment: Assignment, sheet: Sheet) -> dict[str, Any]:
    return {"assignment": assignment, "sheet": sheet, "may_score": can_score(request.user, assignment)}


def _page(
    request: HttpRequest, assignment: Assignment, sheet: Sheet | None, status: int, errors: Mapping[str, str] | None = None
) -> HttpResponse:
    items = strip(assignment, request.user)
    at = next(i for i, item in enumerate(items) if item["pk"] == assignment.pk)
    blind = review_options(assignment.call).blind
    readable = can_read_dossier(request.user, assignment)
    sheet = sheet or _sheet(assignment, None, {})
    application = assignment.application
    context = {
        **_foot(request, assignment, sheet),
        "title": blind_title(application) if blind else application.project_title,
        "blind": blind,
        "place": at + 1,
        "strip": items,
        "previous": items[at - 1]["pk"] if at else None,
        "next": items[at + 1]["pk"] if at + 1 < len(items) else None,
        "done": sum(item["state"] == AssignmentState.FINISHED for item in items),
        "recused": sum(item["state"] == AssignmentState.RECUSED for item in items),
        "todo": sum(item["state"] in OPEN for item in items),
        "stage": assignment.call.stage(StageKind.REVIEW),
        "dossier": dossier_of(application, assignment.call) if readable else None,
        "may_start": may(request.user, assignment, "start"),
        "may_recuse": may(request.user, assignment, "recuse"),
        "reason_errors": dict(errors or {}),
        "reason": request.POST.get("reason", ""),
        "conflict_kinds": RelationKind.choices,
    }
    return render(request, "review/score.html", context, status=status)
