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
from pilotage.calls.enums import PreviewState
from pilotage.calls.forms.fields import Field
from pilotage.calls.invoices import repeat_of
from pilotage.calls.joint import rules as joint_rules
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Attachment, Partner, attachment_path
from pilotage.calls.reports.forms import form_for
from pilotage.calls.selectors import attachments_of
from pilotage.calls.services.common import locked
from pilotage.core import clock, incoming
from pilotage.core.drawing import DRAWABLE
from pilotage.core.filetypes import CONTENT_TYPES
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
    """Store a file under a field of the form, or of a partner's part. Raises ``Invalid`` under the field's key with what is wrong with it."""
    may_change_files(actor, application, partner).require()
    asked = question_of(application, field, partner)
    taken = incoming.take(
        upload,
        key=field,
        accepted=asked.accept,
        max_bytes=largest(asked),
        refused=lambda found: record(application, "attachment.refuse", actor=actor, extra={"field": field, **found}),
    )
    with transaction.atomic():
        fresh = locked(application)
        if partner:
            partner = _fresh_part(partner, fresh)
        may_change_files(actor, fresh, partner).require()
        question = question_of(fresh, field, partner)
        present = fresh.attachments.filter(field=field, partner=partner, removed_at__isnull=True)
        incoming.require_room(present.count(), question.max_count, key=field)
        incoming.require_new(present, taken, key=field)
        attachment = Attachment(
            application=fresh,
            partner=partner,
            field=field,
            uploaded_by=actor,
            uploaded_at=clock.now(),
            preview=PreviewState.WAITING if CONTENT_TYPES[taken.kind] in DRAWABLE else PreviewState.NONE,
            **taken.columns(),
        )
        taken.keep(attachment.file, attachment_path(attachment, attachment.name))
        attachment.save(force_insert=True)
        record(attachment, "attachment.add", actor=actor)
    return AddedAttachment(attachment, _warnings(actor, attachment, question))


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
