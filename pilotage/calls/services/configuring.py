"""What the secretariat sets on a running call: quotas and dates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.calls import rules
from pilotage.calls.deadlines import moment
from pilotage.calls.enums import StageKind
from pilotage.calls.models import Call, Quota, Recommender, Stage
from pilotage.core.verdict import Invalid


def set_quota(*, actor: Any, call: Call, recommender: Recommender, limit: int | None, reason: str = "") -> Quota:
    """``limit`` None lifts the quota. A limit under what is on the list stops further shortlisting and sending, nothing else."""
    rules.can_configure(actor, call).require()
    if limit is not None and limit < 0:
        raise Invalid({"limit": _("A quota is a whole number, or empty for none.")})
    with transaction.atomic():
        quota, _created = Quota.objects.select_for_update().get_or_create(call=call, recommender=recommender)
        before = quota.limit
        quota.limit, quota.is_verified = limit, limit is not None
        quota.save(update_fields=["limit", "is_verified"])
        record(quota, "quota.set", actor=actor, reason=reason, extra={"before": before})
    return quota


def set_stage_dates(*, actor: Any, call: Call, stage: Stage, opens_at: datetime | None, closes_at: datetime | None, reason: str) -> Stage:
    """Move a deadline. The change and its reason are public record."""
    rules.can_configure(actor, call).require()
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid({"closes_at": _("A stage must close after it opens.")})
    if closes_at and (sentence := _out_of_step(call, stage, closes_at)):
        raise Invalid({"closes_at": sentence})
    with transaction.atomic():
        fresh = Stage.objects.select_for_update().get(pk=stage.pk, call=call)
        before = {"opens_at": fresh.opens_at, "closes_at": fresh.closes_at}
        fresh.opens_at, fresh.closes_at = opens_at, closes_at
        fresh.save(update_fields=["opens_at", "closes_at"])
        record(fresh, "stage.set_dates", actor=actor, reason=reason, extra=before)
    call.__dict__.pop("stage_by_key", None)
    stage.opens_at, stage.closes_at = opens_at, closes_at
    return fresh


# whose deadlines follow one another: a level cannot close before the level below it; to move all of them later, begin below
_LEVELS = frozenset({StageKind.CHECK, StageKind.RECOMMEND})


def _out_of_step(call: Call, stage: Stage, closes_at: datetime) -> str:
    if stage.kind not in _LEVELS:
        return ""
    below = call.stages.filter(kind__in=_LEVELS, position__lt=stage.position, closes_at__gt=closes_at).order_by("-closes_at").first()
    if below is None or below.closes_at is None:
        return ""
    return _("The level before it, “%(stage)s”, closes only on %(moment)s.") % {"stage": below.title, "moment": moment(below.closes_at)}
