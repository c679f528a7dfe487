"""Pictures of a case: only what was made anew is kept, and only what consent covers is shown."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.core.verdict import Invalid, Refused
from pilotage.publications.cases import content, pictures, publishing, selectors, services
from tests.factories.case_studies import begun, picture_file, written

pytestmark = pytest.mark.django_db


def test_kept_without_a_word_of_metadata(cast):
    case = begun(cast)
    picture = pictures.add_picture(actor=cast.filer, case=case, upload=picture_file(), caption_zh="  装配线 视觉工位 ")
    assert (picture.kind, picture.width, picture.caption_zh) == ("jpg", 640, "装配线 视觉工位")
    with picture.file.open() as file:
        kept = file.read()
    assert b"SECRETCAMERA" not in kept
    assert len(kept) == picture.size


def test_two_hundred_megabytes_are_refused_unread(cast):
    class Huge(SimpleUploadedFile):
        def read(self, *args):
            raise AssertionError("nobody reads it")

    upload = Huge("site.jpg", b"\xff\xd8\xff")
    upload.size = 200 * 1024 * 1024
    with pytest.raises(Invalid, match=r"200\.0 MB"):
        pictures.add_picture(actor=cast.filer, case=begun(cast), upload=upload)


@pytest.mark.parametrize(
    ("name", "body"), [("a.jpg", b"MZ-program"), ("a.png", picture_file().read()), ("a.pdf", b"%PDF-1.7"), ("a.jpg", b"")]
)
def test_what_is_no_picture_is_refused(cast, name, body):
    with pytest.raises(Invalid):
        pictures.add_picture(actor=cast.filer, case=begun(cast), upload=SimpleUploadedFile(name, body))


def test_the_same_twice_and_strangers_are_refused(cast):
    case = begun(cast)
    body = picture_file().read()
    pictures.add_picture(actor=cast.filer, case=case, upload=SimpleUploadedFile("a.jpg", body))
    with pytest.raises(Invalid):
        pictures.add_picture(actor=cast.filer, case=case, upload=SimpleUploadedFile("b.jpg", body))
    with pytest.raises(Refused):
        pictures.add_picture(actor=cast.outsider, case=case, upload=picture_file(colour="#ff0000"))


def test_shown_with_consent_under_the_caption_of_its_version(cast):
    case = written(cast)
    first = pictures.add_picture(actor=cast.filer, case=case, upload=picture_file(), caption_zh="视觉工位")
    second = pictures.add_picture(actor=cast.filer, case=case, upload=picture_file(colour="#aa0000"), caption_zh="客户产品")
    for person in (cast.filer, cast.secretariat):
        services.approve(actor=person, case=case, base_version=case.draft_version)
    publishing.give_consents(actor=cast.filer, case=case, items=[content.TEXT, f"picture:{first.pk}"])
    publishing.publish(actor=cast.secretariat, case=case)
    services.reopen(actor=cast.filer, case=case)
    pictures.caption_pictures(actor=cast.filer, case=case, captions={first.pk: ("草稿说明", "")})
    pictures.remove_picture(actor=cast.filer, picture=second)
    case.refresh_from_db()
    page = selectors.public_content(case)
    assert [(picture.pk, picture.caption_zh) for picture in page.pictures] == [(first.pk, "视觉工位")]
    publishing.withdraw_consents(actor=cast.filer, case=case, items=[f"picture:{first.pk}"])
    assert selectors.public_content(case).pictures == ()


def test_a_changed_picture_needs_approval_anew(cast):
    case = written(cast)
    services.approve(actor=cast.filer, case=case, base_version=case.draft_version)
    pictures.add_picture(actor=cast.secretariat, case=case, upload=picture_file())
    services.approve(actor=cast.secretariat, case=case, base_version=case.draft_version)
    assert case.state == "draft"
