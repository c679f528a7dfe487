"""How long does it take to hold a register of enterprises against the channels of financing, and who is called eligible by mistake?

Fills an empty database with invented enterprises and asks for the eight rules of the plan at once, as the site does. One line a kind:

    finance db=sqlite rows=100000 kind=verdicts cpu_s=… wall_s=… load=…            the letter of each rule, brought to Python
    finance db=sqlite rows=100000 kind=masks cpu_s=…                               letters, failed and unknown conditions
    finance_parquet rows=10000000 seconds=… cpu_s=… peak_mb=…                      DuckDB over a Parquet file (--parquet)
    finance_page requests=… p50_ms=… max_ms=…                                      one enterprise, all channels, explained
    finance_export kind=csv rows=… lines=… cpu_s=… peak_mb=…                       all whose answer differs on two days; Python's own memory
    finance_peer engine=zen rows=… us_per_row=… wrong_eligible=…                   side by side (--peers), in an environment of their own

CPU is of this process for SQLite, of the server's process for PostgreSQL. ``--peers DIR``: the environment is made there, from the registry.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import venv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
ON = date(2025, 6, 30)
RULES = ("star-listing", "star-attribute", "bse-listing", "neeq-innovation", "chinext", "ip-pledge", "sci-tech-bond", "sci-tech-relending")
PACKAGES = ("zen-engine==2.1.3", "json-logic-qubit==0.9.1", "datalogic-py==5.9.0", "OpenFisca-Core==46.0.1")
LIMITS = {"zen": 20_000, "json-logic": 20_000, "datalogic": 20_000, "openfisca": 100_000}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--db", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--parquet", type=int, default=0, help="rows of a Parquet file to be screened by DuckDB instead")
    parser.add_argument("--peers", default="", help="folder for the environment of the other engines")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(dir=os.environ.get("PILOTAGE_BENCH_DIR")) as folder:
        set_up(options.db, folder)
        if options.parquet:
            parquet(options.parquet, Path(folder))
            return
        from pilotage.core import clock

        with clock.at(datetime(2025, 6, 30, 12, tzinfo=ZoneInfo("Asia/Shanghai"))):
            fill(options.rows)
            screen(options.db, options.rows)
            page()
            export(options.rows)
            if options.peers:
                peers(Path(options.peers), Path(folder), options.rows)


def set_up(db: str, folder: str) -> None:
    environment = {
        "PILOTAGE_DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "pilotage.settings",
        "PILOTAGE_SECRET_KEY": "only-for-the-bench-0123456789-0123456789-0123456789-0123456789",
        "PILOTAGE_ALLOWED_HOSTS": "testserver,localhost",
    }
    os.environ.pop("PILOTAGE_DATABASE_URL", None)
    if db == "postgresql":
        from tests.postgres import Cluster

        environment["PILOTAGE_DATABASE_URL"] = Cluster().create("bench")
    os.environ.update(environment)
    import django

    django.setup()


def asked(rules: Sequence[str] = RULES) -> list[Any]:
    from pilotage.finance.channels.content import read
    from pilotage.finance.rules import in_force
    from pilotage.finance.screening.statement import Asked
    from pilotage.plan.folder import check

    folder = check(ROOT / "plans" / "industrial-internet-2023").folder
    assert folder is not None
    docs = {doc["channel"]: doc for doc in folder.further["channels"].values()}
    return [Asked(key.replace("-", "_"), in_force(read(docs[key]), ON, operated=True)) for key in rules]


# --- the database of the site ---------------------------------------------------------------
def fill(rows: int) -> None:
    from django.core.management import call_command
    from django.db import connection, transaction

    from bench.finance_rows import columns
    from pilotage.accounts.models import User
    from pilotage.core import clock
    from pilotage.finance.facts.metrics import METRICS
    from pilotage.finance.facts.models import Attestation
    from pilotage.finance.screening.statement import attested_keys

    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0, run_syncdb=True)  # what has no migration yet
    user = User.objects.create(email="bench@example.org", name="bench")
    now = "2025-01-01 00:00:00+00:00"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO registry_enterprise (id, kind, name_zh, name_en, short_zh, address, ownership, size, is_legal_person, is_fictional, "
            "source, bigrams, created_at, updated_at) VALUES (%s, 'enterprise', %s, '', '', '', '', '', %s, %s, '', '', %s, %s)",
            [(number, f"演示制造{number}有限公司", True, True, now, now) for number in range(1, rows + 1)],
        )
        found = {name: _plain(values, unknown) for name, values, unknown in columns(list(METRICS.values()), (), rows, 1)}
        names = ", ".join(f'"{name}"' for name in found)
        marks = ", ".join("%s" for _ in range(len(found) + 3))
        lines = zip(range(1, rows + 1), [False] * rows, ["2025-06-30"] * rows, *found.values(), strict=True)
        cursor.executemany(f"INSERT INTO finance_factrow (enterprise_id, is_public, known_on, {names}) VALUES ({marks})", list(lines))
        told = {"channel": "c", "stated_by": user, "stated_on": date(2025, 1, 1), "stated_at": clock.now()}
        words = [
            Attestation(enterprise_id=number, condition=key, holds=number % 5 > 0, **told)
            for key in attested_keys(asked())
            for number in range(1, rows + 1, 50)
        ]
        Attestation.objects.bulk_create(words, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _plain(values: Any, unknown: Any) -> list[Any]:
    return [None if absent else value for value, absent in zip(values.tolist(), unknown.tolist(), strict=True)]


def screen(db: str, rows: int) -> None:
    from django.db import connection

    from pilotage.finance.rules import Dialect
    from pilotage.finance.screening.statement import facts_with_words, for_django, select

    found, dialect = asked(), Dialect(db)
    for kind, masks in (("verdicts", False), ("masks", True)):
        text, values = select(found, dialect, facts_with_words(found, dialect, ON), masks=masks)
        best, walls = [], []
        for _turn in range(4):
            with connection.cursor() as cursor:
                began, wall = _cpu(connection), time.monotonic()
                cursor.execute(for_django(text, dialect), values)
                assert len(cursor.fetchall()) == rows
                best.append(_cpu(connection) - began)
                walls.append(time.monotonic() - wall)
        print(
            f"finance db={db} rows={rows} rules={len(found)} kind={kind} cpu_s={min(best[1:]):.2f} wall_s={min(walls[1:]):.2f} load={_load()}"
        )


def _cpu(connection: Any) -> float:
    """Seconds of the process that reckons: the server's on PostgreSQL, which runs on this machine; the fetching is left out there."""
    if connection.vendor != "postgresql":
        return time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


