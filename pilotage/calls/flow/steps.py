"""Which step of its way is an application in? Data: its state. No database.

A step is what somebody has to do next: hand in, check, recommend, accept, review and select, announce and publish. States of
one step may follow each other in any order; how long an application waits is counted from the day it entered the step.
"""

from __future__ import annotations

from enum import StrEnum

from pilotage.calls.enums import ApplicationState as S


class FlowStep(StrEnum):
    FILE = "file"
    CHECK = "check"
    RECOMMEND = "recommend"
    ACCEPT = "accept"
    SELECT = "select"
    PUBLISH = "publish"
    DONE = "done"
    ENDED = "ended"


# the way through; where a step is skipped, all between count as passed
ORDER = (FlowStep.FILE, FlowStep.CHECK, FlowStep.RECOMMEND, FlowStep.ACCEPT, FlowStep.SELECT, FlowStep.PUBLISH, FlowStep.DONE)
STATES: dict[FlowStep, tuple[S, ...]] = {
    FlowStep.FILE: (S.DRAFT,),
    FlowStep.CHECK: (S.SUBMITTED, S.RESUBMITTED, S.RETURNED, S.DISTRICT_CHECKED),
    FlowStep.RECOMMEND: (S.CHECKED, S.SHORTLISTED),
    FlowStep.ACCEPT: (S.RECOMMENDED,),
    FlowStep.SELECT: (S.ACCEPTED, S.UNDER_REVIEW),
    FlowStep.PUBLISH: (S.SELECTED, S.IN_NOTICE),
    FlowStep.DONE: (S.LISTED, S.UPDATE_CONFIRMED),
    FlowStep.ENDED: (S.NOT_RECOMMENDED, S.NOT_ACCEPTED, S.RESERVE, S.NOT_SELECTED, S.EXCLUDED, S.WITHDRAWN),
}
STEP_OF: dict[str, FlowStep] = {state.value: step for step, states in STATES.items() for state in states}
RANK = {step: place for place, step in enumerate(ORDER)}
# of a record without a history: where what ended so must have stood
STOOD_BEFORE = {
    S.NOT_ACCEPTED.value: S.RECOMMENDED.value,
    S.RESERVE.value: S.UNDER_REVIEW.value,
    S.NOT_SELECTED.value: S.UNDER_REVIEW.value,
    S.EXCLUDED.value: S.IN_NOTICE.value,
}
BUILDING = frozenset({"building", "built"})


def place_of(state: str, source: str, known: str) -> str:
    """The step it is in after a change of state; of what ended, the step in which it did. ``known``: its step before."""
    if STEP_OF[state] is not FlowStep.ENDED:
        return STEP_OF[state].value
    return STEP_OF[source].value if STEP_OF[source] is not FlowStep.ENDED else known


def from_step(first: FlowStep) -> tuple[str, ...]:
    """This step and all after it."""
    return tuple(step.value for step in ORDER[RANK[first] :])


def goes_on(source: str, target: str) -> bool:
    """Whether this change of state leads from one step to a later one."""
    return RANK.get(STEP_OF[source], len(ORDER)) < RANK.get(STEP_OF[target], -1)


def is_counted(state: str, building_state: str) -> bool:
    """Whether an application as filed stands for an enterprise that builds."""
    return state not in (S.DRAFT, S.WITHDRAWN) and building_state in BUILDING
