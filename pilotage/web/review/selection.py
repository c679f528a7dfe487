"""The selection of a call: terms, the ranked list with its line, the quotas, and why a project is not in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import npgettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.tables import Column, write_xlsx
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid, no
from pilotage.registry.models import Division
from pilotage.review import selections
from pilotage.review.enums import Outcome, SelectionState
from pilotage.review.models import Selection, SelectionRow
from pilotage.review.options import SelectionParameters, selection_defaults
from pilotage.review.quota_names import QuotaNames
from pilotage.review.rules import (
    can_build_selection,
    can_see_results,
    visible_selections,
)
from pilotage.review.selectors import current_selection, open_proposal
from pilotage.review.wording import REASONS, TIES
from pilotage.web.review.board import call_of
from pilotage.web.review.panels import (
    changed_panel,
    critical,
    facts_panel,
    quotas_panel,
    rows_of,
    sentence_of,
    standing_of,
    why_panel,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
def selection(request: HttpRequest, slug: str) -> HttpResponse:
    call = call_of(request, slug)
    current = current_selection(visible_selections(request.user), call)
    if current is not None:
        current.call = call
    if request.method == "POST":
        try:
            _act(request, call, current)
            return redirect("review:selection", slug=slug)
        except Invalid as problem:
            return render(
                request,
                "review/selection.html",
                _context(request, call, current, problem.errors),
                status=422,
            )
    return render(
        request, "review/selection.html", _context(request, call, current, {})
    )


# --- acts -----------------------------------------------------------------------------------
def _act(request: HttpRequest, call: Call, current: Selection | None) -> None:
    act = request.POST.get("act", "")
    if act == "build":
        built = selections.build_selection(
            actor=request.user, call=call, parameters=_terms(request.POST)
        )
        messages.success(
            request,
            _("Draft %(number)s is built. Nothing has moved yet.")
            % {"number": built.number},
        )
        return
    # a button pressed on an older page must not decide about a newer draft
    if (
        current is None
        or request.POST.get("selection") != str(current.pk)
        or act not in _ON_DRAFT
    ):
        raise Http404
    _ON_DRAFT[act](request, current)


def _propose(request: HttpRequest, current: Selection) -> None:
    selections.propose_selection(
        actor=request.user, selection=current, reason=request.POST.get("reason", "")
    )
    messages.success(
        request, _("Proposed. A second person of the secretariat must confirm.")
    )


def _confirm(request: HttpRequest, current: Selection) -> None:
    selections.confirm_selection(actor=request.user, selection=current)
    messages.success(
        request, _("The selection is confirmed; every application has its outcome.")
    )


def _withdraw(request: HttpRequest, current: Selection) -> None:
    selections.withdraw_selection_proposal(actor=request.user, selection=current)
    messages.success(request, _("The proposal is withdrawn."))


def _discard(request: HttpRequest, current: Selection) -> None:
    selections.discard_selection(actor=request.user, selection=current)
    messages.success(request, _("The draft is discarded."))


_ON_DRAFT = {
    "propose": _propose,
    "confirm": _confirm,
    "withdraw": _withdraw,
    "discard": _discard,
}


def _terms(post: Mapping[str, str]) -> dict[str, Any]:
    terms: dict[str, Any] = {
        name: post[name]
        for name in (
            "total",
            "reserve",
            "default_cap",
            "required_reviews",
            "least_mean",
        )
        if name in post
    }
    terms["caps"] = {
        name.removeprefix("cap-"): value
        for name, value in post.items()
        if name.startswith("cap-")
    }
    code, cap = post.get("new_cap_province", ""), post.get("new_cap", "")
    if code and cap:
        terms["caps"][code] = cap
    return terms


# --- the page -------------------------------------------------------------------------------
def _context(
    request: HttpRequest,
    call: Call,
    current: Selection | None,
    errors: Mapping[str, str],
) -> dict[str, Any]:
    terms = (
        SelectionParameters.from_json(current.parameters)
        if current
        else selection_defaults(call)
    )
    provinces = list(Division.objects.filter(level="province").order_by("code"))
    names = {p.code: p for p in provinces}
    context: dict[str, Any] = {
        "call": call,
        "selection": current,
        "terms": terms,
        "posted": request.POST if errors else {},
        "errors": errors,
        "provinces": provinces,
        "cap_lines": [
            (code, names[code], cap)
            for code, cap in sorted(terms.caps.items())
            if code in names
        ],
        "tie_break": [TIES[name] for name in terms.tie_break],
        "may_build": can_build_selection(request.user, call),
        "proposal": None,
        "may_discard": None,
        "candidates": 0
        if current
        else Application.objects.filter(
            call=call, state=ApplicationState.UNDER_REVIEW
        ).count(),
    }
    return context | (_drawn(request, call, current, terms, names) if current else {})


def _drawn(
    request: HttpRequest,
    call: Call,
    current: Selection,
    terms: SelectionParameters,
    names: Mapping[str, Division],
) -> dict[str, Any]:
    standing = standing_of(current)
    view = (
        request.GET.get("view")
        if request.GET.get("view") in {"all", "critical"}
        else "critical"
    )
    facts = facts_panel(current)
    proposal, verdict = open_proposal(current), may(request.user, current, "confirm")
    is_own = proposal is not None and proposal.proposed_by_id == request.user.pk
    return {
        "standing": standing,
        "counts": standing.counts(),
        "views": _views(call, view),
        "view": view,
        **(
            _all_rows(request, current)
            if view == "all"
            else {"items": critical(current, standing), "page": None}
        ),
        "quotas": quotas_panel(facts, terms, names),
        "facts": facts,
        "why": why_panel(request, current, standing),
        "changed": changed_panel(current),
        "proposal": proposal,
        "may_propose": verdict,
        "may_confirm": may(request.user, proposal, "confirm") if is_own else verdict,
        "may_withdraw": is_own,
        "may_discard": may(request.user, current, "discard")
        if proposal is None
        else no(_("Withdraw the proposal first.")),
        "lacking": standing.lacking,
    }


def _views(call: Call, view: str) -> list[dict[str, Any]]:
    base = reverse("review:selection", args=[call.slug])
    return [
        {
            "url": base,
            "label": _("Near the line"),
            "count": None,
            "current": view == "critical",
        },
        {
            "url": f"{base}?view=all",
            "label": _("All"),
            "count": None,
            "current": view == "all",
        },
    ]


def _all_rows(request: HttpRequest, current: Selection) -> dict[str, Any]:
    shown = page(
        rows_of(current), order=("position",), after=request.GET.get("after", "")
    )
    return {"page": shown, "items": [{"row": row} for row in shown]}


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole list with its reasons as a spreadsheet."""
    call = call_of(request, slug)
    can_see_results(request.user).require()
    number = request.GET.get("number", "")
    rows = visible_selections(request.user).filter(call=call)
    chosen = (
        get_object_or_404(rows, number=int(number))
        if number.isdecimal()
        else current_selection(rows, call)
    )
    if chosen is None:
        raise Http404
    names = QuotaNames(call)
    title = _("%(call)s, selection %(number)s") % {
        "call": call.title,
        "number": chosen.number,
    }
    file = write_xlsx(
        _columns(),
        (_line(row, names) for row in rows_of(chosen).order_by("position")),
        title=_("Selection"),
        notes=_notes(chosen, title),
    )
    response = HttpResponse(file, content_type=XLSX)
    response["Content-Disposition"] = (
        f'attachment; filename="selection-{call.slug}-{chosen.number}.xlsx"'
    )
    return response


