"""Recent acts of an office, read from the audit chain, and what undoes each.

An act is one or many events of one instant, verb, person and reason. It can be undone while it is the last thing that happened
to each of its applications, the stage is open, and the level above has not worked on them; else the sentence says why not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.accounts.models import Membership
from pilotage.accounts.rules import memberships_as
from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.calls import rules, services
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call, Recommender
from pilotage.core import clock
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict
from pilotage.web.calls.desks import DECIDING

S = ApplicationState
_OF_LIST = ("shortlist", "unshortlist", "move_rank", "return", "decline", "undecline", "reconsider")
_OF_CHECK = ("pass_up", "unpass", "check", "uncheck", "return", "decline", "undecline")
# verb -> the state it leaves behind, and the verb whose rule is asked before it is undone
_UNDONE_BY: dict[str, tuple[str, str]] = {
    "shortlist": (S.SHORTLISTED, "unshortlist"),
    "unshortlist": (S.CHECKED, "shortlist"),
    "move_rank": (S.SHORTLISTED, "unshortlist"),
    "reconsider": (S.CHECKED, "decline"),
    "pass_up": (S.DISTRICT_CHECKED, "unpass"),
    "check": (S.CHECKED, "uncheck"),
    "decline": (S.NOT_RECOMMENDED, "undecline"),
}
_ROW = (
    "id", "state", "kind", "rank", "call_id", "recommender", "province_id", "prefecture_id", "county_id", *DECIDING,
    "enterprise__name_zh", "enterprise__name_en", "enterprise__short_zh",
)  # fmt: skip
SINCE = timedelta(days=14)
READ, SHOWN = 400, 6


@dataclass(frozen=True, slots=True)
class Act:
    """One act, on one or many applications. ``event`` is the number of its first audit event."""

    event: int
    at: datetime
    verb: str
    who: str
    reason: str
    sentence: str
    can_undo: bool
    why_not: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class _Office:
    """Whose acts, and on which applications."""

    actor: Any
    members: Sequence[Membership]
    verbs: Sequence[str]
    rows: QuerySet[Application]
    call: Call

    def events(self) -> QuerySet[AuditEvent]:
        colleagues = Membership.objects.filter(organisation__in=[m.organisation_id for m in self.members]).order_by().values("user_id")
        verbs = [f"application.{verb}" for verb in self.verbs]
        return AuditEvent.objects.filter(
            verb__in=verbs, actor_id__in=colleagues, at__gte=clock.now() - SINCE, object_type="calls.application"
        ).order_by("-number")

    def known(self, keys: set[int]) -> dict[str, Application]:
        found = self.rows.filter(pk__in=keys).select_related("enterprise", "recommender").only(*_ROW).order_by("id")
        rows = {str(row.pk): row for row in found}
        for row in rows.values():
            row.call = self.call  # stages included, so that the rules cost nothing
        return rows


def recent(actor: Any, members: Sequence[Membership], call: Call, recommender: Recommender) -> list[Act]:
    """The last acts of the officers of these organisations on this list. Four queries."""
    return _acts(_Office(actor, members, _OF_LIST, Application.objects.filter(call=call, recommender=recommender), call))


def of_checking(actor: Any, roles: Sequence[str], call: Call) -> list[Act]:
    """The last acts of the reader's own office at the check. Three queries."""
    rows = rules.visible_applications(actor).filter(call=call)
    return _acts(_Office(actor, memberships_as(actor, *roles), _OF_CHECK, rows, call))


def _acts(office: _Office) -> list[Act]:
    events = list(office.events()[:READ])
    rows = office.known({int(event.object_id) for event in events}) if events else {}
    groups: dict[tuple[Any, ...], list[AuditEvent]] = {}
    latest: dict[str, int] = {}
    for event in events:
        latest.setdefault(event.object_id, event.number)
        if event.object_id in rows:
            groups.setdefault((event.at, event.verb, event.actor_id, event.reason), []).append(event)
    shown = list(groups.values())[:SHOWN]
    moves = _moves(shown)
    return [_act(office, group, rows, moves, latest) for group in shown]


def _moves(groups: list[list[AuditEvent]]) -> dict[str, dict[str, int]]:
    """Snapshot digest -> from and to, for moved ranks."""
    digests = [event.snapshot_digest for group in groups for event in group if event.verb == "application.move_rank"]
    if not digests:
        return {}
    return {s.digest: json.loads(s.body).get("_extra", {}) for s in AuditSnapshot.objects.filter(digest__in=digests).order_by("digest")}


def _act(
    office: _Office, group: list[AuditEvent], rows: dict[str, Application], moves: dict[str, dict[str, int]], latest: dict[str, int]
) -> Act:
    first = group[-1]
    verb = first.verb.removeprefix("application.")
    why_not = _why_not(office.actor, verb, [rows[event.object_id] for event in group]) if verb in _UNDONE_BY else ""
    is_last = all(latest[event.object_id] == event.number for event in group) or verb == "move_rank"
    return Act(
        first.number,
        first.at,
        first.verb,
        first.actor_label,
        first.reason,
        _sentence(first, verb, group, rows, moves),
        can_undo=verb in _UNDONE_BY and is_last and not why_not,
        why_not=why_not if is_last else "",
        is_own=first.actor_id == office.actor.pk,
    )


