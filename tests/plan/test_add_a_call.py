"""The page docs/how-to/add-a-call.md is followed to the letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from pilotage.calls.models import Call
from pilotage.plan.folder import check
from pilotage.plan.services import load_folder
from tests.factories.plan import folder_copy

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "add-a-call.md"
FILE = "calls/typical-cases.yaml"
MISTAKE = re.compile(r"`([^`\n]+)` written as `([^`\n]+)`:\n\n```text\n(.+?)\n```", re.DOTALL)


def the_file() -> str:
    return "".join(re.findall(r"```yaml\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))


def mistakes() -> list[tuple[str, str, str]]:
    return MISTAKE.findall(PAGE.read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = folder_copy(tmp_path)
    (copy / FILE).write_text(the_file(), encoding="utf-8")
    return copy


def test_the_call_of_the_page_has_no_fault(folder: Path) -> None:
    assert [str(problem) for problem in check(folder).problems] == []


@pytest.mark.django_db
def test_the_call_of_the_page_is_loaded_once(folder: Path) -> None:
    with translation.override("en"):
        report = load_folder(folder, actor=None)
        assert "typical-cases-2023: version 1" in report.notes
        assert load_folder(folder, actor=None).notes == []
    call = Call.objects.get(slug="typical-cases-2023")
    assert [stage.kind for stage in call.stages.all()] == [
        "apply",
        "check",
        "recommend",
        "accept",
        "review",
        "select",
        "notice",
        "publish",
    ]
    assert call.quotas.get(recommender__code="320000").limit == 5
    assert call.quotas.get(recommender__code="210200").limit == 2


@pytest.mark.parametrize(("right", "wrong", "told"), mistakes())
def test_the_mistakes_of_the_page_are_told_as_it_says(folder: Path, right: str, wrong: str, told: str) -> None:
    text = the_file()
    assert text.count(right) == 1
    (folder / FILE).write_text(text.replace(right, wrong), encoding="utf-8")
    with translation.override("en"):
        assert [str(problem) for problem in check(folder).problems] == told.splitlines()


def test_three_mistakes_are_shown() -> None:
    assert len(mistakes()) == 3


def test_every_rule_of_conditions_is_named() -> None:
    from pilotage.plan.refs.eligibility import NEEDS

    page = PAGE.read_text(encoding="utf-8")
    assert [rule for rule in NEEDS if f"`{rule}`" not in page] == []
