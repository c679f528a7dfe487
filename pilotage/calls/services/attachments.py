"""Files of an application: checked by content, kept under their digest, never thrown away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import Entry, record, record_many
from pilotage.calls import rules
from pilotage.calls.enums import PreviewState, ScanState
from pilotage.calls.forms.fields import Field, joined
from pilotage.calls.invoices import repeat_of
from pilotage.calls.joint import rules as joint_rules
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Attachment, Partner, attachment_path
from pilotage.calls.reports.forms import form_for
from pilotage.calls.selectors import attachments_of
from pilotage.calls.services.common import locked
from pilotage.core import clock
from pilotage.core.drawing import DRAWABLE
from pilotage.core.filetypes import CONTENT_TYPES, kind_of, safe_name, sha256_of
from pilotage.core.scanning import Infected, scanned
from pilotage.core.verdict import Invalid, Verdict


@dataclass(frozen=True, slots=True)
class AddedAttachment:
    """``warnings`` are sentences for the person who added the file; nothing was refused."""

    attachment: Attachment
    warnings: list[str]


def may_change_files(actor: Any, application: Application, partner: Partner | None) -> Verdict:
    return joint_rules.can_edit_part(actor, partner) if partner else rules.can_edit(actor, application)


def add_attachment(
    *, actor: Any, application: Application, field: str, upload: UploadedFile, partner: Partner | None = None
) -> AddedAttachment:
    """Store a file under a field of the form, or of a partner's part. Raises ``Invalid`` under the field's key with what is wrong with it.

    The scanner is asked before the transaction: it may take seconds, and a refusal is recorded though nothing is stored.
    """
    may_change_files(actor, application, partner).require()
    scan = _scanned(actor, application, field, upload)
    with transaction.atomic():
        fresh = locked(application)
        if partner:
            partner = _fresh_part(partner, fresh)
        may_change_files(actor, fresh, partner).require()
        question = question_of(fresh, field, partner)
        name = safe_name(upload.name or "")
        try:
            kind = _checked(fresh, question, name, upload, partner)
        except Invalid as error:
            raise Invalid({field: "; ".join(error.errors.values())}) from None
        sha256 = sha256_of(upload)
        _not_here_already(fresh, field, sha256, partner)
        attachment = Attachment(
            application=fresh,
            partner=partner,
            field=field,
            name=name,
            content_type=CONTENT_TYPES[kind],
            size=upload.size or 0,
            sha256=sha256,
            uploaded_by=actor,
            uploaded_at=clock.now(),
            scan=scan,
            preview=PreviewState.WAITING if CONTENT_TYPES[kind] in DRAWABLE else PreviewState.NONE,
        )
        _store(attachment, upload)
        attachment.save(force_insert=True)
        record(attachment, "attachment.add", actor=actor)
    return AddedAttachment(attachment, _warnings(actor, attachment, question))


def _scanned(actor: Any, application: Application, field: str, upload: UploadedFile) -> ScanState:
    name = safe_name(upload.name or "")
    try:
        return scanned(name, upload)  # type: ignore[arg-type]
    except Infected as error:
        with transaction.atomic():
            found = {"field": field, "name": name, "sha256": sha256_of(upload), "signature": error.signature}
            record(application, "attachment.refuse", actor=actor, extra=found)
        raise Invalid({field: str(error)}) from None


def remove_attachment(*, actor: Any, attachment: Attachment) -> Attachment:
    """Take a file off the application. The file itself stays for the record."""
    with transaction.atomic():
        fresh = locked(attachment.application)
        part = _fresh_part(attachment.partner, fresh) if attachment.partner else None
        may_change_files(actor, fresh, part).require()
        now = clock.now()
        if Attachment.objects.filter(pk=attachment.pk, removed_at__isnull=True).update(removed_at=now):
            attachment.removed_at = now
            record(attachment, "attachment.remove", actor=actor)
    return attachment


def _fresh_part(partner: Partner, application: Application) -> Partner:
    found = Partner.objects.select_related("enterprise").get(pk=partner.pk)
    found.application = application
    return found


def carry_over(*, actor: Any, application: Application, source: Application) -> list[Attachment]:
    """Give a new application the files of an earlier one that its form still asks for. To be called in its transaction.

    The copies are rows of their own for the same stored file: they keep its digest and who uploaded it when, and
    taking one off leaves the earlier application as it was filed.
    """
    form, kept = form_for(application), Counter[str]()
    copies = []
    for original in attachments_of(source):
        question = form.by_key.get(original.field)
        if (
            question is None
            or not form.asks(question.key)
            or not _still_fits(question, original)
            or kept[question.key] >= question.max_count
        ):
            continue
        kept[question.key] += 1
        copies.append(_copy(original, application))
    Attachment.objects.bulk_create(copies)
    record_many([Entry(copy, "attachment.carry_over", extra={"from": source.number}) for copy in copies], actor=actor)
    return copies


def _still_fits(question: Field, original: Attachment) -> bool:
    if question.type != "attachment" or original.size > question.max_mb * 1024 * 1024:
        return False
    return not question.accept or any(CONTENT_TYPES[kind] == original.content_type for kind in question.accept)


def _copy(original: Attachment, application: Application) -> Attachment:
    same = ("field", "name", "content_type", "size", "sha256", "uploaded_by_id", "uploaded_at", "scan", "preview")
    return Attachment(application=application, file=original.file.name, **{name: getattr(original, name) for name in same})


def question_of(application: Application, key: str, partner: Partner | None = None) -> Field:
    """The field of the form that takes files under this key. Raises ``Invalid``."""
    form = joint.partner_form(application.version) if partner else form_for(application)
    question = form.field(key)
    if question.type != "attachment":
        raise Invalid({key: _("%(field)s takes no files.") % {"field": question.label}})
    return question


def largest(question: Field) -> int:
    """Bytes."""
    return min(question.max_mb * 1024 * 1024, settings.ATTACHMENT_MAX_BYTES)


def _checked(application: Application, question: Field, name: str, upload: UploadedFile, partner: Partner | None) -> str:
    size, limit = upload.size or 0, largest(question)
    if size == 0:
        raise Invalid(_("“%(name)s” is empty.") % {"name": name})
    if size > limit:
        sentence = _("“%(name)s” has %(size)s MB; at most %(limit)s MB are accepted.")
        raise Invalid(sentence % {"name": name, "size": f"{size / 1024 / 1024:.1f}", "limit": limit // 1024 // 1024})
    if application.attachments.filter(field=question.key, partner=partner, removed_at__isnull=True).count() >= question.max_count:
        raise Invalid(_("At most %(limit)s files are accepted here.") % {"limit": question.max_count})
    kind = kind_of(name, upload)  # type: ignore[arg-type]
    if question.accept and kind not in question.accept:
        accepted = joined(each.upper() for each in question.accept)
        raise Invalid(
            _("“%(name)s” is %(kind)s; accepted here: %(accepted)s.") % {"name": name, "kind": kind.upper(), "accepted": accepted}
        )
    return kind


def _not_here_already(application: Application, field: str, sha256: str, partner: Partner | None) -> None:
    twin = application.attachments.filter(field=field, partner=partner, sha256=sha256, removed_at__isnull=True).first()
    if twin:
        raise Invalid({field: _("This file is here already, as “%(name)s”.") % {"name": twin.name}})


def _store(attachment: Attachment, upload: UploadedFile) -> None:
    """Written once per content: the path is the digest, so the same bytes are not stored twice."""
    storage, path = attachment.file.storage, attachment_path(attachment, attachment.name)
    attachment.file.name = path if storage.exists(path) else storage.save(path, upload)


def _warnings(actor: Any, attachment: Attachment, question: Field) -> list[str]:
    """Names only applications of the same enterprise; what others filed is for the officers to see."""
    repeat = repeat_of(actor, attachment) if question.invoice else None
    if repeat:
        return [repeat.sentence]
    others = (
        Application.objects.filter(
            enterprise=attachment.application.enterprise_id, attachments__sha256=attachment.sha256, attachments__removed_at__isnull=True
        )
        .exclude(pk=attachment.application_id)
        .distinct()
        .order_by("pk")
    )
    return [_("The same file is attached to %(application)s.") % {"application": other} for other in others]
