"""Papers of the steps: checked by content and by the virus scanner, kept under their digest, never thrown away."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core import clock, incoming
from pilotage.core.verdict import Invalid
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.history import effective
from pilotage.finance.pipeline.models import ListingDocument, ListingProject, StageStep, document_path
from pilotage.finance.pipeline.step_enums import DocumentKind

MOST_BYTES = 20 * 1024 * 1024
ACCEPTED = (*incoming.PAPERS, "zip")


def visible_documents(actor: Any, project: ListingProject) -> QuerySet[ListingDocument]:
    """Of a project that the actor may read: all to the enterprise and to those who work or check the list, to a receiver what is for it."""
    rows = project.documents.order_by("id")
    return rows if rules.can_read_documents(actor, project) else rows.filter(for_receivers=True)


def add_document(
    *,
    actor: Any,
    project: ListingProject,
    upload: UploadedFile | None,
    title: str = "",
    kind: str = DocumentKind.OTHER,
    dated: date | None = None,
    step: StageStep | None = None,
    for_receivers: bool = False,
) -> ListingDocument:
    """By the enterprise or the secretariat, under a step that holds, else under the last one.

    Raises ``Refused``, or ``Invalid`` by file, kind, dated or step.
    """
    rules.can_add_document(actor, project).require()
    root = _step(project, step)
    if kind not in DocumentKind.values:
        raise Invalid({"kind": _("Choose one of the values.")})
    if dated is not None and dated > clock.today():
        raise Invalid({"dated": _("Give a day that is not ahead.")})
    taken = incoming.take(
        upload,
        key="file",
        refused=lambda found: audit.record(project, "finance.listing.refuse_document", actor=actor, extra=found),
        accepted=ACCEPTED,
        max_bytes=MOST_BYTES,
    )
    if project.documents.filter(step=root, sha256=taken.sha256).exists():
        raise Invalid({"file": _("This file is here already, as “%(name)s”.") % {"name": taken.name}})
    columns = taken.columns()
    name = columns.pop("name")
    with transaction.atomic():
        made = ListingDocument(
            project=project,
            step=root,
            stage=root.stage,
            kind=kind,
            dated=dated,
            title=(title.strip() or name)[:200],
            file_name=name,
            for_receivers=for_receivers,
            by=actor,
            at=clock.now(),
            **columns,
        )
        taken.keep(made.file, document_path(made, name))
        made.save()
        told = {"title": made.title, "file": name, "sha256": made.sha256, "step": root.pk}
        audit.record(project, "finance.listing.add_document", actor=actor, extra=told)
    return made


def _step(project: ListingProject, step: StageStep | None) -> StageStep:
    """The row that was entered first. Raises ``Invalid`` where the step is not of this project, or was taken back."""
    steps = effective(project.steps.all())
    found = steps[-1] if step is None else next((each for each in steps if step.pk in each.ids), None)
    if found is None:
        raise Invalid({"step": _("There is no such step.")})
    return found.rows[0]  # type: ignore[no-any-return]
