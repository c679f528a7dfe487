"""The secretariat's pages: all sets; one with its cases, texts, files and issue. Every act is one POST to one service."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pilotage.core.keyset import page
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.plan.rules import visible_plans
from pilotage.publications.books import rules, selectors, services
from pilotage.publications.books.enums import CaseSetState, SetLanguage
from pilotage.publications.books.model import KINDS
from pilotage.publications.books.models import CaseSet
from pilotage.publications.cases.models import CaseStudy
from pilotage.publications.cases.rules import published_cases
from pilotage.web.books.public import given

SIZE, MOST_OFFERED = 50, 100


def _visible(request: HttpRequest, slug: str) -> CaseSet:
    return get_object_or_404(rules.visible_sets(request.user).select_related("plan"), slug=slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """POST begins a set."""
    rules.can_see_all(request.user).require()
    plans, errors = list(visible_plans(request.user)[:10]), {}
    if request.method == "POST":
        try:
            return _begun(request, plans)
        except Invalid as problem:
            errors = problem.errors
    found = page(selectors.listed(rules.visible_sets(request.user)), order=selectors.ORDER, after=request.GET.get("after", ""), size=SIZE)
    context = {
        "page": found,
        "may_make": rules.can_make(request.user),
        "plans": plans,
        "languages": SetLanguage.choices,
        "errors": errors,
        "values": request.POST if errors else {},
    }
    return render(request, "books/desk.html", context, status=422 if errors else 200)


def _begun(request: HttpRequest, plans: list[Any]) -> HttpResponse:
    rules.can_make(request.user).require()
    plan = next((each for each in plans if str(each.pk) == request.POST.get("plan")), None)
    if plan is None:
        raise Invalid({"plan": _("Choose one of the list.")})
    made = services.begin(actor=request.user, plan=plan, values=request.POST.dict())
    messages.success(request, _("The set is begun. Choose its cases."))
    return redirect("books:manage", slug=made.slug)


@never_cache
@require_safe
def manage(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "books/manage.html", _managed(request, _visible(request, slug)))


def _managed(request: HttpRequest, case_set: CaseSet, errors: dict[str, str] | None = None) -> dict[str, Any]:
    proposal = rules.open_proposal(case_set)
    chosen = [item.case for item in case_set.items.select_related("case")]
    text = request.GET.get("q", "").strip()
    verb = proposal.verb if proposal else ("issue" if case_set.state == CaseSetState.DRAFT else "withdraw")
    return {
        "case_set": case_set,
        "chosen": chosen,
        "offered": _offered(chosen, text),
        "text": text,
        "files": list(case_set.files.all()),
        "kinds": len(KINDS),
        "languages": SetLanguage.choices,
        "proposal": proposal,
        "may_change": rules.can_change(request.user, case_set),
        "may_make": rules.can_make(request.user),
        "may_propose": may(request.user, case_set, verb),
        "may_confirm": may(request.user, case_set, verb),
        "errors": errors or {},
        "values": request.POST if errors else {},
    }


def _offered(chosen: list[CaseStudy], text: str) -> list[CaseStudy]:
    found = published_cases().exclude(pk__in=[case.pk for case in chosen]).order_by("-published_at", "-id")
    if text:
        found = found.filter(title_zh__icontains=text) | found.filter(enterprise_name__icontains=text)
    return list(found[:MOST_OFFERED])


@never_cache
@require_safe
def file(request: HttpRequest, slug: str, kind: str) -> FileResponse:
    return given(get_object_or_404(_visible(request, slug).files.select_related("case_set"), kind=kind))


# --- acts -----------------------------------------------------------------------------------
@require_POST
def act(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    case_set = _visible(request, slug)
    if verb not in ACTS:
        raise Http404
    try:
        messages.success(request, ACTS[verb](request, case_set))
    except Invalid as problem:
        case_set.refresh_from_db()
        return render(request, "books/manage.html", _managed(request, case_set, problem.errors), status=422)
    return redirect("books:manage", slug=slug)


def _change(request: HttpRequest, case_set: CaseSet) -> str:
    services.change(actor=request.user, case_set=case_set, values=request.POST.dict())
    return _("The set is saved.")


def _add(request: HttpRequest, case_set: CaseSet) -> str:
    asked = [int(each) for each in request.POST.getlist("case") if each.isdigit()]
    services.choose(actor=request.user, case_set=case_set, cases=[*case_set.items.values_list("case_id", flat=True), *asked])
    return _("The cases are in the set.")


def _case(request: HttpRequest) -> CaseStudy:
    return get_object_or_404(CaseStudy, pk=request.POST.get("case") if request.POST.get("case", "").isdigit() else 0)


def _remove(request: HttpRequest, case_set: CaseSet) -> str:
    left = [pk for pk in case_set.items.values_list("case_id", flat=True) if pk != _case(request).pk]
    services.choose(actor=request.user, case_set=case_set, cases=left)
    return _("The case is out of the set.")


def _move(request: HttpRequest, case_set: CaseSet) -> str:
    services.move(actor=request.user, case_set=case_set, case=_case(request), by=-1 if request.POST.get("to") == "up" else 1)
    return _("The order is kept.")


def _compile(request: HttpRequest, case_set: CaseSet) -> str:
    services.request_files(actor=request.user, case_set=case_set)
    return _("The files are being made.")


def _propose(request: HttpRequest, case_set: CaseSet) -> str:
    services.propose_issue(actor=request.user, case_set=case_set)
    return _("A second person must confirm now.")


def _propose_withdrawal(request: HttpRequest, case_set: CaseSet) -> str:
    services.propose_withdrawal(actor=request.user, case_set=case_set, reason=request.POST.get("reason", "").strip())
    return _("A second person must confirm now.")


def _confirm(request: HttpRequest, case_set: CaseSet) -> str:
    if case_set.state == CaseSetState.DRAFT:
        services.confirm_issue(actor=request.user, case_set=case_set)
        return _("The set is issued; its files are being made.")
    services.confirm_withdrawal(actor=request.user, case_set=case_set)
    return _("The set is withdrawn.")


def _take_back(request: HttpRequest, case_set: CaseSet) -> str:
    services.take_back(actor=request.user, case_set=case_set)
    return _("The proposal is withdrawn.")


ACTS = {
    "change": _change,
    "add": _add,
    "remove": _remove,
    "move": _move,
    "compile": _compile,
    "propose": _propose,
    "propose-withdrawal": _propose_withdrawal,
    "confirm": _confirm,
    "take-back": _take_back,
}
