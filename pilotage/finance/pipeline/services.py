"""Writes to a project: put on the list, given an owner, told of by the enterprise, moved with its day. ``amending`` corrects, ``documents`` keeps papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.enums import GONE, Market, Stage
from pilotage.finance.pipeline.history import Step, effective, standing
from pilotage.finance.pipeline.models import ListingProject, StageStep
from pilotage.finance.pipeline.numbers import next_numbers
from pilotage.finance.pipeline.step_enums import Cause, StepKind
from pilotage.finance.pipeline.suspensions import limit_of
from pilotage.finance.pipeline.transitions import PROJECT
from pilotage.registry.models import Enterprise


@dataclass(frozen=True, slots=True)
class New:
    """One enterprise to be put on the cultivation list of a market. ``on``: since when it is cultivated."""

    enterprise: Enterprise
    market: str
    on: date
    sponsor: str = ""
    note: str = ""


# --- on the list -----------------------------------------------------------------------------
def enter(*, actor: Any, enterprise: Enterprise, market: str, on: date | None, sponsor: str = "", note: str = "") -> ListingProject:
    """Put one enterprise on the cultivation list. Raises ``Refused``, ``Invalid`` by field, ``Conflict``."""
    errors = {}
    if market not in Market.values:
        errors["market"] = _("Choose one of the values.")
    if on is None or on > clock.today():
        errors["on"] = _("Give a day that is not ahead.")
    if errors or on is None:
        raise Invalid(errors)
    return enter_many(actor=actor, news=[New(enterprise, market, on, sponsor, note)])[0]


def enter_many(*, actor: Any, news: Sequence[New]) -> list[ListingProject]:
    """All or none, in a bounded number of queries. The caller has checked the lines."""
    rules.can_work(actor).require()
    if not news:
        return []
    now = clock.now()
    try:
        with transaction.atomic():
            numbers = next_numbers(ListingProject, len(news))
            rows = [_project(new, number, actor, now) for new, number in zip(news, numbers, strict=True)]
            made = ListingProject.objects.bulk_create(rows, batch_size=500)
            first = [StageStep(project=each, stage=Stage.CULTIVATION, on=each.stage_on, owner=actor, by=actor, at=now) for each in made]
            StageStep.objects.bulk_create(first, batch_size=500)
            audit.record_many([audit.Entry(each, "finance.listing.enter") for each in made], actor=actor)
    except IntegrityError:
        raise taken() from None
    return made


def _project(new: New, number: str, actor: Any, now: Any) -> ListingProject:
    return ListingProject(
        number=number,
        enterprise=new.enterprise,
        market=new.market,
        owner=actor,
        sponsor=new.sponsor.strip()[:200],
        note=new.note.strip()[:1000],
        stage_on=new.on,
        created_by=actor,
        created_at=now,
    )


def taken() -> Conflict:
    return Conflict(_("The enterprise is on its way to this market, or listed there, already."))


def taken_pairs(enterprises: Sequence[int]) -> set[tuple[int, str]]:
    """``(enterprise, market)`` of projects on their way or at their end; who withdrew or was refused may begin again. One query."""
    rows = ListingProject.objects.filter(enterprise__in=enterprises).exclude(state__in=GONE).order_by()
    return set(rows.values_list("enterprise_id", "market"))


def change(*, actor: Any, project: ListingProject, owner: Any, sponsor: str, note: str) -> ListingProject:
    """Who works it, who tutors or sponsors it, a note."""
    rules.can_work(actor, project).require()
    may_own(owner)
    with transaction.atomic():
        project.owner, project.sponsor, project.note = owner, sponsor.strip()[:200], note.strip()[:1000]
        project.save(update_fields=["owner", "sponsor", "note"])
        audit.record(project, "finance.listing.change", actor=actor)
    return project


def may_own(owner: Any) -> None:
    if owner is not None and not rules.is_secretariat(owner):
        raise Invalid({"owner": _("Choose somebody of the secretariat.")})


def tell(*, actor: Any, project: ListingProject, sponsor: str, own_note: str) -> ListingProject:
    """By the enterprise, of its own project: who sponsors it, and how it stands."""
    rules.can_tell(actor, project).require()
    with transaction.atomic():
        project.sponsor, project.own_note = sponsor.strip()[:200], own_note.strip()[:1000]
        project.save(update_fields=["sponsor", "own_note"])
        audit.record(project, "finance.listing.tell", actor=actor)
    return project


# --- stages ----------------------------------------------------------------------------------
def move(
    *,
    actor: Any,
    project: ListingProject,
    verb: str,
    on: date | None,
    reason: str = "",
    document: str = "",
    owner: Any = None,
    cause: str = "",
    until: date | None = None,
) -> ListingProject:
    """Along the state table, entered with its day.

    ``document``: number or name of the paper that says so; ``owner``: who is responsible for the step, else who works the project.
    A suspension takes a ``cause``; ``until`` is the last day of its limit, from the paper or else from the rule, where one names it.
    """
    if verb not in PROJECT.by_verb or verb == "take_back":
        raise Invalid(_("There is no such step."))
    rules.can_work(actor, project).require()
    may_own(owner)
    with transaction.atomic():
        steps = effective(ListingProject.objects.select_for_update().get(pk=project.pk).steps.all())
        day = _checked(verb, on, cause, until, steps[-1].on)
        step = StageStep(
            project=project,
            kind=StepKind.ANSWERED if verb == "answer" else StepKind.ENTERED,
            on=day,
            owner=owner or project.owner,
            reason=reason.strip()[:1000],
            document=document.strip()[:200],
            by=actor,
            at=clock.now(),
        )
        if verb == "suspend":
            step.cause, step.until = cause, until or limit_of(cause, day)
        told = {"on": step.on, "document": step.document}
        audit.transition(project, verb, actor=actor, reason=reason, changes=_changes(project, verb, steps, step), extra=told)
        step.stage = project.state
        step.save()
    return project


def last_day(project: ListingProject) -> date:
    """The day of the last step that holds: nothing is entered before it. One query."""
    return effective(project.steps.all())[-1].on


def _checked(verb: str, on: date | None, cause: str, until: date | None, last: date) -> date:
    """The day of the step. ``last``: the day of the step before."""
    if on is None or not last <= on <= clock.today():
        raise Invalid({"on": _("Give a day from %(day)s, the day of the step before, to today.") % {"day": last.isoformat()}})
    if verb == "suspend" and cause not in Cause.values:
        raise Invalid({"cause": _("Say why the review is suspended.")})
    if verb == "suspend" and until is not None and until < on:
        raise Invalid({"until": _("The limit cannot end before the suspension began.")})
    return on


def _changes(project: ListingProject, verb: str, steps: list[Any], step: StageStep) -> dict[str, Any]:
    """The columns that follow from the history with this step in it; the state table adds its own."""
    step.stage = PROJECT.by_verb[verb].target_of(project)
    found = standing([*steps, Step(step.stage, step.on, [0], [step])])
    return asdict(found)
