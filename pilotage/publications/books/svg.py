"""The size of a chart, from its own first element."""

from __future__ import annotations

import re

_BOX = re.compile(r'<svg[^>]*\bviewBox="[\d.+-]+ [\d.+-]+ ([\d.]+) ([\d.]+)"')


def size_of(svg: str) -> tuple[int, int]:
    found = _BOX.search(svg)
    return (round(float(found[1])), round(float(found[2]))) if found else (620, 400)
