"""Versions of a case: whether the draft still is one, and how two of them differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.publications.cases import content
from pilotage.publications.cases.models import CasePicture, CaseStudy, CaseVersion

_SENTENCE = re.compile(r"[^。！？；.!?;\n]*(?:[。！？；.!?;\n]+|$)")
_TOKEN = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


def newest(case: CaseStudy) -> CaseVersion | None:
    return case.versions.order_by("-number").first()


def pictures_of(case: CaseStudy) -> list[CasePicture]:
    return list(case.pictures.filter(removed_at__isnull=True).order_by("position", "pk"))


def picture_rows(pictures: Sequence[CasePicture]) -> list[dict[str, Any]]:
    return [{"id": p.pk, "sha256": p.sha256, "caption_zh": p.caption_zh, "caption_en": p.caption_en} for p in pictures]


def is_current(version: CaseVersion, case: CaseStudy) -> bool:
    """Whether the draft is this version still, pictures included. One query where the text is the same."""
    return version.data == case.data and version.pictures == picture_rows(pictures_of(case))


def digest_of(data: Mapping[str, Any], pictures: Sequence[Mapping[str, Any]]) -> str:
    return digest(canonical({"data": dict(data), "pictures": list(pictures)}))


@dataclass(frozen=True, slots=True)
class Piece:
    """``kind``: same, old (only before) or new (only after)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    key: str
    label: str
    pieces: list[Piece]


def changes(old: CaseVersion, new: CaseVersion, codes: Mapping[str, Any]) -> list[Change]:
    """What differs, in the order of the case; pictures last."""
    before, after = _readable(old, codes), _readable(new, codes)
    keys = [*after, *(key for key in before if key not in after)]
    return [
        Change(key, label_of(key, {**old.data, **new.data}), list(pieces(before.get(key, ""), after.get(key, ""))))
        for key in sorted(keys, key=_place)
        if before.get(key, "") != after.get(key, "")
    ]


def label_of(key: str, data: Mapping[str, Any]) -> str:
    if key in content.TEXT_KEYS:
        language = _("in English") if key.endswith("_en") else _("in Chinese")
        return _("%(section)s, %(language)s") % {"section": content.TEXT_KEYS[key].title, "language": language}
    if key.startswith(content.EFFECT):
        return str(data[key]["label_zh"])
    names = {
        "title_zh": _("Title in Chinese"),
        "title_en": _("Title in English"),
        "key_industry": _("Key industry"),
        "scenarios": _("Scenarios of the case"),
        "pictures": _("Pictures"),
    }
    return names.get(key, key)


def _place(key: str) -> tuple[int, str]:
    order = [*content.TITLE_KEYS, *content.TEXT_KEYS, "key_industry", "scenarios"]
    return (order.index(key) if key in order else len(order) + (key == "pictures"), key)


def _readable(version: CaseVersion, codes: Mapping[str, Any]) -> dict[str, str]:
    """Every part in words."""
    words = {}
    for key, value in version.data.items():
        if key == "scenarios":
            words[key] = content.joined(content.named(codes, "scenarios", code) for code in value)
        elif key == "key_industry":
            words[key] = content.named(codes, "key_industries", value)
        elif key.startswith(content.EFFECT):
            words[key] = " ".join(
                str(value.get(name) or "–") for name in ("before", "after", "unit_zh", "period", "evidence", "evidence_note")
            )
        else:
            words[key] = str(value)
    if version.pictures:
        words["pictures"] = content.joined(row["caption_zh"] or row["sha256"][:8] for row in version.pictures)
    return words


def pieces(old: str, new: str) -> Iterator[Piece]:
    """Sentence by sentence; within sentences that were replaced, word by word."""
    before, after = _SENTENCE.findall(old), _SENTENCE.findall(new)
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        left, right = "".join(before[a:b]), "".join(after[c:d])
        if kind == "equal":
            yield Piece("same", left)
        elif kind == "replace":
            yield from _words(left, right)
        else:
            yield from (Piece(name, text) for name, text in (("old", left), ("new", right)) if text)


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=len(before) > 400)
    if matcher.quick_ratio() < 0.4:
        yield from (Piece(name, text) for name, text in (("old", old), ("new", new)) if text)
        return
    for kind, a, b, c, d in matcher.get_opcodes():
        left, right = "".join(before[a:b]), "".join(after[c:d])
        if kind == "equal":
            yield Piece("same", left)
        else:
            yield from (Piece(name, text) for name, text in (("old", left), ("new", right)) if text)
