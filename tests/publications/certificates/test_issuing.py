"""Certificates follow the directory: issued with the listing, renewed with a label, revoked with the removal."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from pilotage.audit.models import AuditEvent
from pilotage.core import clock, signing
from pilotage.core.verdict import Conflict, Invalid, Refused
from pilotage.directory import services as directory
from pilotage.directory.models import Entry
from pilotage.publications.certificates import content, keys, proof, selectors, services, status
from pilotage.publications.certificates.enums import CertificateState, KeyState
from pilotage.publications.certificates.models import Certificate, CertificateKey
from pilotage.registry.models import Enterprise
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
PUBLISHED = make.moment(make.PUBLISHED)
LATER = make.moment("2024-03-01 10:00")


def states(entry: Entry) -> list[tuple[str, str]]:
    return list(Certificate.objects.filter(entry=entry).order_by("serial").values_list("number", "state"))


def listed_places(number: int = 1) -> set[int]:
    text = selectors.status_list(number)["credentialSubject"]["encodedList"]
    return {place for place in range(1, 50) if status.is_set(text, place)}


def remove(cast: Any, entry: Entry) -> None:
    directory.propose_remove(actor=cast.secretariat, entry=entry, reason="指标造假")
    directory.confirm_remove(actor=cast.second_secretariat, entry=entry)


def test_publishing_issues_one_for_each_entry(cast: Any) -> None:
    stage = make.published(cast)
    assert [c.number for c in Certificate.objects.order_by("place")] == [f"{entry.number}-C1" for entry in stage.entries]
    certificate = Certificate.objects.get(entry=stage.entries[0])
    found = json.loads(certificate.body)
    key = CertificateKey.objects.get()
    assert proof.holds(found, key.public_key)
    assert certificate.body.encode() == proof.canonical(found)
    assert found["validFrom"] == found["proof"]["created"] == "2023-11-29T01:00:00Z"
    assert found["issuer"]["id"] == "did:web:testserver"
    assert found["proof"]["verificationMethod"] == "did:web:testserver#key-1"
    assert found["id"] == f"http://testserver/certificates/{certificate.number}/"
    assert found["credentialStatus"] == {
        "id": "http://testserver/certificates/status/1/#1",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "1",
        "statusListCredential": "http://testserver/certificates/status/1/",
    }


def test_it_says_what_the_directory_says_and_nothing_secret(cast: Any) -> None:
    entry = make.published(cast).entries[0]
    said = selectors.said_of(Certificate.objects.get(entry=entry))
    assert said["number"] == entry.number
    assert said["enterprise"] == {"name": entry.enterprise_name}
    Enterprise.objects.filter(pk=entry.enterprise_id).update(uscc="91320505MA1DEMO00X")
    assert content.subject(Entry.objects.get(pk=entry.pk))["enterprise"]["unifiedSocialCreditCode"] == "91320505MA1DEMO00X"
    assert said["projectTitle"] == entry.project_title
    assert said["listedOn"] == "2023-11-29"
    assert said["province"] == {
        "code": "320000",
        "name": [{"@value": entry.province.name_zh, "@language": "zh-Hans"}, *said["province"]["name"][1:]],
    }
    assert "label" not in said
    body = Certificate.objects.get(entry=entry).body
    assert not [secret for secret in make.SECRETS if secret in body]


def test_an_invented_entry_is_not_certified_in_the_name_of_a_real_office(cast: Any) -> None:
    stage = make.published(cast)
    entry = stage.entries[0]
    assert content.issuer(entry)[0]["@value"] == (stage.call.plan.issuer_zh if not entry.is_fictional else "虚构演示，无签发机构")
    Entry.objects.filter(pk=entry.pk).update(is_fictional=True)
    entry.refresh_from_db()
    assert [each["@value"] for each in content.issuer(entry)] == ["虚构演示，无签发机构", "Fictional demonstration, issued by nobody"]


def test_what_only_a_public_source_tells_of_is_not_certified(cast: Any) -> None:
    directory.record_history(actor=None)
    assert Entry.objects.filter(edition__is_complete=False).exists()
    assert not Certificate.objects.exists()
    edition = Entry.objects.filter(edition__is_complete=False).first().edition
    with pytest.raises(Invalid):
        services.issue_missing(actor=cast.secretariat, edition=edition)


def test_a_removal_revokes_in_the_same_transaction(cast: Any) -> None:
    stage = make.published(cast)
    first, second = stage.entries
    with clock.at(LATER):
        remove(cast, first)
    certificate = Certificate.objects.get(entry=first)
    assert (certificate.state, certificate.ended_at) == (CertificateState.REVOKED, LATER)
    assert states(second) == [(f"{second.number}-C1", "in_force")]
    event = AuditEvent.objects.get(verb="publications.certificate.lapse")
    assert (event.object_id, event.reason, event.actor_label) == (str(certificate.pk), "指标造假", "system")
    with clock.at(LATER):
        assert listed_places() == {certificate.place}


def test_an_act_that_is_taken_back_leaves_no_certificate_behind(cast: Any) -> None:
    stage = make.edition_prepared(cast)
    with clock.at(PUBLISHED), transaction.atomic():
        directory.propose_publish(actor=cast.secretariat, edition=stage.edition)
        directory.confirm_publish(actor=cast.second_secretariat, edition=stage.edition)
        assert Certificate.objects.count() == 2
        transaction.set_rollback(True)
    assert (Certificate.objects.count(), CertificateKey.objects.count()) == (0, 0)


def test_an_entry_that_returns_gets_a_new_one(cast: Any) -> None:
    entry = make.published(cast).entries[0]
    with clock.at(LATER):
        remove(cast, entry)
    with clock.at(LATER + timedelta(days=90)):
        directory.propose_readmit(actor=cast.secretariat, entry=entry, reason="整改完成")
        directory.confirm_readmit(actor=cast.second_secretariat, entry=entry)
    assert states(entry) == [(f"{entry.number}-C1", "revoked"), (f"{entry.number}-C2", "in_force")]


def test_a_label_renews_it_and_taking_it_away_renews_it_again(cast: Any) -> None:
    entry = make.published(cast).entries[0]
    with clock.at(LATER):
        directory.set_label(actor=cast.secretariat, entry=entry, label="benchmark", reason="标杆评选")
        directory.set_label(actor=cast.secretariat, entry=entry, label="benchmark", reason="再次确认")
    assert states(entry) == [(f"{entry.number}-C1", "replaced"), (f"{entry.number}-C2", "in_force")]
    said = selectors.said_of(selectors.current(entry))
    assert said["label"]["name"] == [{"@value": "标杆", "@language": "zh-Hans"}, {"@value": "Benchmark", "@language": "en"}]
    assert said["label"]["givenOn"] == "2024-03-01"
    with clock.at(LATER + timedelta(days=1)):
        directory.set_label(actor=cast.secretariat, entry=entry, label="", reason="撤销标杆")
    assert "label" not in selectors.said_of(selectors.current(entry))
    assert [state for _number, state in states(entry)] == ["replaced", "replaced", "in_force"]


def test_marking_for_rectification_and_renewing_change_no_certificate(cast: Any) -> None:
    entry = make.published(cast).entries[0]
    with clock.at(LATER):
        directory.rectify(actor=cast.secretariat, entry=entry, reason="指标下降")
        directory.restore(actor=cast.secretariat, entry=entry, reason="已整改")
        directory.renew(actor=cast.secretariat, entry=entry, next_evaluation_on=LATER.date() + timedelta(days=300), reason="复评通过")
    assert states(entry) == [(f"{entry.number}-C1", "in_force")]


def test_a_wrong_one_is_revoked_by_two_people_and_issued_again(cast: Any) -> None:
    stage = make.published(cast)
    entry = stage.entries[0]
    certificate = Certificate.objects.get(entry=entry)
    with clock.at(LATER):
        services.propose_revoke(actor=cast.secretariat, certificate=certificate, reason="打印有误")
        with pytest.raises(Refused):
            services.confirm_revoke(actor=cast.secretariat, certificate=certificate)
        services.confirm_revoke(actor=cast.second_secretariat, certificate=certificate)
        assert selectors.missing(stage.edition) == 1
        made = services.issue_missing(actor=cast.secretariat, edition=stage.edition)
        assert [each.number for each in made] == [f"{entry.number}-C2"]
        assert services.issue_missing(actor=cast.secretariat, edition=stage.edition) == []
        with pytest.raises(Conflict):
            services.confirm_revoke(actor=cast.second_secretariat, certificate=made[0])


def test_only_the_secretariat_issues_what_is_missing(cast: Any) -> None:
    stage = make.published(cast)
    for name, person in cast.people().items():
        if name not in {"secretariat", "second_secretariat"}:
            with pytest.raises(Refused):
                services.issue_missing(actor=person, edition=stage.edition)


@pytest.mark.parametrize("count", [1, 3])
def test_issuing_takes_the_same_number_of_queries_for_any_number(cast: Any, count: int, django_assert_num_queries: Any) -> None:
    stage = make.published(cast, count=count)
    with clock.at(LATER), transaction.atomic():
        services.rotate(actor=None, reason="年度更换")
        Certificate.objects.update(state=CertificateState.REVOKED, ended_at=LATER)
        with django_assert_num_queries(11):
            assert len(services.issue(actor=None, entries=stage.entries)) == count


# --- keys -------------------------------------------------------------------------------------
def test_a_new_key_signs_from_now_on_and_the_old_one_stays_published(cast: Any) -> None:
    entry = make.published(cast).entries[0]
    with clock.at(LATER):
        services.rotate(actor=None, reason="年度更换")
        directory.set_label(actor=cast.secretariat, entry=entry, label="benchmark", reason="标杆评选")
        document = selectors.did_document()
    first, second = document["verificationMethod"]
    assert [first["id"], second["id"]] == ["did:web:testserver#key-1", "did:web:testserver#key-2"] == document["assertionMethod"]
    assert (first["expires"], "expires" in second) == ("2024-03-01T02:00:01Z", False)
    old, new = Certificate.objects.filter(entry=entry).order_by("serial")
    assert proof.holds(proof.read(old.body), first["publicKeyMultibase"])
    assert proof.holds(proof.read(new.body), second["publicKeyMultibase"])
    assert first["publicKeyMultibase"] != second["publicKeyMultibase"]


def test_a_withdrawn_key_takes_all_it_signed_with_it(cast: Any) -> None:
    stage = make.published(cast)
    key = CertificateKey.objects.get()
    with clock.at(LATER):
        made = services.withdraw_key(actor=None, key=key, reason="密钥文件外泄")
        document = selectors.did_document()
    assert [certificate.number for certificate in made] == [f"{entry.number}-C2" for entry in stage.entries]
    assert document["assertionMethod"] == ["did:web:testserver#key-2"]
    assert document["verificationMethod"][0]["revoked"] == "2024-03-01T02:00:00Z"
    assert CertificateKey.objects.get(pk=key.pk).state == KeyState.COMPROMISED
    assert set(Certificate.objects.filter(key=key).values_list("state", flat=True)) == {"replaced"}


def test_nobody_changes_keys_from_a_page(cast: Any) -> None:
    make.published(cast)
    for person in cast.people().values():
        with pytest.raises(Refused):
            services.rotate(actor=person, reason="试试")
        with pytest.raises(Refused):
            services.withdraw_key(actor=person, key=CertificateKey.objects.get(), reason="试试")


def test_a_key_file_is_private_and_a_missing_one_stops_issuing_with_a_sentence(cast: Any) -> None:
    stage = make.edition_prepared(cast)
    with clock.at(PUBLISHED), transaction.atomic():
        key = services._begin_key(actor=None)
    path = Path(settings.DATA_DIR) / keys.FOLDER / str(key.number)
    assert path.stat().st_mode & 0o777 == 0o600
    kept = path.rename(path.with_name("away"))
    try:
        with clock.at(PUBLISHED):
            directory.propose_publish(actor=cast.secretariat, edition=stage.edition)
            with pytest.raises(Refused, match="pilotage certificates rotate"):
                directory.confirm_publish(actor=cast.second_secretariat, edition=stage.edition)
    finally:
        kept.rename(path)
    stage.edition.refresh_from_db()
    assert stage.edition.state == "prepared"


def test_the_key_of_the_setting_is_used_instead_of_a_file(cast: Any, settings: Any) -> None:
    settings.CERTIFICATE_KEY = "11" * 32
    make.published(cast)
    assert CertificateKey.objects.get().public_key == proof.multikey(keys.parsed("11" * 32))
    with clock.at(LATER), pytest.raises(Conflict):
        services.rotate(actor=None, reason="忘了换")
    settings.CERTIFICATE_KEY = "nonsense"
    with clock.at(LATER), pytest.raises(signing.KeyUnusable):
        services.rotate(actor=None, reason="写错了")
