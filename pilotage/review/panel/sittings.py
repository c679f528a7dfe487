"""Scores given in a defence, video review or site visit: who sits, who may score what, what it adds up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pilotage.accounts import rules as accounts
from pilotage.accounts.enums import Role
from pilotage.audit.services import record
from pilotage.calls.deadlines import moment
from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Application, Call, Stage
from pilotage.core import clock
from pilotage.core.verdict import YES, Conflict, Invalid, Refused, Verdict, no
from pilotage.review import rules, scoring
from pilotage.review.enums import AssignmentState
from pilotage.review.experts.pool import active_experts
from pilotage.review.experts.screening import Screener
from pilotage.review.models import Assignment, ExpertProfile, SittingMember, SittingScore, StageScore
from pilotage.review.options import review_options
from pilotage.review.wording import BARRED, joined


# --- what the call says ---------------------------------------------------------------------
def rubric_of_stage(call: Call, stage: Stage) -> scoring.Rubric:
    """As the call publishes it now: all who are heard in one sitting are held to one rubric."""
    content = call.current.content if call.current else {}
    return scoring.Rubric.parse(content["rubrics"][stage.options["rubric"]])


def hides_applicants(call: Call) -> bool:
    """Whoever sits may still hold a blind seat on the same project: while such a review is open, names stay hidden here too."""
    review = call.stage(StageKind.REVIEW)
    return review is not None and review_options(call).blind and (review.closes_at is None or clock.now() < review.closes_at)


# --- who ------------------------------------------------------------------------------------
def own_sittings(actor: Any) -> QuerySet[SittingMember]:
    if not accounts.has_role(actor, Role.EXPERT):
        return SittingMember.objects.none()
    return SittingMember.objects.filter(expert__user=actor).select_related("call", "expert").order_by("-id")


def can_score(actor: Any, member: SittingMember, stage: Stage) -> Verdict:
    if member.expert.user_id != getattr(actor, "pk", None) or not accounts.has_role(actor, Role.EXPERT, call=member.call):
        return no(_("Only the members of this sitting score in it."))
    if rules.is_decided(member.call):
        return no(_("The selection of this call is confirmed; its reviews stay as they are."))
    now = clock.now()
    if stage.opens_at and now < stage.opens_at:
        return no(_("“%(stage)s” opens on %(moment)s.") % {"stage": stage.title, "moment": moment(stage.opens_at)})
    if stage.closes_at and now >= stage.closes_at:
        return no(_("“%(stage)s” closed on %(moment)s.") % {"stage": stage.title, "moment": moment(stage.closes_at)})
    return YES


def barred_from(expert: ExpertProfile, call: Call, applications: Sequence[Application]) -> dict[int, str]:
    """The applications a member may not score, each with the reason: the rules are those of a seat. A constant number of queries."""
    screener = Screener(call, [expert], applications)
    found = {row.pk: joined(each.sentence for each in screener.explain(expert.pk, row.pk)) for row in applications}
    seats = Assignment.objects.filter(expert=expert, application__in=applications).exclude(state=AssignmentState.CANCELLED)
    for application, state, conflict in seats.order_by("id").values_list("application_id", "state", "conflict"):
        rule = "recused" if state == AssignmentState.RECUSED else conflict
        found[application] = found[application] or (str(BARRED[rule]) if rule else "")
    return {pk: sentence for pk, sentence in found.items() if sentence}


def appoint(*, actor: Any, call: Call, stage: Stage, expert: ExpertProfile) -> SittingMember:
    rules.can_manage(actor, call).require()
    if not stage.options.get("rubric"):
        raise Invalid({"expert": _("This stage has no rubric, so nobody scores in it.")})
    if not active_experts(call).filter(pk=expert.pk).exists():
        raise Invalid({"expert": _("This expert is not available for this call.")})
    with transaction.atomic():
        defaults = {"appointed_by": actor, "appointed_at": clock.now()}
        member, is_new = SittingMember.objects.get_or_create(call=call, stage_key=stage.key, expert=expert, defaults=defaults)
        if not is_new:
            raise Conflict(_("This expert is a member already."))
        record(member, "sitting.appoint", actor=actor, extra={"stage": stage.key, "expert": expert.number})
    return member


def dismiss(*, actor: Any, member: SittingMember) -> None:
    """Only who has scored nothing: scores given stay. Raises Refused."""
    rules.can_manage(actor, member.call).require()
    with transaction.atomic():
        mine = SittingScore.objects.filter(expert=member.expert, stage_key=member.stage_key, application__call=member.call)
        if mine.exists():
            raise Refused(_("This member has scored already; the scores stay."))
        record(member, "sitting.dismiss", actor=actor, extra={"stage": member.stage_key, "expert": member.expert.number})
        member.delete()


# --- scores ---------------------------------------------------------------------------------
@dataclass(slots=True)
class LineSaved:
    """``values``: what is kept now. ``clashes``: criteria another window changed first, not overwritten."""

    values: dict[str, Decimal]
    saved: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    clashes: list[str] = field(default_factory=list)
    total: Decimal | None = None
    at: datetime | None = None


def save_line(
    *, actor: Any, member: SittingMember, stage: Stage, application: Application, values: Mapping[str, Mapping[str, Any]]
) -> LineSaved:
    """Keep what is valid of one application's scores; each entry is {"value", "base"}, base being what the page showed."""
    can_score(actor, member, stage).require()
    rubric = rubric_of_stage(member.call, stage)
    with transaction.atomic():
        rows = Application.objects.select_for_update(of=("self",)).select_related("enterprise")
        row = rows.get(pk=application.pk, call=member.call_id)
        row.call = member.call
        if row.state != ApplicationState.UNDER_REVIEW:
            raise Conflict(_("This application is no longer under review. Reload the page."))
        if why := barred_from(member.expert, member.call, [row]).get(row.pk):
            raise Refused(_("A conflict of interest keeps you from scoring this project.") if hides_applicants(member.call) else why)
        kept = SittingScore.objects.filter(application=row, stage_key=stage.key, expert=member.expert).order_by("id")
        line = LineSaved(dict(kept.values_list("criterion", "value")))
        for key, raw in values.items():
            _take(line, rubric, key, raw)
        if line.saved:
            _write(actor, member, stage, row, line)
        line.total = scoring.total(rubric, {key: value for key, value in line.values.items() if key in rubric.keys})
    return line


