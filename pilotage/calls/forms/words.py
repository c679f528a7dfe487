"""Texts of a form in the active language, and how long a text is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import ngettext

from pilotage.core.wording import in_english

_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# two characters say about as much as one word; and no word counts for less than its length warrants
CHARACTERS_PER_WORD = 2
LONGEST_WORD = 20


def in_language(zh: str, en: str) -> str:
    return (en or zh) if in_english() else (zh or en)


def joined(words: Iterable[str]) -> str:
    """An enumeration in the active language."""
    return in_language("、", ", ").join(words)


def in_sequence(sentences: Iterable[str]) -> str:
    """Sentences one after the other: a space between them in English, none in Chinese."""
    return (" " if in_english() else "").join(sentences)


def texts(raw: Mapping[str, Any], name: str) -> tuple[str, str]:
    """The pair (zh, en) of a text in a form file; a bare string is Chinese."""
    value = raw.get(name) or {}
    if isinstance(value, str):
        return value, ""
    return str(value.get("zh") or ""), str(value.get("en") or "")


# --- how long is a text ---------------------------------------------------------------------
def in_words(text: str) -> bool:
    """The one rule: a text that holds Chinese is counted in characters, any other in words."""
    return _CHINESE.search(text) is None


def length(text: str) -> int:
    """Characters, or words; a word of more than 20 letters counts once per 20 begun."""
    if not in_words(text):
        return len(text)
    return sum(-(-len(word) // LONGEST_WORD) for word in text.split())


def limit_for(text: str, characters: int) -> int:
    """A limit given in characters, as it stands for this text: half as many words, rounded up."""
    return -(-characters // CHARACTERS_PER_WORD) if in_words(text) else characters


def is_too_long(text: str, characters: int) -> bool:
    """Blanks between words have no length, so the whole text is bounded too."""
    if len(text) * CHARACTERS_PER_WORD <= characters:  # short in either count
        return False
    return length(text) > limit_for(text, characters) or len(text) > characters * LONGEST_WORD


def counted(text: str, count: int) -> str:
    """``count`` with its unit, as it applies to ``text``."""
    if in_words(text):
        return ngettext("%(count)d word", "%(count)d words", count) % {"count": count}
    return ngettext("%(count)d character", "%(count)d characters", count) % {"count": count}
