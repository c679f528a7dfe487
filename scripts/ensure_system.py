"""The programs the tests drive that are not Python packages: a browser, a Chinese font, PostgreSQL, gettext.

Uses what is there. Where something is missing and this is Debian (or Ubuntu) and we are root, it
is installed from the distribution's packages; otherwise says exactly what to install and fails.
Nothing is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import postgres


def has_chromium() -> bool:
    return shutil.which("chromium") is not None


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


def has_postgresql() -> bool:
    try:
        return (postgres.programs() / "postgres").exists()
    except RuntimeError:
        return False


@dataclass(frozen=True)
class Need:
    what: str
    package: str
    is_there: Callable[[], bool]


NEEDS = (
    Need("Chromium, for the browser tests", "chromium", has_chromium),
    Need("a Chinese font, so that screenshots show the text", "fonts-noto-cjk", has_chinese_font),
    Need("PostgreSQL's server programs (the tests start their own)", "postgresql", has_postgresql),
    Need("gettext, to check the message catalogues", "gettext", lambda: shutil.which("msgfmt") is not None),
)


def missing() -> list[Need]:
    return [need for need in NEEDS if not need.is_there()]


def install(needs: list[Need]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    packages = [need.package for need in needs]
    print(f"installing {' '.join(packages)} with apt-get (once)", flush=True)
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, "fontconfig"]):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], sep="\n", file=sys.stderr)
            return


def main() -> int:
    needs = missing()
    if needs and os.geteuid() == 0 and shutil.which("apt-get"):
        install(needs)
        needs = missing()
    for need in needs:
        print(f"missing: {need.what}. Install it, on Debian: sudo apt-get install {need.package}", file=sys.stderr)
    return 1 if needs else 0


if __name__ == "__main__":
    sys.exit(main())
