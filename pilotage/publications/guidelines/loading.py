"""From the files of a plan's ``guidelines`` folder to working texts. Runs inside the plan's load transaction."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.plan.models import Plan
from pilotage.publications.guidelines.enums import GuidelineState
from pilotage.publications.guidelines.models import Chapter, Guideline
from pilotage.publications.guidelines.rules import open_proposal


def load_guidelines(plan: Plan, docs: list[dict[str, Any]], actor: Any) -> list[str]:
    """Returns a sentence per change. A chapter edited here keeps its text; the folder's is offered beside it."""
    known = {each.slug: each for each in Guideline.objects.filter(slug__in=[doc["guideline"] for doc in docs]).order_by("id")}
    changes = []
    for doc in docs:
        name = doc["guideline"]
        found = known.get(name)
        if found is None:
            _begin(plan, doc)
            changes.append(_("Guideline %(name)s") % {"name": name})
        elif found.plan_id != plan.pk:
            changes.append(_("Guideline %(name)s belongs to another plan and was left as it is") % {"name": name})
        elif _follow(found, doc):
            changes.append(_("Guideline %(name)s") % {"name": name})
    return changes


def _begin(plan: Plan, doc: dict[str, Any]) -> None:
    made = Guideline.objects.create(plan=plan, slug=doc["guideline"], created_at=clock.now(), **_columns(doc))
    Chapter.objects.bulk_create(
        Chapter(guideline=made, position=position, **_chapter(chapter, "text"), **_chapter(chapter, "origin"), **_titles(chapter))
        for position, chapter in enumerate(doc["chapters"])
    )


def _columns(doc: dict[str, Any]) -> dict[str, Any]:
    words = {
        f"{name}_{language}": doc.get(name, {}).get(language, "") for name in ("title", "summary", "note") for language in ("zh", "en")
    }
    return {**words, "industry": doc.get("industry", ""), "language": doc["language"], "is_fictional": doc["fictional"]}


def _chapter(chapter: dict[str, Any], column: str) -> dict[str, str]:
    return {f"{column}_{language}": chapter["text"].get(language, "") for language in ("zh", "en")}


def _titles(chapter: dict[str, Any]) -> dict[str, str]:
    return {"key": chapter["key"], "title_zh": chapter["title"]["zh"], "title_en": chapter["title"]["en"]}


def _follow(found: Guideline, doc: dict[str, Any]) -> bool:
    """Whether anything changed. Only a draft follows the folder."""
    if found.state != GuidelineState.DRAFT or open_proposal(found) is not None:
        return False
    columns = _columns(doc)
    changed = [name for name, value in columns.items() if getattr(found, name) != value]
    for name in changed:
        setattr(found, name, columns[name])
    if changed:
        found.save(update_fields=changed)
    chapters = {chapter.key: chapter for chapter in found.chapters.all()}
    moved = [_follow_chapter(found, chapters.get(each["key"]), each, position) for position, each in enumerate(doc["chapters"])]
    return bool(changed) or any(moved)


def _follow_chapter(guideline: Guideline, chapter: Chapter | None, each: dict[str, Any], position: int) -> bool:
    if chapter is None:
        Chapter.objects.create(
            guideline=guideline, position=position, **_chapter(each, "text"), **_chapter(each, "origin"), **_titles(each)
        )
        return True
    origin = _chapter(each, "origin")
    if all(getattr(chapter, name) == value for name, value in origin.items()):
        return False
    values: dict[str, Any] = dict(origin)
    if (chapter.text_zh, chapter.text_en) == (chapter.origin_zh, chapter.origin_en):
        values |= _chapter(each, "text")
    for name, value in values.items():
        setattr(chapter, name, value)
    chapter.save(update_fields=list(values))
    return True
