"""The search over the public site at 100,000 documents: milliseconds of each kind of query, in a database of its own.

Method: documents are made of seeded words as a directory has them and written by the index itself; each query runs five times after a
warm-up, the median and the slowest are told. What the sources would say of visibility is left in: the documents stand for no rows, so the
page of hits is read straight from the index.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from typing import Any

QUERIES = {
    "common": "智能工厂",
    "common_latin": "factory",
    "rare": "海天精密",
    "number": "5GF-2023-004321",
    "two_words": "苏州 机器视觉",
    "one_character": "海",
    "typo_latin": "machnie",
    "typo_chinese": "机器示觉检测",
    "loose": "海天 不存在的词",
    "nothing": "鑫鑫鑫鑫",
}
_PLACES = ("苏州", "无锡", "宁波", "青岛", "武汉", "成都", "长沙", "合肥", "佛山", "沈阳")
_NAMES = ("海天", "东方", "长江", "华信", "金桥", "北辰", "中联", "恒远", "瑞丰", "天工", "宏图", "远景")
_TRADES = ("精密", "装备", "电子", "化工", "钢铁", "纺织", "医药", "汽车", "船舶", "能源")
_SCENES = ("机器视觉检测", "设备协同作业", "柔性生产制造", "现场辅助装配", "厂区智能物流", "无人智能巡检", "生产能效管控", "设备故障诊断")
_ENGLISH = ("machine vision", "flexible production", "smart logistics", "energy control", "predictive maintenance", "factory")


def texts(count: int) -> Iterator[Any]:
    from pilotage.publications.site.sources import Text

    dice = random.Random(2023)
    for number in range(count):
        place, name, trade = dice.choice(_PLACES), dice.choice(_NAMES) + dice.choice(_NAMES), dice.choice(_TRADES)
        said = "，".join(dice.sample(_SCENES, 3))
        yield Text(
            key=f"5GF-2023-{number:06d}",
            title_zh=f"{place}{name}{trade}智能工厂",
            words=f"5GF-2023-{number:06d} {place}{name}{trade}有限公司",
            text_zh=f"{said}。项目建成后效率提升{dice.randint(5, 60)}%，质量提升{dice.randint(1, 30)}%。" * 2,
            text_en=f"A {dice.choice(_ENGLISH)} project of {dice.choice(_ENGLISH)} number {number}.",
        )


def fill(count: int) -> float:
    from django.db import connection, transaction

    from pilotage.publications.site import index

    began = time.perf_counter()
    batch = []
    with transaction.atomic():
        for text in texts(count):
            batch.append(text)
            if len(batch) == index.BATCH:
                index._write("entry", batch)
                batch = []
        index._write("entry", batch)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return time.perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=100_000)
    options.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="pilotage-bench-") as place:
        prepare(place, chosen.db)
        seconds = fill(chosen.documents)
        print(f"site_search_fill db={chosen.db} documents={chosen.documents} s={seconds:.0f} load={os.getloadavg()[0]:.1f}", flush=True)
        for name, text in QUERIES.items():
            measure(chosen.db, chosen.documents, name, text)


def prepare(place: str, db: str) -> None:
    os.environ |= {"PILOTAGE_DATA_DIR": place, "DJANGO_SETTINGS_MODULE": "pilotage.settings", "PILOTAGE_SECRET_KEY": "bench" * 12}
    if db == "postgresql":
        from tests.postgres import Cluster

        os.environ["PILOTAGE_DATABASE_URL"] = Cluster().create("bench")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from pilotage.publications.site import searching

    searching._public = lambda found: {(each.kind, each.key) for each in found}


def measure(db: str, documents: int, name: str, text: str) -> None:
    from pilotage.publications.site.searching import search

    found = search(text)
    times = []
    for _ in range(5):
        began, cpu = time.perf_counter(), time.process_time()
        search(text)
        times.append(((time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000))
    walls, cpus = zip(*times, strict=True)
    told = f"median_ms={statistics.median(walls):.1f} slowest_ms={max(walls):.1f} cpu_ms={statistics.median(cpus):.1f}"
    print(f"site_search db={db} documents={documents} query={name} found={found.total} {told} load={os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
