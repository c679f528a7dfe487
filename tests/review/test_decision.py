"""The decision file: made at confirmation, whole and signed, reckoned again from itself alone, refused when anything was changed."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import CommandError, call_command
from django.urls import reverse

from pilotage.audit import services as audit
from pilotage.audit.models import AuditEvent, AuditSnapshot
from pilotage.core import signing
from pilotage.review.models import DecisionFile
from pilotage.review.selection import decision, decision_files, selections
from tests.factories import review as make

pytestmark = pytest.mark.django_db
TERMS = {"total": 2, "reserve": 1, "caps": {"320000": 1}, "required_reviews": 2, "draws": 20}


@pytest.fixture
def made(call, cast, me, at):
    """The decision file of a confirmed selection of four reviewed applications."""
    experts = [me, make.expert("E2")]
    for i, province in enumerate(["320000", "320000", "370000", "370000"]):
        make.reviewed(call, cast.secretariat, [9 - i, 8 - i], experts, number=f"A-{i}", province=province)
    at(make.AFTER_REVIEW)
    selection = selections.build_selection(actor=cast.secretariat, call=call, parameters=TERMS)
    selections.propose_selection(actor=cast.secretariat, selection=selection)
    selections.confirm_selection(actor=cast.second_secretariat, selection=selection)
    return DecisionFile.objects.get(selection=selection)


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def signed_again(content: bytes, key: Ed25519PrivateKey, change: dict) -> bytes:
    """The archive with some parts changed, its digests mended and signed with ``key``."""
    found = members(content)
    manifest = json.loads(found["manifest.json"])
    parts = {name: change.get(name, json.loads(found[name])) for name in decision.PARTS}
    about = {name: value for name, value in manifest.items() if name not in {"format", "sha256"}}
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return decision.build(parts, about, lambda message: key.sign(message).hex(), public)


def replay(capsys, tmp_path: Path, content: bytes, *arguments: str) -> tuple[int, str]:
    """Exit code and what was said."""
    path = tmp_path / "decision.zip"
    path.write_bytes(content)
    try:
        call_command("replay", str(path), *arguments)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, capsys.readouterr().out


def test_confirming_keeps_it_with_its_digest_in_the_audit_chain(made, cast):
    event = AuditEvent.objects.get(verb="selection.decision_file")
    snapshot = json.loads(AuditSnapshot.objects.get(digest=event.snapshot_digest).body)
    assert (snapshot["_extra"]["decision_file"], made.is_whole) == (made.digest, True)
    assert event.actor_label == audit.actor_label(cast.second_secretariat)
    assert audit.verify() == []
    found = members(bytes(made.content))
    assert list(found) == sorted(decision.MEMBERS)
    inputs = json.loads(found["inputs.json"])
    assert audit.chain.digest(audit.chain.canonical(inputs)) == made.selection.inputs_digest
    assert json.loads(found["rows.json"])[0]["number"] == "A-0"


def test_a_file_changed_in_the_database_is_found(made):
    assert decision_files.broken() == []
    made.content = bytes(made.content)[:-1] + b"x"
    made.save()
    assert decision_files.broken() == [str(made.selection)]
    made.digest = "sha256:" + hashlib.sha256(bytes(made.content)).hexdigest()
    made.save()
    assert (made.is_whole, decision_files.broken()) == (True, [str(made.selection)])


def test_no_expert_can_be_told_from_it(made, me):
    text = b"".join(members(bytes(made.content)).values()).decode()
    assert len({expert for _number, expert, _total in made.selection.inputs.read()["scores"]}) == 2
    assert [word for word in (me.number, me.user.name, me.user.email, "E2") if f'"{word}"' in text] == []


def test_the_same_parts_give_the_same_bytes(made):
    key = Ed25519PrivateKey.generate()
    assert signed_again(bytes(made.content), key, {}) == signed_again(bytes(made.content), key, {})


def test_replay_says_identical_and_needs_no_database(made, capsys, tmp_path, django_assert_num_queries):
    with django_assert_num_queries(0):
        code, said = replay(capsys, tmp_path, bytes(made.content))
    assert (code, "identical: 4 applications" in said) == (0, True)
    assert replay(capsys, tmp_path, bytes(made.content), "--key", signing.public_key())[0] == 0


@pytest.mark.parametrize("name", sorted(decision.MEMBERS - {"manifest.json", "signature.json"}))
def test_one_byte_changed_in_a_member_is_refused_by_name(made, capsys, tmp_path, name):
    found = members(bytes(made.content))
    spot = len(found[name]) // 2
    found[name] = found[name][:spot] + bytes([found[name][spot] ^ 1]) + found[name][spot + 1 :]
    code, said = replay(capsys, tmp_path, zipped(found))
    assert (code, f"{name} was changed after the file was signed" in said) == (2, True)


@pytest.mark.parametrize("name", ["manifest.json", "signature.json"])
def test_one_byte_changed_in_manifest_or_signature_is_refused(made, capsys, tmp_path, name):
    found = members(bytes(made.content))
    for spot in range(0, len(found[name]), 37):
        changed = found | {name: found[name][:spot] + bytes([found[name][spot] ^ 1]) + found[name][spot + 1 :]}
        code, said = replay(capsys, tmp_path, zipped(changed))
        # names of the key and algorithm inside the signature are for the reader; the trusted key alone decides
        assert code == 2 or (name == "signature.json" and "identical" in said)


def test_a_changed_result_is_found_even_when_the_file_is_signed_again(made, capsys, tmp_path):
    rows = json.loads(members(bytes(made.content))["rows.json"])
    rows[1]["outcome"], rows[1]["reason"] = "selected", "selected"
    other = Ed25519PrivateKey.generate()
    forged = signed_again(bytes(made.content), other, {"rows.json": rows})
    code, said = replay(capsys, tmp_path, forged)
    assert (code, "another key" in said) == (2, True)
    public = other.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    code, said = replay(capsys, tmp_path, forged, "--key", public)
    number = rows[1]["number"]
    assert (code, said.startswith(f"different: application {number}, outcome was")) == (1, True)


def test_a_changed_figure_of_the_whole_is_named(made, capsys, tmp_path):
    results = json.loads(members(bytes(made.content))["results.json"]) | {"line": "1.000"}
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    code, said = replay(capsys, tmp_path, signed_again(bytes(made.content), key, {"results.json": results}), "--key", public)
    assert (code, 'the selection as a whole, line was "1.000", now' in said) == (1, True)


def test_a_score_changed_in_the_inputs_changes_what_comes_out(made, capsys, tmp_path):
    inputs = json.loads(members(bytes(made.content))["inputs.json"])
    inputs["scores"][0][2] = "10.000"
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    code, said = replay(capsys, tmp_path, signed_again(bytes(made.content), key, {"inputs.json": inputs}), "--key", public)
    assert (code, said.startswith("different: application A-0")) == (1, True)


def test_what_is_no_decision_file_is_refused(made, capsys, tmp_path):
    found = members(bytes(made.content))
    newer = found | {"manifest.json": found["manifest.json"].replace(b"pilotage-decision/1", b"pilotage-decision/2")}
    refused = {
        "no zip file": b"not a zip",
        "no manifest.json": zipped({"letter.txt": b"x"}),
        "Replay it with the version that wrote it": zipped(newer),
        "exactly the files of a decision file: rows.json": zipped({name: part for name, part in found.items() if name != "rows.json"}),
        "exactly the files of a decision file: more.txt": zipped(found | {"more.txt": b"x"}),
        "or a damaged one": bytes(made.content)[:-40],
    }
    for words, content in refused.items():
        code, said = replay(capsys, tmp_path, content)
        assert (code, words in said) == (2, True), said
    assert replay(capsys, tmp_path, bytes(made.content), "--key", "abc")[0] == 2
    with pytest.raises(CommandError) as absent:
        call_command("replay", str(tmp_path / "absent.zip"))
    assert absent.value.returncode == 2


@pytest.mark.parametrize(("who", "status"), [("secretariat", 200), ("auditor", 200), ("expert", 403), ("filer", 403), ("outsider", 403)])
def test_the_secretariat_and_auditors_download_it(made, call, cast, client_for, who, status):
    response = client_for(getattr(cast, who)).get(reverse("review:decision-file", args=[call.slug]))
    assert response.status_code == status
    assert (response.content == bytes(made.content)) is (status == 200)


def test_there_is_none_before_confirmation(call, cast, client_for):
    assert client_for(cast.secretariat).get(reverse("review:decision-file", args=[call.slug])).status_code == 404
