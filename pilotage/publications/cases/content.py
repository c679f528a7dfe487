"""What a case is made of: sections, tags, figures.

Data: a flat mapping of keys to values, so that two people change different keys at once: ``title_zh``, ``title_en``,
``<section>_zh``, ``<section>_en`` (Markdown), ``key_industry`` (a code), ``scenarios`` (codes), ``effect:<key>``.
Algorithm: each key has one way to be cleaned; what is not understood is refused under its own key.
Invariants: what :func:`clean` returns can be stored, shown and compiled as it is; a blank value is None and not kept.
Refuses: unknown keys and codes, texts too long or that the markup does not take, figures that are no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from pilotage.core import markup
from pilotage.core.verdict import Invalid
from pilotage.publications.cases.enums import Evidence
from pilotage.registry.models import localized

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

TEXT = "text"  # the item of consent that covers the words and the name
EFFECT, PICTURE = "effect:", "picture:"
LANGUAGES = ("zh", "en")
TITLE_LONGEST, NOTE_LONGEST, MOST_EFFECTS = 100, 200, 20
_EFFECT_KEY = re.compile(r"effect:[a-z0-9_]{1,40}")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """``longest`` in characters, per language. ``needed``: no case is agreed without its Chinese text."""

    key: str
    title: str | _StrPromise
    help: str | _StrPromise
    longest: int
    needed: bool = True


SECTIONS = (
    Section("summary", pgettext_lazy("case", "In short"), gettext_lazy("Two or three sentences: who did what, and what came of it."), 400),
    Section(
        "background",
        pgettext_lazy("case", "Background"),
        gettext_lazy("The enterprise, its products and processes, and what was there before."),
        2000,
        needed=False,
    ),
    Section(
        "problem",
        pgettext_lazy("case", "The problem"),
        gettext_lazy("What went wrong or cost too much, how often and where. Readers search by this section first."),
        2000,
    ),
    Section(
        "solution",
        pgettext_lazy("case", "The solution"),
        gettext_lazy("Network, equipment, systems and how the scenarios work, so that others can follow it."),
        5000,
    ),
    Section(
        "effects",
        pgettext_lazy("case", "What came of it"),
        gettext_lazy("How the figures came about and what they cover. The figures themselves stand beside the text."),
        2000,
    ),
    Section(
        "lessons",
        pgettext_lazy("case", "For others"),
        gettext_lazy("What can be copied, by whom, at what cost, and what one would do differently."),
        2000,
        needed=False,
    ),
)
BY_KEY = {section.key: section for section in SECTIONS}
TEXT_KEYS = {f"{section.key}_{language}": section for section in SECTIONS for language in LANGUAGES}
TITLE_KEYS = ("title_zh", "title_en")


def clean(key: str, raw: Any, codes: Mapping[str, Any]) -> Any:
    """The value as it is kept; None for nothing. Raises ``Invalid`` under the key."""
    if key in TITLE_KEYS:
        return _line(key, raw, TITLE_LONGEST)
    if key in TEXT_KEYS:
        return _text(key, raw, TEXT_KEYS[key].longest)
    if key == "key_industry":
        return _code(key, raw, codes, "key_industries")
    if key == "scenarios":
        return sorted({_code(key, one, codes, "scenarios") for one in _listed(raw) if one}) or None
    if _EFFECT_KEY.fullmatch(key):
        return _effect(key, raw)
    raise Invalid({key: _("There is no such part of a case.")})


def _line(key: str, raw: Any, longest: int) -> str | None:
    text = " ".join(str(raw or "").split())
    if len(text) > longest:
        raise Invalid({key: _("At most %(longest)d characters.") % {"longest": longest}})
    return text or None


def _text(key: str, raw: Any, longest: int) -> str | None:
    text = str(raw or "").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if len(text) > longest:
        sentence = _("This text has %(length)d characters; at most %(longest)d are taken.")
        raise Invalid({key: sentence % {"length": len(text), "longest": longest}})
    try:
        blocks = markup.parse(text)
    except markup.MarkupError as error:
        raise Invalid({key: _("Line %(line)d: %(why)s") % {"line": error.line, "why": error.sentence}}) from None
    if any(isinstance(block, markup.Live | markup.Picture) for block in blocks):
        raise Invalid({key: _("Figures and pictures of a case stand beside its text, not in it.")})
    return text or None


def _listed(raw: Any) -> list[str]:
    return [str(one) for one in raw] if isinstance(raw, list | tuple) else [str(raw)] if raw else []


def _code(key: str, raw: Any, codes: Mapping[str, Any], name: str) -> str | None:
    if raw in (None, ""):
        return None
    if str(raw) not in {row["code"] for row in codes.get(name, [])}:
        raise Invalid({key: _("“%(code)s” is not in the list.") % {"code": str(raw)[:40]}})
    return str(raw)


def _effect(key: str, raw: Any) -> Json | None:
    """One figure before and after, with its unit and what it rests on."""
    if not isinstance(raw, Mapping) or not any(str(raw.get(name) or "").strip() for name in ("before", "after", "label_zh")):
        return None
    value: Json = {name: _line(key, raw.get(name), NOTE_LONGEST) or "" for name in ("label_zh", "label_en", "unit_zh", "unit_en")}
    value |= {name: _line(key, raw.get(name), NOTE_LONGEST) or "" for name in ("period", "evidence_note")}
    value |= {name: _number(key, raw.get(name)) for name in ("before", "after")}
    value["better"] = "lower" if raw.get("better") == "lower" else "higher"
    value["evidence"] = raw.get("evidence") if raw.get("evidence") in Evidence.values else Evidence.DECLARED.value
    if not value["label_zh"]:
        raise Invalid({key: _("Say what the figure measures.")})
    return value


def _number(key: str, raw: Any) -> str:
    text = str(raw if raw is not None else "").strip().replace(",", "").replace("\u2212", "-")
    if not text:
        return ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12 or len(text) > 24:
        raise Invalid({key: _("“%(text)s” is not a number.") % {"text": str(raw)[:40]}})
    return text


def effects_of(data: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    """The figures in a steady order, each under its key (``effect_cost``)."""
    for key in sorted(key for key in data if key.startswith(EFFECT)):
        yield key.removeprefix(EFFECT), data[key]


def missing_sections(data: Mapping[str, Any]) -> list[str]:
    """What no case is agreed without, by title."""
    missing = [] if data.get("title_zh") else [_("Title")]
    return missing + [str(section.title) for section in SECTIONS if section.needed and not data.get(f"{section.key}_zh")]


def text_of(data: Mapping[str, Any], section: str) -> str:
    """In the reader's language, in Chinese where it has not been written in English."""
    return localized(data.get(f"{section}_zh") or "", data.get(f"{section}_en") or "")


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """The words of a text without its marks."""
    return markup.plain(markup.parse(text))


def named(codes: Mapping[str, Any], name: str, code: str) -> str:
    row = next((row for row in codes.get(name, []) if row["code"] == code), None)
    return localized(row["zh"], row.get("en", "")) if row else code


def joined(words: Iterable[str]) -> str:
    return _("; ").join(words)


def listed(words: Iterable[str]) -> str:
    return _(", ").join(words)
