"""The one font that papers are set in.

Typst draws a missing character as nothing and says so to nobody; names of firms and people hold rare
characters. So a paper is only made with a full Chinese font: the one of the package
``noto-cjk-sans-otc``, else one of ``PILOTAGE_FONT_DIR`` or of the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext as _

# Fonts with all of GB 18030's common planes, best first.
FAMILIES = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "HarmonyOS Sans SC", "PingFang SC", "Microsoft YaHei",
    "Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "SimHei",
)  # fmt: skip
PACKAGE = "noto_cjk_sans_otc"
SYSTEM_FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts",
)  # fmt: skip


class DocumentError(Exception):
    """A paper cannot be made; ``str()`` is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Font:
    family: str
    folder: str


def chinese_font() -> Font:
    """Raises :class:`DocumentError` when no folder holds a full Chinese font."""
    return _first(_folders())


def named_fonts(families: Sequence[str]) -> list[Font]:
    """Those of the families that are on this machine, in their order."""
    found = []
    for family in dict.fromkeys(families):
        folder = next((folder for folder in _folders() if family in _families(folder)), None)
        if folder is not None:
            found.append(Font(family, folder))
    return found


@cache
def _families(folder: str) -> frozenset[str]:
    if not Path(folder).is_dir():
        return frozenset()
    return frozenset(typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]).families())


def _folders() -> tuple[str, ...]:
    package = find_spec(PACKAGE)
    packaged = [str(Path(package.origin).parent)] if package and package.origin else []
    chosen = [str(settings.FONT_DIR)] if settings.FONT_DIR else []
    return (*chosen, *packaged, *(str(Path(folder).expanduser()) for folder in SYSTEM_FOLDERS))


@cache
def _first(folders: tuple[str, ...]) -> Font:
    for folder in folders:
        family = next((family for family in FAMILIES if family in _families(folder)), None)
        if family:
            return Font(family, folder)
    sentence = _("No Chinese font was found, so no paper can be set. Install the package %(package)s, or name a folder in %(setting)s.")
    raise DocumentError(sentence % {"package": PACKAGE.replace("_", "-"), "setting": "PILOTAGE_FONT_DIR"})
