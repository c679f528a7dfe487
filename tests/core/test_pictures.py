"""What somebody uploads is made anew or refused with a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from pilotage.core.pictures import LONGEST, made_anew
from pilotage.core.verdict import Invalid
from tests.factories.case_studies import picture_file


def test_pixels_stay_and_nothing_else():
    upload = picture_file().read()
    assert b"SECRETCAMERA" in upload
    made = made_anew(upload + b"trailing secret")
    assert (made.kind, made.width, made.height) == ("jpg", 640, 480)
    assert b"SECRETCAMERA" not in made.content
    assert b"secret" not in made.content
    assert dict(Image.open(io.BytesIO(made.content)).getexif()) == {}
    assert made_anew(upload).content == made.content


def test_a_large_one_is_shrunk_and_stands_upright():
    out = io.BytesIO()
    image, notes = Image.effect_noise((3000, 1000), 30).convert("RGB"), Image.Exif()
    notes[0x0112] = 6  # to be turned by 90 degrees
    image.save(out, "JPEG", exif=notes.tobytes())
    made = made_anew(out.getvalue())
    assert made.height == LONGEST
    assert made.width < made.height


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 30,000 by 30,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"GIF89a...", "JPG"),
        (b"<svg onload=alert(1)>", "JPG"),
        (bomb(), "6000万像素"),
        (picture_file(size=(200, 900)).read(), "300"),
        (b"\xff\xd8\xff" + b"rubbish" * 100, "损坏"),
        (picture_file().read()[:900], "损坏"),
    ],
)
def test_what_is_refused_says_why(content, sentence):
    with pytest.raises(Invalid, match=sentence):
        made_anew(content)
