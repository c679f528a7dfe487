"""A small picture of a file: the picture itself, or the first page of a PDF.

Data: bytes in, JPEG bytes out. Algorithm: pypdfium2 draws, Pillow shrinks, in a process of its own with bounded memory and time:
a file made to crash or hang the libraries takes nothing else with it.
Invariants: what cannot be drawn has no picture, and the answer is the same whatever was wrong.
Refuses: pictures of more than ``MOST_PIXELS`` before they are unpacked.
"""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

SIDE = 320  # pixels of the longer side
MOST_PIXELS = 60_000_000
SECONDS = 20
MEMORY = 1024**3
PAPER = "application/pdf"
DRAWABLE = frozenset({PAPER, "image/png", "image/jpeg"})


def draw(content: bytes, content_type: str) -> bytes | None:
    """The JPEG, or None where there is nothing to see."""
    if content_type not in DRAWABLE:
        return None
    command = [sys.executable, "-m", "pilotage.core.drawing", content_type]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS * 2, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 and done.stdout.startswith(b"\xff\xd8") else None


def picture_of(content: bytes, content_type: str) -> bytes:
    """Done here and now, in the caller's process. Raises whatever the libraries raise."""
    return _shrunk(_first_page(content) if content_type == PAPER else _opened(content))


def _opened(content: bytes) -> Any:
    from PIL import Image

    image = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
    if image.width * image.height > MOST_PIXELS:
        raise ValueError("too many pixels")
    image.draft("RGB", (SIDE * 2, SIDE * 2))  # a JPEG is unpacked at a fraction of its size
    return image


def _first_page(content: bytes) -> Any:
    import pypdfium2

    page = pypdfium2.PdfDocument(content)[0]
    return page.render(scale=SIDE * 2 / max(page.get_size())).to_pil()


def _shrunk(image: Any) -> bytes:
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((SIDE, SIDE))
    flat, layer = Image.new("RGB", upright.size, "white"), upright.convert("RGBA")
    flat.paste(layer, mask=layer.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=80)
    return out.getvalue()


def _bound() -> None:
    try:
        import resource
    except ImportError:  # not on this system; the timeout remains
        return
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    _bound()
    sys.stdout.buffer.write(picture_of(sys.stdin.buffer.read(), sys.argv[1]))
