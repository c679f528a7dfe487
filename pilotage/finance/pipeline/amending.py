"""What was entered wrongly: a day or a paper is corrected, a step is taken back. What was said before stays in the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.history import Step, effective, standing
from pilotage.finance.pipeline.models import ListingProject, StageStep
from pilotage.finance.pipeline.services import may_own, taken
from pilotage.finance.pipeline.step_enums import StepKind
from pilotage.finance.pipeline.suspensions import limit_of


def correct(*, actor: Any, step: StageStep, on: date | None, reason: str, document: str = "", owner: Any = None) -> StageStep:
    """Day, paper or responsible person of a step that holds, whatever its place. The days of the steps before and after set the bounds.

    What is not named stays the same; the limit of a suspension moves with its day where it followed from the rule.
    """
    rules.can_work(actor).require()
    may_own(owner)
    _has(reason)
    with transaction.atomic():
        project = ListingProject.objects.select_for_update().get(pk=step.project_id)
        steps = effective(project.steps.all())
        place = next((number for number, each in enumerate(steps) if step.pk in each.ids), None)
        if place is None:
            raise Invalid(_("There is no such step."))
        held = steps[place]
        day, was = _within(steps, place, on), held.on
        made = StageStep.objects.create(
            project=project,
            stage=held.stage,
            kind=held.row.kind,
            on=day,
            owner=owner or held.row.owner,
            cause=held.row.cause,
            until=limit_of(held.row.cause, day) if held.row.until == limit_of(held.row.cause, was) else held.row.until,
            reason=reason.strip()[:1000],
            document=(document.strip() or held.row.document)[:200],
            corrects_id=held.ids[0],
            by=actor,
            at=clock.now(),
        )
        held.on = day
        held.rows.append(made)
        _keep(project, steps)
        audit.record(project, "finance.listing.correct", actor=actor, reason=reason, extra={"stage": held.stage, "was": was, "now": day})
    return made


def _has(reason: str) -> None:
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})


def _within(steps: Sequence[Step], place: int, on: date | None) -> date:
    first = steps[place - 1].on if place else date.min
    last = steps[place + 1].on if place + 1 < len(steps) else clock.today()
    if on is None or not first <= on <= last:
        raise Invalid({"on": _("The day must lie between the stage before and the stage after.")})
    return on


def _keep(project: ListingProject, steps: Sequence[Step]) -> None:
    """The columns that follow from the steps. A limit that has moved may pass once more."""
    columns = asdict(standing(steps))
    if columns["suspended_until"] != project.suspended_until:
        columns["overdue_told_on"] = None
    for name, value in columns.items():
        setattr(project, name, value)
    project.save(update_fields=list(columns))


def take_back(*, actor: Any, project: ListingProject, reason: str) -> ListingProject:
    """Undo the last step, which was entered by mistake: the project stands again where it stood. Step and reason stay in the history.

    Raises ``Refused``, ``Invalid``, or ``Conflict`` where the enterprise has begun anew meanwhile.
    """
    rules.can_work(actor, project).require()
    _has(reason)
    try:
        with transaction.atomic():
            steps = effective(ListingProject.objects.select_for_update().get(pk=project.pk).steps.all())
            if len(steps) < 2:
                raise Invalid(_("The first entry cannot be taken back. Withdraw the project instead."))
            last, before = steps[-1], steps[:-1]
            told = {"stage": last.stage, "on": last.on}
            audit.transition(project, "take_back", actor=actor, reason=reason, changes=asdict(standing(before)), extra=told)
            StageStep.objects.create(
                project=project,
                stage=project.state,
                kind=StepKind.TAKEN_BACK,
                on=clock.today(),
                reason=reason.strip()[:1000],
                takes_back_id=last.ids[0],
                by=actor,
                at=clock.now(),
            )
    except IntegrityError:
        raise taken() from None
    return project
