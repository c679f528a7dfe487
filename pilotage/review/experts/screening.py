"""Conflicts of a call's experts and applications: what the kernel needs is read in bulk, its answers are put into words.

A :class:`Screener` holds all facts of the given experts and applications of one call. Its cost in queries does not
depend on how many there are (one per level of the deepest group), and no pair costs a query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower
from django.utils import timezone

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership
from pilotage.calls.enums import TAKING_PART, ApplicationKind, ApplicationState, StageKind
from pilotage.calls.models import Application, Call, Partner
from pilotage.calls.scope import MUNICIPALITIES
from pilotage.core import clock
from pilotage.registry.models import Division, Enterprise, localized
from pilotage.review.experts import conflicts
from pilotage.review.models import DeclaredConflict, ExpertProfile, Relation
from pilotage.review.options import review_options
from pilotage.review.wording import finding_sentence

if TYPE_CHECKING:
    from pilotage.review.experts.conflict_screen import Screening

APPLICANTS = (Role.FILER, Role.LEGAL_REPRESENTATIVE)
NOT_FILED = (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that bars an expert from an application, and the sentence with its facts."""

    rule: str
    sentence: str


def conflict_day(call: Call) -> date:
    """The day from which three years are counted back: the opening of the review, else today."""
    stage = call.stage(StageKind.REVIEW)
    return timezone.localtime(stage.opens_at).date() if stage and stage.opens_at else clock.today()


def city_of(place: Enterprise | Application) -> str | None:
    """The prefecture; a municipality is a city itself. None where neither is known."""
    return place.prefecture_id or (place.province_id if place.province_id in MUNICIPALITIES else None)


def roots_of(enterprises: Iterable[Enterprise]) -> tuple[dict[int, int], dict[int, str]]:
    """The top of each enterprise's group, and the names of all met on the way up. One query per level above the first.

    A group that contains itself has its smallest number for its top.
    """
    above: dict[int, int | None] = {}
    names: dict[int, str] = {}
    given = list(enterprises)
    for house in given:
        above[house.pk], names[house.pk] = house.group_id, house.name
    while unknown := {group for group in above.values() if group is not None and group not in above}:
        for pk, group, name_zh, name_en in Enterprise.objects.filter(pk__in=unknown).values_list("pk", "group_id", "name_zh", "name_en"):
            above[pk], names[pk] = group, localized(name_zh, name_en)
    return {house.pk: _top(house.pk, above) for house in given}, names


def _top(start: int, above: dict[int, int | None]) -> int:
    seen = [start]
    while (group := above[seen[-1]]) is not None:
        if group in seen:
            return min(seen[seen.index(group) :])
        seen.append(group)
    return seen[-1]


class Screener:
    """``experts`` come with user and employer, ``applications`` with their enterprise (select_related)."""

    def __init__(self, call: Call, experts: Iterable[ExpertProfile], applications: Iterable[Application]) -> None:
        self.call = call
        self.rules = review_options(call).conflict_rules
        self.experts = {expert.pk: expert for expert in experts}
        self.applications = {application.pk: application for application in applications}
        self._own = _houses_of(self.experts.values())
        self._joint = _partners(self.applications)
        every = [house for houses in (*self._own.values(), *self._joint.values()) for house, _files in houses]
        every += [expert.employer for expert in self.experts.values() if expert.employer]
        every += [application.enterprise for application in self.applications.values()]
        self._roots, self.names = roots_of(every)
        self._declared = _declared(call, self.experts)
        self.persons = self._persons()
        self.projects = {pk: self._project(application) for pk, application in self.applications.items()}

    # --- facts ------------------------------------------------------------------------------
    def _persons(self) -> dict[int, conflicts.Person]:
        ties = _ties(self.experts)
        houses = {pk: self._belongs(expert) for pk, expert in self.experts.items()}
        files = _own_files(self.call, self.experts.values(), self._own)
        rivals = (
            _files_of(self.call, {house.pk for listed in houses.values() for house in listed}) if self._asks("employer_applies") else {}
        )
        day = conflict_day(self.call)
        found = {}
        for pk, expert in self.experts.items():
            own = houses[pk]
            found[pk] = conflicts.Person(
                pk,
                frozenset(house.pk for house in own),
                frozenset(self._roots[house.pk] for house in own),
                frozenset({expert.employer_name} - {""}),
                expert.province_id,
                frozenset(city for house in own if (city := city_of(house))),
                conflicts.lasting(ties.get(pk, ()), day),
                frozenset(files.get(pk, ())),
                frozenset(key for house in own for key in rivals.get(house.pk, ())),
                frozenset(self._declared.get(pk, ())),
            )
        return found

    def _asks(self, rule: str) -> bool:
        return rule in self.rules

    def _belongs(self, expert: ExpertProfile) -> list[Enterprise]:
        houses = [house for house, _files in self._own.get(expert.user_id, ())]
        return [*houses, expert.employer] if expert.employer else houses

    def _project(self, application: Application) -> conflicts.Project:
        lead = application.enterprise
        everybody = [lead, *(house for house, _files in self._joint.get(application.pk, ()))]
        return conflicts.Project(
            application.pk,
            frozenset(house.pk for house in everybody),
            frozenset(self._roots[house.pk] for house in everybody),
            frozenset(house.name_zh for house in everybody),
            frozenset({application.province_id or lead.province_id, *(house.province_id for house in everybody[1:])} - {None}),
            frozenset({city_of(application) or city_of(lead), *(city_of(house) for house in everybody[1:])} - {None}),
        )

    # --- answers ----------------------------------------------------------------------------
    def find(self, expert: int, application: int) -> str | None:
        return conflicts.find(self.persons[expert], self.projects[application], self.rules)

    def explain(self, expert: int, application: int) -> list[Found]:
        """Every rule that holds for the pair, each with its facts in the active language. One query for places, once."""
        person, project = self.persons[expert], self.projects[application]
        found = conflicts.explain(person, project, self.rules)
        declared = self._declared.get(expert, {}).get(application)
        return [Found(each.rule, finding_sentence(each, person, self._name, declared)) for each in found]

    def _name(self, key: object) -> str:
        """Of an enterprise by its number, of a place by its code."""
        return self.names.get(key, "") if isinstance(key, int) else self._places.get(str(key), "")

    @cached_property
    def _places(self) -> dict[str, str]:
        codes = {code for project in self.projects.values() for code in (*project.provinces, *project.cities)}
        return {row.code: row.name for row in Division.objects.filter(pk__in=codes)}

    def screen(self) -> Screening:
        """All pairs; places follow the order in which experts and applications were given."""
        from pilotage.review.experts.conflict_screen import screen  # loads numpy

        return screen(list(self.persons.values()), list(self.projects.values()), self.rules)

    def barred(self) -> dict[int, dict[int, str]]:
        """Application -> expert -> first rule, for all pairs that are barred."""
        screening, who = self.screen(), list(self.persons)
        return {pk: {who[place]: rule for place, rule in screening.of(i).items()} for i, pk in enumerate(self.projects)}


