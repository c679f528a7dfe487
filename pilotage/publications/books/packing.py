"""Archives whose bytes depend on their content alone: no clock, no order of the disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

EPOCH = (1980, 1, 1, 0, 0, 0)
PLAIN = (".png", ".jpg")  # packed tight already


def packed(files: Iterable[tuple[str, bytes]], *, stored_first: str = "") -> bytes:
    """In the order given; ``stored_first`` names a file that must not be compressed, as EPUB's ``mimetype``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_STORED if name == stored_first or name.endswith(PLAIN) else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, content, compresslevel=6)
    return buffer.getvalue()


def repacked(archive: bytes) -> bytes:
    """The same files without the hour at which somebody packed them."""
    with zipfile.ZipFile(io.BytesIO(archive)) as read:
        return packed((info.filename, read.read(info)) for info in read.infolist())
