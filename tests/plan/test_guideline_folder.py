"""Guidelines in the plan folder: every fault is named with the file and line it stands in; what is loaded follows the folder until it is edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from pilotage.plan.folder import check
from pilotage.publications.guidelines.loading import load_guidelines
from pilotage.publications.guidelines.models import Guideline
from tests.factories import guidelines as make
from tests.factories.plan import PlanFactory

PLAN = (Path(__file__).resolve().parents[2] / "plans" / "industrial-internet-2023" / "plan.yaml").read_text(encoding="utf-8")
OUTLINE = """\
guideline: small
title: {zh: 小指南, en: Small}
language: both
fictional: true
chapters:
  - {key: one, title: {zh: 一, en: One}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "guidelines" / "small").mkdir(parents=True)
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "guidelines" / "small.yaml").write_text(OUTLINE, encoding="utf-8")
    for language, text in (("zh", "正文。\n"), ("en", "Text.\n")):
        (tmp_path / "guidelines" / "small" / f"one.{language}.md").write_text(text, encoding="utf-8")
    return tmp_path


def faults(folder: Path) -> list[tuple[str, int, str]]:
    with translation.override("en"):
        return [(each.file, each.line, each.message) for each in check(folder).problems if each.file.startswith("guidelines")]


def test_the_texts_become_part_of_the_content(folder: Path) -> None:
    assert faults(folder) == []
    (folder / "guidelines" / "small" / "one.en.md").unlink()
    (folder / "guidelines" / "small" / "two.zh.md").write_text("x", encoding="utf-8")
    assert faults(folder) == [
        ("guidelines/small/one.en.md", 1, "The file is missing."),
        ("guidelines/small/two.zh.md", 1, "No chapter of guidelines/small.yaml has this text."),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("一\n\n```pilotage nonsense\n```\n", 3, "There is no live block “nonsense”"),
        ("```pilotage effects\nlimit: 3\n```\n", 1, "takes no “limit”"),
        ("```pilotage industries\nlimit: many\n```\n", 1, "“limit” is a whole number"),
        ("- 项\n\n  ```pilotage cases\n  ```\n", 3, "A live block stands by itself"),
        ("![图](figure:a)\n", 1, "A guideline holds no pictures"),
    ],
)
def test_a_text_that_cannot_be_set_is_named_with_its_line(folder: Path, text: str, line: int, words: str) -> None:
    (folder / "guidelines" / "small" / "one.zh.md").write_text(text, encoding="utf-8")
    found = faults(folder)
    assert [(file, at, words in message) for file, at, message in found] == [("guidelines/small/one.zh.md", line, True)]


def doc(zh: str) -> dict[str, Any]:
    titles = {"zh": "一", "en": "One"}
    chapters = [{"key": "one", "title": titles, "text": {"zh": zh, "en": "Text."}}]
    return {"guideline": "small", "title": {"zh": "小指南", "en": "Small"}, "language": "both", "fictional": True, "chapters": chapters}


@pytest.mark.django_db
def test_a_chapter_follows_the_folder_until_somebody_edits_it(cast: Any, at: Any) -> None:
    at(make.TODAY)
    plan = PlanFactory()
    assert len(load_guidelines(plan, [doc("甲")], None)) == 1
    assert load_guidelines(plan, [doc("甲")], None) == []
    assert len(load_guidelines(plan, [doc("乙")], None)) == 1
    guideline = Guideline.objects.get(slug="small")
    assert guideline.chapters.get().text_zh == "乙"
    make.write(cast, guideline, "one", "zh-hans", "改过")
    load_guidelines(plan, [doc("丙")], None)
    chapter = guideline.chapters.get()
    assert (chapter.text_zh, chapter.origin_zh) == ("改过", "丙")
    assert load_guidelines(PlanFactory(), [doc("丁")], None) != []
    assert guideline.chapters.get().origin_zh == "丙"
