"""Who is concerned? The same rules that let a person act decide who is told; only the candidates are looked up here.

``People.load`` reads all candidates of a batch in one query and gives each user the memberships that count, so
that the rules of the rooms below answer from memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership, User
from pilotage.accounts.rules import covers, has_role
from pilotage.calls import rules as calls
from pilotage.calls.enums import EDITABLE, WITH_CITY, ApplicationKind, ApplicationState, StageKind
from pilotage.calls.models import Application, Call, Recommender, Stage
from pilotage.calls.reports.periods import next_due, report_stage
from pilotage.calls.reports.selectors import holders, not_filed
from pilotage.calls.scope import with_district
from pilotage.calls.selectors import share_relations
from pilotage.core import clock
from pilotage.messages.enums import APPLICANTS, OFFICERS, Group
from pilotage.review.enums import AssignmentState
from pilotage.review.models import Assignment

_CHECKERS = (Role.DISTRICT_OFFICER, Role.CITY_OFFICER)
# a place is what the scope rules look at, so one row stands for all others of its place
_PLACE = ("province_id", "prefecture_id", "county_id", "recommender_id", "state", "returned_from")


class People:
    """The people a batch of news may concern, with their roles."""

    def __init__(self, memberships: Iterable[Membership]) -> None:
        self.by_id: dict[int, User] = {}
        self._of_enterprise: dict[int, list[User]] = defaultdict(list)
        self._of_division: dict[str, list[User]] = defaultdict(list)
        self._of_unit: dict[str, list[User]] = defaultdict(list)
        self._secretariat: list[User] = []
        for membership in memberships:
            self._add(membership)

    def _add(self, membership: Membership) -> None:
        user = self.by_id.setdefault(membership.user_id, membership.user)
        user.__dict__.setdefault("active_memberships", []).append(membership)
        organisation = membership.organisation
        if membership.role in APPLICANTS and organisation.enterprise_id:
            _once(self._of_enterprise[organisation.enterprise_id], user)
        elif membership.role in OFFICERS:
            _once(self._of_division[organisation.division_id or ""], user)
        elif membership.role == Role.UNIT_OFFICER:
            _once(self._of_unit[organisation.unit_code], user)
        elif membership.role == Role.SECRETARIAT:
            _once(self._secretariat, user)

    @classmethod
    def load(cls, applications: Iterable[Any] = (), users: Iterable[int] = (), roles: Iterable[str] = ()) -> People:
        """One query: the secretariat, everybody with ``roles``, ``users``, and those around the applications."""
        places, enterprises = set(), set()
        for application in applications:
            enterprises.add(application.enterprise_id)
            places |= {application.province_id, application.prefecture_id, application.county_id}
        wanted = Q(role__in=[Role.SECRETARIAT, *roles]) | Q(user__in=set(users))
        wanted |= Q(role__in=APPLICANTS, organisation__enterprise__in=enterprises)
        wanted |= Q(role__in=OFFICERS) & (Q(organisation__division__in=places - {None}) | Q(organisation__division__isnull=True))
        return cls(in_force().filter(wanted))

    # --- around one application --------------------------------------------------------------
    def filers(self, application: Application) -> list[User]:
        return [user for user in self._of_enterprise.get(application.enterprise_id, ()) if calls.can_view(user, application)]

    def checkers(self, application: Application) -> list[User]:
        return self._officers(application, calls.checks_now)

    def recommenders(self, application: Application) -> list[User]:
        return self._officers(application, calls.acts_for_recommender)

    def cosigners(self, application: Application) -> list[User]:
        def cosigns(user: User, row: Application) -> bool:
            return covers(user, row, Role.COMMUNICATIONS_OFFICER, call=row.call)

        return self._officers(application, cosigns) if calls.needs_cosign(application.call) else []

    def secretariat(self, call: Call) -> list[User]:
        return [user for user in self._secretariat if has_role(user, Role.SECRETARIAT, call=call)]

    def all_secretariat(self) -> list[User]:
        """Also for what belongs to no call."""
        return [user for user in self._secretariat if has_role(user, Role.SECRETARIAT)]

    def of_units(self, codes: Iterable[str]) -> list[User]:
        """The officers of these responsible units, where they were loaded."""
        return _distinct(self._of_unit.get(code, ()) for code in codes)

    def with_role(self, call: Call, *roles: str) -> list[User]:
        return [user for user in self.by_id.values() if has_role(user, *roles, call=call)]

    def _officers(self, application: Application, rule: Callable[[User, Application], bool]) -> list[User]:
        found: list[User] = []
        # last those whose body has no territory of its own
        for code in (application.province_id, application.prefecture_id, application.county_id, ""):
            for user in self._of_division.get(code or "", ()):
                if user not in found and rule(user, application):
                    found.append(user)
        return found


def _once(users: list[User], user: User) -> None:
    if user not in users:
        users.append(user)


def in_force() -> QuerySet[Membership]:
    rows = Membership.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=clock.now()), user__is_active=True)
    return rows.select_related("user", "organisation", "organisation__division").order_by("user_id", "id")


def applicants_of(enterprise: int) -> list[User]:
    """Who files or signs for an enterprise. One query."""
    return list(People(in_force().filter(role__in=APPLICANTS, organisation__enterprise=enterprise)).by_id.values())


# --- around one stage of a call -----------------------------------------------------------------
def group(call: Call, stage: Stage, name: str) -> list[User]:
    """Those of a group who still have something to do in this stage. At most five queries."""
    if name == Group.EXPERTS:
        return _experts(call)
    if name == Group.SECRETARIAT:
        return People.load().secretariat(call)
    if name == Group.FILERS_WITH_DRAFT and stage == call.district_stage:
        return []  # a correction follows the deadline of the check above it
    if name in {Group.FILERS, Group.FILERS_WITH_DRAFT}:
        return _filers(call, stage, name)
    states: Iterable[str] = WITH_CITY if name == Group.CHECKERS else {ApplicationState.SHORTLISTED}
    if name == Group.RECOMMENDERS:
        states = {ApplicationState.CHECKED, ApplicationState.SHORTLISTED}
    waiting = Application.objects.filter(call=call, state__in=states, kind=ApplicationKind.NEW)
    if stage == call.district_stage:
        waiting = waiting.filter(with_district(call))
    if name == Group.COSIGNERS:
        waiting = waiting.filter(cosign="")
    places = _one_per_place(waiting)
    people = People.load(places)
    pick = {Group.CHECKERS: people.checkers, Group.RECOMMENDERS: people.recommenders, Group.COSIGNERS: people.cosigners}[Group(name)]
    return _distinct(pick(place) for place in places)


def concerned(call: Call, stage: Stage) -> list[User]:
    """Whom new dates of a stage concern: who files or corrects now, and every officer or expert whose work it is."""
    if stage.kind in {StageKind.APPLY, StageKind.UPDATE}:
        return group(call, stage, Group.FILERS_WITH_DRAFT if stage.kind == StageKind.APPLY else Group.FILERS)
    if stage.kind == StageKind.REVIEW:
        return group(call, stage, Group.EXPERTS)
    if stage.kind == StageKind.CHECK:
        checkers = People.load(roles=_CHECKERS).with_role(call, *_CHECKERS)
        return _distinct([checkers, group(call, stage, Group.FILERS_WITH_DRAFT)])
    return _all_recommenders(call) if stage.kind == StageKind.RECOMMEND else []


def _all_recommenders(call: Call) -> list[User]:
    """Everybody who decides or co-signs a list of the call, whether something waits there or not."""
    bodies = list(Recommender.objects.order_by("code"))
    people = People.load(roles=OFFICERS)
    deciding = (user for user in people.by_id.values() if any(calls.acts_for(user, body, call) for body in bodies))
    return _distinct([deciding, people.with_role(call, Role.COMMUNICATIONS_OFFICER)])


def _experts(call: Call) -> list[User]:
    unfinished = Assignment.objects.filter(call=call, state__in=[AssignmentState.ASSIGNED, AssignmentState.STARTED])
    ids = set(unfinished.order_by().values_list("expert__user", flat=True))
    return People.load(users=ids).with_role(call, Role.EXPERT)


def _filers(call: Call, stage: Stage, name: str) -> list[User]:
    own = Application.objects.filter(call=call)
    if stage.kind == StageKind.UPDATE:
        rows = _owing(call, own)
    elif name == Group.FILERS_WITH_DRAFT:
        # what was returned follows the deadline of the check, not the one to file
        state = ApplicationState.DRAFT if stage.kind == StageKind.APPLY else ApplicationState.RETURNED
        rows = own.filter(state=state, kind=ApplicationKind.NEW)
    else:
        rows = own.exclude(state=ApplicationState.WITHDRAWN)
    enterprises = rows.order_by().values("enterprise")
    return list(People(in_force().filter(role__in=APPLICANTS, organisation__enterprise__in=enterprises)).by_id.values())


def _owing(call: Call, own: QuerySet[Application]) -> QuerySet[Application]:
    """Listed projects without the update, or without the report that falls due next."""
    if report_stage(call) is not None:
        period = next_due(call)
        return not_filed(holders(call), period.key) if period else own.none()
    filed = own.filter(kind=ApplicationKind.UPDATE).exclude(state__in=[*EDITABLE, ApplicationState.WITHDRAWN])
    return own.filter(state=ApplicationState.LISTED).exclude(pk__in=filed.filter(renews__isnull=False).values("renews"))


def _one_per_place(applications: QuerySet[Application]) -> Sequence[Application]:
    rows: dict[tuple[Any, ...], Application] = {}
    for application in applications.only("call", "enterprise", "kind", "state", *(name.removesuffix("_id") for name in _PLACE)):
        rows.setdefault(tuple(getattr(application, name) for name in _PLACE), application)
    return share_relations(list(rows.values())) if rows else []


def _distinct(lists: Iterable[Iterable[User]]) -> list[User]:
    return list({user.pk: user for users in lists for user in users}.values())
