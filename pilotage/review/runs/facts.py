"""Everything an assignment run depends on, read in a constant number of queries, and its digest."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pilotage.calls.models import Application, Call, CallVersion
from pilotage.core.verdict import Invalid
from pilotage.review.enums import LIVE, AssignmentState, SeatOrderKind
from pilotage.review.experts.pool import available_experts, industry_sections
from pilotage.review.experts.screening import Screener
from pilotage.review.models import Assignment, ExpertProfile, SeatOrder
from pilotage.review.options import review_options
from pilotage.review.runs.options import AssignmentParameters
from pilotage.review.selectors import live_loads, reviewable_applications

if TYPE_CHECKING:
    from pilotage.review.experts.conflict_screen import Screening

HEAVY = ("data", "field_versions", "bigrams")
HEADROOM = 1.25  # of the loads where nobody set a limit


@dataclass(slots=True)
class Desk:
    """Who could sit where, as numbers. ``wanted``: empty seats of each application; ``room``: free seats of each expert."""

    call: Call
    parameters: AssignmentParameters
    applications: list[Application]
    experts: list[ExpertProfile]
    held: dict[int, list[tuple[int, str]]]  # application -> expert and state of seats that were not cancelled
    wanted: list[int] = field(default_factory=list)
    loads: list[int] = field(default_factory=list)  # seats each expert holds in the call
    room: list[int] = field(default_factory=list)
    agreed: list[int] = field(default_factory=list)  # free seats up to what was agreed with each expert
    load_max: int = 0

    @property
    def need(self) -> int:
        return sum(self.wanted)

    @property
    def space(self) -> int:
        """Free seats of all experts."""
        return sum(self.room)


@dataclass(slots=True)
class Facts:
    """A desk with all that suits or bars a pair. Rows follow the order of its applications and experts."""

    desk: Desk
    projects: list[dict[str, Any]]
    people: list[dict[str, Any]]
    screening: Screening
    orders: dict[str, list[tuple[int, int]]]
    given: list[list[Any]]  # key and kind of every order of the call
    panel: list[dict[str, Any]]
    sections: dict[str, str]


# --- seats and loads ------------------------------------------------------------------------
def lay_out(call: Call, parameters: AssignmentParameters) -> Desk:
    """Seats and loads only; raises Invalid where an application that was named is not in review."""
    applications = list(_in_scope(call, parameters))
    experts = list(available_experts(call).select_related("user", "employer"))
    desk = Desk(call, parameters, applications, experts, _held(applications))
    loads = live_loads(call)
    desk.wanted = [_wanted(parameters, desk.held.get(application.pk, ())) for application in applications]
    held = desk.loads = [loads.get(expert.pk, 0) for expert in experts]
    desk.load_max = parameters.load_max or _even_load(desk, held)
    desk.room = _room(desk, held)
    desk.agreed = [_free(expert.capacity, load, sum(held) + desk.need) for expert, load in zip(desk.experts, held, strict=True)]
    return desk


def _free(limit: int | None, load: int, otherwise: int) -> int:
    return otherwise if limit is None else max(0, limit - load)


def _in_scope(call: Call, parameters: AssignmentParameters) -> QuerySet[Application]:
    rows = reviewable_applications(call).select_related("enterprise").defer(*HEAVY).order_by("number")
    if not parameters.applications:
        return rows
    found = rows.filter(number__in=parameters.applications)
    if missing := set(parameters.applications) - set(found.values_list("number", flat=True)):
        raise Invalid({"applications": _("Not in review in this call: %(numbers)s.") % {"numbers": _(", ").join(sorted(missing))}})
    return found


def _held(applications: Sequence[Application]) -> dict[int, list[tuple[int, str]]]:
    if not applications:
        return {}
    seats = Assignment.objects.filter(call=applications[0].call_id).exclude(state=AssignmentState.CANCELLED)
    here = {application.pk for application in applications}
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for application, expert, state in seats.order_by("id").values_list("application_id", "expert_id", "state"):
        if application in here:
            found[application].append((expert, state))
    return found


def _wanted(parameters: AssignmentParameters, held: Sequence[tuple[int, str]]) -> int:
    return parameters.extra or max(0, parameters.experts - sum(state in LIVE for _expert, state in held))


def _room(desk: Desk, held: Sequence[int]) -> list[int]:
    def limit(expert: ExpertProfile) -> int:
        return desk.load_max if expert.capacity is None else min(desk.load_max, expert.capacity)

    return [max(0, limit(expert) - load) for expert, load in zip(desk.experts, held, strict=True)]


def _even_load(desk: Desk, held: Sequence[int]) -> int:
    """The least limit for all that leaves room for every seat, held ones too, and a quarter more; else one that limits nobody."""
    total = sum(held) + desk.need
    low, high = 1, max(1, total)
    while low < high:
        desk.load_max = (low + high) // 2
        enough = sum(_room(desk, [0] * len(held))) >= HEADROOM * total and sum(_room(desk, held)) >= desk.need
        low, high = (low, desk.load_max) if enough else (desk.load_max + 1, high)
    return low


# --- what suits and what bars ---------------------------------------------------------------
def gather(call: Call, parameters: AssignmentParameters) -> Facts:
    """A constant number of queries, one more per level of the deepest group of enterprises."""
    desk = lay_out(call, parameters)
    scenarios = _scenario_names(call)
    return Facts(
        desk,
        _projects(desk),
        [_person(expert, scenarios) for expert in desk.experts],
        Screener(call, desk.experts, desk.applications).screen(),
        *_orders(desk),
        list(review_options(call).panel),
        industry_sections(),
    )


def _projects(desk: Desk) -> list[dict[str, Any]]:
    """Industry, scenarios and the prose of each application; the documents pass by one at a time."""
    rows = Application.objects.filter(pk__in=[a.pk for a in desk.applications]) if desk.parameters.applications else None
    rows = reviewable_applications(desk.call) if rows is None else rows
    prose: dict[int, tuple[set[str], set[str]]] = {}
    found: dict[int, dict[str, Any]] = {}
    for pk, industry, title, data, version in rows.order_by("number").values_list(
        "pk", "industry_id", "project_title", "data", "version_id"
    ):
        if version not in prose:
            prose[version] = _fields(CallVersion.objects.get(pk=version).content)
        found[pk] = _project(industry, title, data, prose[version])
    return [found[application.pk] for application in desk.applications]


def _fields(content: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Keys of the long texts and of the scenarios in a form."""
    fields = [each for section in content.get("form", {}).get("sections", ()) for each in section.get("fields", ())]
    keys = {kind: {each["key"] for each in fields if each.get("type") == kind} for kind in ("textarea", "scenarios")}
    return keys["textarea"], keys["scenarios"]