# --- one enterprise -------------------------------------------------------------------------
PAGES = 100


def page() -> None:
    """The page of one enterprise as the secretariat asks for it: all channels of the plan, every condition with margin and nearest way in.

    Server time is that of the whole request, from the middleware to the last byte, in this one process; CPU where the machine is busy.
    """
    from django.test import Client

    from pilotage.finance.channels.selectors import channels

    client = Client()
    client.force_login(reader())
    stated(PAGES)
    walls, cpus = [], []
    for number in [1, 2, 3, *range(1, PAGES + 1)]:
        wall, cpu = time.perf_counter(), time.process_time()
        answer = client.get(f"/financing/enterprises/{number}/?channel={RULES[number % len(RULES)]}")
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
        assert answer.status_code == 200
    print(
        f"finance_page requests={PAGES} channels={len(channels())} bytes={len(answer.content)} p50_ms={statistics.median(walls[3:]):.1f} "
        f"max_ms={max(walls[3:]):.1f} cpu_p50_ms={statistics.median(cpus[3:]):.1f} cpu_max_ms={max(cpus[3:]):.1f} load={_load()}"
    )


def export(rows: int) -> None:
    """A comparison of two days over the whole register, as a file: what it holds in memory must not grow with the register."""
    from django.test import Client

    from pilotage.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(email="reader@example.org"))
    for kind in ("csv", "xlsx"):
        tracemalloc.start()
        cpu, lines = time.process_time(), 0
        answer = client.get(f"/financing/screenings/compare.{kind}?channel=star-attribute&before=2024-04-29&after=2024-04-30&group=any")
        for part in answer.streaming_content:
            lines += part.count(b"\n") if kind == "csv" else 0
        used, peak = time.process_time() - cpu, tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        print(f"finance_export kind={kind} rows={rows} lines={lines} cpu_s={used:.1f} peak_mb={peak:.1f} load={_load()}")


def reader() -> Any:
    """Somebody of the secretariat, and the channels of the model plan."""
    from pilotage.accounts import services as accounts
    from pilotage.plan import services as plans

    plans.load_folder(ROOT / "plans" / "industrial-internet-2023", actor=None)
    office = accounts.create_organisation(actor=None, kind="ministry", name_zh="演示秘书处", name_en="", is_fictional=True)
    user = accounts.create_user(actor=None, email="reader@example.org", name="读者", password="only-for-the-bench-2023", is_fictional=True)
    accounts.give_role(actor=None, user=user, organisation=office, role="secretariat", is_manager=True)
    return user


def stated(count: int) -> None:
    """The wide rows of the first enterprises as facts, which the page reads with their sources."""
    from pilotage.core import clock
    from pilotage.finance.facts.metrics import STANDING, STATEMENT
    from pilotage.finance.facts.models import Fact, FactRow

    facts = []
    for row in FactRow.objects.filter(pk__lte=count):
        for metric in (*STATEMENT, *STANDING):
            for back in range(metric.years):
                value = getattr(row, metric.column(back))
                if value is not None:
                    told = {"code": value} if metric.unit == "code" else {"number": value}
                    year = 2024 - back if metric in STATEMENT else None
                    facts.append(
                        Fact(enterprise_id=row.pk, metric=metric.key, year=year, known_from=date(2025, 4, 20), source="年度审计报告",
                             is_audited=True, stated_at=clock.now(), **told)
                    )  # fmt: skip
    Fact.objects.bulk_create(facts, batch_size=1000)


