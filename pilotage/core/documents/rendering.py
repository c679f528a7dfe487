"""From template and data to the bytes of a PDF.

The template sees ``data.json`` (with ``font`` and ``lang`` added) and nothing else: no file system, no
network, no clock. The same data therefore give the same bytes. Words stand in the data, translated
by the caller; templates hold layout only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language

from pilotage.core.documents.fonts import DocumentError, chinese_font

TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(template: str, data: Mapping[str, Any], *, made_at: datetime, attached: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of ``templates/<template>.typ``; ``attached`` files must be named by the template. Raises :class:`DocumentError`."""
    font = chinese_font()
    content = {**data, "font": font.family, "lang": "en" if (get_language() or "").startswith("en") else "zh"}
    files = {
        "main": (TEMPLATES / f"{template}.typ").read_bytes(),
        "common.typ": (TEMPLATES / "common.typ").read_bytes(),
        "data.json": json.dumps(content, ensure_ascii=False).encode(),
        **(attached or {}),
    }
    try:
        pdf, warnings = typst.compile_with_warnings(  # type: ignore[call-overload]  # its stubs do not know files in memory
            files, format="pdf", font_paths=[font.folder], ignore_system_fonts=True, timestamp=int(made_at.timestamp())
        )
    except typst.TypstError as error:
        raise DocumentError(f"{template}: {error}") from error
    if warnings:
        raise DocumentError(f"{template}: {'; '.join(str(warning) for warning in warnings)}")
    return bytes(pdf)
