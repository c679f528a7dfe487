"""The communications administration's desk: what the province has shortlisted, to be co-signed or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import Role
from pilotage.calls import services
from pilotage.calls.enums import ApplicationState, CosignDecision, StageKind
from pilotage.calls.models import Application, Call
from pilotage.calls.rules import may_cosign
from pilotage.core.verdict import Verdict
from pilotage.web.calls import bulk
from pilotage.web.calls.filters import ApplicationFilter

TABS: dict[str, dict[str, Any]] = {
    "todo": {"state": ApplicationState.SHORTLISTED, "cosign": ""},
    "signed": {"cosign": CosignDecision.SIGNED},
    "refused": {"cosign": CosignDecision.REFUSED},
    "all": {},
}


def _sign(request: HttpRequest, found: list[Application], opinion: str) -> str:
    services.cosign_many(actor=request.user, applications=found, decision=CosignDecision.SIGNED, opinion=opinion)
    return ngettext("%(count)s application was co-signed.", "%(count)s applications were co-signed.", len(found))


def _refuse(request: HttpRequest, found: list[Application], opinion: str) -> str:
    services.cosign_many(actor=request.user, applications=found, decision=CosignDecision.REFUSED, opinion=opinion)
    return ngettext(
        "The co-signature of %(count)s application was refused.", "The co-signature of %(count)s applications was refused.", len(found)
    )


class CosignDesk(bulk.BulkDesk):
    roles = (Role.COMMUNICATIONS_OFFICER,)
    stage = StageKind.RECOMMEND
    url_name = "calls:cosign-desk"
    template = "calls/cosign_desk.html"
    acts: ClassVar[Mapping[str, bulk.Act]] = {"sign": _sign, "refuse": _refuse}
    filters = ("city", "industry", "level")

    def title(self) -> str:
        return _("Co-signature")

    def tabs(self, call: Call, queryset: QuerySet[Application]) -> list[tuple[str, Any, int]]:
        found = {(state, cosign): n for state, cosign, n in queryset.order_by().values_list("state", "cosign").annotate(n=Count("pk"))}
        labels = {"todo": _("To co-sign"), "signed": _("Co-signed"), "refused": _("Not co-signed"), "all": _("All")}
        return [(key, labels[key], _matching(found, wanted)) for key, wanted in TABS.items()]

    def group(self, call: Call, queryset: QuerySet[Application], tab: str) -> QuerySet[Application]:
        return queryset.filter(**TABS[tab])

    def verdict(self, actor: Any, application: Application) -> Verdict:
        return may_cosign(actor, application)

    def order(self, tab: str, chosen: ApplicationFilter) -> tuple[str, ...]:
        # what waits is shortlisted, so it has a rank
        return ("rank", "id") if tab == "todo" and not chosen.sort else chosen.order


def _matching(found: dict[tuple[str, str], int], wanted: dict[str, Any]) -> int:
    return sum(n for (state, cosign), n in found.items() if wanted.get("state", state) == state and wanted.get("cosign", cosign) == cosign)


DESK = CosignDesk()


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    return DESK.respond(request)
