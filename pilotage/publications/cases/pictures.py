"""Pictures of a case: checked, made anew, kept under the digest of what is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock, incoming, pictures
from pilotage.core.verdict import Invalid
from pilotage.publications.cases import rules, services, versions
from pilotage.publications.cases.models import CasePicture, CaseStudy, picture_path

MOST_PICTURES, CAPTION_LONGEST = 12, 200


def most_bytes() -> int:
    return int(settings.ATTACHMENT_MAX_BYTES)


def add_picture(*, actor: Any, case: CaseStudy, upload: UploadedFile, caption_zh: str = "", caption_en: str = "") -> CasePicture:
    """Raises ``Invalid`` with what is wrong with it. The scanner and the picture library work before the transaction: they take time."""
    rules.can_write(actor, case).require()
    taken = incoming.take(
        upload,
        key="picture",
        accepted=("jpg", "png"),
        refused=lambda found: record(case, "publications.case_picture.refuse", actor=actor, extra=found),
    )
    upload.seek(0)
    made = pictures.made_anew(upload.read())
    with transaction.atomic():
        fresh = services.locked(case)
        rules.can_write(actor, fresh).require()
        present = versions.pictures_of(fresh)
        digest = hashlib.sha256(made.content).hexdigest()
        _fits(present, digest)
        picture = CasePicture(
            case=fresh,
            kind=made.kind,
            name=taken.name,
            sha256=digest,
            size=len(made.content),
            width=made.width,
            height=made.height,
            caption_zh=_caption(caption_zh),
            caption_en=_caption(caption_en),
            position=present[-1].position + 1 if present else 1,
            scan=taken.scan,
            uploaded_by=actor,
            uploaded_at=clock.now(),
        )
        storage, path = picture.file.storage, picture_path(picture, taken.name)
        picture.file.name = path if storage.exists(path) else storage.save(path, ContentFile(made.content))
        picture.save(force_insert=True)
        record(picture, "publications.case_picture.add", actor=actor)
    return picture


def _fits(present: Sequence[CasePicture], digest: str) -> None:
    if len(present) >= MOST_PICTURES:
        raise Invalid(_("At most %(most)d pictures.") % {"most": MOST_PICTURES})
    if any(picture.sha256 == digest for picture in present):
        raise Invalid(_("This picture is here already."))


def _caption(text: str) -> str:
    return " ".join(text.split())[:CAPTION_LONGEST]


def caption_pictures(*, actor: Any, case: CaseStudy, captions: Mapping[int, tuple[str, str]]) -> list[CasePicture]:
    """``captions``: picture -> (Chinese, English). What stays the same is not written."""
    with transaction.atomic():
        fresh = services.locked(case)
        rules.can_write(actor, fresh).require()
        changed = []
        for picture in versions.pictures_of(fresh):
            wanted = tuple(_caption(text) for text in captions.get(picture.pk, (picture.caption_zh, picture.caption_en)))
            if wanted != (picture.caption_zh, picture.caption_en):
                picture.caption_zh, picture.caption_en = wanted
                picture.save(update_fields=["caption_zh", "caption_en"])
                record(picture, "publications.case_picture.caption", actor=actor)
                changed.append(picture)
    return changed


def remove_picture(*, actor: Any, picture: CasePicture) -> CasePicture:
    """Off the draft. The version published still shows it, as long as consent is in force."""
    with transaction.atomic():
        fresh = services.locked(picture.case)
        rules.can_write(actor, fresh).require()
        if CasePicture.objects.filter(pk=picture.pk, removed_at__isnull=True).update(removed_at=clock.now()):
            picture.refresh_from_db(fields=["removed_at"])
            record(picture, "publications.case_picture.remove", actor=actor)
    return picture
