"""The desk of the city or district officer: what waits, what came back, what was decided."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import Role
from pilotage.calls import services
from pilotage.calls.enums import WITH_CITY, ApplicationState, CheckResult, StageKind
from pilotage.calls.models import Application, Call
from pilotage.core import keyset, search
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid
from pilotage.web.calls import context, desks
from pilotage.web.calls.filters import ApplicationFilter
from pilotage.web.calls.options import filter_options
from pilotage.web.calls.rows import rows

S = ApplicationState
OFFICERS = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER)
PASSED = frozenset(S.values) - {S.DRAFT, S.SUBMITTED, S.RESUBMITTED, S.RETURNED, S.NOT_RECOMMENDED, S.WITHDRAWN}
TABS: dict[str, frozenset[str] | None] = {
    "todo": frozenset(WITH_CITY),
    "returned": frozenset({S.RETURNED}),
    "passed": PASSED,
    "declined": frozenset({S.NOT_RECOMMENDED}),
    "all": None,
}
RESULTS = {"check": CheckResult.PASS, "reservation": CheckResult.RESERVATION, "return": CheckResult.RETURN, "decline": CheckResult.DECLINE}


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    desks.require_role(request, *OFFICERS)
    call, calls = context.desk_call(request, StageKind.CHECK)
    if call is None:
        return render(request, "calls/no_call.html", {"title": _("Check")})
    if request.method == "POST" and request.POST.get("do") in RESULTS:
        return _decide(request, call, calls)
    return _page(request, call, calls)


def _decide(request: HttpRequest, call: Call, calls: list[Call]) -> HttpResponse:
    applications = desks.selected(request, desks.visible(request, call))
    opinion = request.POST.get("opinion", "").strip()
    if not applications:
        return _page(request, call, calls, errors={"": _("Select at least one application.")})
    try:
        services.check_many(actor=request.user, applications=applications, result=RESULTS[request.POST["do"]], opinion=opinion)
    except Invalid as error:
        return _page(request, call, calls, errors=error.errors)
    sentence = _SENTENCES[request.POST["do"]](len(applications)) % {"count": len(applications)}
    return desks.done(request, sentence, f"{reverse('calls:check-desk')}?call={call.slug}")


_SENTENCES = {
    "check": lambda n: ngettext("%(count)s application passed the check.", "%(count)s applications passed the check.", n),
    "reservation": lambda n: ngettext(
        "%(count)s application passed the check with a reservation.", "%(count)s applications passed the check with a reservation.", n
    ),
    "return": lambda n: ngettext(
        "%(count)s application was returned for correction.", "%(count)s applications were returned for correction.", n
    ),
    "decline": lambda n: ngettext("%(count)s application was not recommended.", "%(count)s applications were not recommended.", n),
}


def _page(request: HttpRequest, call: Call, calls: list[Call], errors: dict[str, str] | None = None) -> HttpResponse:
    queryset = desks.visible(request, call)
    if request.GET.get("preview"):
        return render(request, "calls/check_desk.html#effect", {"effect": effect(request, call, desks.selected(request, queryset))})
    tab = request.GET.get("tab", "todo")
    tab = tab if tab in TABS else "todo"
    counts = desks.state_counts(queryset)
    chosen = ApplicationFilter.read(request.GET)
    shown = chosen.apply(queryset if TABS[tab] is None else queryset.filter(state__in=TABS[tab]))
    page = keyset.page(desks.desk_rows(shown, "returned_reason"), order=chosen.order, after=request.GET.get("after", ""))
    ticked = desks.selected(request, queryset) if errors or request.POST else []
    number, capped = search.capped_count(shown) if chosen.is_narrowed else (desks.total(counts, TABS[tab]), False)
    values = {
        "call": call,
        "calls": calls,
        "tab": tab,
        "tabs": desks.tab_links(reverse("calls:check-desk"), _tabs(counts), tab, f"&call={call.slug}"),
        "stage": call.stage(StageKind.CHECK),
        "page": page,
        "rows": desks.decorate(rows(page.rows, desks.levels_for(call)), desks.repeated(page.rows) if tab == "todo" else {}),
        "total": number,
        "capped": capped,
        "filter": chosen,
        "options": filter_options(chosen, call, queryset, ("industry", "level", "city")),
        "errors": errors or {},
        "opinion": request.POST.get("opinion", ""),
        "ticked": {application.pk for application in ticked},
        "effect": effect(request, call, ticked) if ticked else None,
        "can_act": tab in {"todo", "all"},
    }
    return render(request, "calls/check_desk.html", values, status=422 if errors else 200)


def _tabs(counts: dict[tuple[str, str], int]) -> list[tuple[str, Any, int]]:
    labels = {
        "todo": _("To check"),
        "returned": _("Returned"),
        "passed": _("Passed"),
        "declined": _("Not recommended"),
        "all": _("All"),
    }
    return [(key, labels[key], desks.total(counts, states)) for key, states in TABS.items()]


def effect(request: HttpRequest, call: Call, applications: list[Application]) -> dict[str, Any]:
    """What deciding the ticked rows would do, before it is done."""
    allowed = [application for application in applications if may(request.user, application, "check")]
    refused = next((may(request.user, a, "check").reason for a in applications if a not in allowed), "")
    waiting = desks.visible(request, call).filter(state__in=WITH_CITY).count()
    return {"count": len(applications), "allowed": len(allowed), "reason": refused, "left": waiting - len(allowed)}
