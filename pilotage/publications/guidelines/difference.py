"""What is different between two frozen texts of a guideline?

Data: chapters with their titles and texts in one language. Algorithm: chapters are paired by key; their paragraphs are compared
as wholes, and of a paragraph that was replaced by one like it the words: Latin words and numbers whole, other writing by characters.
Invariants: the kept and new pieces together are the new text, the kept and old ones the old text; a pair of equal texts gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

ALIKE = 0.4  # of two paragraphs: below it the one is gone and the other new
_PIECES = re.compile(r"[A-Za-z0-9]+(?:[.,'-][A-Za-z0-9]+)*|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """``kind``: ``same``, ``old`` or ``new``."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph: ``same``, ``old``, ``new``, or ``changed`` in words."""

    kind: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ChapterDifference:
    """``status``: ``new``, ``gone``, ``changed``. ``old_title`` where it was another."""

    key: str
    title: str
    old_title: str
    status: str
    passages: tuple[Passage, ...]


def differences(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], language: str) -> list[ChapterDifference]:
    """Only chapters that differ, in the new order; those that are gone come last. ``language``: zh or en."""
    old, new = {each["key"]: each for each in before}, {each["key"]: each for each in after}
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key), new.get(key)
        passages = compared(_text(was, language), _text(now, language))
        title, old_title = _title(now or was, language), _title(was or now, language)
        if title != old_title or any(passage.kind != "same" for passage in passages):
            status = "new" if was is None else "gone" if now is None else "changed"
            found.append(ChapterDifference(key, title, old_title if old_title != title else "", status, tuple(passages)))
    return found


def compared(before: str, after: str) -> list[Passage]:
    old, new = paragraphs(before), paragraphs(after)
    found: list[Passage] = []
    for kind, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Passage("same", (Run("same", text),)) for text in new[k:n]]
        else:
            found += _replaced(old[i:j], new[k:n])
    return found


def paragraphs(text: str) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]


def _replaced(old: list[str], new: list[str]) -> Iterator[Passage]:
    """Each old paragraph with the next new one that is like it; what has no like stands alone."""
    rest = list(new)
    for text in old:
        like = next((index for index, other in enumerate(rest) if _likeness(text, other) >= ALIKE), None)
        if like is None:
            yield Passage("old", (Run("old", text),))
            continue
        for other in rest[:like]:
            yield Passage("new", (Run("new", other),))
        yield Passage("changed", tuple(_runs(text, rest[like])))
        rest = rest[like + 1 :]
    for other in rest:
        yield Passage("new", (Run("new", other),))


def _likeness(first: str, second: str) -> float:
    matcher = SequenceMatcher(None, _PIECES.findall(first), _PIECES.findall(second), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _runs(before: str, after: str) -> Iterator[Run]:
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    for kind, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Run("same", "".join(new[k:n]))
            continue
        if j > i:
            yield Run("old", "".join(old[i:j]))
        if n > k:
            yield Run("new", "".join(new[k:n]))


def _text(chapter: Mapping[str, Any] | None, language: str) -> str:
    return str(chapter["text"].get(language, "")) if chapter else ""


def _title(chapter: Mapping[str, Any] | None, language: str) -> str:
    return str(chapter["title"].get(language) or chapter["title"]["zh"]) if chapter else ""
