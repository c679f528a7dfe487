"""What else is public of an entry: its certificate, its cases, who applied together with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from pilotage.calls.enums import PartnerState
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Partner
from pilotage.directory.models import Entry
from pilotage.publications.cases.rules import published_cases
from pilotage.publications.cases.selectors import first_sentence, public_contents, with_relations
from pilotage.publications.certificates import selectors as certificates

MOST_CASES = 10


@dataclass(frozen=True, slots=True)
class CaseLine:
    url: str
    title: str
    summary: str


def of(entry: Entry) -> dict[str, Any]:
    """Six queries at most, three for an entry that came of no application; none for one recorded from elsewhere."""
    if not entry.edition.is_complete:
        return {"certificate": None, "cases": [], "partners": []}
    return {"certificate": certificates.current(entry), "cases": _cases(entry), "partners": _partners(entry)}


def _cases(entry: Entry) -> list[CaseLine]:
    """Begun before the listing a case knows the application only."""
    wanted = Q(entry=entry) | (Q(application=entry.application_id) if entry.application_id else Q(pk__in=()))
    found = list(with_relations(published_cases().filter(wanted)).order_by("-published_at", "-id")[:MOST_CASES])
    shown = public_contents(found) if found else []
    return [
        CaseLine(reverse("cases:detail", args=[each.case.number]), each.title(), first_sentence(each.text("summary"), 120))
        for each in shown
    ]


def _partners(entry: Entry) -> list[tuple[str, str]]:
    """Name and role of each member whose consent to the application stands; nothing of what it answered."""
    if not entry.application_id:
        return []
    rows = Partner.objects.filter(application=entry.application_id, state=PartnerState.CONSENTED)
    members = list(rows.select_related("enterprise", "application__version").order_by("id"))
    wish = joint.partner_wish(members[0].application.version) if members else None
    return [(row.enterprise.name, wish.role(row.role) if wish and row.role else "") for row in members]
