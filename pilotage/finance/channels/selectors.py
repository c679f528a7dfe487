"""Named reads of channels."""

from __future__ import annotations

from pilotage.finance.channels.models import Channel
from pilotage.plan.models import Plan


def current_plan() -> Plan | None:
    """The plan whose channels are shown: the one loaded last that has any. One query."""
    return Plan.objects.filter(channels__is_used=True).order_by("-pk").distinct().first()


def channels(plan: Plan | None = None, *, with_rule: bool = False) -> list[Channel]:
    """In the order of the plan's folder; those that the plan names no more are left out. ``with_rule``: only what can be screened."""
    owner = plan or current_plan()
    if owner is None:
        return []
    found = list(Channel.objects.filter(plan=owner, is_used=True).order_by("position", "key"))
    return [channel for channel in found if channel.has_rule] if with_rule else found
