"""Which applications come to a panel discussion. Part of the room's services; the scoring service asks after each finished review."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record, record_many, transition
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.review.enums import DiscussionOrigin, DiscussionState
from pilotage.review.models import Discussion
from pilotage.review.panel import rules
from pilotage.review.panel.options import discussion_options

LONGEST_REASON = 500


def far_apart(call: Call) -> QuerySet[Application]:
    """Applications whose reviews are all finished and spread more than the call allows, without a discussion so far."""
    limit = discussion_options(call).spread_over
    if limit is None:
        return Application.objects.none()
    rows = Application.objects.filter(call=call, state=ApplicationState.UNDER_REVIEW, discussion__isnull=True)
    finished = F("review_summary__seat_count")
    return rows.filter(review_summary__spread__gt=limit, review_summary__finished_count=finished).order_by("pk")


def bring_far_apart(call: Call, applications: Collection[int]) -> list[Discussion]:
    """By the rule the call publishes, so nobody decides it. Must run in the transaction that finished a review."""
    return _create(None, call, list(far_apart(call).filter(pk__in=applications).select_related("review_summary")))


def call_far_apart(*, actor: Any, call: Call) -> list[Discussion]:
    """Every application the rule names, for reviews that were finished before the call had the rule. Raises Refused."""
    rules.can_call(actor, call).require()
    with transaction.atomic():
        return _create(actor, call, list(far_apart(call).select_related("review_summary")))


def call_to_panel(*, actor: Any, application: Application, reason: str) -> Discussion:
    """Put one application on the list. Raises Refused, Invalid (no reason, nothing to discuss) or Conflict (it stands there)."""
    call = application.call
    rules.can_call(actor, call).require()
    if not reason.strip():
        raise Invalid({"reason": _("Give the reason: it is kept in the record.")})
    with transaction.atomic():
        row = Application.objects.select_for_update(of=("self",)).select_related("review_summary").get(pk=application.pk)
        if row.state != ApplicationState.UNDER_REVIEW or _finished(row) == 0:
            raise Invalid({"application": _("Nothing to discuss yet: no review of this application is finished.")})
        known = Discussion.objects.filter(application=row).first()
        if known is None:
            return _create(actor, call, [row], reason.strip()[:LONGEST_REASON])[0]
        if known.state != DiscussionState.DROPPED:
            raise Conflict(_("This application stands on the list of discussions already."))
        known.call = call
        transition(known, "call_again", actor=actor, reason=reason, changes={"reason": reason.strip()[:LONGEST_REASON]})
        return known


def _finished(application: Application) -> int:
    summary = getattr(application, "review_summary", None)
    return summary.finished_count if summary else 0


def _create(actor: Any, call: Call, applications: Sequence[Application], reason: str = "") -> list[Discussion]:
    origin, now = DiscussionOrigin.SECRETARIAT if reason else DiscussionOrigin.SPREAD, clock.now()
    rows = [
        Discussion(
            application=application,
            call=call,
            origin=origin,
            reason=reason,
            mean_before=application.review_summary.mean,
            spread_before=application.review_summary.spread,
            created_at=now,
        )
        for application in applications
    ]
    for row in rows:
        row.save(force_insert=True)
    record_many([Entry(row, "discussion.call", reason) for row in rows], actor=actor)
    return rows


def drop(*, actor: Any, discussion: Discussion, reason: str) -> Discussion:
    transition(discussion, "drop", actor=actor, reason=reason)
    return discussion


def set_deadline(*, actor: Any, discussions: Sequence[Discussion], closes_at: Any) -> None:
    """Until when the panels talk; the chair can close after it too. Raises Refused or Invalid."""
    if closes_at is not None and closes_at <= clock.now():
        raise Invalid({"closes_at": _("Give a time that lies ahead.")})
    with transaction.atomic():
        for row in discussions:
            rules.can_manage_discussion(actor, row).require()
            before, row.closes_at = row.closes_at, closes_at
            row.save(update_fields=["closes_at"])
            extra = {"closes_at": [before and before.isoformat(), closes_at and closes_at.isoformat()]}
            record(row, "discussion.deadline", actor=actor, extra=extra)
