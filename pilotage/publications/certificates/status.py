"""Bitstring Status Lists of the W3C: one bit for each certificate, set when it is no longer in force.

Data: a list has :data:`SIZE` bits, the least the recommendation allows, so that nobody who fetches one tells which
certificate is being looked at. Certificates are numbered through; the number gives the list and the place in it.
Invariants: bit 0 is the left-most one; the same set of places gives the same text.
Refuses: a text that does not unpack to at least :data:`SIZE` and at most :data:`MOST` bits.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
from collections.abc import Iterable

from pilotage.publications.certificates.proof import Unreadable

SIZE = 131_072
MOST = 64 * SIZE


def encoded(places: Iterable[int]) -> str:
    """The list in which the bits at ``places`` are set, compressed, in base 64 for addresses, with its multibase mark."""
    bits = bytearray(SIZE // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def is_set(text: str, place: int) -> bool:
    bits = _decoded(text)
    if not 0 <= place < len(bits) * 8:
        raise Unreadable("the status list has no such place")
    return bool(bits[place // 8] & 0x80 >> place % 8)


def _decoded(text: str) -> bytes:
    if not text.startswith("u"):
        raise Unreadable("the status list is not written in base 64 for addresses")
    try:
        packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            bits = file.read(MOST // 8 + 1)  # a small file may unpack to a huge one
    except (binascii.Error, OSError, EOFError, ValueError) as error:
        raise Unreadable("the status list cannot be unpacked") from error
    if not SIZE // 8 <= len(bits) <= MOST // 8:
        raise Unreadable("the status list is shorter or longer than lists may be")
    return bits
