"""The seal of a PDF: a signature over every byte before it, written behind the end of the file.

Data: after the file's own end comes one comment line with the key's name and the signature in hex, and then the
file's last two lines once more, so that it stays a whole PDF for every reader.
Invariants: of a sealed file no byte can be changed, added or taken away without being noticed.
Refuses: a file that is no sealed PDF.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pilotage.publications.certificates.proof import Unreadable, raw_key

MARK = b"%PilotageSeal 1 "
_TAIL = re.compile(rb"startxref\n(\d+)\n%%EOF\n?\Z")
_SEAL = re.compile(rb"\n%PilotageSeal 1 ([!-~]{1,300}) ([0-9a-f]{128})\n(startxref\n\d+\n%%EOF\n)\Z")


@dataclass(frozen=True, slots=True)
class Seal:
    method: str
    signature: bytes
    message: bytes

    def holds(self, public_key: str) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(raw_key(public_key)).verify(self.signature, self.message)
        except (InvalidSignature, ValueError):
            return False
        return True


def sealed(pdf: bytes, *, key: Ed25519PrivateKey, method: str) -> bytes:
    end = _TAIL.search(pdf[-200:])
    if end is None:
        raise ValueError("this PDF does not end as PDFs do")
    name = method.encode()
    signature = key.sign(_message(pdf, name)).hex().encode()
    return pdf + b"\n" + MARK + name + b" " + signature + b"\nstartxref\n" + end[1] + b"\n%%EOF\n"


def opened(pdf: bytes) -> Seal:
    """The seal of a sealed PDF, still to be checked. Raises :class:`Unreadable`."""
    found = _SEAL.search(pdf, max(0, len(pdf) - 700))
    end = _TAIL.search(pdf[: found.start()][-200:]) if found else None
    if found is None or end is None or found[3] != b"startxref\n" + end[1] + b"\n%%EOF\n":
        raise Unreadable("this PDF carries no seal; it was printed and scanned, saved by another program, or changed")
    return Seal(found[1].decode(), bytes.fromhex(found[2].decode()), _message(pdf[: found.start()], found[1]))


def _message(pdf: bytes, method: bytes) -> bytes:
    return MARK + method + b"\n" + pdf
