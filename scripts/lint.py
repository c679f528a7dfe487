"""Imports between rooms, style, types. Runs all three even when one fails, and names those that did."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS = {
    "imports between and inside rooms": [BIN / "lint-imports"],
    "style": [BIN / "ruff", "check", "."],
    "types": [BIN / "mypy", "--config-file", "pyproject.toml"],
}


def main() -> int:
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
