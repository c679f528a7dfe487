"""A backup made while others write is whole; it is restored only into an empty place, and checked there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.durability.conftest import in_scene
from tests.durability.test_kill import Work, assert_whole
from tests.e2e.server import Server


def test_a_backup_under_writes_restores_whole(installation: Server, place: Callable[[str], Server], tmp_path: Path) -> None:
    scene = in_scene(installation, "build(3, 30)")
    scene["versions"] = {number: row["version"] for number, row in in_scene(installation, "look()").items()}
    installation.start()
    work = Work(installation, scene, 0)
    threads = [work.run(work.type_into, row["number"]) for row in scene["drafts"]]
    threads += [work.run(work.submit_all, scene["complete"]), work.run(work.check_all)]
    work.until(10, 3, 2)
    surely_in, surely_checked = list(work.submitted), list(work.checked)
    saves_before = work.saves
    told = installation.run("backup", str(tmp_path / "copy")).stdout
    assert work.saves > saves_before, "nobody wrote while the backup was made"
    work.stop.set()
    for thread in threads:
        thread.join(60)
    assert work.unexpected == []
    assert installation.stop() == 0

    fresh = place("fresh")
    restored = fresh.run("restore", str(tmp_path / "copy")).stdout
    rows = in_scene(fresh, "look()")

    manifest = json.loads((tmp_path / "copy" / "manifest.json").read_text())
    assert f"Audit head {manifest['audit_number']} {manifest['audit_digest']}" in told
    assert f"the audit chain of {manifest['audit_number']} event(s) is unbroken, head {manifest['audit_digest']}" in restored
    assert "33 file(s) are there and unchanged" in restored
    assert {number for number in surely_in if rows[number]["state"] == "draft"} == set()
    assert {number for number in surely_checked if rows[number]["state"] != "checked"} == set()
    for row in rows.values():
        assert_whole(row)
    assert "FAULT" not in fresh.run("verify").stdout


def test_restoring_into_a_place_that_is_not_empty_is_refused(installation: Server, tmp_path: Path, place: Any) -> None:
    installation.run("backup", str(tmp_path / "copy"))

    refused = installation.run("restore", str(tmp_path / "copy"), check=False)

    assert refused.returncode == 1
    assert "Restore only into an empty place" in refused.stderr
    fresh = place("fresh")
    (fresh.data_dir / "media").mkdir()
    (fresh.data_dir / "media" / "somebody.pdf").write_bytes(b"%PDF")
    refused = fresh.run("restore", str(tmp_path / "copy"), check=False)
    assert (refused.returncode, "media holds files." in refused.stderr) == (1, True)


@pytest.fixture(scope="session")
def whole_copy(sqlite_tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of an installation with one file, made once a session."""
    folder = tmp_path_factory.mktemp("backup")
    server = Server(folder / "site")
    shutil.copy(sqlite_tables, server.data_dir / "pilotage.sqlite3")
    media = server.data_dir / "media" / "attachments"
    media.mkdir(parents=True)
    (media / "a.pdf").write_bytes(b"%PDF-1.7 one")
    server.run("backup", str(folder / "copy"))
    return folder / "copy"


@pytest.fixture
def sqlite_copy(whole_copy: Path, tmp_path: Path) -> Path:
    """The same, to be harmed."""
    shutil.copytree(whole_copy, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_leftovers_of_a_database_are_refused_and_kept(sqlite_copy: Path, tmp_path: Path, static_root: Path, suffix: str) -> None:
    fresh = Server(tmp_path / "fresh", static_root=static_root)
    leftover = fresh.data_dir / f"pilotage.sqlite3{suffix}"
    leftover.write_bytes(b"somebody's last minutes")

    refused = fresh.run("restore", str(sqlite_copy), check=False)

    assert refused.returncode == 1
    assert f"{leftover} is there" in refused.stderr
    assert leftover.read_bytes() == b"somebody's last minutes"
    assert sorted(path.name for path in fresh.data_dir.iterdir()) == [leftover.name]


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda copy: flip(copy / "database.sqlite3"), "database.sqlite3 is missing or was changed"),
        (lambda copy: flip(copy / "files" / "attachments" / "a.pdf"), "files/attachments/a.pdf is missing or was changed"),
        (lambda copy: (copy / "files" / "attachments" / "a.pdf").unlink(), "files/attachments/a.pdf is missing or was changed"),
        (lambda copy: (copy / "files.sha256").write_text(""), "files.sha256 was changed"),
        (lambda copy: (copy / "manifest.json").unlink(), "is no backup: manifest.json cannot be read"),
        (lambda copy: (copy / "manifest.json").write_text('{"format": 1}'), "is no backup: manifest.json cannot be read"),
    ],
)
def test_a_harmed_backup_is_refused_before_anything_is_written(
    sqlite_copy: Path, tmp_path: Path, static_root: Path, harm: Callable[[Path], None], sentence: str
) -> None:
    fresh = Server(tmp_path / "fresh", static_root=static_root)
    harm(sqlite_copy)

    refused = fresh.run("restore", str(sqlite_copy), check=False)

    assert (refused.returncode, sentence in refused.stderr) == (1, True), refused.stderr
    assert list(fresh.data_dir.iterdir()) == []


def test_a_backup_never_overwrites(sqlite_copy: Path, site: Server, tmp_path: Path) -> None:
    again = site.run("backup", str(sqlite_copy), check=False)
    (tmp_path / "other.partial").mkdir()
    interrupted = site.run("backup", str(tmp_path / "other"), check=False)

    assert (again.returncode, "is not empty; name a new folder" in again.stderr) == (1, True)
    assert (interrupted.returncode, "is left from a backup that was interrupted" in interrupted.stderr) == (1, True)


def test_a_backup_says_when_a_file_is_missing(site: Server, tmp_path: Path) -> None:
    in_scene(site, "build(0, 2)")
    assert "2 file(s) are there and unchanged" in site.run("verify").stdout
    shutil.rmtree(site.data_dir / "media")

    refused = site.run("backup", str(tmp_path / "copy"), check=False)
    verified = site.run("verify", check=False)

    assert (refused.returncode, "2 file(s) the database speaks of are missing" in refused.stderr) == (1, True), refused.stderr
    assert (verified.returncode, verified.stdout.count("FAULT")) == (1, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]


def test_a_changed_attachment_is_named(site: Server, tmp_path: Path) -> None:
    in_scene(site, "build(0, 1)")
    path = next(path for path in (site.data_dir / "media").rglob("*") if path.is_file())
    path.chmod(0o640)
    flip(path)

    verified = site.run("verify", check=False)

    assert (verified.returncode, f"{path.name} was changed" in verified.stdout) == (1, True)
