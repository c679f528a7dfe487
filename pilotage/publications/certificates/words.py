"""Words in both languages at once, as a credential carries them."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import override

LANGUAGES = (("zh-Hans", "zh-hans"), ("en", "en"))


def words(zh: str, en: str) -> list[dict[str, str]]:
    """As values of JSON-LD with their language; a blank one is left out."""
    return [{"@value": text, "@language": tag} for (tag, _code), text in zip(LANGUAGES, (zh, en), strict=True) if text]


def in_both(message: str | Promise) -> list[dict[str, str]]:
    """A lazily translated message, asked in each language."""
    texts = []
    for _tag, code in LANGUAGES:
        with override(code):
            texts.append(str(message))
    return words(*texts)


def pick(value: Any, language: str) -> str:
    """What of :func:`words` is written in ``language`` (its first two letters), else the first; a plain text is itself."""
    if not isinstance(value, list):
        return str(value or "")
    fitting = [each["@value"] for each in value if each["@language"].startswith(language[:2])]
    return str((fitting or [each["@value"] for each in value] or [""])[0])
