"""A file that comes in: known by its content, looked at by the virus scanner, kept once under its digest.

Rooms bring the rule of who may add it and the row that remembers it. The scanner may take seconds, so :func:`take` stands before the
transaction that writes the row; what is refused there is recorded though nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.core import clamav
from pilotage.core.filetypes import CONTENT_TYPES, kind_of, safe_name, sha256_of
from pilotage.core.scanning import Infected, ScanState, scanned
from pilotage.core.verdict import YES, Invalid, Verdict, no

PAPERS = ("pdf", "jpg", "png", "docx", "xlsx")
# what is told of an infected file: ``{name, sha256, signature}``
Refusal = Callable[[dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that passed. ``sha256``: hexadecimal; ``kind``: an ending of ``CONTENT_TYPES``."""

    upload: UploadedFile
    name: str
    kind: str
    sha256: str
    scan: ScanState

    def columns(self) -> dict[str, Any]:
        """The columns that rows of files have in common."""
        return {
            "name": self.name,
            "content_type": CONTENT_TYPES[self.kind],
            "size": self.upload.size or 0,
            "sha256": self.sha256,
            "scan": self.scan,
        }

    def keep(self, field_file: Any, path: str) -> None:
        """Written once per content: the path is the digest, so the same bytes are not stored twice."""
        storage = field_file.storage
        self.upload.seek(0)
        field_file.name = path if storage.exists(path) else storage.save(path, self.upload)


def take(
    upload: UploadedFile | None, *, key: str, refused: Refusal, accepted: Collection[str] = PAPERS, max_bytes: int | None = None
) -> Incoming:
    """Raises ``Invalid`` under ``key``. ``refused`` is called in a transaction of its own where the scanner finds something."""
    try:
        if upload is None:
            raise Invalid(_("Choose a file first."))
        name = safe_name(upload.name or "")
        kind = _kind(upload, name, accepted, settings.ATTACHMENT_MAX_BYTES if max_bytes is None else max_bytes)
        scan = scanned(name, upload)  # type: ignore[arg-type]
    except Infected as error:
        with transaction.atomic():
            refused({"name": name, "sha256": sha256_of(upload), "signature": error.signature})  # type: ignore[arg-type]
        raise Invalid({key: str(error)}) from None
    except Invalid as error:
        raise Invalid({key: "; ".join(error.errors.values())}) from None
    return Incoming(upload, name, kind, sha256_of(upload), scan)


def require_room(there: int, most: int, *, key: str) -> None:
    """Raises ``Invalid`` where as many files are there as may be."""
    if there >= most:
        raise Invalid({key: _("At most %(limit)s files are accepted here.") % {"limit": most}})


def require_new(rows: QuerySet[Any], incoming: Incoming, *, key: str) -> None:
    """Raises ``Invalid`` where one of these rows holds the same bytes."""
    twin = rows.filter(sha256=incoming.sha256).values_list("name", flat=True).first()
    if twin is not None:
        raise Invalid({key: _("This file is here already, as “%(name)s”.") % {"name": twin}})


def may_give_out(row: Any) -> Verdict:
    """Beside the rule of who may see the file: an infected one goes to nobody. For rows that a task has scanned once the scanner answers."""
    return _kept_back() if row.scan == ScanState.INFECTED else YES


def may_give_out_scanned(row: Any) -> Verdict:
    """The same for rows that no task looks at: one that was not scanned yet is scanned now, and waits while the scanner is silent.

    ``row`` has ``name``, ``file`` and ``scan``.
    """
    if row.scan in {ScanState.INFECTED, ScanState.CLEAN} or not clamav.is_configured():
        return may_give_out(row)
    try:
        with row.file.open("rb") as content:
            scan = scanned(row.name, content)
    except Infected:
        return _kept_back()
    return YES if scan == ScanState.CLEAN else no(_("The virus scanner has not looked at this file yet. Try again later."))


def _kept_back() -> Verdict:
    return no(_("This file is kept back: the virus scanner found something in it."))


def _kind(upload: UploadedFile, name: str, accepted: Collection[str], limit: int) -> str:
    size = upload.size or 0
    if size == 0:
        raise Invalid(_("“%(name)s” is empty.") % {"name": name})
    if size > limit:
        sentence = _("“%(name)s” has %(size)s MB; at most %(limit)s MB are accepted.")
        raise Invalid(sentence % {"name": name, "size": f"{size / 1024 / 1024:.1f}", "limit": limit // 1024 // 1024})
    kind = kind_of(name, upload)  # type: ignore[arg-type]
    if accepted and kind not in accepted:
        told = {
            "name": name,
            "kind": kind.upper(),
            "accepted": pgettext("list separator", ", ").join(each.upper() for each in accepted),
        }
        raise Invalid(_("“%(name)s” is %(kind)s; accepted here: %(accepted)s.") % told)
    return kind
