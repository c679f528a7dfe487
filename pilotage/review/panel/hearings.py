"""Writes of defence and site visit. Part of the room's services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record_many
from pilotage.calls.deadlines import stage_open
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application, Call, Stage
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.review import rules
from pilotage.review.enums import HearingResult
from pilotage.review.models import Hearing, ReviewSummary
from pilotage.review.panel.gates import scored_stages, scores_by_stage, weight_of
from pilotage.review.panel.shares import SittingShares


def record_hearings(
    *, actor: Any, call: Call, stage: Stage, applications: Sequence[Application], result: str, held_on: date | None, note: str = ""
) -> list[Hearing]:
    """The same result for many, all or none. Raises Refused (who, when), Invalid (what is missing) or Conflict (no longer under review)."""
    rules.can_manage(actor, call).require()
    if stage.opens_at and clock.now() < stage.opens_at:
        stage_open(call, stage.kind).require()
    errors = {}
    if result not in HearingResult.values:
        errors["result"] = _("Choose one of the results listed.")
    if held_on is None or held_on > clock.today():
        errors["held_on"] = _("Give the day on which it was held, today at the latest.")
    if result == HearingResult.FAILED and not note.strip():
        errors["note"] = _("Say why it was not passed: the applicant reads it with the outcome.")
    if not applications:
        errors["applications"] = _("Select at least one application.")
    if errors or held_on is None:
        raise Invalid(errors)
    with transaction.atomic():
        keys = [application.pk for application in applications]
        rows = list(
            Application.objects.select_for_update(of=("self",))
            .filter(pk__in=keys, call=call, state=ApplicationState.UNDER_REVIEW)
            .order_by("pk")
        )
        if len(rows) != len(set(keys)):
            raise Conflict(_("Some of the applications are no longer under review. Reload the page."))
        now = clock.now()
        held = Hearing.objects.bulk_create(
            Hearing(application=row, stage_key=stage.key, result=result, note=note.strip(), held_on=held_on, made_by=actor, made_at=now)
            for row in rows
        )
        extra = {"stage": stage.key, "result": result, "held_on": str(held_on)}
        record_many([Entry(row, "application.hearing", note.strip(), extra) for row in rows], actor=actor)
    return held


# --- scores of the stages, as the selection reads them ---------------------------------------
def combined(call: Call) -> dict[int, Decimal]:
    """Application -> the final score by raw means: the reviews with what the sittings leave of 100, each sitting with its weight.

    An application without a score in one of them has none. Without a weighted sitting it is the mean of the reviews. Two queries.
    """
    rows = ReviewSummary.objects.filter(call=call, mean__isnull=False).order_by("id")
    reviews = dict(rows.values_list("application_id", "mean"))
    weights = {stage.key: weight_of(stage) for stage in scored_stages(call) if weight_of(stage)}
    sat = scores_by_stage(call)
    shares = SittingShares(weights, {pk: {key: sat[key][pk] for key in weights if pk in sat[key]} for pk in reviews})
    final = {pk: shares.joined(pk, mean) for pk, mean in reviews.items()}
    return {pk: score for pk, score in final.items() if score is not None}
