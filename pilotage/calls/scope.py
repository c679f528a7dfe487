"""Whose rows an actor sees, as one condition; ``rules`` and ``selectors`` both build on it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from pilotage.accounts.enums import OrganisationKind, Role
from pilotage.accounts.models import Membership
from pilotage.accounts.rules import enterprise_ids, in_territory, memberships_as
from pilotage.calls.enums import (
    DIRECT_RECOMMENDERS,
    HANDED_IN,
    RECOMMENDED_OR_LATER,
    TAKING_PART,
    ApplicationKind,
    ApplicationState,
    CheckLevel,
    RecommenderKind,
    StageKind,
)
from pilotage.calls.models import Call, Partner, Recommender
from pilotage.core import clock

LOCAL_OFFICERS = (Role.DISTRICT_OFFICER, Role.CITY_OFFICER, Role.PROVINCE_OFFICER)
CENTRAL = (Role.SECRETARIAT, Role.AUDITOR)
# whoever may decide a recommender's list, depending on its kind
RECOMMENDING = (Role.PROVINCE_OFFICER, Role.CITY_OFFICER, Role.COMMUNICATIONS_OFFICER, Role.RECOMMENDING_OFFICER)
SHORTLISTED_OR_LATER = RECOMMENDED_OR_LATER | {ApplicationState.SHORTLISTED}
# Beijing, Tianjin, Shanghai and Chongqing have districts directly under the municipality.
MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})


def visible(actor: Any) -> Q:
    """Applications the actor may see: the enterprise its own and those it takes part in, officers what was ever submitted in their territory."""
    submitted = Q(submitted_at__isnull=False)
    own = enterprise_ids(actor)
    condition = Q(enterprise__in=own)
    if own:
        condition |= Q(pk__in=Partner.objects.filter(enterprise__in=own, state__in=TAKING_PART).order_by().values("application_id"))
    for membership in memberships_as(actor, *LOCAL_OFFICERS, Role.COMMUNICATIONS_OFFICER, Role.RECOMMENDING_OFFICER, *CENTRAL):
        condition |= submitted & _reach(actor, membership) & _only_call(membership)
    return condition


def _reach(actor: Any, membership: Membership) -> Q:
    if membership.role in CENTRAL:
        return Q()
    if membership.role == Role.RECOMMENDING_OFFICER:
        return Q(recommender__organisation=membership.organisation_id)
    place = in_territory(_Only(membership), membership.role)
    if membership.role == Role.COMMUNICATIONS_OFFICER:
        own_list = Q(recommender__kind=RecommenderKind.COMMUNICATIONS, recommender__province=membership.organisation.division_id)
        return place & (Q(state__in=SHORTLISTED_OR_LATER) | own_list)
    return place


def _only_call(membership: Membership) -> Q:
    return Q(call=membership.call_id) if membership.call_id else Q()


class _Only:
    """An actor with one single membership, so that territory and call of one role are not mixed with another's."""

    is_authenticated = is_active = True

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    def memberships_as(self, *roles: str) -> list[Membership]:
        return [self._membership] if self._membership.role in roles else []


def acts_for(membership: Membership, recommender: Recommender) -> bool:
    """Whether the member decides the recommender's list: the officers of the province, of the planned city, of the body itself."""
    if membership.role == Role.RECOMMENDING_OFFICER:
        return recommender.organisation_id == membership.organisation_id
    division = membership.organisation.division_id
    if division is None:
        return False
    if recommender.kind == RecommenderKind.COMMUNICATIONS:
        return membership.role == Role.COMMUNICATIONS_OFFICER and division == recommender.province_id
    if recommender.kind == RecommenderKind.PLANNED_CITY:
        return membership.role in {Role.PROVINCE_OFFICER, Role.CITY_OFFICER} and division == recommender.prefecture_id
    return recommender.kind == RecommenderKind.PROVINCE and membership.role == Role.PROVINCE_OFFICER and division == recommender.province_id


def goes_direct(application: Any) -> bool:
    """Whether the recommender itself checks: no city stands before a body that is not territorial, nor where the call has no check."""
    if application.recommender is None:
        return False
    if application.recommender.kind in DIRECT_RECOMMENDERS:
        return True
    return all(stage.kind != StageKind.CHECK for stage in application.call.stage_by_key.values())


def is_checked_by_district(application: Any) -> bool:
    """No prefecture stands between the county and the province: municipalities and counties directly under a province."""
    prefecture = application.prefecture_id
    return application.province_id in MUNICIPALITIES or prefecture is None or prefecture[2:4] == "90"


# --- the district before the city -------------------------------------------------------------
def is_checked_by_district_alone(application: Any) -> bool:
    """The district's check is the check: no city stands above it, or the call asks districts only."""
    stage = application.call.stage(StageKind.CHECK)
    return is_checked_by_district(application) or bool(stage and stage.level == CheckLevel.DISTRICT)


def staffed_districts(call: Call) -> frozenset[str]:
    """Counties whose office has an officer for this call. One query per call object."""
    known = call.__dict__.get("_staffed_districts")
    if known is None:
        held = Q(ended_at__isnull=True) | Q(ended_at__gt=clock.now())
        rows = Membership.objects.filter(held, Q(call__isnull=True) | Q(call=call), role=Role.DISTRICT_OFFICER, user__is_active=True)
        rows = rows.filter(organisation__kind=OrganisationKind.DISTRICT, organisation__division__isnull=False)
        known = frozenset(rows.order_by().values_list("organisation__division", flat=True))
        call.__dict__["_staffed_districts"] = known
    return known


def district_time_is_over(call: Call) -> bool:
    stage = call.district_stage
    return bool(stage and stage.closes_at and clock.now() >= stage.closes_at)


def is_with_district(application: Any) -> bool:
    """Whether the district has to look at it before the city may. ``with_district`` is the same as a condition."""
    call = application.call
    return (
        call.district_stage is not None
        and application.state in HANDED_IN
        and application.kind == ApplicationKind.NEW
        and application.returned_from in _NEVER_PASSED_UP
        and not goes_direct(application)
        and not is_checked_by_district(application)
        and not district_time_is_over(call)
        and application.county_id in staffed_districts(call)
    )


def with_district(call: Call) -> Q:
    if call.district_stage is None or district_time_is_over(call):
        return Q(pk__in=[])
    city_above = Q(prefecture__isnull=False) & ~Q(province__in=MUNICIPALITIES) & ~Q(prefecture__code__regex=r"^..90")
    territorial = Q(recommender__isnull=True) | ~Q(recommender__kind__in=DIRECT_RECOMMENDERS)
    handed_in = Q(state__in=HANDED_IN, kind=ApplicationKind.NEW, returned_from__in=_NEVER_PASSED_UP)
    return handed_in & city_above & territorial & Q(county__in=staffed_districts(call))


# what came back from a higher level has been with the district once
_NEVER_PASSED_UP = ("", *sorted(HANDED_IN))
