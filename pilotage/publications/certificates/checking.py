"""Is a certificate that somebody shows genuine, and still in force?

Data: the file, the keys the reader trusts, and status lists by their address; nothing else is asked, so the answer
is the same without a network.
Algorithm: the seal of a PDF, the proof of the credential inside, the key's own term, then the place in the status
list, whose proof is checked alike.
Invariants: *in force* is said only when every part was looked at and held; without a status list the answer is
*genuine*, and says that it cannot know more.
Refuses: to trust a key or a list that the file brings along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pilotage.publications.certificates import seal, status
from pilotage.publications.certificates.proof import Json, Unreadable, holds, read

MAX_BYTES = 10 * 1024 * 1024
ATTACHED = "certificate.json"


class Result(StrEnum):
    IN_FORCE = "in_force"
    GENUINE = "genuine"  # whether it is still in force could not be told
    REVOKED = "revoked"
    CHANGED = "changed"
    UNKNOWN_KEY = "unknown_key"
    KEY_WITHDRAWN = "key_withdrawn"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Key:
    """``expires``: what it signed from then on does not count. ``revoked``: nothing it signed counts."""

    public_key: str
    expires: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """``credential`` is what the file says, '{}' where it could not be read; believe it only where the result allows. ``note``: in English."""

    result: Result
    credential: Json
    note: str = ""
    status_at: str = ""
    is_sealed: bool = False

    @property
    def is_good(self) -> bool:
        return self.result in (Result.IN_FORCE, Result.GENUINE)


Keys = Mapping[str, Key]
Listed = Callable[[str], Json | None]  # the status list with this address, where it is at hand


def check(file: bytes, *, keys: Keys, listed: Listed) -> Answer:
    """A PDF is opened only after its seal held, so that no hostile one is taken apart."""
    is_pdf = file.startswith(b"%PDF-")
    found: Json = {}
    try:
        problem = _seal_problem(seal.opened(file), keys) if is_pdf else None
        if problem is None:
            found = credential_in(file)
            problem = signature_problem(found, keys)
        return Answer(problem, found, is_sealed=is_pdf) if problem else _with_status(found, keys, listed, is_sealed=is_pdf)
    except Unreadable as error:
        return Answer(Result.UNREADABLE, {}, str(error))


def credential_in(file: bytes) -> Json:
    """The credential of a certificate file, JSON or PDF, unchecked."""
    if len(file) > MAX_BYTES:
        raise Unreadable("this file is too large for a certificate")
    found = read(_attached(file) if file.startswith(b"%PDF-") else file)
    kinds, proof = found.get("type"), found.get("proof")
    if not isinstance(kinds, list) or "VerifiableCredential" not in kinds or not isinstance(proof, dict):
        raise Unreadable("this file holds no certificate")
    return found


def keys_in(document: Mapping[str, Any]) -> dict[str, Key]:
    """The keys of a DID document that may sign statements."""
    trusted = document.get("assertionMethod")
    methods = document.get("verificationMethod")
    if not isinstance(trusted, list) or not isinstance(methods, list):
        raise Unreadable("this is no file of keys (a DID document with verificationMethod and assertionMethod)")
    rows = [row for row in methods if isinstance(row, dict) and row.get("type") == "Multikey" and row.get("id") in trusted]
    return {
        row["id"]: Key(str(row.get("publicKeyMultibase", "")), _moment(row.get("expires")), _moment(row.get("revoked"))) for row in rows
    }


def signature_problem(document: Json, keys: Keys) -> Result | None:
    """Of a credential or a status list; None where its proof holds."""
    proof = document["proof"] if isinstance(document.get("proof"), dict) else {}
    method = proof.get("verificationMethod")
    key = keys.get(method) if isinstance(method, str) else None
    if key is None or str(method).partition("#")[0] != _issuer(document):
        return Result.UNKNOWN_KEY
    if not holds(document, key.public_key):
        return Result.CHANGED
    made = _moment(proof.get("created"))
    late = key.expires is not None and (made is None or made >= key.expires)
    return Result.KEY_WITHDRAWN if key.revoked or late else None


def _seal_problem(found: seal.Seal, keys: Keys) -> Result | None:
    """A seal is set whenever a copy is fetched, so it carries no date of its own; a withdrawn key seals nothing."""
    key = keys.get(found.method)
    if key is None:
        return Result.UNKNOWN_KEY
    if not found.holds(key.public_key):
        return Result.CHANGED
    return Result.KEY_WITHDRAWN if key.revoked else None


def _with_status(found: Json, keys: Keys, listed: Listed, *, is_sealed: bool) -> Answer:
    said = found.get("credentialStatus")
    place = _place(said)
    told_by = listed(str(said.get("statusListCredential"))) if place is not None and isinstance(said, dict) else None
    if place is None or told_by is None:
        return Answer(Result.GENUINE, found, "no status list was at hand", is_sealed=is_sealed)
    told = told_by.get("credentialSubject")
    if signature_problem(told_by, keys) or _issuer(told_by) != _issuer(found) or not isinstance(told, dict):
        return Answer(Result.GENUINE, found, "the status list is not signed by a key you trust", is_sealed=is_sealed)
    revoked = told.get("statusPurpose") == "revocation" and status.is_set(str(told.get("encodedList", "")), place)
    result = Result.REVOKED if revoked else Result.IN_FORCE
    return Answer(result, found, "", str(told_by.get("validFrom", "")), is_sealed)


def _place(said: Any) -> int | None:
    """Only a list of revocations is understood."""
    if not isinstance(said, dict) or said.get("type") != "BitstringStatusListEntry" or said.get("statusPurpose") != "revocation":
        return None
    index = said.get("statusListIndex")
    return int(index) if isinstance(index, str) and index.isdecimal() and len(index) < 12 else None


def _issuer(document: Mapping[str, Any]) -> str:
    issuer = document.get("issuer")
    return str(issuer.get("id", "") if isinstance(issuer, dict) else issuer)


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Unreadable("a moment is not written as dates are") from error
    if moment.tzinfo is None:
        raise Unreadable("a moment is without its time zone")
    return moment


def _attached(file: bytes) -> bytes:
    import pypdfium2  # 0.15 s to load, and only needed here

    try:
        pdf = pypdfium2.PdfDocument(file)
        for position in range(pdf.count_attachments()):
            attachment = pdf.get_attachment(position)
            if attachment.get_name() == ATTACHED:
                return bytes(attachment.get_data())
    except pypdfium2.PdfiumError as error:
        raise Unreadable("this PDF cannot be opened") from error
    raise Unreadable("this PDF carries no certificate; a printed and scanned one is checked by its number")
