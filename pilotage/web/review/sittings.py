"""Scoring in a defence, video review or site visit: one line per application, saved as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.calls.enums import ApplicationState
from pilotage.calls.forms.fields import in_language
from pilotage.calls.models import Application, Stage
from pilotage.core.keyset import page
from pilotage.core.verdict import Verdict
from pilotage.review import scoring
from pilotage.review.dossier import blind_title
from pilotage.review.models import SittingMember, SittingScore
from pilotage.review.panel import gates, sittings
from pilotage.review.panel.sittings import LineSaved
from pilotage.web.review.board import HEAVY


@dataclass(slots=True)
class Mark:
    key: str
    title: str
    value: str  # as shown: what was typed where it was not kept
    was: str  # as kept
    fault: str = ""


@dataclass(slots=True)
class Line:
    application: Application
    name: str
    below: str
    marks: list[Mark]
    total: Decimal | None = None
    barred: str = ""
    at: Any = None
    faults: list[str] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
def sitting(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    member = get_object_or_404(sittings.own_sittings(request.user), call__slug=slug, stage_key=key)
    stage = next((each for each in gates.scored_stages(member.call) if each.key == key), None)
    if stage is None:
        raise Http404
    may_score = sittings.can_score(request.user, member, stage)
    if request.method == "POST":
        may_score.require()
        if request.htmx:  # type: ignore[attr-defined]
            return _one(request, member, stage)
        return _all(request, member, stage)
    return _page(request, member, stage, may_score, {})


def _heard(member: SittingMember) -> Any:
    rows = Application.objects.filter(call=member.call, state=ApplicationState.UNDER_REVIEW)
    names = ("enterprise__group", "enterprise__province", "enterprise__prefecture", "enterprise__county", "province", "industry")
    return rows.select_related("enterprise", *names).defer(*HEAVY)


def _one(request: HttpRequest, member: SittingMember, stage: Stage) -> HttpResponse:
    """The line that was touched, saved in passing."""
    number = request.POST.get("line", "")
    row = get_object_or_404(_heard(member), pk=int(number) if number.isdecimal() else 0)
    row.call = member.call
    saved = _save(request, member, stage, row)
    rubric = sittings.rubric_of_stage(member.call, stage)
    return render(request, "review/sitting.html#foot", {"line": _line(rubric, row, saved, request.POST), "may_score": True})


def _all(request: HttpRequest, member: SittingMember, stage: Stage) -> HttpResponse:
    """Every line of the page, without scripts."""
    keys = {name.split("-")[1] for name in request.POST if name.startswith("value-")}
    rows = _heard(member).filter(pk__in=[int(key) for key in keys if key.isdecimal()]).order_by("number")
    saved = {row.pk: _save(request, member, stage, row) for row in rows}
    if any(line.errors or line.clashes for line in saved.values()):
        return _page(request, member, stage, Verdict(True), saved)
    messages.success(request, _("Saved."))
    return redirect(request.get_full_path())


def _save(request: HttpRequest, member: SittingMember, stage: Stage, row: Application) -> LineSaved:
    post, start = request.POST, f"value-{row.pk}-"
    values = {
        name.removeprefix(start): {"value": post[name], "base": post.get(f"was-{row.pk}-{name.removeprefix(start)}", "")}
        for name in post
        if name.startswith(start)
    }
    return sittings.save_line(actor=request.user, member=member, stage=stage, application=row, values=values)


def _line(rubric: scoring.Rubric, row: Application, saved: LineSaved, post: Mapping[str, str]) -> Line:
    is_hidden = sittings.hides_applicants(row.call)
    name = blind_title(row) if is_hidden else row.enterprise.short
    line = Line(row, name, "" if is_hidden else f"{row.number} · {row.project_title}", [], saved.total, at=saved.at)
    for criterion in rubric.criteria:
        kept = saved.values.get(criterion.key)
        was = "" if kept is None else f"{kept:.0f}"
        fault = saved.errors.get(criterion.key, "")
        title = in_language(criterion.title_zh, criterion.title_en) or criterion.key
        if criterion.key in saved.clashes:
            fault = _("Changed in another window to %(value)s; nothing was overwritten.") % {"value": was}
        typed = post.get(f"value-{row.pk}-{criterion.key}", was) if fault else was
        line.marks.append(Mark(criterion.key, title, typed, was, fault))
        if fault:
            line.faults.append(f"{title}{_(': ')}{fault}")
    return line


def _page(request: HttpRequest, member: SittingMember, stage: Stage, may_score: Verdict, saved: Mapping[int, LineSaved]) -> HttpResponse:
    rubric, is_hidden = sittings.rubric_of_stage(member.call, stage), sittings.hides_applicants(member.call)
    shown = page(_heard(member), order=("number",), after=request.GET.get("after", ""))
    for row in shown.rows:
        row.call = member.call
    kept = _kept(member, shown.rows)
    barred = sittings.barred_from(member.expert, member.call, shown.rows)
    lines = [_line(rubric, row, saved.get(row.pk) or _stored(rubric, kept.get(row.pk, {})), request.POST) for row in shown.rows]
    for line in lines:
        line.barred = barred.get(line.application.pk, "")
        if line.barred and is_hidden:
            line.barred = _("A conflict of interest keeps you from scoring this project.")
    return render(
        request,
        "review/sitting.html",
        {
            "call": member.call,
            "stage": stage,
            "rubric": rubric,
            "criteria": [(each, in_language(each.title_zh, each.title_en) or each.key, _anchors(each)) for each in rubric.criteria],
            "page": shown,
            "lines": lines,
            "blind": is_hidden,
            "weight": gates.weight_of(stage),
            "done": sum(line.total is not None for line in lines),
            "todo": sum(line.total is None and not line.barred for line in lines),
            "may_score": may_score,
            "errors": {f"line-{line.application.pk}": f"{line.name}{_(': ')}{line.faults[0]}" for line in lines if line.faults},
        },
        status=422 if saved else 200,
    )


def _anchors(criterion: scoring.Criterion) -> str:
    return " · ".join(f"{level} {in_language(*texts)}" for level, texts in criterion.anchors.items())


def _kept(member: SittingMember, rows: list[Application]) -> dict[int, dict[str, Decimal]]:
    """Application -> criterion -> value, of this member. One query."""
    found: dict[int, dict[str, Decimal]] = {}
    scores = SittingScore.objects.filter(application__in=rows, stage_key=member.stage_key, expert=member.expert).order_by("id")
    for application, criterion, value in scores.values_list("application_id", "criterion", "value"):
        found.setdefault(application, {})[criterion] = value
    return found


def _stored(rubric: scoring.Rubric, values: dict[str, Decimal]) -> LineSaved:
    known: dict[str, Decimal | None] = {key: value for key, value in values.items() if key in rubric.keys}
    return LineSaved(values, total=scoring.total(rubric, known))
