"""The communications administration's desk: what the province has shortlisted, to be co-signed or refused."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import Role
from pilotage.calls import services
from pilotage.calls.enums import ApplicationState, CosignDecision, StageKind
from pilotage.calls.models import Application, Call
from pilotage.calls.rules import may_cosign
from pilotage.core import keyset, search
from pilotage.core.verdict import Invalid
from pilotage.web.calls import context, desks
from pilotage.web.calls.filters import ApplicationFilter
from pilotage.web.calls.options import filter_options
from pilotage.web.calls.rows import rows

S = ApplicationState
TABS: dict[str, dict[str, Any]] = {
    "todo": {"state": S.SHORTLISTED, "cosign": ""},
    "signed": {"cosign": CosignDecision.SIGNED},
    "refused": {"cosign": CosignDecision.REFUSED},
    "all": {},
}
DECISIONS = {"sign": CosignDecision.SIGNED, "refuse": CosignDecision.REFUSED}


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    desks.require_role(request, Role.COMMUNICATIONS_OFFICER)
    call, calls = context.desk_call(request, StageKind.RECOMMEND)
    if call is None:
        return render(request, "calls/no_call.html", {"title": _("Co-signature")})
    if request.method == "POST" and request.POST.get("do") in DECISIONS:
        return _decide(request, call, calls)
    return _page(request, call, calls)


def _decide(request: HttpRequest, call: Call, calls: list[Call]) -> HttpResponse:
    found = desks.selected(request, desks.visible(request, call))
    if not found:
        return _page(request, call, calls, {"": _("Select at least one application.")})
    decision = DECISIONS[request.POST["do"]]
    try:
        services.cosign_many(actor=request.user, applications=found, decision=decision, opinion=request.POST.get("opinion", "").strip())
    except Invalid as error:
        return _page(request, call, calls, error.errors)
    if decision == CosignDecision.SIGNED:
        sentence = ngettext("%(count)s application was co-signed.", "%(count)s applications were co-signed.", len(found))
    else:
        sentence = ngettext(
            "The co-signature of %(count)s application was refused.", "The co-signature of %(count)s applications was refused.", len(found)
        )
    return desks.done(request, sentence % {"count": len(found)}, f"{reverse('calls:cosign-desk')}?call={call.slug}")


def _page(request: HttpRequest, call: Call, calls: list[Call], errors: dict[str, str] | None = None) -> HttpResponse:
    queryset = desks.visible(request, call)
    if request.GET.get("preview"):
        return render(request, "calls/cosign_desk.html#effect", {"effect": effect(request, desks.selected(request, queryset))})
    tab = request.GET.get("tab", "todo")
    tab = tab if tab in TABS else "todo"
    chosen = ApplicationFilter.read(request.GET)
    shown = chosen.apply(queryset.filter(**TABS[tab]))
    # what waits is shortlisted, so it has a rank
    order = ("rank", "id") if tab == "todo" and not chosen.sort else chosen.order
    page = keyset.page(desks.desk_rows(shown), order=order, after=request.GET.get("after", ""))
    ticked = desks.selected(request, queryset) if errors else []
    number, capped = search.capped_count(shown)
    values = {
        "call": call,
        "calls": calls,
        "tab": tab,
        "tabs": desks.tab_links(reverse("calls:cosign-desk"), _tabs(queryset), tab, f"&call={call.slug}"),
        "stage": call.stage(StageKind.RECOMMEND),
        "page": page,
        "rows": rows(page.rows, desks.levels_for(call)),
        "total": number,
        "capped": capped,
        "filter": chosen,
        "options": filter_options(chosen, call, queryset, ("city", "industry", "level")),
        "errors": errors or {},
        "opinion": request.POST.get("opinion", ""),
        "ticked": {application.pk for application in ticked},
        "effect": effect(request, ticked) if ticked else None,
    }
    return render(request, "calls/cosign_desk.html", values, status=422 if errors else 200)


def _tabs(queryset: Any) -> list[tuple[str, Any, int]]:
    found = {(state, cosign): n for state, cosign, n in queryset.order_by().values_list("state", "cosign").annotate(n=Count("pk"))}
    labels = {"todo": _("To co-sign"), "signed": _("Co-signed"), "refused": _("Not co-signed"), "all": _("All")}
    return [(key, labels[key], _matching(found, wanted)) for key, wanted in TABS.items()]


def _matching(found: dict[tuple[str, str], int], wanted: dict[str, Any]) -> int:
    return sum(n for (state, cosign), n in found.items() if wanted.get("state", state) == state and wanted.get("cosign", cosign) == cosign)


def effect(request: HttpRequest, found: list[Application]) -> dict[str, Any]:
    refused = [a for a in found if not may_cosign(request.user, a)]
    return {
        "count": len(found),
        "allowed": len(found) - len(refused),
        "reason": may_cosign(request.user, refused[0]).reason if refused else "",
    }
