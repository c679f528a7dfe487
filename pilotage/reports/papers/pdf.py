"""A work report as PDF, set by Typst."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from pilotage.core import documents
from pilotage.core.charts.canvas import FAMILY
from pilotage.reports.papers.paper import Block, Paper

PAGE_WIDTH = 620  # pixels of a chart that fill the width of the page


def pdf(paper: Paper) -> bytes:
    """Raises ``documents.DocumentError``."""
    charts: dict[str, bytes] = {}
    family = f"'{documents.chinese_font().family}'"
    parts = [{"title": part["title"], "blocks": [_block(each, charts, family) for each in part["blocks"]]} for part in paper["parts"]]
    with override(paper["language"]):
        data = {
            "title": paper["title"],
            "heading": paper["title"],
            "subtitle": paper["subtitle"],
            "issuer": paper["issuer"],
            "facts": [[label, value, value.startswith(("sha256:", "sm3:"))] for label, value in paper["facts"]],
            "watermark": paper["watermark"],
            "contents": paper["contents"],
            "contents_title": _("Contents"),
            "parts": parts,
            "foot": paper["foot"],
            "page_words": _("page {page} of {pages}"),
        }
        return documents.render("work-report", data, made_at=paper["made_at"], attached=charts)


def _block(block: Block, charts: dict[str, bytes], family: str) -> dict[str, Any]:
    if block["t"] != "chart":
        return {name: value for name, value in block.items() if name != "values"}
    name = f"chart-{len(charts)}.svg"
    # the first family of the page's list would be asked of the machine; papers are set in the one that was found
    charts[name] = block["svg"].replace(FAMILY, family).encode()
    return {"t": "chart", "file": name, "alt": block["alt"], "width": min(block["width"] / PAGE_WIDTH, 1.0)}
