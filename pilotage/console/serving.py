"""Running the site: the web server and the worker, as one command that stops both cleanly."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

PATIENCE_SECONDS = 30


def ensure_secret_key(data_dir: Path) -> Path | None:
    """Write a secret key readable only by this account, unless there is one. Returns the new file."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o750)
    path = data_dir / "secret-key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def fingerprint(folders: list[Path]) -> str:
    """Changes when any file in the folders changes in name, size or time."""
    seen = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                status = path.stat()
                seen.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def collect_static(static_root: Path, sources: list[Path]) -> bool:
    """Gather, hash and compress the static files when they changed since the last time."""
    mark = static_root / ".fingerprint"
    wanted = fingerprint(sources)
    if mark.is_file() and mark.read_text() == wanted:
        return False
    shutil.rmtree(static_root, ignore_errors=True)
    static_root.mkdir(parents=True)  # settings choose the hashed storage when the folder is there
    subprocess.run([sys.executable, "-m", "pilotage", "collectstatic", "--noinput", "-v", "0"], check=True)
    mark.write_text(wanted)
    return True


@dataclass
class Company:
    """Child processes that live and die together."""

    say: Callable[[str], None]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopping: bool = False

    def start(self, name: str, command: list[str]) -> None:
        self.children[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self.stopping = True
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """Until one ends; then the others are asked to stop. Returns 0 only for a stop that was asked for."""
        while all(child.poll() is None for child in self.children.values()):
            time.sleep(0.2)
        asked_for = self.stopping
        for name, child in self.children.items():
            if child.poll() is not None and not asked_for:
                self.say(f"{name} ended by itself with code {child.returncode}; stopping the rest")
        self.stop()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for name, child in self.children.items():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{name} did not stop within {PATIENCE_SECONDS} s and was killed")
                child.kill()
        return 0 if asked_for else 1


def web_command(host: str, port: int, workers: int, threads: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--no-ws", "--log-level", "error",
        "--respawn-failed-workers", "--workers-kill-timeout", "20s", "pilotage.wsgi:application",
    ]  # fmt: skip


def worker_command() -> list[str]:
    return [sys.executable, "-m", "pilotage", "db_worker", "--queue-name", "*", "--no-startup-delay", "--no-reload"]


def tick_command() -> list[str]:
    return [sys.executable, "-m", "pilotage", "tick"]