def _take(line: LineSaved, rubric: scoring.Rubric, key: str, raw: Mapping[str, Any]) -> None:
    try:
        new, base = rubric.clean(raw.get("value")), rubric.clean(raw.get("base"))
    except scoring.RubricError:
        new = base = None
        line.errors[key] = _("Give a whole number from 0 to %(scale)s.") % {"scale": rubric.scale}
    if key not in rubric.keys:
        line.errors[key] = _("The published rubric has no such criterion.")
    kept = line.values.get(key)
    if key in line.errors or new in (kept, base):
        return
    if kept not in (None, base):
        line.clashes.append(key)
    elif new is None:
        line.errors[key] = _("A score once given can be changed, not taken away.")
    else:
        line.values[key] = new
        line.saved.append(key)


def _write(actor: Any, member: SittingMember, stage: Stage, application: Application, line: LineSaved) -> None:
    line.at = clock.now()
    scores = [
        SittingScore(
            application=application, stage_key=stage.key, expert=member.expert, criterion=key, value=line.values[key], updated_at=line.at
        )
        for key in line.saved
    ]
    SittingScore.objects.bulk_create(
        scores,
        update_conflicts=True,
        unique_fields=["application", "stage_key", "expert", "criterion"],
        update_fields=["value", "updated_at"],
    )
    extra = {"stage": stage.key, "expert": member.expert.number, "scores": {key: str(line.values[key]) for key in line.saved}}
    record(application, "application.sitting_score", actor=actor, extra=extra)
    _recount(member.call, stage, application)


def _recount(call: Call, stage: Stage, application: Application) -> None:
    totals = totals_of(call, stage, application)
    figures = {"call": call, "member_count": len(totals), "mean": scoring.mean(list(totals.values()))}
    StageScore.objects.update_or_create(application=application, stage_key=stage.key, defaults=figures)


def totals_of(call: Call, stage: Stage, application: Application) -> dict[int, Decimal]:
    """Expert -> total, of those who have scored every criterion. One query."""
    rubric = rubric_of_stage(call, stage)
    given: dict[int, dict[str, Decimal | None]] = {}
    rows = SittingScore.objects.filter(application=application, stage_key=stage.key, criterion__in=rubric.keys).order_by("id")
    for expert, criterion, value in rows.values_list("expert_id", "criterion", "value"):
        given.setdefault(expert, {})[criterion] = value
    return {expert: total for expert, values in given.items() if (total := scoring.total(rubric, values)) is not None}
