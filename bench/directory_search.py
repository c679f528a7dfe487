"""How long does a page of the directory take over a million entries?

Fills an empty database in a temporary directory with fictional entries (the same ones every time), serves it with
``pilotage serve`` and two web processes, and asks for pages over loopback from this process. Prints one line a kind:

    directory_search db=sqlite rows=1000000 kind=common requests=200 clients=2 p50_ms=… p99_ms=… max_ms=… cpu_ms=… load=… stolen=… bytes=…

``cpu_ms`` is what the web processes spent on a request (the database's own processes not counted), ``load`` the machine's
load average, ``stolen`` the share of the processors' time
that the machine's host gave to others: on such a machine ``cpu_ms`` is the steadier figure. One line for the filling: ``directory_fill db=… rows=… seconds=…``.

Kinds: ``all`` no filter, ``province``, ``rare`` a term of 16 hits, ``common`` a term of about a tenth of all rows,
``both`` the common term in one province, ``middle`` a page in the middle by its cursor.
PostgreSQL runs in a cluster of its own, with the settings of the tests.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
WARM = 6
RARE, RARE_HITS, COMMON = "澜汀砚屿", 16, "精密"
# shares of the provinces in the first directory, roughly; the rest is spread thinly
PROVINCES = {
    "320000": 32,
    "370000": 11,
    "420000": 10,
    "330000": 7,
    "440000": 6,
    "340000": 5,
    "350000": 4,
    "310000": 3,
    "210000": 3,
    "510000": 3,
}
THIN = (
    "110000",
    "120000",
    "130000",
    "140000",
    "150000",
    "360000",
    "410000",
    "430000",
    "450000",
    "500000",
    "530000",
    "610000",
    "630000",
    "650000",
)
INDUSTRIES = ("13", "15", "17", "25", "26", "27", "28", "30", "31", "33", "34", "35", "36", "37", "38", "39", "40", "44")
PRODUCTS = (COMMON, "轴承", "光模块", "冷轧", "长丝", "配电", "盐化", "注塑", "电池", "齿轮")
BRANDS = tuple(a + b for a in "砚沐曦炬苇桁铄岚瑾澄" for b in "舟衡屿原渡岭帆宁川禾")
COLUMNS = (
    "id", "edition_id", "number", "state", "enterprise_name", "project_title", "province_id", "industry_id", "level", "scenario_count",
    "facts", "label", "listed_on", "is_fictional", "source", "bigrams",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--requests", type=int, default=200, help="for each kind")
    parser.add_argument("--clients", type=int, default=2, help="requests on the way at once")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PILOTAGE_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "pilotage.settings",
            "PILOTAGE_SECRET_KEY": "only-for-the-bench-0123456789-0123456789-0123456789-0123456789",
            "PILOTAGE_ALLOWED_HOSTS": "localhost,127.0.0.1",
        }
        if options.db == "postgresql":
            from tests.postgres import Cluster

            environment["PILOTAGE_DATABASE_URL"] = Cluster().create("bench")
        os.environ.pop("PILOTAGE_DATABASE_URL", None)
        os.environ.update(environment)
        fill(options.rows, options.db)
        serve_and_ask(options)


# --- filling --------------------------------------------------------------------------------
def fill(rows: int, db: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    started = time.monotonic()
    call_command("migrate", verbosity=0)
    edition = _frame()
    (_fill_sqlite if db == "sqlite" else _fill_postgresql)(rows, edition.pk)
    from pilotage.directory.services import recount

    recount(edition)
    connection.close()
    print(f"directory_fill db={db} rows={rows} seconds={time.monotonic() - started:.1f}", flush=True)


def _frame() -> Any:
    from django.utils import timezone

    from pilotage.directory.models import Directory, Edition
    from pilotage.registry.models import Division, Industry

    Division.objects.bulk_create(Division(code=code, name_zh=f"省{code}", level="province") for code in (*PROVINCES, *THIN))
    Industry.objects.bulk_create(Industry(code=code, name_zh=f"大类{code}", level="division") for code in INDUSTRIES)
    directory = Directory.objects.create(slug="5g-factory", prefix="5GF", title_zh="5G工厂名录", title_en="5G factory directory")
    codes = {"scenarios": [{"code": f"{i:02d}", "zh": f"场景{i}", "en": f"Scenario {i}"} for i in range(20)]}
    return Edition.objects.create(
        directory=directory, year=2023, title_zh="演示名录", state="published", published_at=timezone.now(), is_fictional=True, codes=codes
    )


def made_up(rows: int, edition: int) -> Iterator[tuple[Any, ...]]:
    """Entry rows, the same for the same number."""
    from pilotage.core.search import bigrams

    dice = random.Random(2023)
    provinces = [*PROVINCES, *THIN]
    weights = [*PROVINCES.values(), *[1] * len(THIN)]
    places = dice.choices(provinces, weights, k=rows)
    rare = set(dice.sample(range(rows), min(RARE_HITS, rows)))
    width = max(4, len(str(rows)))
    cut: dict[str, str] = {}
    for row in range(rows):
        brand = RARE if row in rare else dice.choice(BRANDS)
        name, title = f"{brand}制造有限公司", f"{dice.choice(PRODUCTS)}{dice.choice(PRODUCTS)}5G工厂"
        number = f"5GF-2023-{row + 1:0{width}d}"
        for text in (name, title):
            if text not in cut:
                cut[text] = bigrams(text)
        found = f"{cut[title]} {cut[name]} 5gf 2023 {row + 1:0{width}d}"
        label = "benchmark" if row % 12000 == 7 else ""
        industry = dice.choice(INDUSTRIES)
        yield (
            row + 1,
            edition,
            number,
            "listed",
            name,
            title,
            places[row],
            industry,
            "factory",
            3,
            "{}",
            label,
            date(2023, 11, 29),
            True,
            "",
            found,
        )


_SCENARIOS = """
INSERT INTO directory_entryscenario (entry_id, edition_id, code, description)
SELECT e.id, e.edition_id, {code}, '' FROM directory_entry e CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1 UNION ALL SELECT 2) s
"""


def _fill_sqlite(rows: int, edition: int) -> None:
    from django.db import connection

    connection.ensure_connection()
    raw = connection.connection
    raw.execute("PRAGMA synchronous=OFF")
    # indexes and triggers are made anew afterwards: sorting once is quicker than a million insertions in random places
    made_later = list(
        raw.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('index', 'trigger') "
            "AND tbl_name IN ('directory_entry', 'directory_entryscenario')"
        )
    )
    for kind, name, _sql in made_later:
        raw.execute(f'DROP {kind} "{name}"')
    marks = ", ".join("?" * len(COLUMNS))
    raw.execute("BEGIN")
    lines = ((*row[:12], row[12].isoformat(), *row[13:]) for row in made_up(rows, edition))
    raw.executemany(f"INSERT INTO directory_entry ({', '.join(COLUMNS)}) VALUES ({marks})", lines)
    raw.execute(_SCENARIOS.format(code="printf('%02d', (e.id * 7 + s.k * 3) % 20)"))
    raw.execute("INSERT INTO directory_entry_search(directory_entry_search) VALUES ('rebuild')")
    for _kind, _name, sql in made_later:
        raw.execute(sql)
    raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _fill_postgresql(rows: int, edition: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        # the rows are made to fit, so nobody checks each; indexes are made anew afterwards
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('directory_entry', 'directory_entryscenario') "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
        made_later = cursor.fetchall()
        for name, _definition in made_later:
            cursor.execute(f'DROP INDEX "{name}"')
        with cursor.copy(f"COPY directory_entry ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in made_up(rows, edition):
                copy.write_row(row)
        cursor.execute(_SCENARIOS.format(code="lpad(((e.id * 7 + s.k * 3) % 20)::text, 2, '0')"))
        for _name, definition in made_later:
            cursor.execute(definition)
        cursor.execute("SELECT setval(pg_get_serial_sequence('directory_entry', 'id'), %s)", [rows])
        cursor.execute("VACUUM ANALYZE directory_entry")
        cursor.execute("VACUUM ANALYZE directory_entryscenario")
        cursor.execute("RESET session_replication_role")


# --- asking ---------------------------------------------------------------------------------
def serve_and_ask(options: argparse.Namespace) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pilotage", "serve", "--port", str(port), "--workers", "2", "--no-worker"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait(port, server)
        for kind, address in addresses(options.rows).items():
            before, host = cpu_seconds(server.pid), host_ticks()
            times, size = ask(port, address, options.requests, options.clients)
            spent = (cpu_seconds(server.pid) - before) * 1000 / (len(times) + WARM)
            print(
                f"directory_search db={options.db} rows={options.rows} kind={kind} requests={len(times)} clients={options.clients} "
                f"p50_ms={_percentile(times, 50):.1f} p99_ms={_percentile(times, 99):.1f} max_ms={times[-1]:.1f} "
                f"cpu_ms={spent:.1f} load={os.getloadavg()[0]:.1f} stolen={stolen_since(host):.3f} bytes={size}",
                flush=True,
            )
    finally:
        server.terminate()
        server.wait(30)


def addresses(rows: int) -> dict[str, str]:
    width = max(4, len(str(rows)))
    raw = json.dumps([0, [f"5GF-2023-{rows // 2:0{width}d}"]], separators=(",", ":"))
    middle = base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")
    base = "/directory/5g-factory/?edition=2023-demo"
    return {
        "all": base,
        "province": f"{base}&province=320000",
        "rare": f"{base}&q={quote(RARE)}",
        "common": f"{base}&q={quote(COMMON)}",
        "both": f"{base}&q={quote(COMMON)}&province=420000",
        "middle": f"{base}&after={middle}",
    }


def ask(port: int, address: str, requests: int, clients: int) -> tuple[list[float], int]:
    """Milliseconds of each request, sorted, and the size of the page. ``WARM`` requests before them warm both processes."""
    times: list[float] = []
    sizes: set[int] = set()
    lock = threading.Lock()

    def run(count: int, *, keep: bool) -> None:
        for _ in range(count):  # a visitor's own connection each: a kept one stays with the process that took it
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            started = time.perf_counter()
            connection.request("GET", address)
            answer = connection.getresponse()
            body = answer.read()
            spent = (time.perf_counter() - started) * 1000
            if answer.status != 200:
                raise SystemExit(f"{address} answered {answer.status}")
            if keep:
                with lock:
                    times.append(spent)
                    sizes.add(len(body))
            connection.close()

    for _ in range(WARM):
        run(1, keep=False)
    threads = [threading.Thread(target=run, args=(requests // clients,), kwargs={"keep": True}) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), max(sizes, default=0)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all under it, from /proc."""
    ticks = os.sysconf("SC_CLK_TCK")
    total, waiting = 0.0, [pid]
    while waiting:
        current = waiting.pop()
        try:
            fields = Path(f"/proc/{current}/stat").read_text().rpartition(")")[2].split()
            children = "".join(p.read_text() for p in Path(f"/proc/{current}/task").glob("*/children"))
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / ticks
        waiting += [int(child) for child in children.split()]
    return total


def host_ticks() -> tuple[int, int]:
    """Ticks stolen by the host of this virtual machine, and all ticks, since it started."""
    fields = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return fields[7], sum(fields)


def stolen_since(before: tuple[int, int]) -> float:
    stolen, everything = host_ticks()
    return (stolen - before[0]) / max(1, everything - before[1])


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("the server ended while starting")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/open-data/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not answer in five minutes")


def _percentile(times: list[float], share: int) -> float:
    """Nearest rank; ``times`` is sorted."""
    return times[max(0, -(-len(times) * share // 100) - 1)]


if __name__ == "__main__":
    main()
