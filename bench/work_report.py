"""How long do the files of a large yearly report take? Sixty pages with thirty charts, in Chinese and in English.

    work_report language=… pages=… charts=… tables=… pdf_seconds=… docx_seconds=… xlsx_seconds=… pdf_kb=… docx_kb=…

No database: the paper is made up of tables and charts of the kinds and sizes of a real one. Reading the figures costs what the cockpit costs.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotage.settings")
os.environ.setdefault("PILOTAGE_DATA_DIR", tempfile.mkdtemp(prefix="pilotage-bench-"))

import django  # noqa: E402

django.setup()

import pypdfium2  # noqa: E402
from django.utils.translation import override  # noqa: E402

from pilotage.core.charts import SpreadRow, bars, fan, spread, tiles  # noqa: E402
from pilotage.core.charts.provinces import PROVINCES  # noqa: E402
from pilotage.plan.forecast import Band  # noqa: E402
from pilotage.reports.papers.docx import docx  # noqa: E402
from pilotage.reports.papers.paper import Block, Paper, Part, chart, heading, note, paragraph, table  # noqa: E402
from pilotage.reports.papers.pdf import pdf  # noqa: E402
from pilotage.reports.papers.xlsx import xlsx  # noqa: E402

CHARTS, LANGUAGES = (
    30,
    {"zh-hans": "建成5G工厂的企业，较上期增加；龘、㐂等字亦须排出。", "en": "Enterprises that have built 5G factories, more than before."},
)
START = date(2023, 1, 1)


def a_fan(words: str) -> Block:
    past = [(START + timedelta(days=7 * week), float(12 * week)) for week in range(26)]
    ahead = [
        Band(START + timedelta(days=182 + 7 * week), *(300 + week * (share + 8.0) for share in (-6, -4, -2, 0, 2, 4, 6)))
        for week in range(26)
    ]
    return chart(fan(past, ahead, goal=600, goal_label="600", title=words, size=(620, 250)), words)


def a_map(words: str) -> Block:
    counts = {code: float(place % 41) for place, (code, *_rest) in enumerate(PROVINCES)}
    return chart(tiles(counts, title=words, english=False, width=520), words)


def a_spread(words: str) -> Block:
    rows = [SpreadRow(words[:9], place, place + 5, place + 9, place + 14, place + 25, 300) for place in range(10)]
    return chart(spread(rows, title=words, width=620), words)


def some_bars(words: str) -> Block:
    return chart(bars([(words[:9], float(90 - place), f"{place}%") for place in range(15)], title=words, width=620), words)


def a_table(words: str, rows: int) -> Block:
    head = [("M", "l", 1.0), (words[:6], "l", 3.0), *((words[place : place + 4], "r", 1.0) for place in range(5))]
    return table(
        head, [[f"M{row:02d}", words[:18], *(row * place * 1.5 for place in range(4)), [words[:4], "warn"]] for row in range(rows)]
    )


def a_paper(language: str) -> Paper:
    words, draw = LANGUAGES[language], (a_fan, some_bars, a_map, a_spread)
    with override(language):
        parts: list[Part] = [
            {
                "kind": "targets",
                "key": "",
                "title": f"{place + 1}. {words[:12]}",
                "blocks": [paragraph(words * 8), draw[place % 4](words), note(words), heading(words[:10]), a_table(words, 56)],
            }
            for place in range(CHARTS)
        ]
    return {
        "language": language,
        "title": words[:20],
        "subtitle": words[:30],
        "issuer": words[:8],
        "facts": [[words[:4], words[:20]], [words[:5], "sha256:" + "0123456789abcdef" * 4]],
        "watermark": "",
        "foot": words[:20],
        "contents": True,
        "parts": parts,
        "made_at": datetime(2024, 1, 10, tzinfo=UTC),
    }


def timed(make: Callable[[Paper], bytes], paper: Paper) -> tuple[bytes, float]:
    begun = time.perf_counter()
    content = make(paper)
    return content, time.perf_counter() - begun


def main() -> None:
    for language in LANGUAGES:
        paper = a_paper(language)
        found = {make.__name__: timed(make, paper) for make in (pdf, docx, xlsx)}
        pages = len(pypdfium2.PdfDocument(found["pdf"][0]))
        seconds = " ".join(f"{name}_seconds={spent:.1f}" for name, (_content, spent) in found.items())
        sizes = " ".join(f"{name}_kb={len(found[name][0]) // 1024}" for name in ("pdf", "docx"))
        print(f"work_report language={language} pages={pages} charts={CHARTS} tables={CHARTS} {seconds} {sizes}", flush=True)


if __name__ == "__main__":
    main()
