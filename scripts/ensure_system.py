"""The programs the tests drive that are not Python packages: a browser, a Chinese font, PostgreSQL, gettext; and CKAN's parser, apart.

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


def has_shell() -> bool:
    return shutil.which("chromium-headless-shell") is not None


def has_chromium() -> bool:
    return has_shell() or shutil.which("chromium") is not None


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
    Need("qpdf, to check the PDF files", "qpdf", lambda: shutil.which("qpdf") is not None),
    Need("epubcheck, to check the EPUB files", "epubcheck", lambda: shutil.which("epubcheck") is not None),
    Need("gettext, to check the message catalogues", "gettext", lambda: shutil.which("msgfmt") is not None),
)


# Installed where it can be, and done without where it cannot.
WISHES = (Need("Chromium without a window to draw: the browser tests take half the time", "chromium-headless-shell", has_shell),)


def missing(needs: tuple[Need, ...] = NEEDS) -> list[Need]:
    return [need for need in needs if not need.is_there()]


def install(needs: list[Need]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    packages = [need.package for need in needs]
    print(f"installing {' '.join(packages)} with apt-get (once)", flush=True)
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, "fontconfig"]):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], sep="\n", file=sys.stderr)
            return


CKAN = Path(sys.prefix) / "ckan"
CKAN_PACKAGES = Path(__file__).resolve().parent.parent / "tests" / "publications" / "ckan-requirements.txt"


def has_ckan() -> bool:
    """Made of the very list that stands there now."""
    made = CKAN / "made-of.txt"
    return made.exists() and made.read_text() == CKAN_PACKAGES.read_text()


def install_ckan() -> bool:
    """In an environment of its own beside ours: CKAN pins what it needs."""
    print("installing CKAN's parser of catalogues (once)", flush=True)
    python = CKAN / "bin" / "python"
    uv = shutil.which("uv")
    make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, CKAN] if uv else [sys.executable, "-m", "venv", "--clear", CKAN]
    fill = [uv, "pip", "install", "--quiet", "--python", python] if uv else [python, "-m", "pip", "install", "--quiet"]
    for command in (make, [*fill, "-r", CKAN_PACKAGES]):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr[-2000:], file=sys.stderr)
            return False
    (CKAN / "made-of.txt").write_text(CKAN_PACKAGES.read_text())
    return True


def main() -> int:
    has_all = has_ckan() or install_ckan()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for wanted in (WISHES, NEEDS):
            if missing(wanted):
                install(missing(wanted))
    needs = missing()
    for need in needs:
        print(f"missing: {need.what}. Install it, on Debian: sudo apt-get install {need.package}", file=sys.stderr)
    return 0 if has_all and not needs else 1


if __name__ == "__main__":
    sys.exit(main())
