"""Which letters follow from listing projects: steps to the enterprise, a passed limit and new papers to who is responsible.

Joins the tellers of ``news``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import override

from pilotage.accounts.models import User
from pilotage.audit.models import AuditEvent
from pilotage.core.wording import day_words
from pilotage.finance.pipeline.enums import Stage
from pilotage.finance.pipeline.models import ListingProject, StageStep
from pilotage.finance.pipeline.step_enums import Cause
from pilotage.finance.pipeline.transitions import PROJECT
from pilotage.messages.enums import APPLICANTS
from pilotage.messages.news import SOURCES, TELLERS, Letter, Reading, snapshot
from pilotage.messages.people import in_force

PREFIX = "finance.listing."
# the enterprise has answered itself; a tier is told by the round that is final
SILENT = ("answer", "enter_tier", "take_back")


def _projects(keys: Iterable[str]) -> list[ListingProject]:
    """With the people of the enterprise and who is responsible for the last step. Three queries."""
    rows = list(ListingProject.objects.filter(pk__in=keys).select_related("enterprise", "owner").order_by("pk"))
    people: dict[int, dict[int, User]] = defaultdict(dict)
    for membership in in_force().filter(role__in=APPLICANTS, organisation__enterprise__in={row.enterprise_id for row in rows}):
        people[membership.organisation.enterprise_id or 0][membership.user_id] = membership.user
    steps = StageStep.objects.filter(project__in=rows, owner__isnull=False, taken_back_by__isnull=True).order_by("id")
    owners = dict(steps.values_list("project_id", "owner_id"))
    for row in rows:
        row.__dict__["readers"] = list(people[row.enterprise_id].values())
        row.__dict__["responsible"] = {owners.get(row.pk), row.owner_id}
    return rows


def _about(row: ListingProject) -> dict[str, Any]:
    return {"number": row.number, "enterprise": {"zh": row.enterprise.name_zh, "en": row.enterprise.name_en}}


def _office(row: ListingProject, reading: Reading) -> list[User]:
    """Who is responsible and still of the secretariat, else all of it."""
    office = reading.people.all_secretariat()
    return [user for user in office if user.pk in row.__dict__["responsible"]] or office


def _stepped(event: AuditEvent, row: ListingProject, _reading: Reading) -> Iterator[Letter]:
    then = snapshot(event)
    # events from before steps told their day
    on = then.get("_extra", {}).get("on") or then["stage_on"]
    params = {**_about(row), "stage": _word(Stage, then["state"]), "day": _day(on), "reason": event.reason}
    text = "listing_project.taken_back" if event.verb.endswith("take_back") else "listing_project.step"
    for user in row.__dict__["readers"]:
        yield Letter(user, text, params, f"event:{event.number}", event.at, None, reverse("pipeline:project", args=[row.number]))


def _overdue(event: AuditEvent, row: ListingProject, reading: Reading) -> Iterator[Letter]:
    then = snapshot(event)
    params = {**_about(row), "until": _day(then["suspended_until"]), "cause": _word(Cause, then["suspension_cause"])}
    for user in _office(row, reading):
        page = reverse("pipeline:project", args=[row.number])
        yield Letter(user, "listing_project.overdue", params, f"event:{event.number}", event.at, None, page)


def _document(event: AuditEvent, row: ListingProject, reading: Reading) -> Iterator[Letter]:
    """Of what the enterprise itself adds."""
    if not any(user.pk == event.actor_id for user in row.__dict__["readers"]):
        return
    params = {**_about(row), "title": snapshot(event)["_extra"]["title"]}
    page = reverse("pipeline:project", args=[row.number])
    for user in _office(row, reading):
        yield Letter(user, "listing_project.document", params, f"event:{event.number}", event.at, None, page)


def _word(values: Any, value: str) -> dict[str, str]:
    found = {}
    for name, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            found[name] = str(values(value).label)
    return found


def _day(text: str) -> dict[str, str]:
    day = date.fromisoformat(text)
    return {"zh": day_words(day, english=False), "en": day_words(day, english=True)}


SOURCES["finance.listingproject"] = _projects
TELLERS.update({f"{PREFIX}{verb}": _stepped for verb in PROJECT.by_verb if verb not in SILENT})
TELLERS[f"{PREFIX}take_back"] = _stepped
TELLERS[f"{PREFIX}overdue"] = _overdue
TELLERS[f"{PREFIX}add_document"] = _document
