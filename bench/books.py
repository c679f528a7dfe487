"""How long a case set of 100 cases (some 400 pages) and a directory of 300 entries take to compile, and that it is the same twice.

Run: ``.venv/bin/python -m bench.books``. Words and figures are made up.
"""

from __future__ import annotations

import io
import os
import sys
import time
from datetime import date

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilotage.settings")

import django
from PIL import Image

SENTENCE = "车间原有网络以有线为主，产线调整时布线周期长，设备数据采集率不足六成，夜班巡检全靠人工，停机发现晚。"
EFFECTS = "\n\n| 成效 | 前 | 后 |\n|---|--:|--:|\n" + "".join(f"| 指标{row} | 12 | 18 |\n" for row in range(5))
LIMIT = 60.0


def picture(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((1200, 800), 30 + seed % 40).convert("RGB").save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def case_set(cases: int = 100) -> object:
    from pilotage.core import charts, markup
    from pilotage.publications.books.model import Book, Figure, Part, Table

    drawn = charts.pairs([charts.Pair(f"指标{row}", 12, 18 - row, "+1%", True) for row in range(5)], title="成效", before="前", after="后")
    text = "\n\n".join(f"# 第{part}节\n\n" + "\n\n".join(SENTENCE * 4 for _ in range(4)) for part in range(1, 6))
    parts = []
    for group in range(10):
        inner = tuple(
            Part(
                f"case-{group}-{place}",
                f"虚构企业{group}-{place}：5G全连接工厂",
                (
                    *markup.parse(text),
                    Figure("effects", "成效", svg=drawn.svg),
                    Table("实施前后", ("指标", "前", "后"), (("效率", "12", "18"), ("漏检率", "2.1", "0.3"))),
                    Figure("a", "产线", image=picture(place)),
                    Figure("b", "控制室", image=picture(place + 7)),
                ),
                facts=(("企业", f"虚构企业{group}-{place}"), ("地区", "广东省深圳市")),
                terms=(("行业索引", f"行业{group}"), ("场景索引", f"场景{place % 20}")),
            )
            for place in range(cases // 10)
        )
        parts.append(Part(f"group-{group}", f"行业{group}", (), parts=inner))
    return Book(
        "urn:bench:set",
        "案例集",
        "",
        "虚构单位",
        "zh",
        "1",
        date(2023, 10, 31),
        markup.parse("前言"),
        tuple(parts),
        ("行业索引", "场景索引"),
        "虚构",
    )


def directory(entries: int = 300) -> object:
    from pilotage.core import markup
    from pilotage.publications.books.model import Book, Part

    parts = tuple(
        Part(
            f"province-{group}",
            f"省份{group}",
            (),
            parts=tuple(
                Part(
                    f"entry-{group}-{place}",
                    f"5GF-2023-{group * 10 + place:04d} 虚构企业",
                    markup.parse(SENTENCE * 2 + EFFECTS),
                    facts=tuple((f"项目{row}", SENTENCE[:20]) for row in range(8)),
                    terms=(("行业索引", f"行业{place}"),),
                    is_running_on=True,
                )
                for place in range(10)
            ),
        )
        for group in range(entries // 10)
    )
    return Book("urn:bench:directory", "名录", "", "虚构单位", "zh", "1", date(2023, 10, 31), (), parts, ("行业索引",), "虚构")


def main() -> int:
    django.setup()
    from pypdf import PdfReader

    from pilotage.publications.books.compiling import compile as compiled
    from pilotage.publications.books.model import KINDS
    from pilotage.publications.books.style import standard

    is_slow = False
    for name, book in (("case_set_100", case_set()), ("directory_300", directory())):
        told = []
        for kind in KINDS:
            begun = time.perf_counter()
            made = compiled(book, kind, standard())  # type: ignore[arg-type]  # a book
            took = time.perf_counter() - begun
            told += [f"pages={len(PdfReader(io.BytesIO(made)).pages)}"] if kind == "pdf" else []
            told += [f"{kind}_seconds={took:.1f}", f"{kind}_mb={len(made) / 1e6:.1f}"]
            is_slow = is_slow or took > LIMIT
        print("books", f"book={name}", *told, flush=True)
    return int(is_slow)


if __name__ == "__main__":
    sys.exit(main())
