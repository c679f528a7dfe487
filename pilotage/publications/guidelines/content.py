"""From working chapters to what is frozen, and from what is frozen to what is shown.

Frozen content is ``{"title", "summary", "note": {zh, en}, "language", "fictional", "as_of", "chapters": [{"key", "title", "text": {zh, en},
"live": {zh: [Filled, …], en: […]}}]}``; the live blocks stand in the order in which the text names them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from pilotage.core.markup import Block, Live, parse
from pilotage.plan.models import Plan
from pilotage.publications.guidelines.live import Filled, fill, restored
from pilotage.publications.guidelines.models import SHORT, Chapter, Guideline

Piece = Block | Filled


@dataclass(frozen=True, slots=True)
class ShownChapter:
    """``pieces``: blocks of text, and live blocks filled in, in their order. ``number`` counts from 1."""

    key: str
    number: int
    title: str
    pieces: tuple[Piece, ...]


def frozen(guideline: Guideline, as_of: date) -> dict[str, Any]:
    """The working text with its live blocks filled in for that day."""
    return {
        "title": {"zh": guideline.title_zh, "en": guideline.title_en},
        "summary": {"zh": guideline.summary_zh, "en": guideline.summary_en},
        "note": {"zh": guideline.note_zh, "en": guideline.note_en},
        "language": guideline.language,
        "fictional": guideline.is_fictional,
        "as_of": as_of.isoformat(),
        "chapters": [_frozen_chapter(guideline, chapter, as_of) for chapter in guideline.chapters.order_by("position", "id")],
    }


def _frozen_chapter(guideline: Guideline, chapter: Chapter, as_of: date) -> dict[str, Any]:
    texts, live = {}, {}
    for language in guideline.languages:
        short = SHORT[language]
        texts[short] = chapter.text(language)
        with override(language):
            live[short] = [each.data() for each in filled_in(parse(texts[short]), guideline.plan, as_of)]
    return {"key": chapter.key, "title": {"zh": chapter.title_zh, "en": chapter.title_en}, "text": texts, "live": live}


def filled_in(blocks: Sequence[Block], plan: Plan, as_of: date) -> list[Filled]:
    """The live blocks among ``blocks`` in order, in the language that is active."""
    return [fill(block.name, block.options, plan, as_of) for block in blocks if isinstance(block, Live)]


def put_together(blocks: Sequence[Block], filled: Sequence[Filled]) -> tuple[Piece, ...]:
    """The text with each live block in its place."""
    left = iter(filled)
    return tuple(next(left) if isinstance(block, Live) else block for block in blocks)


def shown(content: Mapping[str, Any], language: str, readable: Collection[str] | None = None) -> list[ShownChapter]:
    """The chapters in one language. ``readable``: the cases that may still be read; rows about others are left out."""
    return list(_shown(content, SHORT[language], readable))


def _shown(content: Mapping[str, Any], short: str, readable: Collection[str] | None) -> Iterator[ShownChapter]:
    for number, chapter in enumerate(content["chapters"], 1):
        filled = [_without(restored(data), readable) for data in chapter["live"].get(short, [])]
        pieces = put_together(parse(chapter["text"].get(short, "")), filled)
        yield ShownChapter(chapter["key"], number, words_in(chapter["title"], short), pieces)


def cases_in(content: Mapping[str, Any]) -> set[str]:
    """The numbers of all cases that are cited."""
    return {key for chapter in content["chapters"] for filled in chapter["live"].values() for data in filled for key in data["keys"]}


def words_in(words: Mapping[str, str], language: str) -> str:
    return words.get(SHORT.get(language, language)) or words.get("zh", "")


def _without(filled: Filled, readable: Collection[str] | None) -> Filled:
    """Less the rows about cases that have been withdrawn since."""
    if readable is None or not filled.keys or all(key in readable for key in filled.keys):
        return filled
    kept = [(key, row) for key, row in zip(filled.keys, filled.rows, strict=True) if key in readable]
    note = _("Cases withdrawn since are left out.")
    return replace(
        filled,
        keys=tuple(key for key, _row in kept),
        rows=tuple(row for _key, row in kept),
        note=f"{filled.note} {note}".strip(),
        sentence="" if kept else _("The cases cited here have been withdrawn."),
    )
