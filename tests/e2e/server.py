"""Pilotage as it is really run: `pilotage serve` in its own process group, on its own data folder."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 240  # seconds; a busy machine of two cores needs more than one would think
SECRET = "only-for-tests-0123456789-0123456789-0123456789-0123456789"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """``start()``, then ``url``. ``kill()`` is a kill -9 of web server, worker and their parent at once."""

    def __init__(self, data_dir: Path, *, database_url: str = "", static_root: Path | None = None, workers: int = 1, **settings: str):
        self.data_dir = data_dir
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.workers = workers
        self.said = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("PILOTAGE_", "DJANGO_", "PYTEST_"))}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or every process compiles the whole of Pilotage again
        self.environment |= {
            "PILOTAGE_DATA_DIR": str(data_dir),
            "PILOTAGE_PLAN_DIR": str(ROOT / "plans" / "industrial-internet-2023"),
            "PILOTAGE_SECRET_KEY": SECRET,
            "PILOTAGE_BASE_URL": self.url,
            **settings,
        }
        if database_url:
            self.environment["PILOTAGE_DATABASE_URL"] = database_url
        if static_root:
            self.environment["PILOTAGE_STATIC_ROOT"] = str(static_root)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data_dir / "serve.log"

    def run(self, *command: str, check: bool = True, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """One `pilotage` command in the same installation."""
        done = subprocess.run(
            [sys.executable, "-m", "pilotage", *command],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"pilotage {' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
        return done

    def shell(self, code: str) -> str:
        """Run Python inside the installation and return what it printed."""
        return self.run("shell", "--no-imports", "-c", code).stdout

    def start(self, *options: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pilotage", "serve", "--port", str(self.port), "--workers", str(self.workers), *options],
                env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended at the start:\n{self.log.read_text()}")
            if self.answers():
                return
            time.sleep(0.2)
        raise AssertionError(f"the server did not answer within {PATIENCE} s:\n{self.log.read_text()}")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/", timeout=10) as response:
                return bool(response.status == 200)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"/health/ answers {error.code}:\n{self.log.read_text()}") from error
        except (OSError, http.client.HTTPException):
            return False

    def kill(self) -> None:
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def stop(self) -> int:
        """Ask it to stop as a service manager would; returns its exit code."""
        if not self.process:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
