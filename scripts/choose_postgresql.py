"""`make choose`: which tests need not run on PostgreSQL again, written to tests/sqlite_only.txt.

Every kind of SQL statement that any test issues on SQLite is issued by at least one test that runs on PostgreSQL, and everything that
commits, locks or runs into a constraint there runs there. The rest says the same thing twice. A test that this list does not know runs on
both, so a new test needs nothing; an out-of-date list costs time, no proof. Runs all tests on SQLite once, and notes what each of them asks.
"""

from __future__ import annotations

import heapq
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "sqlite_only.txt"
HEAD = "# Written by scripts/choose_postgresql.py, which says why. A test that is not here runs on both databases.\n"
# Written for what differs: search, triggers, locks, races, the chain, migrations, rules as SQL.
ALWAYS = (
    "tests/audit/", "tests/core/", "tests/directory/test_search.py", "tests/finance/screening/test_statement.py", "tests/finance/test_rules.py",
    "tests/registry/test_imports.py", "tests/test_migrations.py",
)  # fmt: skip
TOO_DEAR = 20  # seconds: the whole demonstration; its builder has smaller tests that run on both


@dataclass
class Test:
    kinds: set[str] = field(default_factory=set)
    seconds: float = 0.0
    commits: bool = False


def record(folder: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "tests.statements", "-m", "database and not browser and not durability"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"PILOTAGE_TEST_STATEMENTS": str(folder)}, check=True)


def read(folder: Path) -> dict[str, Test]:
    """By function: its cases issue much the same."""
    tests: dict[str, Test] = defaultdict(Test)
    for path in sorted(folder.glob("*.json")):
        for name, told in json.loads(path.read_text()).items():
            test = tests[name.partition("[")[0]]
            test.kinds |= set(told["kinds"])
            test.seconds += told["seconds"]
            test.commits |= told["commits"]
    return dict(tests)


def choose(tests: dict[str, Test]) -> set[str]:
    """A cheap set of tests that issues every kind: greedily, by new kinds a second."""
    chosen = {name for name, test in tests.items() if test.commits or name.startswith(ALWAYS)}
    left = {kind for test in tests.values() for kind in test.kinds if test.seconds < TOO_DEAR}
    left -= {kind for name in chosen for kind in tests[name].kinds}
    queue = [(-float("inf"), name) for name, test in sorted(tests.items()) if name not in chosen and test.seconds < TOO_DEAR]
    while left and queue:
        _gain, name = heapq.heappop(queue)
        gain = len(tests[name].kinds & left) / (tests[name].seconds + 0.02)
        if gain and queue and gain < -queue[0][0]:
            heapq.heappush(queue, (-gain, name))
        elif gain:
            chosen.add(name)
            left -= tests[name].kinds
    return chosen


def main() -> int:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(sys.argv[1]) if sys.argv[1:] else Path(made)
        if not sys.argv[1:]:
            record(folder)
        tests = read(folder)
    chosen = choose(tests)
    lines: dict[str, list[str]] = defaultdict(list)
    for name in sorted(set(tests) - chosen):
        path, _, function = name.partition("::")
        lines[path].append(function)
    LIST.write_text(HEAD + "".join(f"{path} {' '.join(functions)}\n" for path, functions in sorted(lines.items())))
    seconds = {True: 0.0, False: 0.0}
    for name, test in tests.items():
        seconds[name in chosen] += test.seconds
    print(f"on both: {len(chosen)} functions, {seconds[True]:.0f} s; on SQLite only: {len(tests) - len(chosen)}, {seconds[False]:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
