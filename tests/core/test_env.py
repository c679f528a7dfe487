from __future__ import annotations

from pathlib import Path

import pytest

from pilotage.core import env
from pilotage.core.env import EnvError

NAME = "PILOTAGE_X"


def test_text_comes_from_the_variable_its_file_or_the_default(monkeypatch, tmp_path):
    assert env.envstr(NAME, "default") == "default"
    monkeypatch.setenv(NAME, "plain")
    assert env.envstr(NAME, "default") == "plain"
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    assert env.envstr(NAME, "default") == "from a file"


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch):
    monkeypatch.setenv(f"{NAME}_FILE", "/nowhere/at/all")
    with pytest.raises(EnvError, match=r"^PILOTAGE_X_FILE: cannot read /nowhere/at/all: No such file or directory$"):
        env.envstr(NAME)


@pytest.mark.parametrize(("text", "value"), [("", True), ("True", True), ("False", False)])
def test_yes_and_no(monkeypatch, text, value):
    monkeypatch.setenv(NAME, text)
    assert env.envbool(NAME, True) is value


@pytest.mark.parametrize("text", ["true", "1", "yes", " True", "off", "是"])
def test_anything_else_is_neither_yes_nor_no(monkeypatch, text):
    monkeypatch.setenv(NAME, text)
    with pytest.raises(EnvError, match="PILOTAGE_X: expected True or False, got"):
        env.envbool(NAME, False)


def test_whole_numbers(monkeypatch):
    assert env.envint(NAME, 7) == 7
    monkeypatch.setenv(NAME, "12")
    assert env.envint(NAME, 7) == 12
    monkeypatch.setenv(NAME, "12.5")
    with pytest.raises(EnvError, match=r"PILOTAGE_X: expected a whole number, got '12\.5'"):
        env.envint(NAME, 7)


def test_lists_and_paths(monkeypatch):
    assert env.envlist(NAME, ["a"]) == ["a"]
    assert env.envpath(NAME, Path("var")) == Path("var")
    monkeypatch.setenv(NAME, " a, b ,,c")
    assert env.envlist(NAME, []) == ["a", "b", "c"]
    monkeypatch.setenv(NAME, "/srv/pilotage/../data")
    assert env.envpath(NAME, Path("var")) == Path("/srv/data")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    env.make_folder(NAME, tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvError, match=r"^PILOTAGE_X: cannot make the folder .*/file/data: Not a directory$"):
        env.make_folder(NAME, tmp_path / "file" / "data")


@pytest.mark.parametrize(
    ("url", "name"),
    [("sqlite:////srv/a%20b.sqlite3", "/srv/a b.sqlite3"), ("sqlite:///var/x.sqlite3", "var/x.sqlite3"), ("sqlite://", ":memory:")],
)
def test_a_sqlite_address(url, name):
    entry = env.database(url, {"timeout": 20})
    assert (entry["ENGINE"], entry["NAME"], entry["OPTIONS"]) == ("pilotage.core.queued_sqlite", name, {"timeout": 20})


def test_a_postgresql_address():
    entry = env.database("postgresql://pilot%40age:p%2Fw@db.example.org:5433/plans?sslmode=require", {})
    assert {key: entry[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")} == {
        "NAME": "plans",
        "USER": "pilot@age",
        "PASSWORD": "p/w",
        "HOST": "db.example.org",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require", "options": env.ONE_PROCESS_PER_QUERY},
    }
    assert env.database("postgres://me@/plans?host=/run/postgresql", {})["HOST"] == "/run/postgresql"
    assert env.database("postgres://me@/plans?options=", {})["OPTIONS"] == {"options": ""}  # a pooler may refuse any


def test_another_database_is_refused():
    with pytest.raises(EnvError, match="got scheme 'mysql'"):
        env.database("mysql://x/y", {})