# --- ten million ----------------------------------------------------------------------------
def parquet(rows: int, folder: Path) -> None:
    import duckdb

    from pilotage.finance.rules import Dialect
    from pilotage.finance.screening.statement import select

    file = folder / "facts.parquet"
    # written by a process of its own, so that its memory is not counted
    subprocess.run([sys.executable, str(Path(__file__).with_name("finance_parquet.py")), str(file), str(rows)], check=True)
    found = asked()
    own = ", ".join(f'"{each.name}"' for each in found)
    with duckdb.connect(config={"memory_limit": "700MB", "threads": 2, "temp_directory": str(folder / "spill")}) as database:
        text, values = select(found, Dialect.DUCKDB, (f"read_parquet('{file}')", []))
        began, cpu = time.monotonic(), time.process_time()
        letters = str(folder / "letters.parquet")
        database.execute(f"COPY ({text}) TO '{letters}' (FORMAT parquet)", values)
        wall, used = time.monotonic() - began, time.process_time() - cpu
        counted = database.execute(f"SELECT count(*), count(DISTINCT ({own})) FROM read_parquet('{letters}')").fetchone()
    assert counted is not None
    assert counted[0] == rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = file.stat().st_size / 2**20
    print(
        f"finance_parquet rows={rows} rules={len(found)} seconds={wall:.1f} cpu_s={used:.1f} peak_mb={peak:.0f} file_mb={size:.0f} load={_load()}"
    )


# --- beside others --------------------------------------------------------------------------
def peers(environment: Path, folder: Path, rows: int) -> None:
    python = environment / "bin" / "python"
    if not python.exists():
        venv.create(environment, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    file = folder / "peers.json"
    ours = told_for_peers(file, rows)
    print(ours)
    for engine, limit in LIMITS.items():
        done = subprocess.run([python, str(ROOT / "bench" / "peer" / "finance_peers.py"), engine, str(file), str(min(limit, rows))],
                              check=False, capture_output=True, text=True)  # fmt: skip
        print(done.stdout.strip() or f"finance_peer engine={engine} failed={done.stderr.strip().splitlines()[-1:]}", flush=True)


def told_for_peers(file: Path, rows: int) -> str:
    """Writes rules, rows and right answers; gives the line of our own walker, which was held to the SQL by the property tests."""
    from bench.finance_rows import columns
    from pilotage.finance.facts.metrics import METRICS
    from pilotage.finance.rules import explain
    from pilotage.finance.rules.compiler import LETTERS
    from pilotage.finance.screening.statement import attested_keys

    found = asked()
    told = {name: _plain(values, unknown) for name, values, unknown in columns(list(METRICS.values()), attested_keys(found), rows, 2)}
    lines = [dict(zip(told, line, strict=True)) for line in zip(*told.values(), strict=True)]
    began = time.process_time()
    letters = [{each.resolved.rule.key: LETTERS[explain(each.resolved, line).verdict] for each in found} for line in lines]
    spent = time.process_time() - began
    rules = {each.resolved.rule.key: plain(each.resolved.tree, each.resolved) for each in found}
    file.write_text(json.dumps({"rules": rules, "rows": lines, "letters": letters}), encoding="utf-8")
    eligible = sum(1 for line in letters for letter in line.values() if letter == "m")
    unknown = sum(1 for line in letters for letter in line.values() if letter in "ua")
    line = (
        f"finance_peer engine=walker rows={rows} us_per_row={spent / rows * 1e6:.1f} build_seconds=0.0 wrong_eligible=0 missed_eligible=0"
    )
    return f"{line} errors=0 of={rows * len(found)} eligible={eligible} undecided={unknown}"


def plain(node: Any, resolved: Any) -> dict[str, Any]:
    """A rule without our types: groups, ``is``, ``in``, and comparisons of two sums with a number."""
    from pilotage.finance.rules import All, AnyOf, AtLeast, Attested, Category, Holds, NoneOf
    from pilotage.finance.rules.model import threshold

    for kind, name in ((All, "all"), (AnyOf, "any"), (NoneOf, "none")):
        if isinstance(node, kind):
            return {name: [plain(part, resolved) for part in node.parts]}
    if isinstance(node, AtLeast):
        return {"at_least": node.count, "of": [plain(part, resolved) for part in node.parts]}
    if isinstance(node, Attested | Holds):
        return {"is": node.key if isinstance(node, Attested) else node.metric}
    if isinstance(node, Category):
        return {"metric": node.metric, "in": list(resolved.values[node.parameter].codes)}
    return {"top": _side(node.top, resolved), "bottom": _side(node.bottom, resolved), "op": node.op,
            "number": float(threshold(node, resolved.values[node.parameter]))}  # fmt: skip


def _side(side: Any, resolved: Any) -> list[Any]:
    from pilotage.finance.rules.model import Lower

    return [
        [each.factor, _side(each.left, resolved), _side(each.right, resolved)]
        if isinstance(each, Lower)
        else [each.factor, resolved.rule.metrics[each.metric].column(each.back) if each.metric else ""]
        for each in side
    ]


if __name__ == "__main__":
    main()
