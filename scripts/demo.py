"""`make demo`: build the fictional year once, then serve it with web and worker. DEMO_STAGE chooses where the year stops."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAGE = os.environ.get("DEMO_STAGE", "listed")
PORT = os.environ.get("DEMO_PORT", "8000")


def pilotage(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "pilotage", *words], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main() -> None:
    data = Path(os.environ.get("PILOTAGE_DATA_DIR", ROOT / "var"))
    if not (data / "demo.json").is_file():
        print("Building a fictional year of the plan; this takes two or three minutes, once.", flush=True)
    pilotage("demo", "--stage", STAGE)
    pilotage("collectstatic", "--noinput", "-v", "0")
    print(f"\nServing on http://localhost:{PORT} (Ctrl+C stops)", flush=True)
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pilotage", "serve", "--port", PORT])


if __name__ == "__main__":
    main()
