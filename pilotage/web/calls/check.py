"""The desk of whoever checks: the city, the district before it or in its place, a body that recommends directly."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role, memberships_as
from pilotage.calls import scope, services
from pilotage.calls.checklists import required
from pilotage.calls.deadlines import district_open
from pilotage.calls.enums import HANDED_IN, WITH_CITY, ApplicationKind, ApplicationState, CheckResult, StageKind
from pilotage.calls.models import Application, Call, Stage
from pilotage.core.transitions import may
from pilotage.core.verdict import Verdict
from pilotage.web.calls import acts, bulk, context, desks

S = ApplicationState
CHECKED_OR_LATER = frozenset(S.values) - WITH_CITY - {S.DRAFT, S.RETURNED, S.NOT_RECOMMENDED, S.WITHDRAWN}
OFFICERS = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER, Role.COMMUNICATIONS_OFFICER, Role.RECOMMENDING_OFFICER)
# whoever has one of these as well stands at the city's desk
_ABOVE_DISTRICT = tuple(role for role in OFFICERS if role != Role.DISTRICT_OFFICER)


class CheckDesk(bulk.BulkDesk):
    """The city's, and of whoever stands in its place."""

    key = "city"
    roles = OFFICERS
    stage = StageKind.CHECK
    url_name = "calls:check-desk"
    template = "calls/check_desk.html"
    acts: ClassVar[Mapping[str, bulk.Act]] = {
        "check": desks.opinion_act(CheckResult.PASS),
        "reservation": desks.opinion_act(CheckResult.RESERVATION),
        "return": desks.opinion_act(CheckResult.RETURN),
        "decline": desks.opinion_act(CheckResult.DECLINE),
    }
    verb = "check"
    groups: ClassVar[Mapping[str, frozenset[str] | None]] = {
        "todo": WITH_CITY,
        "district": HANDED_IN,
        "returned": frozenset({S.RETURNED}),
        "passed": CHECKED_OR_LATER,
        "declined": frozenset({S.NOT_RECOMMENDED}),
        "all": None,
    }
    filters = ("industry", "level", "city")

    def title(self) -> str:
        return _("Check")

    def heading(self, call: Call) -> str:
        return pgettext("desk", "check")

    def what_next(self, call: Call) -> str:
        """What passing leads to, in one line under the title."""
        if call.district_stage is None:
            return ""
        return _("The districts look at each application first. What they have passed, and what no district can look at any more, is here.")

    def at(self, request: HttpRequest, call: Call) -> bulk.BulkDesk:
        districts = memberships_as(request.user, Role.DISTRICT_OFFICER, call=call)
        if not districts or has_role(request.user, *_ABOVE_DISTRICT, call=call):
            return self
        codes = [member.organisation.division_id or "" for member in districts]
        places = [SimpleNamespace(call=call, province_id=f"{code[:2]}0000", prefecture_id=f"{code[:4]}00") for code in codes]
        if any(scope.is_checked_by_district_alone(place) for place in places):
            return self
        return DISTRICT if call.district_stage else READER

    def labels(self) -> dict[str, str]:
        return {
            "todo": _("To check"),
            "district": _("With the districts"),
            "returned": _("Returned"),
            "passed": _("Passed"),
            "declined": _("Not recommended"),
            "all": _("All"),
        }

    def tabs(self, call: Call, queryset: QuerySet[Application]) -> list[tuple[str, Any, int]]:
        counts = desks.state_counts(queryset)
        numbers = {key: desks.total(counts, states) for key, states in self.groups.items()}
        if call.district_stage is not None:
            below = queryset.filter(scope.with_district(call)).count()
            numbers |= {"district": below, "todo": numbers["todo"] - below}
        else:
            numbers.pop("district", None)
        labels = self.labels()
        return [(key, labels[key], number) for key, number in numbers.items()]

    def group(self, call: Call, queryset: QuerySet[Application], tab: str) -> QuerySet[Application]:
        states = self.groups[tab]
        found = queryset if states is None else queryset.filter(state__in=states)
        if tab == "todo" and call.district_stage:
            return found.exclude(scope.with_district(call))
        return found.filter(scope.with_district(call)) if tab == "district" else found

    def verdict(self, actor: Any, application: Application) -> Verdict:
        return may(actor, application, self.verb)

    def can_act(self, tab: str) -> bool:
        return tab in {"todo", "all"}

    def shows_repeated(self, tab: str) -> bool:
        return tab == "todo"

    def effect(self, request: HttpRequest, call: Call, found: list[Application]) -> dict[str, Any]:
        known = super().effect(request, call, found)
        stage = self.stage_of(call)
        waiting = self.group(call, desks.visible(request, call), "todo").count()
        points = required(stage.checklist) if stage and any(each.kind == ApplicationKind.NEW for each in found) else []
        return known | {"left": waiting - known["allowed"], "points": [context.pick(point["title"]) for point in points]}

    def further(self, request: HttpRequest, call: Call) -> dict[str, Any]:
        done = acts.of_checking(request.user, OFFICERS, call)
        stage = self.stage_of(call)
        return {
            "recent": done,
            "last_act": next((act for act in done[:1] if act.can_undo and act.is_own), None),
            "points": [context.pick(point["title"]) for point in required(stage.checklist)] if stage else [],
            "heading": self.heading(call),
            "what_next": self.what_next(call),
        }


