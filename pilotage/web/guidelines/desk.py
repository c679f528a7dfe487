"""The secretariat's pages: all guidelines, one with where it stands, the comments of a round."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pilotage.core import clock
from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid, Verdict
from pilotage.plan.rules import visible_plans
from pilotage.publications.guidelines import rounds, rules, selectors, services
from pilotage.publications.guidelines.checks import current_round
from pilotage.publications.guidelines.content import words_in
from pilotage.publications.guidelines.enums import CommentState, GuidelineState
from pilotage.publications.guidelines.models import Chapter, CommentRound, Guideline

SIZE = 50
LANGUAGE_NAMES = {"zh-hans": "中文", "en": "English"}


def visible(request: HttpRequest, slug: str) -> Guideline:
    return get_object_or_404(rules.visible_guidelines(request.user).select_related("plan"), slug=slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """POST begins a guideline."""
    rules.can_see_all(request.user).require()
    plans = list(visible_plans(request.user)[:10])
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _begun(request, plans)
        except Invalid as problem:
            errors = problem.errors
    found = page(
        selectors.listed(rules.visible_guidelines(request.user)),
        order=("-created_at", "-id"),
        after=request.GET.get("after", ""),
        size=SIZE,
    )
    context = {
        "page": found,
        "latest": selectors.latest_revisions(found.rows),
        "may_write": rules.can_write(request.user),
        "plans": plans,
        "errors": errors,
        "values": request.POST if errors else {},
    }
    return render(request, "guidelines/desk.html", context, status=422 if errors else 200)


def _begun(request: HttpRequest, plans: list[Any]) -> HttpResponse:
    rules.can_write(request.user).require()
    plan = next((each for each in plans if str(each.pk) == request.POST.get("plan")), None)
    if plan is None:
        raise Invalid({"plan": _("Choose one of the list.")})
    made = services.create(actor=request.user, plan=plan, values=request.POST.dict())
    messages.success(request, _("The guideline is begun. Add its chapters."))
    return redirect("guidelines:manage", slug=made.slug)


# --- one guideline --------------------------------------------------------------------------
@never_cache
@require_safe
def manage(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "guidelines/manage.html", managed(request, visible(request, slug)))


def managed(request: HttpRequest, guideline: Guideline, errors: dict[str, str] | None = None) -> dict[str, Any]:
    """The page's context, also where an act comes back with errors."""
    found = current_round(guideline)
    revisions = list(guideline.revisions.defer("packed").order_by("-revision"))
    return {
        "guideline": guideline,
        "chapters": [_row(guideline, each) for each in guideline.chapters.select_related("edited_by").order_by("position", "id")],
        "round": found,
        "round_over": found is not None and clock.today() > found.closes_on,
        "counts": _counts(found),
        "published_rounds": list(guideline.rounds.filter(published_at__isnull=False).defer("packed").order_by("-number")),
        "revisions": revisions,
        "files": selectors.files_of(revisions[0]) if revisions else [],
        "today": clock.today(),
        "is_public": bool(revisions) or found is not None,
        "errors": errors or {},
        "values": request.POST if errors else {},
        **_verdicts(request.user, guideline),
    }


def _row(guideline: Guideline, chapter: Chapter) -> dict[str, Any]:
    faults = [(LANGUAGE_NAMES[each], services.chapter_faults(chapter, each)) for each in guideline.languages]
    empty = [LANGUAGE_NAMES[each] for each in guideline.languages if not chapter.text(each).strip()]
    is_behind = bool(chapter.origin_zh or chapter.origin_en) and any(
        chapter.text(each) != chapter.origin(each) for each in guideline.languages
    )
    return {"chapter": chapter, "faults": [fault for fault in faults if fault[1]], "empty": empty, "is_behind": is_behind}


def _counts(found: CommentRound | None) -> dict[str, Any]:
    if found is None:
        return {}
    counts = selectors.counts_of(found)
    return {"total": sum(counts.values()), "open": counts[CommentState.OPEN]}


def _verdicts(actor: Any, guideline: Guideline) -> dict[str, Any]:
    proposal = rules.open_proposal(guideline)
    verb = proposal.verb if proposal else "withdraw" if guideline.state == GuidelineState.ISSUED else "issue"
    may_propose: Verdict = may(actor, guideline, verb)
    may_confirm = may(actor, proposal, "confirm") if proposal and may_propose else may_propose
    return {
        "proposal": proposal,
        "may_propose": may_propose,
        "may_confirm": may_confirm,
        "may_edit": rules.can_edit(actor, guideline),
        "may_write": rules.can_write(actor),
    }


# --- comments -------------------------------------------------------------------------------
@never_cache
@require_safe
def comments(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "guidelines/comments.html", commented(request, visible(request, slug)))


def commented(request: HttpRequest, guideline: Guideline, *, at: str = "", errors: dict[str, str] | None = None) -> dict[str, Any]:
    """The comments of the newest round, or the one asked for; ``at`` is the one an answer came back for."""
    every = list(guideline.rounds.order_by("-number"))
    found = next((each for each in every if str(each.number) == request.GET.get("round", "")), every[0] if every else None)
    rows = page(_wanted(request, found), order=("id",), after=request.GET.get("after", ""), size=SIZE) if found else None
    titles = {each["key"]: words_in(each["title"], get_language() or "zh-hans") for each in found.read()["chapters"]} if found else {}
    return {
        "guideline": guideline,
        "rounds": every,
        "round": found,
        "page": rows,
        "titles": titles,
        "tabs": _tabs(request, found),
        "verbs": rounds.VERBS,
        "may_answer": rules.can_write(request.user) if found and found.published_at is None else None,
        "at": at,
        "errors": errors or {},
        "reason": request.POST.get("reason", "") if errors else "",
    }


def _wanted(request: HttpRequest, found: CommentRound) -> Any:
    rows = found.comments.select_related("answered_by")
    state = request.GET.get("state", "")
    return rows.filter(state=state) if state in CommentState.values else rows


def _tabs(request: HttpRequest, found: CommentRound | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    counts, state = selectors.counts_of(found), request.GET.get("state", "")
    which = f"&round={found.number}"
    rows = [{"url": f"?{which[1:]}", "label": _("All"), "count": sum(counts.values()), "current": state not in CommentState.values}]
    return rows + [
        {"url": f"?state={each.value}{which}", "label": each.label, "count": counts[each.value], "current": state == each}
        for each in CommentState
    ]
