"""`make test`: lint, then all tests on SQLite, then what touches the database again on PostgreSQL.

Stops at nothing: every part runs, so one run shows every fault. The last line printed is pytest's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "--durations=25"]
# Browsers and killed servers come in their own part: each starts servers that use both cores.
PARTS: dict[str, tuple[list[str], dict[str, str]]] = {
    "lint": ([sys.executable, str(ROOT / "scripts" / "lint.py")], {}),
    "PostgreSQL": (
        [*PYTEST, "-n", "2", "--dist", "worksteal", "-m", "database and not browser and not durability"],
        {"PILOTAGE_TEST_DATABASE": "postgresql"},
    ),
    "browser and durability": ([*PYTEST, "-n", "2", "--dist", "loadgroup", "-m", "browser or durability"], {}),
    "SQLite": ([*PYTEST, "-n", "2", "--dist", "worksteal", "-m", "not browser and not durability"], {}),
}


def main() -> int:
    failed = []
    for name, (command, extra) in PARTS.items():
        started = time.monotonic()
        print(f"\n==== {name}", flush=True)
        code = subprocess.run(command, cwd=ROOT, env=os.environ | extra, stdin=subprocess.DEVNULL, check=False).returncode
        # pytest's 5 means that no test was found: that is a failure here too.
        if code:
            failed.append(name)
        print(f"==== {name}: {'FAILED' if code else 'passed'} in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