def _pass_up(request: HttpRequest, found: list[Application], opinion: str) -> str:
    services.pass_up_many(actor=request.user, applications=found, opinion=opinion, stated_for=desks.stated_for(request))
    return ngettext("%(count)s application was passed up to the city.", "%(count)s applications were passed up to the city.", len(found))


class DistrictDesk(CheckDesk):
    """A district whose city checks after it: pass up or return."""

    key = "district"
    acts: ClassVar[Mapping[str, bulk.Act]] = {"pass_up": _pass_up, "return": desks.opinion_act(CheckResult.RETURN)}
    verb = "pass_up"
    groups: ClassVar[Mapping[str, frozenset[str] | None]] = {
        "todo": HANDED_IN,
        "passed": CHECKED_OR_LATER | {S.DISTRICT_CHECKED},
        "returned": frozenset({S.RETURNED}),
        "direct": HANDED_IN,
        "declined": frozenset({S.NOT_RECOMMENDED}),
        "all": None,
    }

    def heading(self, call: Call) -> str:
        return call.district_stage.title if call.district_stage else self.title()

    def what_next(self, call: Call) -> str:
        verdict = district_open(call)
        if not verdict:
            return _("%(closed)s What was not passed up goes to the city directly.") % {"closed": verdict.reason}
        return _("What you pass up is checked by the city next. What is still here when your time is over goes to the city directly.")

    def at(self, request: HttpRequest, call: Call) -> bulk.BulkDesk:
        return self

    def stage_of(self, call: Call) -> Stage | None:
        return call.district_stage

    def labels(self) -> dict[str, str]:
        return super().labels() | {"passed": _("Passed up"), "direct": _("Directly with the city")}

    def tabs(self, call: Call, queryset: QuerySet[Application]) -> list[tuple[str, Any, int]]:
        counts = desks.state_counts(queryset)
        here = queryset.filter(scope.with_district(call)).count()
        numbers = {key: desks.total(counts, states) for key, states in self.groups.items()}
        numbers |= {"todo": here, "direct": numbers["direct"] - here}
        labels = self.labels()
        return [(key, labels[key], number) for key, number in numbers.items() if number or key not in {"direct", "declined"}]

    def group(self, call: Call, queryset: QuerySet[Application], tab: str) -> QuerySet[Application]:
        states = self.groups[tab]
        found = queryset if states is None else queryset.filter(state__in=states)
        if tab == "todo":
            return found.filter(scope.with_district(call))
        return found.exclude(scope.with_district(call)) if tab == "direct" else found


class ReadingDesk(CheckDesk):
    """A district in a call that asks only its city."""

    key = "reader"
    acts: ClassVar[Mapping[str, bulk.Act]] = {}

    def heading(self, call: Call) -> str:
        return _("applications of the district")

    def what_next(self, call: Call) -> str:
        return _("This call has no district check: the city checks directly. Here you read what your enterprises have filed.")

    def at(self, request: HttpRequest, call: Call) -> bulk.BulkDesk:
        return self

    def labels(self) -> dict[str, str]:
        return super().labels() | {"todo": _("With the city")}

    def can_act(self, tab: str) -> bool:
        return False

    def shows_repeated(self, tab: str) -> bool:
        return False


DESK, DISTRICT, READER = CheckDesk(), DistrictDesk(), ReadingDesk()


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    return DESK.respond(request)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back an act on one or many, all of it or nothing."""
    desks.require_role(request, *OFFICERS)
    call, _calls = context.desk_call(request, StageKind.CHECK)
    number = request.POST.get("event", "")
    act = acts.undo_checking(request.user, OFFICERS, call, int(number) if number.isdigit() else 0, request.POST.get("reason", "").strip())
    address = f"{reverse('calls:check-desk')}?call={call.slug}" if call else reverse("calls:check-desk")
    return desks.done(request, _("Undone: %(act)s") % {"act": act.sentence}, address)