def _why_not(actor: Any, verb: str, rows: Sequence[Application]) -> str:
    state, opposite = _UNDONE_BY[verb]
    moved = sum(row.state != state for row in rows)
    if moved and moved == len(rows):
        return _("No longer to be undone: it has moved on since.")
    if moved:
        sentence = ngettext(
            "%(count)s of them has moved on since: take the others back one by one, on their own pages.",
            "%(count)s of them have moved on since: take the others back one by one, on their own pages.",
            moved,
        )
        return sentence % {"count": moved}
    refused = next((verdict for row in rows if not (verdict := may(actor, row, opposite))), None)
    return "" if refused is None else str(refused.reason)


def _sentence(first: AuditEvent, verb: str, group: list[AuditEvent], rows: dict[str, Application], moves: dict[str, dict[str, int]]) -> str:
    name = rows[first.object_id].enterprise.short
    if verb == "move_rank":
        move = moves.get(first.snapshot_digest, {})
        return _("%(name)s moved from rank %(before)s to rank %(after)s") % {
            "name": name,
            "before": move.get("from"),
            "after": move.get("to"),
        }
    values = {"name": name, "count": len(group)}
    if len(group) == 1:
        return _ONE[verb]() % values
    return _MANY[verb](len(group)) % values


_ONE: dict[str, Callable[[], str]] = {
    "shortlist": lambda: _("%(name)s put on the list"),
    "unshortlist": lambda: _("%(name)s taken off the list"),
    "return": lambda: _("%(name)s returned for correction"),
    "decline": lambda: _("%(name)s not recommended"),
    "undecline": lambda: _("%(name)s: decision not to recommend taken back"),
    "reconsider": lambda: _("%(name)s taken up again"),
    "pass_up": lambda: _("%(name)s passed up to the city"),
    "unpass": lambda: _("%(name)s taken back from the city"),
    "check": lambda: _("%(name)s checked"),
    "uncheck": lambda: _("%(name)s: check taken back"),
}
_MANY: dict[str, Callable[[int], str]] = {
    "shortlist": lambda n: ngettext("%(count)s put on the list together", "%(count)s put on the list together", n),
    "unshortlist": lambda n: ngettext("%(count)s taken off the list together", "%(count)s taken off the list together", n),
    "return": lambda n: ngettext("%(count)s returned for correction together", "%(count)s returned for correction together", n),
    "decline": lambda n: ngettext("%(count)s not recommended together", "%(count)s not recommended together", n),
    "undecline": lambda n: ngettext(
        "%(count)s decisions not to recommend taken back together", "%(count)s decisions not to recommend taken back together", n
    ),
    "reconsider": lambda n: ngettext("%(count)s taken up again together", "%(count)s taken up again together", n),
    "pass_up": lambda n: ngettext("%(count)s passed up to the city together", "%(count)s passed up to the city together", n),
    "unpass": lambda n: ngettext("%(count)s taken back from the city together", "%(count)s taken back from the city together", n),
    "check": lambda n: ngettext("%(count)s checked together", "%(count)s checked together", n),
    "uncheck": lambda n: ngettext("%(count)s checks taken back together", "%(count)s checks taken back together", n),
}


# --- undoing --------------------------------------------------------------------------------
def undo(actor: Any, members: Sequence[Membership], call: Call, recommender: Recommender, number: int, reason: str) -> Act:
    """Say the opposite act on the same applications, with its own reason; both stay in the record."""
    return _undo(_Office(actor, members, _OF_LIST, Application.objects.filter(call=call, recommender=recommender), call), number, reason)


def undo_checking(actor: Any, roles: Sequence[str], call: Call | None, number: int, reason: str) -> Act:
    if call is None:
        raise Conflict(_gone())
    rows = rules.visible_applications(actor).filter(call=call)
    return _undo(_Office(actor, memberships_as(actor, *roles), _OF_CHECK, rows, call), number, reason)


def _undo(office: _Office, number: int, reason: str) -> Act:
    act = next((act for act in _acts(office) if act.event == number), None)
    if act is None or not act.can_undo:
        raise Conflict(act.why_not if act and act.why_not else _gone())
    first = AuditEvent.objects.get(number=number)
    same = Q(at=first.at, verb=first.verb, actor_id=first.actor_id, object_type=first.object_type, reason=first.reason)
    ids = list(AuditEvent.objects.filter(same).order_by("number").values_list("object_id", flat=True))
    rows = list(office.rows.filter(pk__in=ids).order_by("id"))
    why = reason or _("Undoes: %(act)s") % {"act": act.sentence}
    _UNDO[first.verb.removeprefix("application.")](office.actor, rows, why, first)
    return act


def _gone() -> str:
    return _("This act can no longer be undone: the applications have moved on. Reload the page to see what has happened.")


def _take_back(actor: Any, rows: list[Application], why: str, _first: AuditEvent) -> None:
    services.take_back(actor=actor, applications=rows, reason=why)


def _move_back(actor: Any, rows: list[Application], why: str, first: AuditEvent) -> None:
    snapshot = AuditSnapshot.objects.get(digest=first.snapshot_digest)
    back = json.loads(snapshot.body)["_extra"]["from"]
    services.move_rank(actor=actor, application=rows[0], to_rank=back, reason=why)


def _decline_again(actor: Any, rows: list[Application], why: str, _first: AuditEvent) -> None:
    services.check_many(actor=actor, applications=rows, result="decline", opinion=why)


_UNDO: dict[str, Callable[[Any, list[Application], str, AuditEvent], Any]] = {
    "shortlist": lambda actor, rows, why, _first: services.unshortlist_many(actor=actor, applications=rows, reason=why),
    "unshortlist": lambda actor, rows, _why, _first: services.shortlist_many(actor=actor, applications=rows),
    "move_rank": _move_back,
    "reconsider": _decline_again,
    "pass_up": _take_back,
    "check": _take_back,
    "decline": _take_back,
}
