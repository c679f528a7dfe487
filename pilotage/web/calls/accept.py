"""The secretariat's desk after the provinces have sent their lists: complete, then accepted for review."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import Role
from pilotage.calls import selectors, services
from pilotage.calls.enums import ApplicationState, CheckResult, StageKind
from pilotage.calls.models import Application, Call
from pilotage.core import keyset, search
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.web.calls import context, desks
from pilotage.web.calls.filters import ApplicationFilter
from pilotage.web.calls.options import filter_options
from pilotage.web.calls.rows import rows

S = ApplicationState
TABS: dict[str, frozenset[str]] = {
    "todo": frozenset({S.RECOMMENDED}),
    "accepted": selectors.RECOMMENDED_OR_LATER - {S.RECOMMENDED, S.NOT_ACCEPTED},
    "rejected": frozenset({S.NOT_ACCEPTED}),
}
OWN_ORDER = ("recommender__code", "rank", "id")


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    desks.require_role(request, Role.SECRETARIAT)
    call, calls = context.desk_call(request, StageKind.ACCEPT)
    if call is None:
        return render(request, "calls/no_call.html", {"title": _("Acceptance")})
    if request.method == "POST" and request.POST.get("do") in _ACTS:
        return _decide(request, call, calls)
    return _page(request, call, calls)


def _accept(request: HttpRequest, found: list[Application], _reason: str) -> str:
    services.accept_many(actor=request.user, applications=found)
    return ngettext("%(count)s application was accepted for review.", "%(count)s applications were accepted for review.", len(found))


def _return(request: HttpRequest, found: list[Application], reason: str) -> str:
    services.check_many(actor=request.user, applications=found, result=CheckResult.RETURN, opinion=reason)
    return ngettext(
        "%(count)s application was returned for correction.", "%(count)s applications were returned for correction.", len(found)
    )


def _reject(request: HttpRequest, found: list[Application], reason: str) -> str:
    with transaction.atomic():  # all or none
        for application in found:
            services.reject(actor=request.user, application=application, reason=reason)
    return ngettext("%(count)s application was not accepted.", "%(count)s applications were not accepted.", len(found))


_ACTS = {"accept": _accept, "return": _return, "reject": _reject}


def _decide(request: HttpRequest, call: Call, calls: list[Call]) -> HttpResponse:
    found = desks.selected(request, desks.visible(request, call))
    if not found:
        return _page(request, call, calls, {"": _("Select at least one application.")})
    try:
        sentence = _ACTS[request.POST["do"]](request, found, request.POST.get("opinion", "").strip())
    except Invalid as error:
        return _page(request, call, calls, error.errors)
    query = f"?call={call.slug}&recommender={request.GET.get('recommender', '')}"
    return desks.done(request, sentence % {"count": len(found)}, f"{reverse('calls:accept-desk')}{query}")


def _page(request: HttpRequest, call: Call, calls: list[Call], errors: dict[str, str] | None = None) -> HttpResponse:
    queryset = desks.visible(request, call)
    if request.GET.get("preview"):
        return render(request, "calls/accept_desk.html#effect", {"effect": effect(request, desks.selected(request, queryset))})
    tab = request.GET.get("tab", "todo")
    tab = tab if tab in TABS else "todo"
    counts = desks.state_counts(queryset)
    chosen = ApplicationFilter.read(request.GET)
    shown = chosen.apply(queryset.filter(state__in=TABS[tab], recommender__isnull=False, rank__isnull=False))
    order = OWN_ORDER if not chosen.sort else chosen.order
    counted = desks.desk_rows(shown, "recommender__code", "recommender__name_zh", "recommender__name_en").select_related("recommender")
    page = keyset.page(counted.annotate(files=_FILES), order=order, after=request.GET.get("after", ""))
    ticked = desks.selected(request, queryset) if errors else []
    number, capped = search.capped_count(shown)
    values = {
        "call": call,
        "calls": calls,
        "tab": tab,
        "tabs": desks.tab_links(reverse("calls:accept-desk"), _tabs(counts), tab, f"&call={call.slug}"),
        "stage": call.stage(StageKind.ACCEPT),
        "page": page,
        "rows": desks.decorate(rows(page.rows, desks.levels_for(call)), desks.repeated(page.rows)),
        "total": number,
        "capped": capped,
        "filter": chosen,
        "options": filter_options(chosen, call, queryset.filter(state__in=TABS[tab]), ("recommender", "industry")),
        "errors": errors or {},
        "opinion": request.POST.get("opinion", ""),
        "ticked": {application.pk for application in ticked},
        "effect": effect(request, ticked) if ticked else None,
    }
    return render(request, "calls/accept_desk.html", values, status=422 if errors else 200)


_FILES = Count("attachments", filter=Q(attachments__removed_at__isnull=True))


def _tabs(counts: dict[tuple[str, str], int]) -> list[tuple[str, Any, int]]:
    labels = {"todo": _("To accept"), "accepted": _("Accepted"), "rejected": _("Not accepted")}
    return [(key, labels[key], desks.total(counts, states)) for key, states in TABS.items()]


def effect(request: HttpRequest, found: list[Application]) -> dict[str, Any]:
    refused = [a for a in found if not may(request.user, a, "accept")]
    return {
        "count": len(found),
        "allowed": len(found) - len(refused),
        "reason": may(request.user, refused[0], "accept").reason if refused else "",
    }
