"""Evidence of either side: known by content, scanned, kept under its digest."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clamav, clock
from pilotage.core.filetypes import CONTENT_TYPES, kind_of, safe_name, sha256_of
from pilotage.core.scanning import Infected, ScanState, scanned
from pilotage.core.verdict import YES, Invalid, Verdict, no
from pilotage.directory.enums import ObjectionState, Side
from pilotage.directory.models import Objection, ObjectionFile
from pilotage.directory.objection_models import objection_file_path
from pilotage.directory.objection_rules import Objector, can_add_files, can_answer

MOST = 10  # of one side
ACCEPTED = ("pdf", "jpg", "png", "docx", "xlsx")


def add_objection_file(*, actor: Any, objection: Objection, upload: UploadedFile) -> ObjectionFile:
    """By the objector (an ``Objector``) or the applicant's people while they are asked. Raises ``Invalid`` under ``files``.

    The scanner is asked before the transaction: it may take seconds, and a refusal is recorded though nothing is stored.
    """
    side = Side.OBJECTOR if isinstance(actor, Objector) else Side.APPLICANT
    _may_add(actor, objection, side).require()
    name = safe_name(upload.name or "")
    try:
        kind = _checked(objection, side, name, upload)
        scan = _scanned(actor, objection, name, upload)
    except Invalid as error:
        raise Invalid({"files": "; ".join(error.errors.values())}) from None
    row = ObjectionFile(
        objection=objection,
        side=side,
        name=name,
        content_type=CONTENT_TYPES[kind],
        size=upload.size or 0,
        sha256=sha256_of(upload),
        scan=scan,
        added_by=None if isinstance(actor, Objector) else actor,
        added_at=clock.now(),
    )
    with transaction.atomic():
        locked = Objection.objects.select_for_update().get(pk=objection.pk)
        _may_add(actor, locked, side).require()
        twin = locked.files.filter(side=side, sha256=row.sha256).first()
        if twin:
            return twin
        path = objection_file_path(row, name)
        row.file.name = path if default_storage.exists(path) else default_storage.save(path, upload)
        row.save(force_insert=True)
        record(row, "directory.objection_file.add", actor=actor)
    return row


def may_give_out(row: ObjectionFile) -> Verdict:
    """An infected file goes to nobody; one the scanner has not seen is scanned now, and waits while the scanner is silent."""
    if row.scan == ScanState.CLEAN or not clamav.is_configured():
        return YES
    try:
        with row.file.open("rb") as file:
            scan = scanned(row.name, file)  # type: ignore[arg-type]
    except Infected:
        return no(_("This file is kept back: the virus scanner found something in it."))
    return YES if scan == ScanState.CLEAN else no(_("The virus scanner has not looked at this file yet. Try again later."))


def _may_add(actor: Any, objection: Objection, side: str) -> Verdict:
    if side == Side.OBJECTOR:
        return can_add_files(actor, objection)
    verdict = can_answer(actor, objection)
    return verdict if not verdict or objection.state == ObjectionState.HEARING else no(_("Nothing is asked of the applicant now."))


def _checked(objection: Objection, side: str, name: str, upload: UploadedFile) -> str:
    size, limit = upload.size or 0, settings.ATTACHMENT_MAX_BYTES
    if size == 0:
        raise Invalid(_("“%(name)s” is empty.") % {"name": name})
    if size > limit:
        sentence = _("“%(name)s” has %(size)s MB; at most %(limit)s MB are accepted.")
        raise Invalid(sentence % {"name": name, "size": f"{size / 1024 / 1024:.1f}", "limit": limit // 1024 // 1024})
    if objection.files.filter(side=side).count() >= MOST:
        raise Invalid(_("At most %(limit)s files are accepted here.") % {"limit": MOST})
    kind = kind_of(name, upload)  # type: ignore[arg-type]
    if kind not in ACCEPTED:
        accepted = ", ".join(each.upper() for each in ACCEPTED)
        raise Invalid(
            _("“%(name)s” is %(kind)s; accepted here: %(accepted)s.") % {"name": name, "kind": kind.upper(), "accepted": accepted}
        )
    return kind


def _scanned(actor: Any, objection: Objection, name: str, upload: UploadedFile) -> ScanState:
    try:
        return scanned(name, upload)  # type: ignore[arg-type]
    except Infected as error:
        with transaction.atomic():
            found = {"name": name, "sha256": sha256_of(upload), "signature": error.signature}
            record(objection, "directory.objection_file.refuse", actor=actor, extra=found)
        raise
