from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pilotage.plan.models import Plan
from tests.factories.plan import MODEL_FOLDER, edit, folder_copy

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("plan", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_check_of_a_good_folder() -> None:
    out, err = run("check", MODEL_FOLDER)
    assert (out.startswith("industrial-internet-2023: no fault. sha256:"), err) == (True, "")
    assert run("check", MODEL_FOLDER, "--json") == ("[]\n", "")


def test_the_folder_of_the_settings_is_the_default() -> None:
    assert run("check")[0].startswith("industrial-internet-2023: no fault.")


@pytest.mark.parametrize("what", ["check", "diff", "load"])
def test_a_broken_folder_is_named_and_fails(tmp_path: Path, what: str) -> None:
    folder = folder_copy(tmp_path)
    edit(folder, "plan.yaml", "on: 2023-06-21", "on: 2023-06-31")
    err = io.StringIO()
    with pytest.raises(CommandError, match=r"^1 fault; nothing was changed\.$"):
        call_command("plan", what, str(folder), stderr=err, stdout=io.StringIO())
    assert (
        err.getvalue()
        == "plan.yaml:14:7: “2023-06-31” is no day or time that exists, or is not written in full. Expected: a day, YYYY-MM-DD\n"
    )
    assert Plan.objects.count() == 0


def test_faults_as_json(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    edit(folder, "plan.yaml", "on: 2023-06-21", "on: soon")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("plan", "check", str(folder), "--json", stdout=out, stderr=io.StringIO())
    assert [(row["file"], row["line"], row["column"]) for row in json.loads(out.getvalue())] == [("plan.yaml", 14, 7)]


def test_load_twice_then_diff(tmp_path: Path) -> None:
    folder = folder_copy(tmp_path)
    assert "Not loaded before:\n+ plan\n" in run("diff", folder)[0]
    assert run("load", folder)[0].endswith("industrial-internet-2023: version 1 loaded.\n")
    assert run("load", folder)[0] == "No difference.\nindustrial-internet-2023: nothing has changed, version 1 stays.\n"
    edit(folder, "plan.yaml", "kind: minimum, value: 300,", "kind: minimum, value: 320,")
    told = "Against version 1:\n~ plan.areas[infrastructure].measures[M03].targets[M03-1].value: 300 -> 320\n"
    assert run("diff", folder)[0] == told
    assert Plan.objects.get().version == 1


def test_messages_in_chinese() -> None:
    assert run("check", MODEL_FOLDER, "--language", "zh-hans")[0].startswith("industrial-internet-2023：没有错误。")


def test_help_gives_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management import load_command_class

    load_command_class("pilotage.plan", "plan").print_help("pilotage", "plan")
    assert "pilotage plan check plans/industrial-internet-2023" in capsys.readouterr().out
