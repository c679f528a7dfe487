"""A recommender's list: put on, take off, rank, co-sign, send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import Role
from pilotage.audit.services import Entry, record, record_many, transition_many
from pilotage.calls import rules
from pilotage.calls.enums import ApplicationState, CosignDecision
from pilotage.calls.models import Application, Call, Cosignature, RecommendationList, Recommender
from pilotage.calls.papers.summary_paper import digest_of, rows_to_keep
from pilotage.calls.selectors import last_rank, quota_status, quota_verdict, send_list_verdict, share_relations
from pilotage.calls.services.common import (
    carry_back,
    close_gaps,
    lock_list,
    locked_many,
    organisation_of,
    same_state,
    write_ranks,
)
from pilotage.core import clock
from pilotage.core.transitions import may
from pilotage.core.verdict import Conflict, Invalid


def shortlist_many(*, actor: Any, applications: Sequence[Application]) -> list[Application]:
    """Put applications on the list, ranked after those there, in the order given. Refused beyond the quota."""
    given = list(applications)
    with transaction.atomic():
        rows, call, recommender = _one_list(given)
        lock_list(recommender)
        for row in rows:
            may(actor, row, "shortlist").require()
        quota_verdict(quota_status(call, recommender), len(rows)).require()
        first = last_rank(call, recommender) + 1
        for position, row in enumerate(rows, start=first):
            row.rank = position
        now = clock.now()
        transition_many(rows, "shortlist", actor=actor, changes=lambda _row: {"cosign": "", "updated_at": now, "decided_from": ""})
        write_ranks(rows)
    carry_back(given, rows)
    return given


def unshortlist_many(*, actor: Any, applications: Sequence[Application], reason: str) -> list[Application]:
    """Take applications off the list; those behind move up. The co-signature lapses."""
    given = list(applications)
    with transaction.atomic():
        rows, call, recommender = _one_list(given)
        lock_list(recommender)
        off = {"rank": None, "cosign": "", "updated_at": clock.now(), "decided_from": ""}
        transition_many(rows, "unshortlist", actor=actor, reason=reason, changes=lambda _row: off)
        close_gaps(call, recommender)
    carry_back(given, rows)
    return given


def move_rank(*, actor: Any, application: Application, to_rank: int, reason: str = "") -> Application:
    """Give a shortlisted application another rank; those between move by one. A rank beyond the list means its end."""
    with transaction.atomic():
        [row], call, recommender = _one_list([application])
        lock_list(recommender)
        rules.may_recommend(actor, row).require()
        if row.state != ApplicationState.SHORTLISTED:
            raise Conflict(_("Only a shortlisted application can be ranked. Reload the page to see what has happened."))
        listed = list(
            Application.objects.filter(call=call, recommender=recommender, state=ApplicationState.SHORTLISTED).order_by("rank", "pk")
        )
        first = last_rank(call, recommender, sent_only=True) + 1
        before = row.rank
        mine = next(each for each in listed if each.pk == row.pk)
        listed.remove(mine)
        listed.insert(min(max(to_rank - first, 0), len(listed)), mine)
        _renumber(listed, first)
        row.rank = mine.rank
        record(row, "application.move_rank", actor=actor, reason=reason, extra={"from": before, "to": row.rank})
    carry_back([application], [row])
    return application


def _renumber(listed: Sequence[Application], first: int) -> None:
    moved = []
    for position, each in enumerate(listed, start=first):
        if each.rank != position:
            each.rank = position
            moved.append(each)
    if moved:
        write_ranks(moved)


def cosign_many(*, actor: Any, applications: Sequence[Application], decision: str, opinion: str = "") -> list[Application]:
    """The communications administration signs or refuses; a later decision replaces the earlier, both stay on record."""
    if decision not in CosignDecision.values:
        raise Invalid({"decision": _("Choose one of the results listed.")})
    if decision == CosignDecision.REFUSED and not opinion.strip():
        raise Invalid({"opinion": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    given = list(applications)
    with transaction.atomic():
        rows = locked_many(given)
        same_state(given, rows)
        for row in rows:
            rules.may_cosign(actor, row).require()
        now = clock.now()
        signed = Application.objects.filter(pk__in=[row.pk for row in rows], state=ApplicationState.SHORTLISTED)
        if signed.update(cosign=decision, updated_at=now) != len(rows):
            raise Conflict(_("Somebody else decided this first. Nothing was changed; reload the page to see what has happened."))
        for row in rows:
            row.cosign, row.updated_at = decision, now
        organisation = organisation_of(actor, Role.COMMUNICATIONS_OFFICER)
        Cosignature.objects.bulk_create(
            [
                Cosignature(application=row, organisation=organisation, decision=decision, opinion=opinion, made_by=actor, made_at=now)
                for row in rows
            ]
        )
        record_many([Entry(row, "application.cosign", opinion) for row in rows], actor=actor)
    carry_back(given, rows)
    return given


def send_list(*, actor: Any, call: Call, recommender: Recommender, opinion: str = "") -> RecommendationList:
    """Recommend everything shortlisted, in its order. Refused with everything that is missing."""
    with transaction.atomic():
        lock_list(recommender)
        send_list_verdict(actor, call, recommender).require()
        waiting = Application.objects.select_for_update(of=("self",)).filter(
            call=call, recommender=recommender, state=ApplicationState.SHORTLISTED
        )
        rows = list(waiting.order_by("rank", "pk"))
        share_relations(rows)
        now = clock.now()
        transition_many(rows, "recommend", actor=actor, reason=opinion, changes=lambda _row: {"updated_at": now})
        number = RecommendationList.objects.filter(call=call, recommender=recommender).count() + 1
        table = rows_to_keep(call, recommender, [row.pk for row in rows])
        sent = RecommendationList.objects.create(
            call=call,
            recommender=recommender,
            number=number,
            rows=table,
            digest=digest_of(call, recommender, number, table),
            ranking=[{"rank": row.rank, "number": row.number, "id": row.pk} for row in rows],
            opinion=opinion,
            sent_by=actor,
            sent_at=now,
        )
        record(sent, "recommendation_list.send", actor=actor, reason=opinion)
    return sent


def _one_list(applications: Sequence[Application]) -> tuple[list[Application], Call, Recommender]:
    rows = locked_many(applications)
    same_state(applications, rows)
    if not rows:
        raise Invalid(_("Select at least one application."))
    if len({(row.call_id, row.recommender_id) for row in rows}) != 1:
        raise Invalid(_("The applications selected belong to different lists."))
    if rows[0].recommender is None:
        raise Invalid(_("No recommender is known for the enterprise's place; the secretariat must set one."))
    return rows, rows[0].call, rows[0].recommender
