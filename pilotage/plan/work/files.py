"""Evidence and documents: checked by content, scanned, kept under their digest, never thrown away."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record, record_many
from pilotage.core import clamav, clock, incoming
from pilotage.core.scanning import ScanState
from pilotage.core.verdict import Verdict
from pilotage.plan.models import Deliverable, ProgressReport, WorkFile
from pilotage.plan.work import rules
from pilotage.plan.work.enums import EDITABLE_REPORT, DeliverableState
from pilotage.plan.work.models import work_file_path

MOST = 10
_OPEN_SCANS = (ScanState.UNSCANNED, ScanState.FAILED)


def can_change_files(actor: Any, work: ProgressReport | Deliverable) -> Verdict:
    """While it can be written: a report not handed in, a deliverable not decided on."""
    if isinstance(work, ProgressReport):
        verdict = rules.can_write(actor, work)
        return verdict if not verdict or work.state in EDITABLE_REPORT else Verdict(False, _("The report has been handed in."))
    verdict = rules.can_withdraw(actor, work)
    return verdict if not verdict or work.state == DeliverableState.PROPOSED else Verdict(False, _("It has been decided on."))


def add_file(*, actor: Any, work: ProgressReport | Deliverable, upload: UploadedFile) -> WorkFile:
    """Raises ``Invalid`` under ``file``."""
    can_change_files(actor, work).require()
    present = work.files.filter(removed_at__isnull=True)
    incoming.require_room(present.count(), MOST, key="file")
    taken = incoming.take(upload, key="file", refused=lambda found: record(work, "work_file.refuse", actor=actor, extra=found))
    incoming.require_new(present, taken, key="file")
    row = WorkFile(
        plan=work.plan,
        report=work if isinstance(work, ProgressReport) else None,
        deliverable=work if isinstance(work, Deliverable) else None,
        uploaded_by=actor,
        uploaded_at=clock.now(),
        **taken.columns(),
    )
    with transaction.atomic():
        taken.keep(row.file, work_file_path(row, row.name))
        row.save(force_insert=True)
        record(row, "work_file.add", actor=actor)
    return row


def remove_file(*, actor: Any, file: WorkFile) -> WorkFile:
    """Take a file off. The file itself stays for the record."""
    can_change_files(actor, file.work).require()
    now = clock.now()
    with transaction.atomic():
        if WorkFile.objects.filter(pk=file.pk, removed_at__isnull=True).update(removed_at=now):
            file.removed_at = now
            record(file, "work_file.remove", actor=actor)
    return file


def has_open_scans() -> bool:
    return clamav.is_configured() and WorkFile.objects.filter(scan__in=_OPEN_SCANS).exists()


def scan_open_files(batch: int = 50) -> int:
    """Scan what was stored without a verdict, until the scanner falls silent. Returns how many have a verdict now."""
    if not clamav.is_configured():
        return 0
    done = 0
    for row in WorkFile.objects.filter(scan__in=_OPEN_SCANS).order_by("-id")[:batch]:
        try:
            with row.file.open("rb") as file:
                answer = clamav.scan(file)  # type: ignore[arg-type]
        except (clamav.ScannerSilent, OSError):
            break
        with transaction.atomic():
            row.scan = ScanState.CLEAN if answer.is_clean else ScanState.INFECTED
            row.save(update_fields=["scan"])
            if not answer.is_clean:
                record_many([Entry(row, "work_file.infected", extra={"signature": answer.signature})], actor=None)
        done += 1
    return done
