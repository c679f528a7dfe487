"""Defence and site visit as the selection reads them: results, and whom a stage that must be passed keeps out."""

from __future__ import annotations

from decimal import Decimal

from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Application, Call, Stage
from pilotage.review.enums import HearingResult
from pilotage.review.models import Hearing, StageScore

KINDS = (StageKind.DEFENCE, StageKind.SITE_VISIT)


def hearing_stages(call: Call) -> list[Stage]:
    return [stage for stage in call.stage_by_key.values() if stage.kind in KINDS]


def latest(call: Call, stage: Stage) -> dict[int, Hearing]:
    """Application -> its newest result in the stage. One query."""
    rows = Hearing.objects.filter(application__call=call, stage_key=stage.key).order_by("id").select_related("made_by")
    return {row.application_id: row for row in rows}


def kept_out(call: Call) -> dict[int, tuple[str, str]]:
    """Application under review -> (stage, why) where a stage that must be passed was not: ``failed`` or ``missing``. One query per such stage."""
    found: dict[int, tuple[str, str]] = {}
    gates = [stage for stage in hearing_stages(call) if stage.options.get("gate")]
    if not gates:
        return found
    under_review = Application.objects.filter(call=call, state=ApplicationState.UNDER_REVIEW).order_by("pk").values_list("pk", flat=True)
    for stage in gates:
        results = {row.application_id: row.result for row in latest(call, stage).values()}
        for pk in under_review:
            if results.get(pk) != HearingResult.PASSED:
                found.setdefault(pk, (stage.key, "failed" if pk in results else "missing"))
    return found


# --- scores ---------------------------------------------------------------------------------
def scored_stages(call: Call) -> list[Stage]:
    """The defences and visits of a call whose members score by a rubric."""
    return [stage for stage in hearing_stages(call) if stage.options.get("rubric")]


def weight_of(stage: Stage) -> Decimal:
    """Its share of the final score, of 100; without one it is shown and counts for nothing."""
    return Decimal(str(stage.options.get("weight") or 0))


def scores_by_stage(call: Call) -> dict[str, dict[int, Decimal]]:
    """Stage -> application -> mean of the members' totals, 0-100, for stages with a rubric. One query."""
    found: dict[str, dict[int, Decimal]] = {stage.key: {} for stage in scored_stages(call)}
    rows = StageScore.objects.filter(call=call, stage_key__in=found, mean__isnull=False).order_by("id")
    for key, application, mean in rows.values_list("stage_key", "application_id", "mean"):
        if mean is not None:
            found[key][application] = mean
    return found
