"""Writes of defence and site visit. Part of the room's services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from pilotage.review import rules, scoring
from pilotage.review.enums import HearingResult
from pilotage.review.gates import scored_stages, scores_by_stage, weight_of
from pilotage.review.models import Hearing, ReviewSummary


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
def stage_scores(call: Call) -> dict[int, Decimal]:
    """Application -> what its sittings say together, by their published weights; only where none is missing. One query."""
    stages = [stage for stage in scored_stages(call) if weight_of(stage)]
    found = scores_by_stage(call)
    return _together([(weight_of(stage), found[stage.key]) for stage in stages])


def combined(call: Call) -> dict[int, Decimal]:
    """Application -> the final score: the mean of the reviews with what the sittings leave of 100, and each sitting with its weight.

    An application without a score in one of them has none. Without a weighted sitting it is the mean of the reviews. Two queries.
    """
    stages = [stage for stage in scored_stages(call) if weight_of(stage)]
    rows = ReviewSummary.objects.filter(call=call, mean__isnull=False).order_by("id")
    reviews = {application: mean for application, mean in rows.values_list("application_id", "mean") if mean is not None}
    found = scores_by_stage(call)
    rest = scoring.HUNDRED - sum((weight_of(stage) for stage in stages), Decimal(0))
    return _together([(rest, reviews), *((weight_of(stage), found[stage.key]) for stage in stages)])


def _together(parts: Sequence[tuple[Decimal, Mapping[int, Decimal]]]) -> dict[int, Decimal]:
    whole = sum((weight for weight, _scores in parts), Decimal(0))
    if not whole:
        return {}
    complete = set.intersection(*(set(scores) for weight, scores in parts if weight))
    return {pk: scoring.rounded(sum((w * scores[pk] for w, scores in parts if w), Decimal(0)) / whole) for pk in sorted(complete)}