def _columns() -> list[Column]:
    return [
        Column(pgettext("review", "Rank"), 8),
        Column(_("Application"), 18),
        Column(_("Applicant"), 36),
        Column(_("Project"), 36),
        Column(_("Province"), 14),
        Column(_("City"), 14),
        Column(pgettext("review", "Industry"), 24),
        Column(_("Finished reviews"), 10),
        Column(pgettext("review", "Mean"), 10, "0.000"),
        Column(_("Spread"), 10, "0.000"),
        Column(_("Outcome"), 12),
        Column(_("Kind of reason"), 24),
        Column(pgettext("review", "Reason"), 70),
    ]


def _line(row: SelectionRow, names: QuotaNames) -> list[Any]:
    a = row.application
    summary = getattr(a, "review_summary", None)
    return [
        row.position,
        a.number,
        a.enterprise.name,
        a.project_title,
        a.province.name if a.province else "",
        a.prefecture.name if a.prefecture else "",
        a.industry.name if a.industry else "",
        summary.finished_count if summary else 0,
        row.mean,
        summary.spread if summary else None,
        Outcome(row.outcome).label,
        str(REASONS[row.reason]),
        sentence_of(row, names),
    ]


def _notes(chosen: Selection, title: str) -> list[str]:
    state = SelectionState(chosen.state).label
    total = chosen.parameters["total"]
    places = npgettext("review", "%(count)s place", "%(count)s places", total) % {
        "count": total
    }
    return [
        title,
        _("State: %(state)s. %(places)s. Inputs %(digest)s")
        % {"state": state, "places": places, "digest": chosen.inputs_digest},
        _made(),
    ]


def _made() -> str:
    return _("Printed %(moment)s") % {
        "moment": timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M")
    }
