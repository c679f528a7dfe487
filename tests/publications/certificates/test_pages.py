"""The public pages of certificates, the check, and the secretariat's desk."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pilotage.core import clock
from pilotage.directory import services as directory
from pilotage.publications.certificates import papers
from pilotage.publications.certificates.enums import KeyState
from pilotage.publications.certificates.models import Certificate
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
LATER = make.moment("2024-03-01 10:00")


@pytest.fixture
def certificate(cast: Any) -> Certificate:
    make.published(cast)
    return Certificate.objects.select_related("entry__edition__call").order_by("place").first()


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def upload(client: Any, content: bytes, name: str = "certificate.pdf") -> Any:
    client.get("/verify/")
    return client.post("/verify/", {"file": SimpleUploadedFile(name, content)})


def test_anybody_reads_a_certificate_and_fetches_its_files(client: Any, certificate: Certificate) -> None:
    page = text_of(client.get(f"/certificates/{certificate.number}/"))
    for words in (certificate.number, certificate.entry.enterprise_name, certificate.entry.project_title, "证书有效", "演示数据，内容虚构"):
        assert words in page
    file = client.get(f"/certificates/{certificate.number}/certificate.json")
    assert (file.content, file["Content-Type"]) == (papers.file_of(certificate), "application/vc")
    paper = client.get(f"/certificates/{certificate.number}/certificate.pdf")
    assert (paper.content[:5], paper["Content-Type"]) == (b"%PDF-", "application/pdf")
    assert paper["Content-Disposition"] == f'attachment; filename="{certificate.number}.pdf"'
    english = text_of(client.get(f"/certificates/{certificate.number}/", headers={"accept-language": "en"}))
    assert "The certificate is in force." in english


def test_the_number_of_an_entry_leads_to_its_certificate(client: Any, certificate: Certificate) -> None:
    for address in (f"/certificates/{certificate.entry.number}/", f"/verify/?number={certificate.entry.number.lower()}"):
        assert client.get(address, follow=True).redirect_chain[-1][0] == f"/certificates/{certificate.number}/"
    assert client.get("/certificates/5GF-2023-9999-C1/").status_code == 404
    assert "没有编号为5GF-9的证书或条目" in text_of(client.get("/verify/?number=5GF-9"))
    entry = make.entry(make.edition(year=2022))
    assert "本平台没有为该条目签发证书" in text_of(client.get(f"/certificates/{entry.number}/"))


def test_nothing_is_shown_of_what_is_not_published(client: Any, cast: Any) -> None:
    stage = make.edition_prepared(cast)
    number = stage.edition.entries.order_by("number").first().number
    assert client.get(f"/certificates/{number}/").status_code == 404
    assert client.get("/certificates/status/1/").status_code == 404
    assert json.loads(client.get("/certificates/keys.json").content)["verificationMethod"] == []


def test_a_replaced_one_names_its_successor_and_gives_no_paper(client: Any, certificate: Certificate, cast: Any) -> None:
    with clock.at(LATER):
        directory.set_label(actor=cast.secretariat, entry=certificate.entry, label="benchmark", reason="标杆评选")
    page = text_of(client.get(f"/certificates/{certificate.number}/"))
    assert "2024年3月1日已换发" in page
    assert f"/certificates/{certificate.entry.number}-C2/" in page
    assert client.get(f"/certificates/{certificate.number}/certificate.pdf").status_code == 403


def test_a_file_is_checked_and_told_in_words(client: Any, certificate: Certificate) -> None:
    paper = papers.paper_of(certificate)
    good = text_of(upload(client, paper))
    assert "真实有效" in good
    assert f"/certificates/{certificate.number}/" in good
    changed = bytearray(paper)
    changed[1000] ^= 1
    bad = text_of(upload(client, bytes(changed)))
    assert "签名不符" in bad
    assert certificate.entry.enterprise_name not in bad
    assert "不是原始证书文件" in text_of(upload(client, b"<script>alert(1)</script>", "<img src=x>.pdf"))
    empty = client.post("/verify/", {})
    assert (empty.status_code, "请选择证书的PDF或JSON文件" in text_of(empty)) == (422, True)


def test_a_revoked_one_is_told_as_such(client: Any, certificate: Certificate, cast: Any) -> None:
    paper = papers.paper_of(certificate)
    with clock.at(LATER):
        directory.propose_remove(actor=cast.secretariat, entry=certificate.entry, reason="造假")
        directory.confirm_remove(actor=cast.second_secretariat, entry=certificate.entry)
    assert "证书此后已换发或撤销" in text_of(upload(client, paper))
    assert "2024年3月1日已撤销" in text_of(client.get(f"/certificates/{certificate.number}/"))


def test_others_may_fetch_keys_lists_and_words_from_their_pages(client: Any, certificate: Certificate) -> None:
    for address, kind in (
        ("/.well-known/did.json", "application/did+json"),
        ("/certificates/status/1/", "application/vc"),
        ("/certificates/context/v1/", "application/ld+json"),
    ):
        response = client.get(address)
        assert (response["Access-Control-Allow-Origin"], response["Content-Type"]) == ("*", kind)
    terms = json.loads(client.get("/certificates/context/v1/").content)["@context"]
    said = json.loads(certificate.body)["credentialSubject"]
    assert not [name for name in said if name not in terms and name not in ("id", "type")]


# --- the desk ---------------------------------------------------------------------------------
def test_the_desk_is_for_the_secretariat_and_auditors(client: Any, cast: Any) -> None:
    for name, person in cast.people().items():
        client.force_login(person)
        allowed = name in {"secretariat", "second_secretariat", "auditor"}
        assert client.get("/work/certificates/").status_code == (200 if allowed else 403), name
    client.logout()
    assert client.get("/work/certificates/").status_code == 302


def test_two_people_revoke_on_the_desk_and_one_issues_anew(client: Any, certificate: Certificate, cast: Any) -> None:
    act = f"/work/certificates/{certificate.number}"
    client.force_login(cast.secretariat)
    assert client.post(f"{act}/propose/", {"reason": " "}).status_code == 422
    assert client.post(f"{act}/propose/", {"reason": "打印有误"})["Location"] == f"/work/certificates/?certificate={certificate.number}"
    assert "提请人不能自行确认" in text_of(client.get(f"/work/certificates/?certificate={certificate.number}"))
    assert client.post(f"{act}/confirm/").status_code == 403
    client.force_login(cast.second_secretariat)
    client.post(f"{act}/confirm/")
    certificate.refresh_from_db()
    assert certificate.state == "revoked"
    page = text_of(client.get("/work/certificates/"))
    assert "有1个有效条目尚无证书" in page
    client.post(f"/work/certificates/issue/{certificate.entry.edition_id}/")
    assert Certificate.objects.filter(entry=certificate.entry, state="in_force").count() == 1
    assert client.post(f"{act}/other/").status_code == 404


def test_the_auditor_reads_the_desk_and_acts_not(client: Any, certificate: Certificate, cast: Any) -> None:
    client.force_login(cast.auditor)
    assert certificate.number in text_of(client.get("/work/certificates/?state=in_force&q=5gf"))
    assert "没有符合条件的证书" in text_of(client.get("/work/certificates/?state=revoked"))
    assert client.post(f"/work/certificates/{certificate.number}/propose/", {"reason": "试试"}).status_code == 403
    assert client.post(f"/work/certificates/issue/{certificate.entry.edition_id}/").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_takes_the_same_number_of_queries(client: Any, cast: Any, count: int, django_assert_num_queries: Any) -> None:
    stage = make.published(cast, count=count)
    assert len(stage.entries) == count
    client.force_login(cast.auditor)
    client.get("/work/certificates/")
    with django_assert_num_queries(7):
        client.get("/work/certificates/")


# --- the state tables -------------------------------------------------------------------------
def test_every_state_verb_and_role(certificate: Certificate, cast: Any) -> None:
    from pilotage.core.transitions import may
    from pilotage.publications.certificates.transitions import CERTIFICATE, KEY

    secretariat = {"secretariat", "second_secretariat"}
    allowed = {
        "replace": {*secretariat, "nobody"},
        "lapse": {"nobody"},
        "revoke": secretariat,
        "retire": {"nobody"},
        "compromise": {"nobody"},
    }
    people = {**cast.people(), "nobody": None}
    for table, obj in ((CERTIFICATE, certificate), (KEY, certificate.key)):
        for state in table.states:
            obj.state = state
            for verb, row in table.by_verb.items():
                for role, actor in people.items():
                    assert bool(may(actor, obj, verb)) is (state in row.sources and role in allowed[verb]), (state, verb, role)
    assert [verb for table in (CERTIFICATE, KEY) for verb, row in table.by_verb.items() if row.two_person] == ["revoke"]
    assert KEY.initial == KeyState.ACTIVE
