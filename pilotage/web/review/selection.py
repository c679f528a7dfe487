"""The selection of a call: terms, the ranked list with its line, the quotas, what-if, and why a project is not in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid, no
from pilotage.review.models import Selection
from pilotage.review.options import SelectionParameters, selection_defaults
from pilotage.review.rules import can_build_selection, visible_selections
from pilotage.review.selection import selections
from pilotage.review.selectors import current_selection, open_proposal
from pilotage.web.review.board import call_of
from pilotage.web.review.panels import changed_panel, critical, drawn, grey_numbers, grey_rows, rows_of, standing_of
from pilotage.web.review.proof import proof_panel
from pilotage.web.review.quota_panel import Names, facts_panel, full_names, names_of, quota_groups, unmet
from pilotage.web.review.terms_form import departures, form_of, quota_words, raw_terms
from pilotage.web.review.what_if import what_if_panel
from pilotage.web.review.why_panel import why_panel

PAGE = "review/selection.html"


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
            return render(request, PAGE, _context(request, call, current, problem.errors), status=422)
    if current and "what_if" in request.GET and request.htmx:  # type: ignore[attr-defined]
        found = what_if_panel(call, current, request.GET, names_of(call, current.results or {}))
        return render(request, "review/components/what_if.html", {"call": call, "what_if": found})
    return render(request, PAGE, _context(request, call, current, {}))


# --- acts -----------------------------------------------------------------------------------
def _act(request: HttpRequest, call: Call, current: Selection | None) -> None:
    act = request.POST.get("act", "")
    if act == "build":
        built = selections.build_selection(actor=request.user, call=call, parameters=raw_terms(request.POST))
        messages.success(request, _("Draft %(number)s is built. Nothing has moved yet.") % {"number": built.number})
        return
    # a button pressed on an older page must not decide about a newer draft
    if current is None or request.POST.get("selection") != str(current.pk) or act not in _ON_DRAFT:
        raise Http404
    _ON_DRAFT[act](request, current)


def _propose(request: HttpRequest, current: Selection) -> None:
    selections.propose_selection(actor=request.user, selection=current, reason=request.POST.get("reason", ""))
    messages.success(request, _("Proposed. A second person of the secretariat must confirm."))


def _confirm(request: HttpRequest, current: Selection) -> None:
    selections.confirm_selection(actor=request.user, selection=current)
    messages.success(request, _("The selection is confirmed; every application has its outcome."))


def _withdraw(request: HttpRequest, current: Selection) -> None:
    selections.withdraw_selection_proposal(actor=request.user, selection=current)
    messages.success(request, pgettext("review", "The proposal is withdrawn."))


def _discard(request: HttpRequest, current: Selection) -> None:
    selections.discard_selection(actor=request.user, selection=current)
    messages.success(request, _("The draft is discarded."))


_ON_DRAFT = {"propose": _propose, "confirm": _confirm, "withdraw": _withdraw, "discard": _discard}


# --- the page -------------------------------------------------------------------------------
def _context(request: HttpRequest, call: Call, current: Selection | None, errors: Mapping[str, str]) -> dict[str, Any]:
    terms = SelectionParameters.from_json(current.parameters) if current else selection_defaults(call)
    results = (current.results or {}) if current else {}
    names = names_of(call, results, (line.value for line in terms.quotas if line.attribute == "group" and line.value))
    typed = request.POST if errors else request.GET if "what_if" in request.GET else None
    context: dict[str, Any] = {
        "call": call,
        "selection": current,
        "terms": terms,
        "form": form_of(terms, names, results, typed),
        "quota_words": quota_words(terms, names),
        "errors": errors,
        "may_build": can_build_selection(request.user, call),
        "proposal": None,
        "may_discard": None,
        "what_if": None,
        "candidates": 0 if current else Application.objects.filter(call=call, state=ApplicationState.UNDER_REVIEW).count(),
    }
    if current is None:
        return context
    if "what_if" in request.GET:
        context["what_if"] = what_if_panel(call, current, request.GET, names)
    context["departures"] = departures(selection_defaults(call), terms, names)
    return context | _drawn(request, call, current, names) | _powers(request, current)


def _drawn(request: HttpRequest, call: Call, current: Selection, names: Names) -> dict[str, Any]:
    standing, results = standing_of(current), current.results or {}
    view = request.GET.get("view", "")
    rows = _ROWS[view](request, current) if view in _ROWS else _critical(current, standing)
    return {
        "standing": standing,
        "counts": standing.counts(),
        "grey": results.get("grey") or {},
        "grey_count": len(grey_numbers(current)),
        "calibrated": bool((results.get("calibration") or {}).get("used")),
        "views": _views(call, current, view),
        "view": view if view in _ROWS else "critical",
        **rows,
        "quotas": quota_groups(results, names),
        "full": full_names(results, names),
        "unmet": unmet(results, names),
        "proof": proof_panel(results),
        "facts": facts_panel(current),
        "why": why_panel(request, current, standing, names),
        "changed": changed_panel(current),
        "lacking": standing.lacking,
    }


def _powers(request: HttpRequest, current: Selection) -> dict[str, Any]:
    proposal, verdict = open_proposal(current), may(request.user, current, "confirm")
    is_own = proposal is not None and proposal.proposed_by_id == request.user.pk
    return {
        "proposal": proposal,
        "may_propose": verdict,
        "may_confirm": may(request.user, proposal, "confirm") if is_own else verdict,
        "may_withdraw": is_own,
        "may_discard": may(request.user, current, "discard") if proposal is None else no(_("Withdraw the proposal first.")),
    }


def _views(call: Call, current: Selection, view: str) -> list[dict[str, Any]]:
    base, grey = reverse("review:selection", args=[call.slug]), len(grey_numbers(current))
    found = [
        {"url": base, "label": _("Critical projects"), "count": None, "current": view not in _ROWS},
        {"url": f"{base}?view=all", "label": _("All"), "count": None, "current": view == "all"},
    ]
    return [*found, {"url": f"{base}?view=grey", "label": _("Grey zone"), "count": grey, "current": view == "grey"}] if grey else found


def _critical(current: Selection, standing: Any) -> dict[str, Any]:
    items, scale = critical(current, standing)
    return {"items": items, "scale": scale, "page": None}


def _paged(request: HttpRequest, rows: Any) -> dict[str, Any]:
    shown = page(rows, order=("position",), after=request.GET.get("after", ""))
    items, scale = drawn(shown)
    return {"items": items, "scale": scale, "page": shown}


_ROWS = {
    "all": lambda request, current: _paged(request, rows_of(current)),
    "grey": lambda request, current: _paged(request, grey_rows(current)),
}
