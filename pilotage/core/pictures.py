"""A picture somebody uploads, made anew for publishing.

Data: bytes of a JPEG or PNG in, bytes of a JPEG or PNG out with width and height. Algorithm: Pillow unpacks it, turns it
upright, shrinks it to at most ``LONGEST`` pixels and writes only its pixels: no metadata, no colour profile, no trailing
bytes survive. In a process of its own with bounded memory and time, as ``core.drawing`` does it.
Invariants: the result is a JPEG, or a PNG where the picture has transparent parts or few colours; the same bytes in give
the same bytes out.
Refuses: what is neither, what has more than ``MOST_PIXELS`` or fewer than ``SHORTEST`` on its shorter side, what is
damaged, what takes too long. Nothing is unpacked before its size is known.
"""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core.verdict import Invalid

LONGEST, SHORTEST = 2000, 300
MOST_PIXELS = 60_000_000
SECONDS, MEMORY = 30, 1024**3
_FEW_COLOURS = 256
TOO_LARGE, TOO_SMALL = b"large", b"small"


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    kind: str  # jpg or png
    width: int
    height: int


def made_anew(content: bytes) -> Picture:
    """Raises ``Invalid`` with the sentence for the person who uploaded it."""
    if not content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise Invalid(_("Only JPG and PNG pictures are accepted."))
    command = [sys.executable, "-m", "pilotage.core.pictures"]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS * 2, check=False)
    except subprocess.TimeoutExpired:
        raise Invalid(_("This picture takes too long to open.")) from None
    head, _newline, body = done.stdout.partition(b"\n")
    if done.returncode or not body:
        raise Invalid(_why(head))
    kind, width, height = head.decode().split()
    return Picture(body, kind, int(width), int(height))


def _why(head: bytes) -> str:
    if head == TOO_LARGE:
        return _("This picture has more than %(most)d million pixels. Shrink it and add it again.") % {"most": MOST_PIXELS // 1_000_000}
    if head == TOO_SMALL:
        return _("This picture is too small: its shorter side needs at least %(least)d pixels.") % {"least": SHORTEST}
    return _("This picture is damaged and cannot be opened.")


def _remake(content: bytes) -> tuple[bytes, Picture | None]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # counted here, with a sentence
    image: Any = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
    if image.width * image.height > MOST_PIXELS:
        return TOO_LARGE, None
    if min(image.size) < SHORTEST:
        return TOO_SMALL, None
    image.draft("RGB", (LONGEST, LONGEST))
    image.load()
    image = ImageOps.exif_transpose(image)
    few = image.format == "PNG" or image.getcolors(_FEW_COLOURS) is not None
    image = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return b"", _written(image, few)


def _written(image: Any, few_colours: bool) -> Picture:
    """Pixels only, into a picture without a past."""
    from PIL import Image

    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    out = io.BytesIO()
    kind = "png" if fresh.mode == "RGBA" or few_colours else "jpg"
    if kind == "png":
        fresh.save(out, "PNG", optimize=True)
    else:
        fresh.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    return Picture(out.getvalue(), kind, fresh.width, fresh.height)


def main() -> int:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    why, picture = _remake(sys.stdin.buffer.read())
    if picture is None:
        sys.stdout.buffer.write(why + b"\n")
        return 1
    sys.stdout.buffer.write(f"{picture.kind} {picture.width} {picture.height}\n".encode() + picture.content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
