"""The state tables of re-evaluations and of each entry in one."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.core.transitions import StateTable, register, row
from pilotage.core.verdict import Invalid
from pilotage.directory import campaign_rules as rules
from pilotage.directory.campaign_enums import OPEN, CampaignState, EvaluationState
from pilotage.directory.enums import IN_FORCE, EntryState
from pilotage.directory.models import Campaign, Evaluation


def none_open(campaign: Campaign) -> None:
    waiting = campaign.evaluations.filter(state__in=sorted(OPEN)).count()
    if waiting:
        raise Invalid(
            ngettext("%(count)d entry is still to be decided.", "%(count)d entries are still to be decided.", waiting) % {"count": waiting}
        )


def is_in_force(evaluation: Evaluation) -> None:
    if evaluation.entry.state not in IN_FORCE:
        raise Invalid(_("The entry is no longer in force."))


def is_removed(evaluation: Evaluation) -> None:
    if evaluation.entry.state != EntryState.REMOVED:
        raise Invalid(_("An entry fails when two people have removed it from the directory."))


def has_left(evaluation: Evaluation) -> None:
    if evaluation.entry.state in IN_FORCE:
        raise Invalid(_("The entry is still in force."))


CAMPAIGN = register(
    "directory.campaign",
    StateTable(
        "directory.campaign",
        tuple(CampaignState.values),
        CampaignState.PLANNED,
        (
            row("draw", CampaignState.PLANNED, CampaignState.RUNNING, rules.can_run),
            row("cancel", CampaignState.PLANNED, CampaignState.CANCELLED, rules.can_run, needs_reason=True),
            row("close", CampaignState.RUNNING, CampaignState.CLOSED, rules.can_run, none_open, two_person=True),
        ),
    ),
)
_STATE = EvaluationState
EVALUATION = register(
    "directory.evaluation",
    StateTable(
        "directory.evaluation",
        tuple(EvaluationState.values),
        EvaluationState.DRAWN,
        (
            row("pass", (_STATE.DRAWN, _STATE.REPORTED), _STATE.PASSED, rules.can_evaluate, is_in_force, needs_reason=True),
            row("require", _STATE.DRAWN, _STATE.RECTIFYING, rules.can_evaluate, is_in_force, needs_reason=True),
            row("extend", _STATE.RECTIFYING, _STATE.RECTIFYING, rules.can_evaluate, is_in_force, needs_reason=True),
            row("report", _STATE.RECTIFYING, _STATE.REPORTED, rules.can_report, is_in_force),
            row("send_back", _STATE.REPORTED, _STATE.RECTIFYING, rules.can_evaluate, is_in_force, needs_reason=True),
            # said with the removal of the entry, which takes two people
            row("fail", sorted(OPEN), _STATE.FAILED, rules.can_evaluate, is_removed, needs_reason=True),
            row("drop", sorted(OPEN), _STATE.DROPPED, rules.can_evaluate, has_left, needs_reason=True),
        ),
    ),
)
