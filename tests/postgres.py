"""A PostgreSQL of our own: a throw-away cluster on a unix socket in a temporary directory.

Needs only the server's programs. As root the cluster runs as user ``postgres``, because the
server refuses root. Encoding is UTF-8 and the locale C.UTF-8, as docs/how-to/postgresql.md asks.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

MISSING = "PostgreSQL's server programs were not found: install the package postgresql (scripts/ensure_system.py says how)."


def programs() -> Path:
    """The folder with initdb and postgres, newest version first."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    if not versions:
        raise RuntimeError(MISSING)
    return versions[-1].parent


# for tests that end in a rollback: nothing of theirs is to survive a power cut, so it lies in memory where there is room
CARELESS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off", "autovacuum=off"]
MEMORY, ROOM = Path("/dev/shm"), 2 * 2**30  # bytes; emptying hundreds of tables makes and removes as many files


def in_memory() -> Path | None:
    return MEMORY if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM else None


class Cluster:
    """Start with ``Cluster()``, use ``url(name)``, stop with ``stop()`` (also at exit). ``Cluster(CARELESS)`` writes nothing through to the disk."""

    def __init__(self, settings: Sequence[str] = ()) -> None:
        self.settings = list(settings)
        self.home = Path(tempfile.mkdtemp(prefix="pg-", dir=in_memory() if self.settings == CARELESS else None))
        self.bin = programs()
        self.data = self.home / "data"
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.home, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-D", str(self.data), "-U", self.user, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-sync")
        self.server: subprocess.Popen[bytes] | None = None
        self.start()
        atexit.register(self.stop)

    def _as_owner(self, program: str, *arguments: str) -> list[str]:
        command = [str(self.bin / program), *arguments]
        if os.geteuid() != 0:
            return command
        owner = pwd.getpwnam("postgres")
        return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", *command]

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(self._as_owner(program, *arguments), cwd=self.home, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")

    def start(self) -> None:
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.home}",
            "max_connections=60",
            "shared_buffers=64MB",
            *self.settings,
        ]
        arguments = [part for setting in settings for part in ("-c", setting)]
        log = (self.home / "log").open("ab")
        self.server = subprocess.Popen(self._as_owner("postgres", "-D", str(self.data), *arguments), stdout=log, stderr=log, cwd=self.home)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            ready = subprocess.run([self.bin / "pg_isready", "-q", "-h", self.home, "-U", self.user], check=False)
            if ready.returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL did not start: {(self.home / 'log').read_text()}")

    def create(self, name: str, like: str = "template0") -> str:
        """Make a database, empty or a copy of another that nobody uses, and return its address."""
        subprocess.run([self.bin / "createdb", "-h", self.home, "-U", self.user, "-T", like, name], check=True)
        return self.url(name)

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://{self.user}@/{name}?host={self.home}"

    def kill(self) -> None:
        """As a power cut would end the processes: no shutdown, no checkpoint."""
        assert self.server
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(30)

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                self.server.kill()
        shutil.rmtree(self.home, ignore_errors=True)
