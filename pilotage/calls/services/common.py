"""What several services of the room need: fresh rows under lock, ranks, who speaks for which body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from pilotage.accounts.models import Organisation
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call, Recommender
from pilotage.calls.selectors import last_rank, share_relations
from pilotage.core.verdict import Conflict, Refused


def locked(application: Application) -> Application:
    """The row as it is now, held until the transaction ends."""
    return Application.objects.select_for_update(of=("self",)).select_related("call", "version", "enterprise").get(pk=application.pk)


def locked_many(applications: Sequence[Application]) -> list[Application]:
    """The rows as they are now, in the order given, each once, sharing call and recommender. Raises Conflict when one has gone."""
    keys = list(dict.fromkeys(application.pk for application in applications))
    rows = {row.pk: row for row in Application.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")}
    if len(rows) != len(keys):
        raise Conflict(_("Some of the applications are no longer there. Reload the page."))
    found = [rows[key] for key in keys]
    share_relations(found)
    return found


def same_state(given: Sequence[Application], fresh: Sequence[Application]) -> None:
    """Raise Conflict when a row has moved since the caller read it."""
    known = {application.pk: application.state for application in given}
    if any(row.state != known[row.pk] for row in fresh):
        raise Conflict(_("Somebody else decided this first. Nothing was changed; reload the page to see what has happened."))


def carry_back(given: Sequence[Application], fresh: Sequence[Application]) -> None:
    """Let the caller's objects show what was written."""
    by_key = {row.pk: row for row in fresh}
    for application in given:
        row = by_key[application.pk]
        for name in ("state", "rank", "cosign", "check_result", "returned_reason", "returned_from", "decided_from"):
            setattr(application, name, getattr(row, name))
        for name in ("submitted_at", "updated_at"):
            setattr(application, name, getattr(row, name))


def organisation_of(actor: Any, *roles: str) -> Organisation:
    """The body for which the actor speaks in one of these roles."""
    members = actor.memberships_as(*roles) or actor.active_memberships
    if not members:
        raise Refused(_("You act for no organisation."))
    return members[0].organisation


def lock_list(recommender: Recommender) -> None:
    """One at a time for everything that counts or ranks a recommender's list."""
    Recommender.objects.select_for_update().get(pk=recommender.pk)


def write_ranks(ranked: Sequence[Application]) -> None:
    """Store the ranks the objects hold. Two steps, so that no two rows share a rank on the way."""
    Application.objects.filter(pk__in=[row.pk for row in ranked]).update(rank=None)
    Application.objects.bulk_update(ranked, ["rank"])


def close_gaps(call: Call, recommender: Recommender) -> None:
    """Number the shortlist on from what has been sent, without holes."""
    first = last_rank(call, recommender, sent_only=True) + 1
    rows = list(
        Application.objects.filter(call=call, recommender=recommender, state=ApplicationState.SHORTLISTED)
        .order_by("rank", "pk")
        .only("pk", "rank")
    )
    moved = [row for position, row in enumerate(rows, start=first) if row.rank != position]
    positions = {row.pk: position for position, row in enumerate(rows, start=first)}
    for row in moved:
        row.rank = positions[row.pk]
    if moved:
        write_ranks(moved)