def _project(industry: str | None, title: str, data: dict[str, Any], fields: tuple[set[str], set[str]]) -> dict[str, Any]:
    texts, listed = fields
    described = [value for key in sorted(listed) if isinstance(value := data.get(key), dict)]
    words = [title, *(str(data[key]) for key in sorted(texts) if data.get(key)), *(str(v) for each in described for v in each.values())]
    scenarios = sorted({code for each in described for code in each})
    return {"industry": industry or "", "scenarios": scenarios, "text": "\n".join(words)}


def _scenario_names(call: Call) -> dict[str, str]:
    """Both names of each scenario with its code, in lower case."""
    content = call.current.content if call.current else {}
    rows = content.get("codes", {}).get("scenarios", ())
    return {row[name].casefold(): row["code"] for row in rows for name in ("zh", "en") if row.get(name)}


def _person(expert: ExpertProfile, scenarios: dict[str, str]) -> dict[str, Any]:
    """An expert knows a scenario if a keyword is its name, or the name contains it or is contained in it."""
    words = [*expert.keywords_zh, *expert.keywords_en]
    known = {code for name, code in scenarios.items() for word in words if len(word) > 1 and _meet(name, word.casefold())}
    return {
        "disciplines": [str(code) for code in expert.disciplines],
        "scenarios": sorted(known),
        "text": "\n".join([*words, expert.biography]),
        "house": f"#{expert.employer_id}" if expert.employer_id else expert.employer_name.strip().casefold(),
    }


def _meet(name: str, word: str) -> bool:
    return word in name or name in word


def _orders(desk: Desk) -> tuple[dict[str, list[tuple[int, int]]], list[list[Any]]]:
    """Places of the pairs that are locked or forbidden (a pair that has a seat is done with), and all orders there are."""
    row = {application.pk: place for place, application in enumerate(desk.applications)}
    column = {expert.pk: place for place, expert in enumerate(desk.experts)}
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in SeatOrderKind.values}
    given = []
    orders = SeatOrder.objects.filter(application__call=desk.call).order_by("id")
    for pk, application, expert, kind in orders.values_list("id", "application_id", "expert_id", "kind"):
        given.append([pk, kind])
        if application in row and expert in column and expert not in {each for each, _state in desk.held.get(application, ())}:
            found[kind].append((row[application], column[expert]))
    return {kind: sorted(pairs) for kind, pairs in found.items()}, given


# --- digest ---------------------------------------------------------------------------------
def digest_of(facts: Facts) -> str:
    """The same facts give the same digest, and no other do."""
    sum_ = hashlib.sha256()
    for part in _parts(facts):
        sum_.update(json.dumps(part, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())
        sum_.update(b"\n")
    for array in (facts.screening.starts, facts.screening.persons, facts.screening.codes):
        sum_.update(array.tobytes())
    return sum_.hexdigest()


def _parts(facts: Facts) -> Iterator[Any]:
    desk = facts.desk
    yield [desk.parameters.as_json(), facts.panel, facts.orders, list(facts.screening.rules), sorted(facts.sections.items())]
    for application, wanted, project in zip(desk.applications, desk.wanted, facts.projects, strict=True):
        held = sorted((expert, state in LIVE) for expert, state in desk.held.get(application.pk, ()))
        yield [application.number, wanted, held, project]
    for expert, room, person in zip(desk.experts, desk.room, facts.people, strict=True):
        yield [expert.number, room, person]
