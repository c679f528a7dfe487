"""Scans of the papers of a registration file: checked by content, looked at by the virus scanner, kept under their digest, never thrown away."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock, incoming
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.pledges import rules
from pilotage.finance.pledges.enums import FILLED_IN, Paper
from pilotage.finance.pledges.models import Pledge, PledgeFile, pledge_file_path

MOST = 10  # of one paper


def add_file(*, actor: Any, pledge: Pledge, paper: str, upload: UploadedFile | None) -> PledgeFile:
    """A scan of one paper. Raises ``Refused``, ``Conflict`` once it is filed, ``Invalid`` under ``paper`` or ``files``."""
    rules.can_party(actor, pledge).require()
    if paper not in Paper.values:
        raise Invalid({"paper": _("Choose one of the list.")})
    taken = incoming.take(upload, key="files", refused=lambda found: record(pledge, "finance.pledge.refuse_file", actor=actor, extra=found))
    row = PledgeFile(pledge=pledge, paper=paper, added_by=actor, added_at=clock.now(), **taken.columns())
    with transaction.atomic():
        _open(pledge)
        there = pledge.files.filter(paper=paper, removed_at__isnull=True)
        incoming.require_new(there, taken, key="files")
        incoming.require_room(there.count(), MOST, key="files")
        taken.keep(row.file, pledge_file_path(row, row.name))
        row.save(force_insert=True)
        record(pledge, "finance.pledge.add_file", actor=actor, reason=row.name, extra={"paper": paper, "sha256": row.sha256})
    return row


def remove_file(*, actor: Any, file: PledgeFile) -> PledgeFile:
    """Take a scan out of the file while it is open. The bytes stay for the record."""
    rules.can_party(actor, file.pledge).require()
    with transaction.atomic():
        _open(file.pledge)
        now = clock.now()
        if PledgeFile.objects.filter(pk=file.pk, removed_at__isnull=True).update(removed_at=now):
            file.removed_at = now
            told = {"paper": file.paper, "sha256": file.sha256}
            record(file.pledge, "finance.pledge.remove_file", actor=actor, reason=file.name, extra=told)
    return file


def _open(pledge: Pledge) -> None:
    """Locks the pledge until the end of the transaction."""
    state = Pledge.objects.select_for_update().values_list("state", flat=True).get(pk=pledge.pk)
    if state not in FILLED_IN:
        raise Conflict(_("The file is changed after the contract and before it is filed."))
