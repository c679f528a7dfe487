"""From template and data to the bytes of a PDF.

The template sees ``data.json`` (with ``font`` and ``lang`` added) and nothing else: no file system, no
network, no clock. The same data therefore give the same bytes. Words stand in the data, translated
by the caller; templates hold layout only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from pilotage.core.documents.fonts import DocumentError, Font, chinese_font
from pilotage.core.wording import in_english

TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(template: str, data: Mapping[str, Any], *, made_at: datetime, attached: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of ``templates/<template>.typ``; ``attached`` files must be named by the template. Raises :class:`DocumentError`."""
    font = chinese_font()
    content = {**data, "font": font.family, "lang": "en" if in_english() else "zh"}
    files = {
        "main": (TEMPLATES / f"{template}.typ").read_bytes(),
        "common.typ": (TEMPLATES / "common.typ").read_bytes(),
        "data.json": json.dumps(content, ensure_ascii=False).encode(),
        **(attached or {}),
    }
    return _compiled(files, template, (font,), made_at)


def typeset(files: Mapping[str, bytes], *, name: str, made_at: datetime, fonts: Sequence[Font] = ()) -> bytes:
    """The PDF of ``files["main.typ"]``, which sees the other files and nothing else. Raises :class:`DocumentError`.

    ``fonts``: those it may name beside the Chinese one of all papers.

    Pictures among them may be of any kind; they pass through a folder of their own, for files in memory must be text.
    """
    with TemporaryDirectory(prefix="pilotage-paper-") as folder:
        for file, content in files.items():
            (Path(folder) / Path(file).name).write_bytes(content)
        # packages are looked for where none are
        nowhere = str(Path(folder) / "no-packages")
        given = (chinese_font(), *fonts)
        return _compiled(
            str(Path(folder) / "main.typ"), name, given, made_at, root=folder, package_path=nowhere, package_cache_path=nowhere
        )


def _compiled(source: str | dict[str, bytes], name: str, fonts: Sequence[Font], made_at: datetime, **options: str) -> bytes:
    folders = list(dict.fromkeys(font.folder for font in fonts))
    try:
        pdf, warnings = typst.compile_with_warnings(  # type: ignore[call-overload]  # its stubs do not know files in memory
            source, format="pdf", font_paths=folders, ignore_system_fonts=True, timestamp=int(made_at.timestamp()), **options
        )
    except typst.TypstError as error:
        raise DocumentError(f"{name}: {error}") from error
    if warnings:
        raise DocumentError(f"{name}: {'; '.join(str(warning) for warning in warnings)}")
    return bytes(pdf)
