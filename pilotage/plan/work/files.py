"""Evidence and documents: checked by content, scanned, kept under their digest, never thrown away."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.audit.services import Entry, record, record_many
from pilotage.core import clamav, clock
from pilotage.core.filetypes import CONTENT_TYPES, kind_of, safe_name, sha256_of
from pilotage.core.scanning import Infected, ScanState, scanned
from pilotage.core.verdict import Invalid, Verdict
from pilotage.plan.models import Deliverable, ProgressReport, WorkFile
from pilotage.plan.work import rules
from pilotage.plan.work.enums import EDITABLE_REPORT, DeliverableState
from pilotage.plan.work.models import work_file_path

MOST = 10
ACCEPTED = ("pdf", "docx", "xlsx", "jpg", "png")
_OPEN_SCANS = (ScanState.UNSCANNED, ScanState.FAILED)


def can_change_files(actor: Any, work: ProgressReport | Deliverable) -> Verdict:
    """While it can be written: a report not handed in, a deliverable not decided on."""
    if isinstance(work, ProgressReport):
        verdict = rules.can_write(actor, work)
        return verdict if not verdict or work.state in EDITABLE_REPORT else Verdict(False, _("The report has been handed in."))
    verdict = rules.can_withdraw(actor, work)
    return verdict if not verdict or work.state == DeliverableState.PROPOSED else Verdict(False, _("It has been decided on."))


def add_file(*, actor: Any, work: ProgressReport | Deliverable, upload: UploadedFile) -> WorkFile:
    """Raises ``Invalid`` under ``file``. The scanner is asked before the transaction: it may take seconds."""
    can_change_files(actor, work).require()
    name = safe_name(upload.name or "")
    try:
        scan = _scanned(actor, work, name, upload)
        kind = _checked(work, name, upload)
    except Invalid as error:
        raise Invalid({"file": "; ".join(error.errors.values())}) from None
    row = WorkFile(
        plan=work.plan,
        report=work if isinstance(work, ProgressReport) else None,
        deliverable=work if isinstance(work, Deliverable) else None,
        name=name,
        content_type=CONTENT_TYPES[kind],
        size=upload.size or 0,
        sha256=sha256_of(upload),
        scan=scan,
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )
    if work.files.filter(sha256=row.sha256, removed_at__isnull=True).exists():
        raise Invalid({"file": _("This file is here already.")})
    with transaction.atomic():
        path = work_file_path(row, name)
        row.file.name = path if default_storage.exists(path) else default_storage.save(path, upload)
        row.save(force_insert=True)
        record(row, "work_file.add", actor=actor)
    return row


def _scanned(actor: Any, work: ProgressReport | Deliverable, name: str, upload: UploadedFile) -> ScanState:
    """What was refused is recorded, though nothing is stored."""
    try:
        return scanned(name, upload)  # type: ignore[arg-type]
    except Infected as error:
        with transaction.atomic():
            found = {"name": name, "sha256": sha256_of(upload), "signature": error.signature}
            record(work, "work_file.refuse", actor=actor, extra=found)
        raise


def _checked(work: ProgressReport | Deliverable, name: str, upload: UploadedFile) -> str:
    size, limit = upload.size or 0, settings.ATTACHMENT_MAX_BYTES
    if size == 0:
        raise Invalid(_("“%(name)s” is empty.") % {"name": name})
    if size > limit:
        sentence = _("“%(name)s” has %(size)s MB; at most %(limit)s MB are accepted.")
        raise Invalid(sentence % {"name": name, "size": f"{size / 1024 / 1024:.1f}", "limit": limit // 1024 // 1024})
    if work.files.filter(removed_at__isnull=True).count() >= MOST:
        raise Invalid(_("At most %(limit)s files are accepted here.") % {"limit": MOST})
    kind = kind_of(name, upload)  # type: ignore[arg-type]
    if kind not in ACCEPTED:
        accepted = pgettext("list separator", ", ").join(each.upper() for each in ACCEPTED)
        raise Invalid(
            _("“%(name)s” is %(kind)s; accepted here: %(accepted)s.") % {"name": name, "kind": kind.upper(), "accepted": accepted}
        )
    return kind


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
