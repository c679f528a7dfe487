"""Does a template compile? Tried in a process of its own, with an end to its time and memory, before it is let in.

Started as a program (``python -I trial.py FOLDER FONTS…``) it sets ``main.typ`` of the folder and writes what was wrong as JSON.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

SECONDS = 60
MEMORY = 3 * 1024**3
_PLACE = re.compile(r"┌─ /?(?:[^\n]*?/)?([\w.-]+):(\d+):(\d+)")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``file`` is empty where the compiler names none; ``column`` counts from 1."""

    file: str
    line: int
    column: int
    message: str


def tried(files: Mapping[str, bytes], *, fonts: Sequence[str]) -> Diagnosis | None:
    """What is wrong with ``files["main.typ"]`` and those it reads; None when a paper came of it. ``fonts``: folders."""
    with TemporaryDirectory(prefix="pilotage-trial-") as folder:
        for name, content in files.items():
            (Path(folder) / Path(name).name).write_bytes(content)
        command = [sys.executable, "-I", __file__, folder, *fonts]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return Diagnosis("", 1, 1, f"no paper within {SECONDS} s")
    if done.returncode:
        return Diagnosis("", 1, 1, "the compiler broke off: too much memory or time")
    said = json.loads(done.stdout)
    return _diagnosis(said) if said else None


def _diagnosis(said: Mapping[str, str]) -> Diagnosis:
    found = _PLACE.search(said["diagnostic"])
    if found is None:
        return Diagnosis("", 1, 1, said["message"])
    return Diagnosis(found[1], int(found[2]), int(found[3]) + 1, said["message"])


def main(folder: str, fonts: Sequence[str]) -> None:
    import resource

    import typst

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    nothing = str(Path(folder) / "no-packages")
    try:
        _pdf, warnings = typst.compile_with_warnings(
            str(Path(folder) / "main.typ"), format="pdf", root=folder, font_paths=list(fonts), ignore_system_fonts=True, timestamp=0,
            package_path=nothing, package_cache_path=nothing,
        )  # fmt: skip
        found: typst.TypstWarning | typst.TypstError | None = warnings[0] if warnings else None
    except typst.TypstError as error:
        found = error
    json.dump({"message": found.message, "diagnostic": found.diagnostic} if found else None, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
