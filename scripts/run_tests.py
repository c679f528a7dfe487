"""`make test`: lint, all tests on SQLite, what touches the database in its own way again on PostgreSQL, and the browser.

Two lanes at once: browsers and killed servers wait for one another most of the time, and the other lane uses what that leaves. Stops at
nothing: every part runs, so one run shows every fault. A part's output is printed when the part has ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "--durations=25"]
Part = tuple[str, list[str], dict[str, str]]
BROWSER: Part = (
    "browser and durability",
    [*PYTEST, "-n", "2", "--dist", "loadgroup", "-m", "browser or durability", "tests/e2e", "tests/durability", "tests/test_commands.py"],
    {},
)
LINT: Part = ("lint", [sys.executable, str(ROOT / "scripts" / "lint.py")], {})
POSTGRESQL: Part = (
    "PostgreSQL",
    [*PYTEST, "-n", "1", "--dist", "worksteal", "-m", "postgresql and not browser and not durability"],
    {"PILOTAGE_TEST_DATABASE": "postgresql"},
)
SQLITE: Part = ("SQLite", [*PYTEST, "-n", "2", "--dist", "worksteal", "-m", "not browser and not durability"], {})
LANES: list[list[Part]] = [[BROWSER], [LINT, POSTGRESQL, SQLITE]]
_printing = threading.Lock()


def run(part: Part, environment: dict[str, str], failed: list[str]) -> None:
    name, command, extra = part
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment | extra, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    with _printing:
        print(f"\n==== {name}", flush=True)
        sys.stdout.buffer.write(done.stdout)
        sys.stdout.flush()
        # pytest's 5 means that no test was found: that is a failure here too.
        if done.returncode:
            failed.append(name)
        said = "FAILED" if done.returncode else "passed"
        print(f"==== {name}: {said} in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def main() -> int:
    failed: list[str] = []
    environment = dict(os.environ)
    # without it every process compiles the whole of Pilotage again
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pilotage-made-") as made:
        environment["PILOTAGE_TEST_MADE"] = made  # tests/sharing.py
        lanes = [threading.Thread(target=lambda lane=lane: [run(part, environment, failed) for part in lane]) for lane in LANES]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
    print(f"==== all in {time.monotonic() - started:.0f} s", file=sys.stderr)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
