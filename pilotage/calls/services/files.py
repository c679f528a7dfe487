"""Work on stored files that nobody waits for: pictures of them, and scans that failed or came too early."""

from __future__ import annotations

import logging
import time

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from pilotage.audit.services import Entry, record_many
from pilotage.calls.enums import PreviewState, ScanState
from pilotage.calls.models import Attachment
from pilotage.core import clamav, drawing

logger = logging.getLogger("pilotage.calls")

BATCH = 50
SECONDS = 60.0
_OPEN_SCANS = (ScanState.UNSCANNED, ScanState.FAILED)


def preview_name(attachment: Attachment) -> str:
    """Beside the file, one for all rows that share it."""
    return f"{attachment.file.name}.preview.jpg"


def has_file_work() -> bool:
    """At most two queries."""
    if Attachment.objects.filter(preview=PreviewState.WAITING).exists():
        return True
    return clamav.is_configured() and Attachment.objects.filter(scan__in=_OPEN_SCANS).exists()


def draw_previews(seconds: float = SECONDS) -> int:
    """Draw waiting files, newest first, until none is left or the time is over. Returns how many were looked at."""
    begun, done = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        attachment = Attachment.objects.filter(preview=PreviewState.WAITING).order_by("-id").first()
        if attachment is None:
            break
        try:
            _draw(attachment)
        except Exception:  # the store does not answer: nothing is lost, the next round tries again
            logger.exception("no preview of attachment %s was made", attachment.pk)
            break
        done += 1
    return done


def _draw(attachment: Attachment) -> None:
    """A file that cannot be read or drawn gets no picture; that is all that happens."""
    state = PreviewState.NONE
    try:
        with attachment.file.open("rb") as file:
            picture = drawing.draw(file.read(), attachment.content_type)
        if picture:
            name = preview_name(attachment)
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(picture))
            state = PreviewState.READY
    except FileNotFoundError:
        logger.warning("attachment %s has lost its file: pilotage verify lists such", attachment.pk)
    Attachment.objects.filter(file=attachment.file.name, preview=PreviewState.WAITING).update(preview=state)


def scan_open_files(batch: int = BATCH) -> int:
    """Scan files that were stored without a verdict. Stops at the first silence of the scanner. Returns how many have a verdict now."""
    if not clamav.is_configured():
        return 0
    done = 0
    for name in Attachment.objects.filter(scan__in=_OPEN_SCANS).order_by("-id").values_list("file", flat=True)[:batch]:
        try:
            with default_storage.open(name) as file:
                answer = clamav.scan(file)  # type: ignore[arg-type]
        except Exception as error:  # scanner or store do not answer
            logger.warning("a stored file could not be scanned: %s", error)
            break
        _judge(name, answer)
        done += 1
    return done


def _judge(name: str, answer: clamav.Answer) -> None:
    """One verdict for all rows of the file. An infected file stays for the record, but is given to nobody any more."""
    with transaction.atomic():
        rows = list(Attachment.objects.select_for_update().filter(file=name, scan__in=_OPEN_SCANS))
        for row in rows:
            row.scan = ScanState.CLEAN if answer.is_clean else ScanState.INFECTED
        Attachment.objects.bulk_update(rows, ["scan"])
        if not answer.is_clean:
            record_many([Entry(row, "attachment.infected", extra={"signature": answer.signature}) for row in rows], actor=None)
