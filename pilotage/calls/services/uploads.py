"""Files that come in pieces, so that a broken line costs the last piece only (tus 1.0: creation, offset, termination).

Pieces are appended to one file per upload in ``PILOTAGE_UPLOAD_DIR``; the row says how many bytes of it count. The whole
file, once it is there and its checksum fits, goes through :func:`add_attachment` like any other.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone  # like sessions, uploads keep the machine's time
from django.utils.translation import gettext as _

from pilotage.calls.models import Application, Partner, Upload
from pilotage.calls.services.attachments import AddedAttachment, add_attachment, largest, may_change_files, question_of
from pilotage.core.filetypes import safe_name
from pilotage.core.verdict import Conflict, Invalid

KEPT = timedelta(hours=24)
MOST_OPEN = 20  # of one application; bounds what abandoned uploads may cost
BLOCK = 64 * 1024


def start_upload(
    *, actor: Any, application: Application, field: str, name: str, size: int, sha256: str = "", partner: Partner | None = None
) -> Upload:
    """Announce a file. Raises ``Refused`` (who may edit) and ``Invalid`` (field, size, too many at once)."""
    may_change_files(actor, application, partner).require()
    question = question_of(application, field, partner)
    limit = largest(question)
    if size <= 0:
        raise Invalid({field: _("“%(name)s” is empty.") % {"name": name}})
    if size > limit:
        sentence = _("“%(name)s” has %(size)s MB; at most %(limit)s MB are accepted.")
        found = {"name": name, "size": f"{size / 1024 / 1024:.1f}", "limit": limit // 1024 // 1024}
        raise Invalid({field: sentence % found})
    now = timezone.now()
    if Upload.objects.filter(application=application, expires_at__gt=now).count() >= MOST_OPEN:
        raise Invalid({field: _("Too many uploads of this application are unfinished. Finish one, or try again tomorrow.")})
    upload = Upload.objects.create(
        application=application,
        partner=partner,
        field=field,
        name=safe_name(name),
        size=size,
        sha256=sha256.lower(),
        started_by=actor,
        started_at=now,
        expires_at=now + KEPT,
    )
    folder().mkdir(mode=0o750, parents=True, exist_ok=True)
    path_of(upload).touch(mode=0o640)
    return upload


def receive(*, actor: Any, upload: Upload, offset: int, read: Callable[[int], bytes]) -> Upload:
    """Append what ``read`` gives, from ``offset`` on; what came before the line broke counts.

    Raises ``Conflict`` when the offset is not where the upload stands, or another piece is just being written.
    """
    may_change_files(actor, upload.application, upload.partner).require()
    with _held(upload) as file:
        upload.refresh_from_db(fields=["received"])
        if offset != upload.received:
            raise Conflict(_("The upload stands at another place. Ask where, and go on from there."))
        file.truncate(offset)
        file.seek(offset)
        received = offset + _copy(read, file, upload.size - offset)
        file.flush()
        os.fsync(file.fileno())
        upload.received = received
        upload.expires_at = timezone.now() + KEPT
        Upload.objects.filter(pk=upload.pk).update(received=upload.received, expires_at=upload.expires_at)
    return upload


def _copy(read: Callable[[int], bytes], file: BinaryIO, most: int) -> int:
    """Up to ``most`` bytes. A sender that falls silent ends the piece, and what has come is kept."""
    total = 0
    while total < most:
        try:
            block = read(min(BLOCK, most - total))
        except OSError:  # Django's UnreadablePostError among them: the line broke
            break
        if not block:
            break
        file.write(block)
        total += len(block)
    return total


def finish_upload(*, actor: Any, upload: Upload) -> AddedAttachment:
    """Hand a complete file to the application. Whatever comes of it, the upload is over.

    Raises ``Invalid`` under the field's key: the checksum does not fit, or what :func:`add_attachment` says.
    """
    try:
        with path_of(upload).open("rb") as file:
            if upload.sha256 and hashlib.file_digest(file, "sha256").hexdigest() != upload.sha256:
                raise Invalid({upload.field: _("“%(name)s” arrived damaged. Add it again.") % {"name": upload.name}})
            file.seek(0)
            whole = UploadedFile(file, name=upload.name, size=upload.size)
            return add_attachment(actor=actor, application=upload.application, field=upload.field, upload=whole, partner=upload.partner)
    finally:
        _remove(upload)


def drop_upload(*, actor: Any, upload: Upload) -> None:
    """Give an unfinished upload up."""
    may_change_files(actor, upload.application, upload.partner).require()
    _remove(upload)


def sweep_expired() -> int:
    """Remove uploads nobody went on with. Returns how many."""
    expired = list(Upload.objects.filter(expires_at__lte=timezone.now())[:500])
    for upload in expired:
        _remove(upload)
    return len(expired)


def _remove(upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk).delete()
    path_of(upload).unlink(missing_ok=True)


def folder() -> Path:
    return Path(settings.UPLOAD_DIR)


def path_of(upload: Upload) -> Path:
    return folder() / upload.pk.hex


@contextmanager
def _held(upload: Upload) -> Iterator[BinaryIO]:
    """The file of the upload, for one writer at a time. Raises ``Conflict`` for the second."""
    try:
        file = path_of(upload).open("r+b")
    except FileNotFoundError:
        raise Conflict(_("This upload is no longer there. Start again.")) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(_("Another piece of this file is just being received.")) from None
        yield file
