"""The console commands that keep an installation running, and the checks of its settings."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import time
import urllib.request
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Error, run_checks
from django.core.management import CommandError, call_command

from pilotage.console import health, serving
from pilotage.console.checks import settings_agree, sqlite_advice
from tests.e2e.server import Server
from tests.sharing import migrated

# --- settings that contradict each other ---------------------------------------------------
PUBLIC: dict[str, Any] = {
    "HTTPS": True,
    "BASE_URL": "https://pilotage.example.org",
    "ALLOWED_HOSTS": ["pilotage.example.org"],
    "SECRET_KEY_IS_EPHEMERAL": False,
    "DEBUG": False,
    "DEMO": False,
}


def found(settings: Any, **changes: Any) -> list[str]:
    for name, value in {**PUBLIC, **changes}.items():
        setattr(settings, name, value)
    messages = settings_agree(None)
    assert all(isinstance(message, Error) and message.hint for message in messages)
    return [str(message.id) for message in messages]


def test_a_proper_public_site_passes(settings):
    assert found(settings) == []


@pytest.mark.parametrize(
    ("changes", "identity"),
    [
        ({"SECRET_KEY_IS_EPHEMERAL": True}, "pilotage.E001"),
        ({"DEBUG": True}, "pilotage.E002"),
        ({"DEMO": True}, "pilotage.E003"),
        ({"AUDIT_HASH": "md5"}, "pilotage.E004"),
        ({"BASE_URL": "pilotage.example.org"}, "pilotage.E005"),
        ({"ALLOWED_HOSTS": ["localhost"]}, "pilotage.E006"),
        ({"CLAMAV": "localhost:3310"}, "pilotage.E007"),
    ],
)
def test_each_contradiction_is_named(settings, changes, identity):
    assert found(settings, **changes) == [identity]


def test_what_is_wrong_in_public_is_fine_on_ones_own_machine(settings):
    private = {"HTTPS": False, "BASE_URL": "http://[::1]:8000", "ALLOWED_HOSTS": ["[::1]"]}

    assert found(settings, **private, SECRET_KEY_IS_EPHEMERAL=True, DEBUG=True, DEMO=True) == []


def test_the_advice_on_sqlite_follows_its_version(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 51, 2))
    advice = sqlite_advice()
    assert advice
    assert "older than 3.51.3" in advice[0]
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 51, 3))
    assert sqlite_advice() is None
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 40, 1))
    assert sqlite_advice() is None


def test_our_checks_run_with_djangos(settings):
    settings.AUDIT_HASH = "md5"
    assert "pilotage.E004" in [message.id for message in run_checks()]


def test_deployment_check_is_clean_for_a_public_site(tmp_path):
    server = Server(
        tmp_path,
        PILOTAGE_BASE_URL="https://pilotage.example.org",
        PILOTAGE_ALLOWED_HOSTS="pilotage.example.org",
        PILOTAGE_SECRET_KEY="k9!" + "".join(chr(33 + n) for n in range(80)),
    )

    done = server.run("check", "--deploy", "--fail-level", "WARNING", check=False)

    assert done.returncode == 0, done.stderr
    assert "WARNINGS" not in done.stderr


# --- verify --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_verify_is_content_with_a_sound_installation(capsys):
    call_command("verify")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "good    every migration is applied"
    assert [line for line in lines if line.startswith("FAULT")] == []
    assert "0 file(s) are there and unchanged" in lines[-1]


@pytest.mark.django_db
def test_verify_stops_at_pending_migrations(monkeypatch):
    monkeypatch.setattr(health, "pending_migrations", lambda: 2)
    said = StringIO()

    with pytest.raises(CommandError, match="1 fault"):
        call_command("verify", stdout=said)

    assert said.getvalue() == "FAULT   2 migration(s) are pending: run `pilotage migrate`\n"


# --- serve ---------------------------------------------------------------------------------
def test_the_secret_key_is_written_once_and_only_for_the_owner(tmp_path):
    path = serving.ensure_secret_key(tmp_path / "data")
    assert path
    written = path.read_text()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(written.strip()) > 80
    assert serving.ensure_secret_key(tmp_path / "data") is None
    assert path.read_text() == written


def test_static_files_are_collected_when_they_change(tmp_path):
    (tmp_path / "a.css").write_text("a")
    before = serving.fingerprint([tmp_path])
    assert serving.fingerprint([tmp_path]) == before
    (tmp_path / "a.css").write_text("ab")
    assert serving.fingerprint([tmp_path]) != before


def test_serving_an_old_database_is_refused(tmp_path):
    refused = Server(tmp_path).run("serve", check=False)

    assert (refused.returncode, "Run `pilotage migrate` first" in refused.stderr) == (1, True), refused.stderr


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        refused = Server(tmp_path).run("serve", "--port", port, check=False)

    assert (refused.returncode, f"cannot listen on 127.0.0.1:{port}: Address already in use" in refused.stderr) == (1, True), refused.stderr


def children(pid: int) -> dict[str, int]:
    """The children of a process by a word of their command line."""
    listed = [int(name) for name in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    lines = {number: Path(f"/proc/{number}/cmdline").read_bytes().decode() for number in listed}
    return {word: number for number, line in lines.items() for word in ("granian", "db_worker", "tick") if word in line}


@pytest.mark.durability
def test_the_site_runs_web_worker_and_post_and_stops_all(tmp_path, tmp_path_factory):
    shutil.copy(migrated(tmp_path_factory), tmp_path)
    server = Server(tmp_path, workers=2)
    del server.environment["PILOTAGE_SECRET_KEY"]

    server.start()
    assert server.process
    company = children(server.process.pid)
    with urllib.request.urlopen(f"{server.url}/accounts/login/", timeout=30) as response:
        page = response.read().decode()
    code = server.stop()

    assert sorted(company) == ["db_worker", "granian", "tick"]
    assert "csrfmiddlewaretoken" in page
    assert 'href="/static/' in page
    assert code == 0
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert f"Pilotage is served at http://localhost:{server.port}/" in server.log.read_text()
    assert [number for number in company.values() if Path(f"/proc/{number}").exists()] == []

    server.start()
    assert server.process
    os.kill(children(server.process.pid)["db_worker"], signal.SIGKILL)
    deadline = time.monotonic() + 60
    while server.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)

    assert server.process.returncode == 1
    assert "the worker ended by itself with code -9; stopping the rest" in server.log.read_text()


# --- states --------------------------------------------------------------------------------
def test_states_are_drawn_with_what_each_step_needs():
    printed = StringIO()
    call_command("states", stdout=printed)

    text = printed.getvalue()
    assert "## audit.proposal\n\n```mermaid\nstateDiagram-v2\n    [*] --> open\n    open --> confirmed: confirm\n" in text
    assert "| `return` | submitted, " in text
