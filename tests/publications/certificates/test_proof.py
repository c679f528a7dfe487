"""The proof against the published test vector of the recommendation, and against every kind of tampering."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pilotage.publications.certificates import proof, status

# https://www.w3.org/TR/vc-di-eddsa/#representation-eddsa-jcs-2022
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
METHOD = f"did:key:{PUBLIC}#{PUBLIC}"
CREATED = "2023-02-24T23:36:38Z"
VALUE = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
DOCUMENT: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}


def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(proof.from_base58(SECRET[1:])[2:])


def signed() -> dict[str, Any]:
    return proof.signed(DOCUMENT, key=key(), method=METHOD, created=CREATED)


def test_the_test_vector_of_the_recommendation_comes_out():
    assert proof.multikey(key()) == PUBLIC
    assert signed()["proof"] == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": CREATED,
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "@context": DOCUMENT["@context"],
        "proofValue": VALUE,
    }
    assert proof.holds(signed(), PUBLIC)


def test_writing_it_down_otherwise_keeps_the_proof():
    again = json.dumps(dict(reversed(signed().items())), indent=3)
    assert proof.holds(proof.read(again), PUBLIC)


def test_every_changed_byte_of_the_canonical_file_takes_the_proof_away():
    file = proof.canonical(signed())
    for place in range(len(file)):
        changed = bytearray(file)
        changed[place] ^= 0x20 if place % 2 else 1
        try:
            assert not proof.holds(proof.read(bytes(changed)), PUBLIC), place
        except proof.Unreadable:
            pass


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "Ed25519Signature2020"),
        ("cryptosuite", "eddsa-rdfc-2022"),
        ("proofPurpose", "authentication"),
        ("created", "2023-02-24T23:36:39Z"),
        ("verificationMethod", "did:web:example.org#key-1"),
        ("@context", ["https://www.w3.org/ns/credentials/v2"]),
        ("proofValue", VALUE[1:]),
        ("proofValue", VALUE[:-1]),
        ("proofValue", "z0"),
        ("proofValue", "z" + "2" * 500),
        ("proofValue", 7),
        ("note", "added"),
    ],
)
def test_no_part_of_the_proof_can_be_exchanged(name: str, value: Any):
    document = signed()
    document["proof"][name] = value
    assert not proof.holds(document, PUBLIC)


def test_what_is_no_proof_does_not_hold():
    without = copy.deepcopy(signed())
    del without["proof"]
    assert not proof.holds(without, PUBLIC)
    assert not proof.holds(signed() | {"proof": [signed()["proof"]]}, PUBLIC)
    assert not proof.holds(signed(), "z6Mk")
    other = proof.multikey(Ed25519PrivateKey.generate())
    assert not proof.holds(signed(), other)


@pytest.mark.parametrize("text", [b"", b"[]", b'"a"', b"{", b'{"a":1,"a":1}', b'{"a":NaN}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_object_is_refused(text: bytes):
    with pytest.raises(proof.Unreadable):
        proof.read(text)


def test_a_number_json_cannot_carry_is_refused():
    with pytest.raises(proof.Unreadable):
        proof.canonical({"a": 2**60})


@given(st.binary(max_size=40))
def test_base_58_goes_there_and_back(content: bytes):
    assert proof.from_base58(proof.base58(content)) == content


# --- the list of what is no longer in force ---------------------------------------------------
@given(st.sets(st.integers(0, status.SIZE - 1), max_size=20))
def test_exactly_the_set_places_are_set(places: set[int]):
    text = status.encoded(places)
    assert text == status.encoded(sorted(places))
    asked = places | {0, 1, 7, 8, status.SIZE - 1}
    assert {place for place in asked if status.is_set(text, place)} == places


def test_place_0_is_the_left_most_bit():
    import base64
    import gzip

    bits = gzip.decompress(base64.urlsafe_b64decode(status.encoded([0, 9])[1:] + "=="))
    assert bits[:3] == b"\x80\x40\x00"
    assert len(bits) == 16 * 1024


@pytest.mark.parametrize("text", ["", "zabc", "u", "u####", "uAAAA", status.encoded([])[:-6]])
def test_a_list_that_is_none_is_refused(text: str):
    with pytest.raises(proof.Unreadable):
        status.is_set(text, 0)


def test_a_list_that_unpacks_without_end_is_refused():
    import base64
    import gzip

    bomb = "u" + base64.urlsafe_b64encode(gzip.compress(bytes(50_000_000))).rstrip(b"=").decode()
    with pytest.raises(proof.Unreadable):
        status.is_set(bomb, 0)


@pytest.mark.parametrize("place", [-1, status.SIZE])
def test_a_place_outside_the_list_is_refused(place: int):
    with pytest.raises(proof.Unreadable):
        status.is_set(status.encoded([]), place)