# --- reads ----------------------------------------------------------------------------------
def _houses_of(experts: Iterable[ExpertProfile]) -> dict[int, list[tuple[Enterprise, bool]]]:
    """User -> the enterprises the person acts or acted for, and whether as one who files now. One query."""
    found: dict[int, list[tuple[Enterprise, bool]]] = defaultdict(list)
    belongs = Membership.objects.filter(user__in=[e.user_id for e in experts], organisation__enterprise__isnull=False)
    for membership in belongs.select_related("organisation__enterprise").order_by("id"):
        house = membership.organisation.enterprise
        if house is not None:
            files = membership.role in APPLICANTS and membership.ended_at is None
            found[membership.user_id].append((house, files))
    return found


def _partners(applications: Collection[int]) -> dict[int, list[tuple[Enterprise, bool]]]:
    """Application -> the other enterprises that apply in it. One query."""
    found: dict[int, list[tuple[Enterprise, bool]]] = defaultdict(list)
    rows = Partner.objects.filter(application__in=list(applications), state__in=TAKING_PART).select_related("enterprise")
    for partner in rows.defer("data", "field_versions", "origins").order_by("id"):
        found[partner.application_id].append((partner.enterprise, False))
    return found


def _ties(experts: Collection[int]) -> dict[int, list[conflicts.Tie]]:
    found: dict[int, list[conflicts.Tie]] = defaultdict(list)
    rows = Relation.objects.filter(expert__in=list(experts), struck_at__isnull=True).select_related("enterprise")
    for row in rows.order_by("id"):
        tie = conflicts.Tie(row.pk, row.kind, row.enterprise_id, row.name, row.starts_on, row.ends_on)
        found[row.expert_id].append(tie)
    return found


def _declared(call: Call, experts: Collection[int]) -> dict[int, dict[int, DeclaredConflict]]:
    """Expert -> application -> what was declared. One query."""
    found: dict[int, dict[int, DeclaredConflict]] = defaultdict(dict)
    for row in DeclaredConflict.objects.filter(expert__in=list(experts), application__call=call).order_by("id"):
        found[row.expert_id][row.application_id] = row
    return found


def _own_files(call: Call, experts: Iterable[ExpertProfile], acts_for: dict[int, list[tuple[Enterprise, bool]]]) -> dict[int, list[str]]:
    """Expert -> the numbers of the applications of the call that the expert files or is the contact of.

    One query, three where an expert files for an enterprise.
    """
    people = list(experts)
    by_user = {expert.user_id: expert.pk for expert in people}
    by_email = {expert.user.email.lower(): expert.pk for expert in people}
    by_house: dict[int, list[int]] = defaultdict(list)
    for user, houses in acts_for.items():
        for house, files in houses:
            if files:
                by_house[house.pk].append(by_user[user])
    found: dict[int, list[str]] = defaultdict(list)
    for house_pk, applications in (_files_of(call, by_house) if by_house else {}).items():
        for expert in by_house[house_pk]:
            found[expert] += applications
    rows = _filed(call).annotate(contact=Lower(KeyTextTransform("contact_email", "data")))
    wanted = Q(created_by__in=list(by_user)) | Q(contact__in=list(by_email))
    for number, creator, contact in rows.filter(wanted).values_list("number", "created_by_id", "contact"):
        for mine in {by_user.get(creator), by_email.get(contact)}:
            if mine is not None:
                found[mine].append(number)
    return found


def _files_of(call: Call, houses: Collection[int]) -> dict[int, list[str]]:
    """Enterprise -> the numbers of the applications of the call in which it takes part. Two queries."""
    found: dict[int, list[str]] = defaultdict(list)
    leads = _filed(call).filter(enterprise__in=list(houses)).values_list("enterprise_id", "number")
    joint = Partner.objects.filter(application__in=_filed(call).values("pk"), enterprise__in=list(houses), state__in=TAKING_PART)
    for house, number in [*leads, *joint.order_by("id").values_list("enterprise_id", "application__number")]:
        found[house].append(number)
    return found


def _filed(call: Call) -> QuerySet[Application]:
    return Application.objects.filter(call=call, kind=ApplicationKind.NEW).exclude(state__in=NOT_FILED).order_by("pk")
