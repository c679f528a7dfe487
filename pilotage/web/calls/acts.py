"""Recent acts on a recommender's list, read from the audit chain, and what undoes each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.accounts.models import Membership
from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.calls import services
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call, Recommender
from pilotage.core import clock
from pilotage.core.verdict import Conflict

_VERBS = (
    "application.shortlist",
    "application.unshortlist",
    "application.move_rank",
    "application.return",
    "application.decline",
    "application.reconsider",
)
_BEFORE_UNDO = {
    "application.shortlist": ApplicationState.SHORTLISTED,
    "application.unshortlist": ApplicationState.CHECKED,
    "application.move_rank": ApplicationState.SHORTLISTED,
    "application.decline": ApplicationState.NOT_RECOMMENDED,
}
SINCE = timedelta(days=14)
READ, SHOWN = 200, 6


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


def recent(members: Sequence[Membership], call: Call, recommender: Recommender) -> list[Act]:
    """The last acts of the officers of these organisations on this list. Four queries."""
    colleagues = Membership.objects.filter(organisation__in=[m.organisation_id for m in members]).order_by().values("user_id")
    events = list(
        AuditEvent.objects.filter(
            verb__in=_VERBS, actor_id__in=colleagues, at__gte=clock.now() - SINCE, object_type="calls.application"
        ).order_by("-number")[:READ]
    )
    rows = {
        str(row.pk): row
        for row in Application.objects.filter(pk__in={int(event.object_id) for event in events}, call=call, recommender=recommender)
        .select_related("enterprise")
        .only("id", "state", "rank", "enterprise__name_zh", "enterprise__name_en", "enterprise__short_zh")
        .order_by("id")
    }
    groups: dict[tuple[Any, ...], list[AuditEvent]] = {}
    for event in events:
        if event.object_id in rows:
            groups.setdefault((event.at, event.verb, event.actor_id, event.reason), []).append(event)
    shown = list(groups.values())[:SHOWN]
    moves = _moves(shown)
    return [_act(group, rows, moves) for group in shown]


def _moves(groups: list[list[AuditEvent]]) -> dict[str, dict[str, int]]:
    """Snapshot digest -> from and to, for moved ranks."""
    digests = [event.snapshot_digest for group in groups for event in group if event.verb == "application.move_rank"]
    return {s.digest: json.loads(s.body).get("_extra", {}) for s in AuditSnapshot.objects.filter(digest__in=digests).order_by("digest")}


def _act(group: list[AuditEvent], rows: dict[str, Application], moves: dict[str, dict[str, int]]) -> Act:
    first = group[-1]
    before = _BEFORE_UNDO.get(first.verb)
    return Act(
        first.number,
        first.at,
        first.verb,
        first.actor_label,
        first.reason,
        _sentence(first, group, rows, moves),
        before is not None and all(rows[event.object_id].state == before for event in group),
    )


def _sentence(first: AuditEvent, group: list[AuditEvent], rows: dict[str, Application], moves: dict[str, dict[str, int]]) -> str:
    name = rows[first.object_id].enterprise.short
    if first.verb == "application.move_rank":
        move = moves.get(first.snapshot_digest, {})
        return _("%(name)s moved from rank %(before)s to rank %(after)s") % {
            "name": name,
            "before": move.get("from"),
            "after": move.get("to"),
        }
    values = {"name": name, "count": len(group)}
    if len(group) == 1:
        return _ONE[first.verb]() % values
    return _MANY[first.verb](len(group)) % values


_ONE = {
    "application.shortlist": lambda: _("%(name)s put on the list"),
    "application.unshortlist": lambda: _("%(name)s taken off the list"),
    "application.return": lambda: _("%(name)s returned for correction"),
    "application.decline": lambda: _("%(name)s not recommended"),
    "application.reconsider": lambda: _("%(name)s taken up again"),
}
_MANY = {
    "application.shortlist": lambda n: ngettext("%(count)s put on the list together", "%(count)s put on the list together", n),
    "application.unshortlist": lambda n: ngettext("%(count)s taken off the list together", "%(count)s taken off the list together", n),
    "application.return": lambda n: ngettext("%(count)s returned for correction together", "%(count)s returned for correction together", n),
    "application.decline": lambda n: ngettext("%(count)s not recommended together", "%(count)s not recommended together", n),
    "application.reconsider": lambda n: ngettext("%(count)s taken up again together", "%(count)s taken up again together", n),
}


def undo(actor: Any, members: Sequence[Membership], call: Call, recommender: Recommender, number: int, reason: str) -> Act:
    """Say the opposite act on the same applications, with its own reason; both stay in the record."""
    act = next((act for act in recent(members, call, recommender) if act.event == number), None)
    if act is None or not act.can_undo:
        raise Conflict(_("This act can no longer be undone: the applications have moved on. Reload the page to see what has happened."))
    first = AuditEvent.objects.get(number=number)
    group = AuditEvent.objects.filter(at=first.at, verb=first.verb, actor_id=first.actor_id, object_type=first.object_type).order_by(
        "number"
    )
    ids = list(group.values_list("object_id", flat=True))
    rows = list(Application.objects.filter(pk__in=ids, call=call, recommender=recommender).order_by("id"))
    why = reason or _("Undoes: %(act)s") % {"act": act.sentence}
    _UNDO[first.verb](actor, rows, why, first)
    return act


def _move_back(actor: Any, rows: list[Application], why: str, first: AuditEvent) -> None:
    snapshot = AuditSnapshot.objects.get(digest=first.snapshot_digest)
    back = json.loads(snapshot.body)["_extra"]["from"]
    services.move_rank(actor=actor, application=rows[0], to_rank=back, reason=why)


def _reconsider(actor: Any, rows: list[Application], why: str, _first: AuditEvent) -> None:
    for row in rows:
        services.reconsider(actor=actor, application=row, reason=why)


_UNDO = {
    "application.shortlist": lambda actor, rows, why, _first: services.unshortlist_many(actor=actor, applications=rows, reason=why),
    "application.unshortlist": lambda actor, rows, _why, _first: services.shortlist_many(actor=actor, applications=rows),
    "application.move_rank": _move_back,
    "application.decline": _reconsider,
}
