"""The desk of the city or district officer: what waits, what came back, what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import Role
from pilotage.calls.enums import WITH_CITY, ApplicationState, CheckResult, StageKind
from pilotage.calls.models import Application, Call
from pilotage.core.transitions import may
from pilotage.core.verdict import Verdict
from pilotage.web.calls import bulk, desks

S = ApplicationState
PASSED = frozenset(S.values) - {S.DRAFT, S.SUBMITTED, S.RESUBMITTED, S.RETURNED, S.NOT_RECOMMENDED, S.WITHDRAWN}
TABS: dict[str, frozenset[str] | None] = {
    "todo": frozenset(WITH_CITY),
    "returned": frozenset({S.RETURNED}),
    "passed": PASSED,
    "declined": frozenset({S.NOT_RECOMMENDED}),
    "all": None,
}


class CheckDesk(bulk.BulkDesk):
    roles = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER, Role.COMMUNICATIONS_OFFICER, Role.RECOMMENDING_OFFICER)
    stage = StageKind.CHECK
    url_name = "calls:check-desk"
    template = "calls/check_desk.html"
    acts: ClassVar[Mapping[str, bulk.Act]] = {
        "check": desks.opinion_act(CheckResult.PASS),
        "reservation": desks.opinion_act(CheckResult.RESERVATION),
        "return": desks.opinion_act(CheckResult.RETURN),
        "decline": desks.opinion_act(CheckResult.DECLINE),
    }
    filters = ("industry", "level", "city")

    def title(self) -> str:
        return _("Check")

    def tabs(self, queryset: QuerySet[Application]) -> list[tuple[str, Any, int]]:
        counts = desks.state_counts(queryset)
        labels = {
            "todo": _("To check"),
            "returned": _("Returned"),
            "passed": _("Passed"),
            "declined": _("Not recommended"),
            "all": _("All"),
        }
        return [(key, labels[key], desks.total(counts, states)) for key, states in TABS.items()]

    def group(self, queryset: QuerySet[Application], tab: str) -> QuerySet[Application]:
        states = TABS[tab]
        return queryset if states is None else queryset.filter(state__in=states)

    def verdict(self, actor: Any, application: Application) -> Verdict:
        return may(actor, application, "check")

    def can_act(self, tab: str) -> bool:
        return tab in {"todo", "all"}

    def shows_repeated(self, tab: str) -> bool:
        return tab == "todo"

    def effect(self, request: HttpRequest, call: Call, found: list[Application]) -> dict[str, Any]:
        known = super().effect(request, call, found)
        waiting = desks.visible(request, call).filter(state__in=WITH_CITY).count()
        return known | {"left": waiting - known["allowed"]}


DESK = CheckDesk()


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    return DESK.respond(request)
