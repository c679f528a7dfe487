"""Evidence of either side: known by content, scanned, kept under its digest."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock, incoming
from pilotage.core.verdict import Verdict, no
from pilotage.directory.enums import ObjectionState, Side
from pilotage.directory.models import Objection, ObjectionFile
from pilotage.directory.objection_models import objection_file_path
from pilotage.directory.objection_rules import Objector, can_add_files, can_answer

MOST = 10  # of one side


def add_objection_file(*, actor: Any, objection: Objection, upload: UploadedFile) -> ObjectionFile:
    """By the objector (an ``Objector``) or the applicant's people while they are asked. Raises ``Invalid`` under ``files``."""
    side = Side.OBJECTOR if isinstance(actor, Objector) else Side.APPLICANT
    _may_add(actor, objection, side).require()
    incoming.require_room(objection.files.filter(side=side).count(), MOST, key="files")
    taken = incoming.take(
        upload, key="files", refused=lambda found: record(objection, "directory.objection_file.refuse", actor=actor, extra=found)
    )
    row = ObjectionFile(
        objection=objection,
        side=side,
        added_by=None if isinstance(actor, Objector) else actor,
        added_at=clock.now(),
        **taken.columns(),
    )
    with transaction.atomic():
        locked = Objection.objects.select_for_update().get(pk=objection.pk)
        _may_add(actor, locked, side).require()
        twin = locked.files.filter(side=side, sha256=row.sha256).first()
        if twin:
            return twin
        taken.keep(row.file, objection_file_path(row, row.name))
        row.save(force_insert=True)
        record(row, "directory.objection_file.add", actor=actor)
    return row


def _may_add(actor: Any, objection: Objection, side: str) -> Verdict:
    if side == Side.OBJECTOR:
        return can_add_files(actor, objection)
    verdict = can_answer(actor, objection)
    return verdict if not verdict or objection.state == ObjectionState.HEARING else no(_("Nothing is asked of the applicant now."))
