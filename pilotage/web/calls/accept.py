"""The secretariat's desk after the provinces have sent their lists: complete, then accepted for review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pilotage.accounts.enums import Role
from pilotage.calls import selectors, services
from pilotage.calls.enums import ApplicationState, CheckResult, StageKind
from pilotage.calls.models import Application, Call
from pilotage.core.transitions import may
from pilotage.core.verdict import Verdict
from pilotage.web.calls import bulk, desks
from pilotage.web.calls.filters import ApplicationFilter

S = ApplicationState
TABS: dict[str, frozenset[str]] = {
    "todo": frozenset({S.RECOMMENDED}),
    "accepted": selectors.RECOMMENDED_OR_LATER - {S.RECOMMENDED, S.NOT_ACCEPTED},
    "rejected": frozenset({S.NOT_ACCEPTED}),
}
_FILES = Count("attachments", filter=Q(attachments__removed_at__isnull=True))


def _accept(request: HttpRequest, found: list[Application], _reason: str) -> str:
    services.accept_many(actor=request.user, applications=found)
    return ngettext("%(count)s application was accepted for review.", "%(count)s applications were accepted for review.", len(found))


def _reject(request: HttpRequest, found: list[Application], reason: str) -> str:
    with transaction.atomic():  # all or none
        for application in found:
            services.reject(actor=request.user, application=application, reason=reason)
    return ngettext("%(count)s application was not accepted.", "%(count)s applications were not accepted.", len(found))


class AcceptDesk(bulk.BulkDesk):
    roles = (Role.SECRETARIAT,)
    stage = StageKind.ACCEPT
    url_name = "calls:accept-desk"
    template = "calls/accept_desk.html"
    acts: ClassVar[Mapping[str, bulk.Act]] = {"accept": _accept, "return": desks.opinion_act(CheckResult.RETURN), "reject": _reject}
    filters = ("recommender", "industry")

    def title(self) -> str:
        return _("Acceptance")

    def tabs(self, call: Call, queryset: QuerySet[Application]) -> list[tuple[str, Any, int]]:
        counts = desks.state_counts(_ranked(queryset))
        labels = {"todo": _("To accept"), "accepted": _("Accepted"), "rejected": _("Not accepted")}
        return [(key, labels[key], desks.total(counts, states)) for key, states in TABS.items()]

    def group(self, call: Call, queryset: QuerySet[Application], tab: str) -> QuerySet[Application]:
        return _ranked(queryset).filter(state__in=TABS[tab])

    def verdict(self, actor: Any, application: Application) -> Verdict:
        return may(actor, application, "accept")

    def lean(self, queryset: QuerySet[Application]) -> QuerySet[Application]:
        more = [f"recommender__{name}" for name in ("code", "kind", "name_zh", "name_en", "province_id", "prefecture_id")]
        place = [f"recommender__prefecture__{name}" for name in ("name_zh", "name_en")]
        return desks.desk_rows(queryset, *more, *place).select_related("recommender__prefecture").annotate(files=_FILES)

    def order(self, tab: str, chosen: ApplicationFilter) -> tuple[str, ...]:
        return chosen.order if chosen.sort else ("recommender__code", "rank", "id")

    def can_act(self, tab: str) -> bool:
        return tab == "todo"

    def shows_repeated(self, tab: str) -> bool:
        return True

    def back(self, request: HttpRequest, call: Call) -> str:
        return f"{super().back(request, call)}&{urlencode({'recommender': request.GET.get('recommender', '')})}"


def _ranked(queryset: QuerySet[Application]) -> QuerySet[Application]:
    return queryset.filter(recommender__isnull=False, rank__isnull=False)


DESK = AcceptDesk()


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    return DESK.respond(request)
