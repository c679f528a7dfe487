"""Files in a partner's own part, members who want to leave, and what the receipt says of a consortium."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from pilotage.audit.chain import canonical, digest
from pilotage.calls import rules, services
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Attachment, Partner, Receipt, Revision
from pilotage.calls.papers import receipts
from pilotage.core.transitions import may
from pilotage.core.verdict import Invalid, Refused
from tests.factories import calls as make
from tests.factories import joint as factory

KEY = "letter"
QUESTION = {
    "key": KEY, "type": "attachment", "required": True, "accept": ["pdf"], "max_mb": 1, "max_count": 2,
    "label": {"zh": "承诺函", "en": "Letter"},
}  # fmt: skip
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def draft(cast: Any, at: Any) -> Application:
    at(make.FILING)
    form = make.call_document()["form"]
    form["sections"][0]["fields"].append(QUESTION)
    application = factory.complete_draft(factory.call(form=form), cast)
    make.attachment(application, cast.filer, KEY, b"%PDF-1.7 of the lead")
    return application


@pytest.fixture
def partner(draft: Application, cast: Any) -> Partner:
    return services.invite_partner(actor=cast.filer, application=draft, who=cast.other_enterprise.name_zh, role="research")


def add(partner: Partner, actor: Any, content: bytes = b"%PDF-1.7 of the partner", name: str = "函.pdf") -> Attachment:
    upload = SimpleUploadedFile(name, content)
    return services.add_attachment(actor=actor, application=partner.application, field=KEY, upload=upload, partner=partner).attachment


def filed(partner: Partner, cast: Any) -> Application:
    add(partner, cast.other_filer)
    services.save_part(actor=cast.other_filer, partner=partner, values=factory.PART, base_version=partner.draft_version)
    services.consent(actor=cast.other_filer, partner=partner)
    application = Application.objects.get()
    services.save_draft(actor=cast.filer, application=application, values={"truth_statement": True}, base_version=application.draft_version)
    return services.submit(actor=cast.filer, application=Application.objects.get())


# --- files ----------------------------------------------------------------------------------
def test_a_partner_adds_and_removes_files_of_its_own_part_on_its_page(partner: Partner, cast: Any, client_for: Any) -> None:
    client, edit = client_for(cast.other_filer), f"/my/{partner.application.number}/part/edit/"
    assert "承诺函" in joint.part_problems(partner)[KEY]
    sent = {"do": f"upload:{KEY}", f"file.{KEY}": SimpleUploadedFile("成员承诺.pdf", b"%PDF-1.7 x")}
    page = client.post(f"{edit}?section=enterprise", sent, follow=True).content.decode()
    assert ("成员承诺.pdf" in page, "合同.pdf" in page) == (True, False)
    file = Attachment.objects.get(partner=partner)
    assert (KEY in joint.part_problems(partner), file.uploaded_by) == (False, cast.other_filer)
    lead = client_for(cast.filer).get(f"/my/{partner.application.number}/?section=enterprise").content.decode()
    assert ("成员承诺.pdf" in lead, "合同.pdf" in lead) == (False, True)
    assert "成员承诺.pdf" in client_for(cast.filer).get(f"/applications/{partner.application.number}/").content.decode()
    client.post(f"{edit}?section=enterprise", {"do": f"remove-file:{file.pk}"})
    assert not Attachment.objects.filter(partner=partner, removed_at=None).exists()


def test_only_the_partner_itself_writes_there(partner: Partner, cast: Any) -> None:
    for actor in (cast.filer, cast.outsider, cast.city_officer):
        with pytest.raises(Refused):
            add(partner, actor)
    file = add(partner, cast.other_filer)
    with pytest.raises(Refused):
        services.remove_attachment(actor=cast.filer, attachment=file)
    lead_file = Attachment.objects.filter(partner=None).first()
    with pytest.raises(Refused):
        services.remove_attachment(actor=cast.other_filer, attachment=lead_file)
    with pytest.raises(Invalid):  # a field of the lead's sections
        services.add_attachment(
            actor=cast.other_filer, application=partner.application, field="evidence_network", upload=make.pdf(), partner=partner
        )


def test_the_lead_sees_all_and_a_partner_not_what_another_added(partner: Partner, cast: Any, client_for: Any) -> None:
    firm, third = factory.partner_firm("无锡第三方有限公司")
    second = services.invite_partner(actor=cast.filer, application=partner.application, who=firm.name_zh, role="operator")
    files = {
        cast.other_filer: add(partner, cast.other_filer, name="岚桥函.pdf"),
        third: add(second, third, b"%PDF-1.7 of the third", "第三方函.pdf"),
    }
    for who, own in files.items():
        assert {each for each in rules.visible_attachments(who) if each.partner_id} == {own}
        for file in files.values():
            address = f"/applications/{partner.application.number}/files/{file.pk}/"
            assert (file.name in client_for(who).get(f"/applications/{partner.application.number}/").content.decode()) == (file == own)
            assert client_for(who).get(address).status_code == (200 if file == own else 404)
            assert client_for(cast.filer).get(address).status_code == 200
            assert client_for(cast.outsider).get(address).status_code == 404
            assert client_for(None).get(address).status_code == 302


def test_large_files_of_a_part_come_in_pieces(partner: Partner, cast: Any, client_for: Any) -> None:
    client, content = client_for(cast.other_filer), b"%PDF-1.7 in pieces"
    address = f"/my/{partner.application.number}/part/uploads/"
    pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in {"field": KEY, "filename": "函.pdf"}.items())
    head = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": pairs}
    assert client_for(cast.filer).post(address, headers=head).status_code == 404
    begun = client.post(address, headers=head)
    assert begun.status_code == 201
    assert client_for(cast.filer).head(begun["Location"], headers=TUS).status_code == 404
    done = client.patch(begun["Location"], content, content_type="application/offset+octet-stream", headers={**TUS, "Upload-Offset": "0"})
    assert (done.status_code, Attachment.objects.get(partner=partner).name) == (204, "函.pdf")


def test_what_is_filed_holds_the_partner_s_files_and_a_filing_without_them_stays_as_it_was(partner: Partner, cast: Any) -> None:
    application = filed(partner, cast)
    revision = Revision.objects.get()
    [part] = revision.partners
    assert [each["name"] for each in part["attachments"]] == ["函.pdf"]
    assert "函.pdf" not in [each["name"] for each in revision.attachments]
    from pilotage.calls.services.filing import revision_digest

    assert revision_digest(revision) == revision.digest
    said = json.loads(Receipt.objects.get(revision=revision).body)
    assert [each["name"] for each in said["files"]] == ["合同.pdf", "合同.pdf", "函.pdf"]
    consented = Partner.objects.get().decided_at.isoformat(timespec="seconds")
    assert said["partners"] == [
        {
            "name": cast.other_enterprise.name_zh,
            "uscc": cast.other_enterprise.uscc,
            "role": "research",
            "consented_by": str(cast.other_filer),
            "consented_at": consented,
            "digest": digest(canonical(part)),
        }
    ]
    receipt = Receipt.objects.get()
    assert receipts.check(receipts.file_of(receipt)).record == ""
    with translation.override("zh-hans"):
        paper = receipts.paper_of(receipt, application)
    words = "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages).replace("\u200b", "").split())
    assert all(each in words for each in ("联合体成员", cast.other_enterprise.name_zh, digest(canonical(part))[-12:], consented[:10]))


# --- leaving --------------------------------------------------------------------------------
def test_before_submission_a_partner_leaves_at_once_and_the_lead_removes_it(partner: Partner, cast: Any, client_for: Any) -> None:
    add(partner, cast.other_filer)
    services.save_part(actor=cast.other_filer, partner=partner, values=factory.PART, base_version=partner.draft_version)
    services.consent(actor=cast.other_filer, partner=partner)
    services.leave(actor=cast.other_filer, partner=Partner.objects.get(), reason="退出")
    page = client_for(cast.filer).get(f"/my/{partner.application.number}/check/").content.decode()
    assert "已退出联合体，请将其移出名单，或另邀其他单位接替。" in page
    with pytest.raises(Invalid) as refused:
        services.submit(actor=cast.filer, application=Application.objects.get())
    assert f"partner-{partner.pk}" in refused.value.errors
    services.remove_partner(actor=cast.filer, partner=Partner.objects.get(), reason="退出")
    assert list(joint.partner_problems(Application.objects.get())) == ["partners"]


def test_after_submission_nothing_passes_until_the_wish_is_taken_back_or_settled(partner: Partner, cast: Any, client_for: Any) -> None:
    filed(partner, cast)
    services.ask_to_leave(actor=cast.other_filer, partner=Partner.objects.get(), reason="股权变更")
    application = Application.objects.get()
    with translation.override("en"):
        verdict = may(cast.city_officer, application, "check")
    assert verdict.reason == (
        f"{application.number}: a member of the consortium wants to leave. Return the application, so that it can leave or be removed; "
        "or wait until it takes the request back."
    )
    assert may(cast.city_officer, application, "return")
    page = client_for(cast.city_officer).get(f"/applications/{application.number}/").content.decode()
    assert "有成员单位申请退出" in page
    assert client_for(cast.outsider).get(f"/applications/{application.number}/").status_code == 404
    with pytest.raises(Refused):
        services.check(actor=cast.city_officer, application=application, result="pass", opinion="")
    # one way out: the member stays
    services.stay(actor=cast.other_filer, partner=Partner.objects.get())
    assert may(cast.city_officer, Application.objects.get(), "check")
    # the other: it is returned, and the lead removes the member
    services.ask_to_leave(actor=cast.other_filer, partner=Partner.objects.get(), reason="股权变更")
    services.return_for_correction(actor=cast.city_officer, application=Application.objects.get(), reason="成员变更")
    assert "申请退出" in joint.partner_problems(Application.objects.get())[f"partner-{partner.pk}"]
    services.remove_partner(actor=cast.filer, partner=Partner.objects.get(), reason="成员变更")
    assert Application.objects.get().members_leaving == 0


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("accepted", "The application cannot be returned any more, so no member can leave. Only %s can withdraw it as a whole."),
        ("listed", "The application has been decided; nobody can leave it any more."),
    ],
)
def test_after_recommendation_the_secretariat_returns_it_and_later_nobody_leaves(
    state: str, sentence: str, partner: Partner, cast: Any, client_for: Any
) -> None:
    filed(partner, cast)
    Application.objects.update(state="recommended")
    services.ask_to_leave(actor=cast.other_filer, partner=Partner.objects.get(), reason="股权变更")
    application = Application.objects.get()
    assert (bool(may(cast.secretariat, application, "accept")), bool(may(cast.secretariat, application, "return"))) == (False, True)
    services.stay(actor=cast.other_filer, partner=Partner.objects.get())
    assert may(cast.secretariat, Application.objects.get(), "accept")
    Application.objects.update(state=state)
    found = Partner.objects.select_related("application__enterprise", "application__call").get()
    with translation.override("en"), pytest.raises(Refused) as refused:
        services.ask_to_leave(actor=cast.other_filer, partner=found, reason="股权变更")
    lead = "苏州砚舟精密传动有限公司"
    assert str(refused.value) == (sentence % lead if "%s" in sentence else sentence)
    page = client_for(cast.other_filer).get(f"/my/{found.application.number}/part/").content.decode()
    assert ("不能再退" in page, 'value="ask"' in page) == (True, False)


def test_a_desk_of_consortia_costs_no_query_more(partner: Partner, cast: Any, django_assert_num_queries: Any) -> None:
    filed(partner, cast)
    application = rules.visible_applications(cast.city_officer).select_related("call", "recommender").prefetch_related("call__stages").get()
    may(cast.city_officer, application, "check")
    with django_assert_num_queries(0):
        rules.stays_together(application)
