"""What the secretariat sets on a running call: quotas and dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.audit.services import record
from pilotage.calls import rules
from pilotage.calls.deadlines import moment
from pilotage.calls.enums import RECOMMENDED_OR_LATER, StageKind
from pilotage.calls.models import Application, Call, Quota, Recommender, Stage
from pilotage.core.verdict import Invalid

Dates = tuple[datetime | None, datetime | None]


# --- quotas ---------------------------------------------------------------------------------
def set_quota(*, actor: Any, call: Call, recommender: Recommender, limit: int | None, reason: str = "") -> Quota:
    """One of :func:`set_quotas`; its errors stand under ``limit``."""
    try:
        set_quotas(actor=actor, call=call, limits={recommender.code: limit}, reason=reason)
    except Invalid as invalid:
        raise Invalid({"limit": invalid.errors[recommender.code]}) from None
    return Quota.objects.get(call=call, recommender=recommender)


def set_quotas(*, actor: Any, call: Call, limits: Mapping[str, int | None], reason: str = "") -> list[Quota]:
    """Limits by code of the recommender; None lifts a quota. Returns those that changed.

    A limit under what is on a list stops further shortlisting and sending, nothing else. One under what has been recommended already
    is refused: Raises ``Invalid`` with a sentence for each such code.
    """
    rules.can_configure(actor, call).require()
    with transaction.atomic():
        known = {each.recommender.code: each for each in _quotas(call, limits)}
        changed = [each for code, each in known.items() if each.limit != limits[code] or (each.limit is not None and not each.is_verified)]
        sent = recommended_counts(call)
        wrong = {each.recommender.code: _too_low(limits[each.recommender.code], sent.get(each.recommender_id, 0)) for each in changed}
        if errors := {code: sentence for code, sentence in wrong.items() if sentence}:
            raise Invalid(errors)
        for quota in changed:
            before = quota.limit
            quota.limit = limits[quota.recommender.code]
            quota.is_verified = quota.limit is not None
            quota.save(update_fields=["limit", "is_verified"])
            record(quota, "quota.set", actor=actor, reason=reason, extra={"before": before})
    return changed


def _quotas(call: Call, limits: Mapping[str, int | None]) -> list[Quota]:
    known = set(call.quotas.filter(recommender__code__in=limits).values_list("recommender__code", flat=True))
    new = Recommender.objects.filter(code__in=set(limits) - known)
    Quota.objects.bulk_create([Quota(call=call, recommender=each) for each in new])
    return list(call.quotas.select_for_update().select_related("recommender").filter(recommender__code__in=limits).order_by("pk"))


def recommended_counts(call: Call) -> dict[int, int]:
    """How many each recommender (by id) has sent up."""
    rows = Application.objects.filter(call=call, state__in=RECOMMENDED_OR_LATER, recommender__isnull=False).order_by()
    return dict(rows.values_list("recommender").annotate(Count("pk")))


def _too_low(limit: int | None, sent: int) -> str:
    if limit is None or limit >= max(sent, 0):
        return ""
    if limit < 0:
        return _("A quota is a whole number, or empty for none.")
    return ngettext(
        "%(count)d application has been recommended already: the quota cannot be less. Return what is too much first.",
        "%(count)d applications have been recommended already: the quota cannot be less. Return what is too many first.",
        sent,
    ) % {"count": sent}


# --- dates ----------------------------------------------------------------------------------
def set_stage_dates(*, actor: Any, call: Call, stage: Stage, opens_at: datetime | None, closes_at: datetime | None, reason: str) -> Stage:
    """Move a deadline: one of :func:`set_timetable`; its errors stand under ``opens_at``, ``closes_at`` and ``reason``."""
    try:
        moved = set_timetable(actor=actor, call=call, dates={stage.key: (opens_at, closes_at)}, reason=reason)
    except Invalid as invalid:
        raise Invalid({key.partition("-")[0]: sentence for key, sentence in invalid.errors.items()}) from None
    stage.opens_at, stage.closes_at = opens_at, closes_at
    return moved[0] if moved else stage


def set_timetable(*, actor: Any, call: Call, dates: Mapping[str, Dates], reason: str) -> list[Stage]:
    """Opening and close by key of the stage, all at once or none. The changes and their reason are public record.

    Returns the stages that moved. Raises ``Invalid`` with sentences under ``opens_at-<key>``, ``closes_at-<key>`` and ``reason``.
    """
    rules.can_configure(actor, call).require()
    with transaction.atomic():
        stages = list(call.stages.select_for_update().order_by("position"))
        moved = [stage for stage in stages if stage.key in dates and dates[stage.key] != (stage.opens_at, stage.closes_at)]
        before = {stage.key: {"opens_at": stage.opens_at, "closes_at": stage.closes_at} for stage in moved}
        for stage in moved:
            stage.opens_at, stage.closes_at = dates[stage.key]
        errors = _out_of_step(stages, {stage.key for stage in moved})
        if moved and not reason.strip():
            errors["reason"] = _("Give a reason: it is shown to the people concerned and kept in the record.")
        if errors:
            raise Invalid(errors)
        for stage in moved:
            stage.save(update_fields=["opens_at", "closes_at"])
            record(stage, "stage.set_dates", actor=actor, reason=reason.strip(), extra=before[stage.key])
    call.__dict__.pop("stage_by_key", None)
    return moved


# whose deadlines follow one another: a level cannot close before the level below it
_LEVELS = frozenset({StageKind.CHECK, StageKind.RECOMMEND})


def _out_of_step(stages: Iterable[Stage], moved: set[str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    below: Stage | None = None
    for stage in stages:
        if stage.opens_at and stage.closes_at and stage.closes_at <= stage.opens_at and stage.key in moved:
            errors[f"closes_at-{stage.key}"] = _("A stage must close after it opens.")
        if stage.kind not in _LEVELS or stage.closes_at is None:
            continue
        if below and below.closes_at and below.closes_at > stage.closes_at and moved & {stage.key, below.key}:
            words = {"stage": below.title, "moment": moment(below.closes_at)}
            errors.setdefault(f"closes_at-{stage.key}", _("The level before it, “%(stage)s”, closes only on %(moment)s.") % words)
        if below is None or below.closes_at is None or stage.closes_at > below.closes_at:
            below = stage
    return errors
