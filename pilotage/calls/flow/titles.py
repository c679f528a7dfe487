"""The steps of the way in words, in the active language."""

from __future__ import annotations

from django.utils.translation import pgettext

from pilotage.calls.flow.steps import FlowStep


def passed_title(step: FlowStep) -> str:
    """What an application has behind it that is beyond the step."""
    return {
        FlowStep.FILE: pgettext("flow", "Submitted by the enterprise"),
        FlowStep.CHECK: pgettext("flow", "Passed the city's check"),
        FlowStep.RECOMMEND: pgettext("flow", "Recommended"),
        FlowStep.ACCEPT: pgettext("flow", "Accepted for review"),
        FlowStep.SELECT: pgettext("flow", "Selected"),
        FlowStep.PUBLISH: pgettext("flow", "Listed"),
    }[step]


def waiting_title(step: FlowStep) -> str:
    """What an application in the step waits for."""
    return {
        FlowStep.FILE: pgettext("flow", "Being filled in"),
        FlowStep.CHECK: pgettext("flow", "Waits for the check"),
        FlowStep.RECOMMEND: pgettext("flow", "Waits for the recommendation"),
        FlowStep.ACCEPT: pgettext("flow", "Waits for acceptance"),
        FlowStep.SELECT: pgettext("flow", "Waits for review and selection"),
        FlowStep.PUBLISH: pgettext("flow", "Waits for notice and publication"),
    }[step]
