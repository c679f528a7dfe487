"""One return: its figures beside those before, questions about them, everything ever said, and the acts on it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.audit.models import AuditEvent
from pilotage.core import clock
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.statistics import rules, selectors, services
from pilotage.statistics.enums import OPEN_TO_REPORTER, ReturnState
from pilotage.statistics.models import Flag, Return, ValueRevision
from pilotage.web.audit.words import act
from pilotage.web.statistics import words
from pilotage.web.statistics.access import visible_return

S = ReturnState


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, slug: str, reporter: str, period: str) -> HttpResponse:
    report = visible_return(request, slug, reporter, period)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            messages.success(request, _do(request, report))
        except Invalid as error:
            errors = error.errors
            report = visible_return(request, slug, reporter, period)
        else:
            return redirect(request.path)
    return render(request, "statistics/return.html", _context(request, report, errors), status=422 if errors else 200)


# --- acts -------------------------------------------------------------------------------------
def _do(request: HttpRequest, report: Return) -> str:
    """One act as asked for; the sentence that says what has happened."""
    verb, reason = request.POST.get("do", ""), request.POST.get("reason", "")
    if verb not in ACTS:
        raise Http404
    return ACTS[verb](request, report, reason)


def _answer(request: HttpRequest, report: Return, _reason: str) -> str:
    services.answer_flags(actor=request.user, report=report, answers=_answers(request, report))
    return _("The reasons were saved.")


def _answers(request: HttpRequest, report: Return) -> dict[int, str]:
    """One reason a figure, whatever number of screens asks about it."""
    return {flag.pk: request.POST[name] for flag in report.flags.all() if (name := f"a-{flag.element}") in request.POST}


def _hand_in(request: HttpRequest, report: Return, _reason: str) -> str:
    answers = _answers(request, report)
    if answers:
        services.answer_flags(actor=request.user, report=report, answers=answers)
    services.hand_in(actor=request.user, report=report)
    return _("The return was handed in.")


def _approve(request: HttpRequest, report: Return, reason: str) -> str:
    services.approve(actor=request.user, report=report, note=reason)
    return _("The return was approved and locked.") if report.state == S.LOCKED else _("The return was approved.")


def _send_back(request: HttpRequest, report: Return, reason: str) -> str:
    services.send_back(actor=request.user, report=report, reason=reason)
    return _("The return was sent back.")


def _unlock(request: HttpRequest, report: Return, reason: str) -> str:
    services.unlock(actor=request.user, report=report, reason=reason)
    return _("The return is unlocked. What was approved counts until new figures are approved.")


def _correct(request: HttpRequest, report: Return, reason: str) -> str:
    figures = {name.removeprefix("c-"): value for name, value in request.POST.items() if name.startswith("c-")}
    services.correct(actor=request.user, report=report, figures=figures, reason=reason)
    return _("The figures were corrected. What stood before is kept below.")


ACTS = {
    "answer": _answer,
    "hand_in": _hand_in,
    "approve": _approve,
    "return": _send_back,
    "unlock": _unlock,
    "correct": _correct,
}


# --- the page ---------------------------------------------------------------------------------
def _context(request: HttpRequest, report: Return, errors: dict[str, str]) -> dict[str, Any]:
    working = rules.sees_working_figures(request.user, report)
    flags = list(report.flags.order_by("id"))
    place = report.prefecture or report.province
    return {
        "report": report,
        "data_set": report.data_set,
        "title": f"{place.name if place else _unit(report)} {words.period(report.span)}",
        "errors": {_anchor(key, flags): sentence for key, sentence in errors.items()},
        "lines": _lines(report, flags, working=working),
        "flags": _questions(report, flags),
        "is_late": report.state in selectors.NOT_HANDED_IN and report.due_on < clock.today(),
        "sources": _sources(report),
        "revisions": [_revision(report, each) for each in _told(report, working=working)],
        "events": _events(report),
        "may": _may(request, report),
        "reason": request.POST.get("reason", ""),
        "is_last": rules.turn(report) == report.version.definition.approved_by[-1],
        "awaits": rules.turn(report),
    }


def _unit(report: Return) -> str:
    unit = report.data_set.plan.units.filter(code=report.reporter).first()
    return unit.title if unit else report.reporter


def _may(request: HttpRequest, report: Return) -> dict[str, bool]:
    actor = request.user
    return {
        "enter": report.state in OPEN_TO_REPORTER and bool(rules.may_report(actor, report)),
        "decide": bool(may(actor, report, "approve") or may(actor, report, "endorse")),
        "return": bool(may(actor, report, "return")),
        "unlock": bool(may(actor, report, "unlock")),
        "correct": bool(may(actor, report, "correct")),
    }


def _anchor(key: str, flags: list[Flag]) -> str:
    """Where a sentence leads: the question about the figure, else its row."""
    flag = next((flag for flag in flags if flag.element == key and not flag.answer), None)
    return f"a-{flag.element}" if flag else key if key in {"", "reason"} else f"row-{key}"


def _lines(report: Return, flags: list[Flag], *, working: bool) -> list[dict[str, Any]]:
    figures, (before, _after) = selectors.figures_shown(report, working=working), selectors.around(report)
    decisions = selectors.decisions_of(report)
    asked = {flag.element for flag in flags}
    lines = []
    for code, element in report.version.definition.elements.items():
        value, earlier = figures.get(code), before.get(code)
        kept = decisions.get(code, [])
        lines.append(
            {
                "code": code,
                "element": element,
                "value": words.figure(value),
                "raw": "" if value is None else f"{value.normalize():f}",
                "before": words.figure(earlier),
                "change": _change(value, earlier),
                "is_asked": code in asked,
                "counts": words.figure(kept[-1].revision.figure) if kept else "",
                "replaced": [words.figure(each.revision.figure) for each in kept[:-1]],
            }
        )
    return lines


def _change(value: Decimal | None, before: Decimal | None) -> str:
    if value is None or not before:
        return ""
    percent = (value - before) * 100 / before
    return f"{'+' if percent > 0 else ''}{words.figure(round(percent, 1))}%"


def _questions(report: Return, flags: list[Flag]) -> list[dict[str, Any]]:
    """One a figure, with every screen that found it unusual."""
    definition = report.version.definition
    rules_ = {check.key: check.message for check in definition.checks}
    found: dict[str, dict[str, Any]] = {}
    for flag in flags:
        title = definition.elements[flag.element].title
        start = {"code": flag.element, "title": title, "figure": words.figure(flag.figure), "whys": [], "answer": flag.answer}
        found.setdefault(flag.element, start)["whys"].append(rules_.get(flag.rule) or _why(flag))
    return list(found.values())


def _why(flag: Flag) -> str:
    score = words.figure(round(abs(flag.score or 0), 1))
    if flag.screen == "change":
        change = words.figure(round((flag.score or 0) * 100, 1))
        return _("%(change)s%% against %(before)s in the period before") % {"change": change, "before": words.figure(flag.usual)}
    if flag.screen == "peers":
        return _("changes unlike those of its peers (modified Z-score %(score)s, limit 3.5)") % {"score": score}
    return _("unlike its own past (modified Z-score %(score)s, limit 3.5)") % {"score": score}


def _sources(report: Return) -> list[str]:
    rows = ValueRevision.objects.filter(value__report=report).exclude(source="")
    return list(rows.order_by("source").values_list("source", flat=True).distinct())


def _told(report: Return, *, working: bool) -> list[ValueRevision]:
    """Everything said; what is still being written only to those who write it."""
    found = selectors.revisions_of(report)
    if working or report.submitted_at is None:
        return found
    last = report.submitted_at
    return [each for each in found if each.recorded_at <= last or each.decisions.exists()] if report.is_open_to_reporter else found


def _revision(report: Return, revision: ValueRevision) -> dict[str, Any]:
    element = report.version.definition.elements.get(revision.value.element)
    return {
        "revision": revision,
        "title": element.title if element else revision.value.element,
        "figure": words.figure(revision.figure),
        "counts": revision.value.decided_revision_id == revision.pk,
    }


def _events(report: Return) -> list[dict[str, Any]]:
    rows = AuditEvent.objects.filter(object_type="statistics.return", object_id=str(report.pk)).exclude(verb="return.save")
    return [{"at": each.at, "act": act(each.verb), "who": each.actor_label, "reason": each.reason} for each in rows.order_by("-number")]
