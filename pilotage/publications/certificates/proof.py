"""Data Integrity proofs with Ed25519: the cryptosuite eddsa-jcs-2022 of the W3C over documents in the canonical form of RFC 8785.

Data: a document is a dictionary as read from JSON; a key is given as Multikey, ``z`` and base 58 of two bytes for
its kind and the 32 bytes of the key itself.
Algorithm: SHA-256 of the canonical proof without its value, then SHA-256 of the canonical document without its
proof; the 64 bytes are signed.
Invariants: a document that was only written down otherwise (spaces, order of keys) keeps its proof; any other
change takes it away.
Refuses: what is no JSON object, names a key twice, or holds numbers that JSON cannot carry exactly.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SUITE = "eddsa-jcs-2022"
ED25519 = b"\xed\x01"  # the kind of key, as Multikey writes it
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
MAX_CHARACTERS = 200  # of a key or a signature; both are far shorter

Json = dict[str, Any]


class Unreadable(ValueError):
    """The bytes or the document cannot be understood; ``str()`` says what is wrong, in English."""


def read(text: bytes | str) -> Json:
    """The JSON object in ``text``. Raises :class:`Unreadable`."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"this is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Unreadable("this JSON holds no object")
    return found


def canonical(document: Mapping[str, Any]) -> bytes:
    try:
        return rfc8785.dumps(dict(document))
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise Unreadable(f"this document has no canonical form: {error}") from error


def signed(document: Mapping[str, Any], *, key: Ed25519PrivateKey, method: str, created: str) -> Json:
    """``document`` with its proof, made with the key that ``method`` names at the moment ``created``."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    if "@context" in document:
        options["@context"] = document["@context"]
    return {**document, "proof": {**options, "proofValue": "z" + base58(key.sign(_hashes(document, options)))}}


def holds(document: Mapping[str, Any], public_key: str) -> bool:
    """Whether the document's proof was made over it with the private half of ``public_key`` (Multikey)."""
    proof = document.get("proof")
    if not isinstance(proof, dict) or not _is_of_this_suite(proof) or not _same_context(document, proof):
        return False
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    body = {name: value for name, value in document.items() if name != "proof"}
    try:
        signature = from_base58(proof["proofValue"][1:])
        Ed25519PublicKey.from_public_bytes(raw_key(public_key)).verify(signature, _hashes(body, options))
    except (InvalidSignature, ValueError):
        return False
    return True


def multikey(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return "z" + base58(ED25519 + raw)


def raw_key(multikey: str) -> bytes:
    found = from_base58(multikey[1:]) if multikey.startswith("z") else b""
    if len(found) != 34 or not found.startswith(ED25519):
        raise Unreadable("this is no Ed25519 key in the form of Multikey")
    return found[2:]


def base58(content: bytes) -> str:
    number, digits = int.from_bytes(content, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        digits = ALPHABET[rest] + digits
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + digits


def from_base58(text: str) -> bytes:
    number = 0
    if len(text) > MAX_CHARACTERS or set(text) - set(ALPHABET):
        raise Unreadable("this is not written in base 58")
    for character in text:
        number = number * 58 + ALPHABET.index(character)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _hashes(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(canonical(options)).digest() + hashlib.sha256(canonical(document)).digest()


def _is_of_this_suite(proof: Mapping[str, Any]) -> bool:
    said = (proof.get("type"), proof.get("cryptosuite"), proof.get("proofPurpose"))
    value = proof.get("proofValue")
    return said == ("DataIntegrityProof", SUITE, "assertionMethod") and isinstance(value, str) and value.startswith("z")


def _same_context(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bool:
    """The suite lets a holder add contexts; we do not: what they would mean is nothing we signed."""
    return "@context" not in proof or proof["@context"] == document.get("@context")


def _once(pairs: Sequence[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
