"""Whoever holds the file, the keys and the status list can tell, without asking us; nobody who changed a byte gets through."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from pilotage.core import clock
from pilotage.core.verdict import Refused
from pilotage.directory import services as directory
from pilotage.publications.certificates import checking, papers, proof, seal, selectors, services
from pilotage.publications.certificates.checking import Result
from pilotage.publications.certificates.models import Certificate, CertificateKey
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
LATER = make.moment("2024-03-01 10:00")


class Kit:
    """What a checker has fetched once."""

    def __init__(self) -> None:
        self.keys = checking.keys_in(json.loads(json.dumps(selectors.did_document())))
        listed = selectors.status_list(1)
        self.lists = {listed["id"]: json.loads(json.dumps(listed))}

    def result(self, file: bytes) -> Result:
        return checking.check(file, keys=self.keys, listed=self.lists.get).result


@pytest.fixture
def certificate(cast: Any) -> Certificate:
    make.published(cast)
    return Certificate.objects.select_related("entry__edition__call").order_by("place").first()


def test_file_and_paper_verify_offline(certificate: Certificate, django_assert_num_queries: Any) -> None:
    kit, file, paper = Kit(), papers.file_of(certificate), papers.paper_of(certificate)
    with django_assert_num_queries(0):
        assert kit.result(file) is kit.result(paper) is Result.IN_FORCE
        answer = checking.check(paper, keys=kit.keys, listed=lambda _address: None)
    assert (answer.result, answer.is_sealed, answer.credential["credentialSubject"]["number"]) == (
        Result.GENUINE,
        True,
        certificate.entry.number,
    )


def test_the_same_certificate_gives_the_same_paper_byte_for_byte(certificate: Certificate) -> None:
    assert papers.paper_of(certificate) == papers.paper_of(certificate)


def test_one_changed_byte_anywhere_in_the_paper_is_noticed(certificate: Certificate) -> None:
    kit, paper = Kit(), papers.paper_of(certificate)
    chance = random.Random(20231129)
    tail = range(len(paper) - 400, len(paper))  # the seal itself, every byte of it
    for place in [*chance.sample(range(len(paper)), 300), *tail]:
        changed = bytearray(paper)
        changed[place] ^= 1 << chance.randrange(8)
        assert kit.result(bytes(changed)) in (Result.CHANGED, Result.UNREADABLE, Result.UNKNOWN_KEY), place


def test_nothing_can_be_added_or_taken_away(certificate: Certificate) -> None:
    kit, paper = Kit(), papers.paper_of(certificate)
    for other in (paper + b"\n", paper + b" ", paper[:-1], paper[: paper.rindex(seal.MARK)], paper * 2, b"%PDF-1.7\n", b"%PDF-" + paper):
        assert kit.result(other) in (Result.CHANGED, Result.UNREADABLE)
    saved = pypdf.PdfWriter(clone_from=io.BytesIO(paper))
    again = io.BytesIO()
    saved.write(again)
    assert kit.result(again.getvalue()) is Result.UNREADABLE


def test_a_forged_certificate_with_its_own_key_is_not_ours(certificate: Certificate) -> None:
    kit, mine = Kit(), Ed25519PrivateKey.generate()
    body = proof.read(certificate.body)
    body["credentialSubject"]["enterprise"]["name"] = "冒名公司"
    del body["proof"]
    method = "did:web:evil.example#key-1"
    forged = proof.signed(body, key=mine, method=method, created="2023-11-29T01:00:00Z")
    assert kit.result(proof.canonical(forged)) is Result.UNKNOWN_KEY
    claimed = proof.signed(body, key=mine, method="did:web:testserver#key-1", created="2023-11-29T01:00:00Z")
    assert kit.result(proof.canonical(claimed)) is Result.CHANGED
    trusting = {**kit.keys, method: checking.Key(proof.multikey(mine))}  # a key of another issuer says nothing in our name
    assert checking.check(proof.canonical(forged), keys=trusting, listed=kit.lists.get).result is Result.UNKNOWN_KEY


def test_a_revoked_one_is_told_by_the_list_of_its_day(certificate: Certificate, cast: Any) -> None:
    file, paper, before = papers.file_of(certificate), papers.paper_of(certificate), Kit()
    with clock.at(LATER):
        services.propose_revoke(actor=cast.secretariat, certificate=certificate, reason="打印有误")
        services.confirm_revoke(actor=cast.second_secretariat, certificate=certificate)
        after = Kit()
        with pytest.raises(Refused):
            papers.paper_of(certificate)
    assert before.result(file) is Result.IN_FORCE
    assert after.result(file) is after.result(paper) is Result.REVOKED
    forged = json.loads(json.dumps(next(iter(after.lists.values()))))
    forged["credentialSubject"]["encodedList"] = next(iter(before.lists.values()))["credentialSubject"]["encodedList"]
    answer = checking.check(file, keys=after.keys, listed=lambda _address: forged)
    assert (answer.result, answer.note) == (Result.GENUINE, "the status list is not signed by a key you trust")


def test_the_old_key_goes_on_verifying_what_it_signed_but_signs_no_more(certificate: Certificate) -> None:
    old = CertificateKey.objects.get()
    with clock.at(LATER):
        services.rotate(actor=None, reason="年度更换")
        kit = Kit()
        assert kit.result(papers.file_of(certificate)) is Result.IN_FORCE
        assert kit.result(papers.paper_of(certificate)) is Result.IN_FORCE
    from pilotage.publications.certificates import keys

    body = {name: value for name, value in proof.read(certificate.body).items() if name != "proof"}
    late = proof.signed(body, key=keys.private_half(old), method=old.method, created="2024-03-02T00:00:00Z")
    assert kit.result(proof.canonical(late)) is Result.KEY_WITHDRAWN


def test_a_withdrawn_key_counts_for_nothing(certificate: Certificate) -> None:
    file, paper = papers.file_of(certificate), papers.paper_of(certificate)
    with clock.at(LATER):
        services.withdraw_key(actor=None, key=CertificateKey.objects.get(), reason="外泄")
        kit = Kit()
    assert kit.result(file) in (Result.KEY_WITHDRAWN, Result.UNKNOWN_KEY)
    assert kit.result(paper) in (Result.KEY_WITHDRAWN, Result.UNKNOWN_KEY)
    assert selectors.check(file).result is Result.KEY_WITHDRAWN


@pytest.mark.parametrize("file", [b"", b"{}", b"[]", b"%PDF-1.7 nothing", b'{"type":["VerifiableCredential"]}', b"\x00" * 50, b"{" * 5000])
def test_what_is_no_certificate_is_refused(certificate: Certificate, file: bytes) -> None:
    assert Kit().result(file) is Result.UNREADABLE


def test_no_more_than_ten_megabytes_are_read(certificate: Certificate) -> None:
    assert Kit().result(b"{" + b" " * checking.MAX_BYTES + b"}") is Result.UNREADABLE


@pytest.mark.parametrize(
    "change",
    [
        {"statusListIndex": "99999999"},
        {"statusListIndex": "-1"},
        {"statusListIndex": 1},
        {"type": "Other"},
        {"statusPurpose": "suspension"},
    ],
)
def test_a_status_that_cannot_be_read_never_says_in_force(certificate: Certificate, change: dict[str, Any]) -> None:
    from pilotage.publications.certificates import keys

    kit, key = Kit(), CertificateKey.objects.get()
    body = {name: value for name, value in proof.read(certificate.body).items() if name != "proof"}
    body["credentialStatus"] = {**body["credentialStatus"], **change}
    odd = proof.signed(body, key=keys.private_half(key), method=key.method, created="2023-11-29T01:00:00Z")
    assert kit.result(proof.canonical(odd)) in (Result.GENUINE, Result.UNREADABLE)


def test_the_list_is_the_same_within_an_hour_and_says_until_when_it_holds(certificate: Certificate, cast: Any) -> None:
    with clock.at(LATER + timedelta(minutes=1)):
        first = selectors.status_list(1)
    with clock.at(LATER + timedelta(minutes=50)):
        assert selectors.status_list(1) == first
        assert (first["validFrom"], first["validUntil"]) == ("2024-03-01T02:00:00Z", "2024-03-31T02:00:00Z")
        directory.propose_remove(actor=cast.secretariat, entry=certificate.entry, reason="造假")
        directory.confirm_remove(actor=cast.second_secretariat, entry=certificate.entry)
        changed = selectors.status_list(1)
    assert changed["validFrom"] == "2024-03-01T02:50:00Z"
    assert changed["credentialSubject"]["encodedList"] != first["credentialSubject"]["encodedList"]
    assert selectors.status_list(2) is None
    assert selectors.status_list(0) is None


# --- paper ------------------------------------------------------------------------------------
def test_the_paper_says_both_languages_and_carries_the_file(certificate: Certificate) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(papers.paper_of(certificate)))
    assert pdf.attachments["certificate.json"] == [papers.file_of(certificate)]
    assert len(pdf.pages) == 1
    text = "".join(pdf.pages[0].extract_text().split())
    for word in ("入选证书", "Certificate of listing", certificate.number, certificate.entry.number, "2023年11月29日", "29 November 2023"):
        assert word.replace(" ", "") in text, word


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is installed by scripts/ensure_system.py")
def test_the_sealed_paper_is_a_whole_pdf(certificate: Certificate, tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(papers.paper_of(certificate))
    done = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# --- command ----------------------------------------------------------------------------------
@pytest.fixture
def files(certificate: Certificate, tmp_path: Path) -> dict[str, Path]:
    contents = {
        "paper.pdf": papers.paper_of(certificate),
        "file.json": papers.file_of(certificate),
        "keys.json": json.dumps(selectors.did_document()).encode(),
        "status.json": proof.canonical(selectors.status_list(1)),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


@pytest.mark.parametrize("name", ["paper.pdf", "file.json"])
def test_the_command_checks_offline(files: dict[str, Path], name: str, capsys: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        call_command("verify", files[name], keys=files["keys.json"], status=[files["status.json"]])
    assert "genuine and in force (status of " in capsys.readouterr().out


def test_the_command_says_when_it_cannot_know_of_a_revocation(files: dict[str, Path], capsys: Any) -> None:
    call_command("verify", files["paper.pdf"], keys=files["keys.json"])
    out, err = capsys.readouterr()
    assert "whether it is still in force is not known (no status list was at hand)" in out
    assert "--status" in err


def test_the_command_asks_its_own_platform_without_keys(files: dict[str, Path], capsys: Any) -> None:
    call_command("verify", files["paper.pdf"])
    assert "genuine and in force" in capsys.readouterr().out


def test_the_command_fails_after_one_changed_byte(files: dict[str, Path]) -> None:
    paper = bytearray(files["paper.pdf"].read_bytes())
    paper[len(paper) // 2] ^= 1
    files["paper.pdf"].write_bytes(paper)
    with pytest.raises(CommandError, match="changed after it was issued"):
        call_command("verify", files["paper.pdf"], keys=files["keys.json"])
    files["file.json"].write_bytes(files["file.json"].read_bytes().replace(b"5G", b"6G", 1))
    with pytest.raises(CommandError, match="changed after it was issued"):
        call_command("verify", files["file.json"], keys=files["keys.json"])


def test_the_command_names_what_is_wrong_with_its_files(files: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("verify", tmp_path / "none.pdf", keys=files["keys.json"])
    with pytest.raises(CommandError, match="no file of keys"):
        call_command("verify", files["paper.pdf"], keys=files["status.json"])
    with pytest.raises(CommandError, match="--status needs --keys"):
        call_command("verify", files["paper.pdf"], status=[files["status.json"]])
    with pytest.raises(CommandError, match="name one"):
        call_command("verify", keys=files["keys.json"])


def test_keys_are_changed_on_the_command_line(certificate: Certificate, capsys: Any) -> None:
    call_command("certificates", "rotate", "--reason", "年度更换")
    assert "did:web:testserver#key-2 signs from now on: z6Mk" in capsys.readouterr().out
    call_command("certificates", "withdraw-key", "1", "--reason", "外泄")
    assert "did:web:testserver#key-1 does not count any more; 2 certificate(s) issued anew" in capsys.readouterr().out
    call_command("certificates", "keys")
    assert json.loads(capsys.readouterr().out)["assertionMethod"] == ["did:web:testserver#key-2"]
    call_command("certificates", "issue-missing")
    assert "0 certificate(s) issued" in capsys.readouterr().out
    with pytest.raises(CommandError, match="there is no key 9"):
        call_command("certificates", "withdraw-key", "9", "--reason", "外泄")
