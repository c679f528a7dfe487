"""`make bench`: run every measurement and write docs/benchmarks.md. Options name the parts to run.

Each script prints lines of ``name key=value …``; this collects them, sets them beside the bars of the
design and beside the peer where its Python is given in PILOTAGE_BENCH_PRETALX.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
PEER = os.environ.get("PILOTAGE_BENCH_PRETALX", "")

Line = tuple[str, dict[str, str]]

PARTS: dict[str, list[list[str]]] = {
    "pages": [[sys.executable, str(HERE / "pages.py")]] + ([[PEER, str(HERE / "peer" / "pretalx_pages.py")]] if PEER else []),
    "forms": [[sys.executable, str(HERE / "forms.py")]],
    "import": [[sys.executable, str(HERE / "import_enterprises.py")]],
    "search": [
        [sys.executable, str(HERE / "directory_search.py"), "--rows", rows, "--db", database]
        for rows in ("100000", "1000000")
        for database in ("sqlite", "postgresql")
    ],
    "review": [[sys.executable, str(HERE / f"review_{kernel}.py")] for kernel in ("assignment", "calibration", "selection")],
    "forecast": [[sys.executable, str(HERE / "forecast.py")]],
    "work-report": [[sys.executable, str(HERE / "work_report.py")]],
    "books": [[sys.executable, str(HERE / "books.py")]],
    "cockpit": [[sys.executable, str(HERE / "cockpit.py"), "--db", database] for database in ("sqlite", "postgresql")],
    "finance": [
        [
            sys.executable,
            str(HERE / "finance.py"),
            "--peers",
            os.environ.get("PILOTAGE_BENCH_PEERS", str(HERE.parent / "var" / "bench-peers")),
        ],
        [sys.executable, str(HERE / "finance.py"), "--db", "postgresql"],
        [sys.executable, str(HERE / "finance.py"), "--parquet", "10000000"],
    ],
    "storm": [[sys.executable, str(HERE / "storm.py"), "--minutes", "5", "--db", database] for database in ("sqlite", "postgresql")],
}
BARS = {
    "list": "<= 0.06 CPU s, <= 12 queries, <= 120 kB",
    "review_board": "<= 0.15 CPU s, <= 15 queries",
    "bulk": "500 recommended in <= 3 s",
    "form_validation": ">= 1,000 validations per second of one core, on the largest form of the plan",
    "import_enterprises": "100,000 in <= 60 s, constant memory",
    "directory_search": "p99 <= 100 ms",
    "assignment": "the known optimum; 50,000 x 10,000 in < 60 s, certified <= 0.1 %, <= 1.2 GB; 10,000 x 3,000 in < 10 s; AAMAS 2015 <= 0.2 s",
    "lottery": "the known expected totals of a capped assignment",
    "calibration_holdout": "RMSE of held-out scores never worse than the raw mean",
    "calibration_recall": "with 20 % bridging seats not worse than raw, whichever story is true",
    "selection": "300 of 30,000 proven in < 10 s; all bars agree; no improving swap",
    "forecast_coverage": "95 % intervals hold 93 to 97 % of the outcomes (exact_95)",
    "forecast_size": "100 targets x 10,000 draws in <= 2 s",
    "work_report": "60 pages with 30 charts in <= 20 s",
    "books": "100 cases on some 400 pages and a directory of 300 entries in <= 60 s for each kind of file",
    "cockpit": "1,000,000 applications over five years: home p99 <= 300 ms, a day asked for the first time <= 1 s",
    "finance": "100,000 x 8 rules: <= 1 s CPU for verdicts, <= 3 s with masks on SQLite; >= 20 x zen's decision evaluation",
    "finance_parquet": "10,000,000 in <= 40 s and <= 1 GB on 2 cores",
    "finance_page": "<= 50 ms of server time for one enterprise, all channels",
    "storm": "p99 of a submission <= 2 s on PostgreSQL, <= 5 s on SQLite; nothing that was acknowledged is lost",
}
REVIEW = (
    ("Assignment of experts", "assignment"),
    ("Assignment by lot under a pair cap", "lottery"),
    ("Largest competence floor", "floor"),
    ("Calibration: foretelling held-out scores", "calibration_holdout"),
    ("Calibration: finding the true best tenth", "calibration_recall"),
    ("Calibration at size", "calibration_size"),
    ("Selection under crossing quotas", "selection"),
    ("The score that would have been enough", "enough"),
    ("Probability of selection", "grey_zone"),
)


def run(command: list[str]) -> Iterator[Line]:
    print("$", " ".join(Path(word).name if "/" in word else word for word in command), flush=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    for line in done.stdout.splitlines():
        print(" ", line, flush=True)
        name, *rest = line.split()
        if rest and all("=" in word for word in rest):
            yield name, dict(word.split("=", 1) for word in rest)
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
        raise SystemExit(f"{command[1]} failed")


def pages_table(lines: list[Line]) -> list[str]:
    ours = {f["name"]: f for name, f in lines if name == "page" and f["peer"] == "pilotage"}
    theirs = {f["name"]: f for name, f in lines if name == "page" and f["peer"] == "pretalx"}
    if not ours:
        return []
    heads = "| page | CPU s | queries | bytes | bar | pretalx 2025.2.2, same run | ratio |"
    text = ["## Pages over 5,000 applications and 15,000 reviews", "", heads, "|---|---|---|---|---|---|---|"]
    for name, fields in ours.items():
        peer = theirs.get(name)
        beside = f"{peer['cpu']} s, {peer['queries']} queries, {int(peer['bytes']):,} bytes" if peer else "–"
        ratio = f"{float(peer['cpu']) / float(fields['cpu']):.0f} x" if peer else "–"
        text.append(
            f"| {name} | {fields['cpu']} | {fields['queries']} | {int(fields['bytes']):,} | {BARS.get(name, '–')} | {beside} | {ratio} |"
        )
    if not theirs:
        text += ["", "pretalx was not measured in this run: PILOTAGE_BENCH_PRETALX was not set (bench/peer/README.md)."]
    return [*text, ""]


def plain_table(title: str, lines: list[Line], name: str) -> list[str]:
    rows = [fields for found, fields in lines if found == name]
    if not rows:
        return []
    heads = list(dict.fromkeys(head for row in rows for head in row))
    bar = [f"Bar: {BARS[name]}.", ""] if name in BARS else []
    text = [f"## {title}", "", *bar, "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return [*text, *("| " + " | ".join(row.get(head, "–") for head in heads) + " |" for row in rows), ""]


FORECAST = (("Forecast: do the intervals hold on simulated histories", "forecast_coverage"), ("Forecast at size", "forecast_size"))


STORM_WORDS = """\
Web server (2 processes), worker, database and the people themselves share the machine. Each applicant's page saves one field every
20 s: 3,000 offer 150 saves a second, and 1,000 of them submit over the last four fifths of the five minutes. `shed` counts answers 503 with
`Retry-After` to saves in passing, whose text waits in the browser and comes again; `form` is the button that leads to submission, which saves
what still waits. The second table is how long a text waited from being typed until it was acknowledged; the third how many of the cores
were used, by all, by the site with its database, by the people, and by other work, which should be next to none; the fourth what was then
looked up in the database: each acknowledged text in its history, each acknowledged submission with its revision and signed receipt, the
audit chain."""


def storm_tables(lines: list[Line]) -> list[str]:
    first, *further = (plain_table("Deadline storm", lines, name) for name in ("storm", "storm_saved", "storm_machine", "storm_verified"))
    if not first:
        return []
    heading, bar = first[:1], first[2:3]
    tables = [[line for line in table if line.startswith("|")] for table in (first, *further)]
    return [*heading, "", *bar, "", *STORM_WORDS.splitlines(), "", *(line for table in tables for line in (*table, ""))]


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    chosen = sys.argv[1:] or list(PARTS)
    lines = [line for part in chosen for command in PARTS[part] for line in run(command)]
    text = [
        "# Benchmarks",
        "",
        f"`make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine()}. Written by the command; do not edit by hand.",
        "",
        "CPU is `time.process_time` of one process, best of five after a warm-up, SQLite included; see `bench/`.",
        "Other work on the machine moves every figure; ratios were taken in one run.",
        "",
        *pages_table(lines),
        *plain_table("Recommending in bulk", lines, "bulk"),
        *plain_table("Checking a form", lines, "form_validation"),
        *plain_table("Import of enterprises from XLSX", lines, "import_enterprises"),
        *plain_table("Directory search", lines, "directory_search"),
        *(line for title, name in REVIEW for line in plain_table(title, lines, name)),
        *(line for title, name in FORECAST for line in plain_table(title, lines, name)),
        *plain_table("Files of a work report", lines, "work_report"),
        *plain_table("Case sets and directory books", lines, "books"),
        *plain_table("Overview of a plan", lines, "cockpit"),
        *plain_table("Financing: a register against the channels", lines, "finance"),
        *plain_table("Financing: the page of one enterprise", lines, "finance_page"),
        *plain_table("Financing: a comparison as a file", lines, "finance_export"),
        *plain_table("Financing: DuckDB over Parquet", lines, "finance_parquet"),
        *plain_table("Financing: other engines", lines, "finance_peer"),
        *storm_tables(lines),
    ]
    if not sys.argv[1:]:
        PAGE.write_text("\n".join(text).rstrip() + "\n", encoding="utf-8")
        print(f"written to {PAGE.relative_to(HERE.parent)}")
    else:
        print("\n".join(text))


if __name__ == "__main__":
    main()
