"""Every write to a project: put on the list, moved with its day, corrected with both values kept, given papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.core.filetypes import kind_of, safe_name, sha256_of
from pilotage.core.scanning import Infected, scanned
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.enums import ENDED, Market, Stage
from pilotage.finance.pipeline.history import Step, effective
from pilotage.finance.pipeline.models import ListingDocument, ListingProject, StageStep
from pilotage.finance.pipeline.numbers import next_numbers
from pilotage.finance.pipeline.transitions import PROJECT
from pilotage.registry.models import Enterprise

MOST_BYTES = 20 * 1024 * 1024


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
            first = [StageStep(project=each, stage=Stage.CULTIVATION, on=each.stage_on, by=actor, at=now) for each in made]
            StageStep.objects.bulk_create(first, batch_size=500)
            audit.record_many([audit.Entry(each, "finance.listing.enter") for each in made], actor=actor)
    except IntegrityError:
        raise Conflict(_("The enterprise is on its way to this market already.")) from None
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


def running_pairs(enterprises: Sequence[int]) -> set[tuple[int, str]]:
    """``(enterprise, market)`` of projects on their way. One query."""
    rows = ListingProject.objects.filter(enterprise__in=enterprises).exclude(state__in=ENDED).order_by()
    return set(rows.values_list("enterprise_id", "market"))


def change(*, actor: Any, project: ListingProject, owner: Any, sponsor: str, note: str) -> ListingProject:
    """Who works it, who tutors or sponsors it, a note."""
    rules.can_work(actor, project).require()
    if owner is not None and not rules.is_secretariat(owner):
        raise Invalid({"owner": _("Choose somebody of the secretariat.")})
    with transaction.atomic():
        project.owner, project.sponsor, project.note = owner, sponsor.strip()[:200], note.strip()[:1000]
        project.save(update_fields=["owner", "sponsor", "note"])
        audit.record(project, "finance.listing.change", actor=actor)
    return project


# --- stages ----------------------------------------------------------------------------------
def move(*, actor: Any, project: ListingProject, verb: str, on: date | None, reason: str = "", document: str = "") -> ListingProject:
    """Along the state table, entered with its day. ``document``: number or name of the paper that says so."""
    if verb not in PROJECT.by_verb:
        raise Invalid(_("There is no such step."))
    rules.can_work(actor, project).require()
    if on is None or not project.stage_on <= on <= clock.today():
        said = {"day": project.stage_on.isoformat()}
        raise Invalid({"on": _("Give a day from %(day)s, when the present stage began, to today.") % said})
    with transaction.atomic():
        audit.transition(project, verb, actor=actor, reason=reason, changes={"stage_on": on}, extra={"document": document})
        StageStep.objects.create(
            project=project,
            stage=project.state,
            on=on,
            reason=reason.strip()[:1000],
            document=document.strip()[:200],
            by=actor,
            at=clock.now(),
        )
    return project


def correct(*, actor: Any, step: StageStep, on: date | None, reason: str, document: str = "") -> StageStep:
    """A day that was entered wrongly. Both stay in the history; the days of the stages before and after set the bounds.

    The paper stays the same unless another is named.
    """
    rules.can_work(actor).require()
    if not reason.strip():
        raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
    with transaction.atomic():
        project = ListingProject.objects.select_for_update().get(pk=step.project_id)
        steps = effective(project.steps.all())
        place = next((number for number, each in enumerate(steps) if step.pk in each.ids), None)
        if place is None:
            raise Invalid(_("There is no such step."))
        day = _within(steps, place, on)
        root = steps[place].ids[0]
        made = StageStep.objects.create(
            project=project,
            stage=steps[place].stage,
            on=day,
            reason=reason.strip()[:1000],
            document=(document.strip() or steps[place].row.document)[:200],
            corrects_id=root,
            by=actor,
            at=clock.now(),
        )
        if place == len(steps) - 1:
            project.stage_on = made.on
            project.save(update_fields=["stage_on"])
        told = {"stage": steps[place].stage, "was": steps[place].on, "now": day}
        audit.record(project, "finance.listing.correct", actor=actor, reason=reason, extra=told)
    return made


def _within(steps: Sequence[Step], place: int, on: date | None) -> date:
    first = steps[place - 1].on if place else date.min
    last = steps[place + 1].on if place + 1 < len(steps) else clock.today()
    if on is None or not first <= on <= last:
        raise Invalid({"on": _("The day must lie between the stage before and the stage after.")})
    return on


# --- papers ----------------------------------------------------------------------------------
def add_document(*, actor: Any, project: ListingProject, title: str, upload: UploadedFile | None) -> ListingDocument:
    """By the enterprise or the secretariat, kept under the present stage. Raises ``Refused``, ``Invalid``."""
    rules.can_add_document(actor, project).require()
    if upload is None:
        raise Invalid({"file": _("Choose a file first.")})
    name = safe_name(upload.name or "")
    if (upload.size or 0) > MOST_BYTES:
        raise Invalid({"file": _("The file is larger than 20 MB.")})
    kind_of(name, upload)  # type: ignore[arg-type]
    try:
        scanned(name, upload)  # type: ignore[arg-type]
    except Infected as error:
        raise Invalid({"file": str(error)}) from None
    with transaction.atomic():
        made = ListingDocument(
            project=project,
            stage=project.state,
            title=(title.strip() or name)[:200],
            file_name=name,
            sha256=sha256_of(upload),
            size=upload.size or 0,
            by=actor,
            at=clock.now(),
        )
        made.file.save(name, upload, save=False)
        made.save()
        told = {"title": made.title, "file": name, "sha256": made.sha256}
        audit.record(project, "finance.listing.add_document", actor=actor, extra=told)
    return made
