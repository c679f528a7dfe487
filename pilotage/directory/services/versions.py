"""Keeps the code lists by which an edition was counted, so that its totals keep their names when a list changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from pilotage.core import clock
from pilotage.directory.classifications import form_choices, words
from pilotage.directory.enums import CountDimension, EntryLabel
from pilotage.directory.models import ClassificationVersion, Edition, EditionClassification
from pilotage.registry.models import Division, Industry

STATISTICS_CODES = "https://www.npmjs.com/package/china-division"


@dataclass(frozen=True, slots=True)
class CodeList:
    key: str
    version: str
    title: dict[str, str]
    codes: dict[str, dict[str, str]]
    source: str = ""

    @property
    def digest(self) -> str:
        body = json.dumps([self.version, self.codes], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(body.encode()).hexdigest()


@transaction.atomic
def record_versions(edition: Edition) -> None:
    """For each dimension not recorded yet, and for those whose recorded list does not know a code that is counted."""
    held = {row.dimension: row.version for row in edition.classifications.select_related("version")}
    counted: dict[str, set[str]] = {}
    for dimension, code in edition.counts.filter(count__gt=0).values_list("dimension", "code"):
        counted.setdefault(dimension, set()).add(code)
    for dimension, codes in _lists(edition):
        known = held.get(dimension)
        if known is None or not counted.get(dimension, set()) <= {"", *known.codes}:
            EditionClassification.objects.update_or_create(edition=edition, dimension=dimension, defaults={"version": _version(codes)})


def _version(codes: CodeList) -> ClassificationVersion:
    version, _created = ClassificationVersion.objects.get_or_create(
        key=codes.key,
        digest=codes.digest,
        defaults={
            "version": codes.version,
            "title_zh": codes.title["zh"],
            "title_en": codes.title["en"],
            "source": codes.source,
            "codes": codes.codes,
            "recorded_at": clock.now(),
        },
    )
    return version


def _lists(edition: Edition) -> Iterator[tuple[str, CodeList]]:
    yield from _registered()
    yield CountDimension.LABEL.value, CodeList("label", "1", _both(gettext_noop("Label")), _labels())
    call = edition.call
    content: dict[str, Any] = call.current.content if call and call.current else {}
    number = f"{call.slug} {call.current.number}" if call and call.current else edition.key
    for dimension, name, title in (
        ("scenario", "scenarios", gettext_noop("Scenario")),
        ("level", "levels", gettext_noop("Building level")),
    ):
        if rows := edition.codes.get(name):
            yield dimension, CodeList(name, number, _both(title), {str(row["code"]): words(row) for row in rows})
    for dimension, choice in form_choices(content).items():
        yield dimension, CodeList(dimension, number, words(choice["title"]), choice["codes"])


def _registered() -> Iterator[tuple[str, CodeList]]:
    """The national code lists as loaded. ``parent`` leads from a major category to its section."""
    for dimension, title in ((CountDimension.PROVINCE, gettext_noop("Province")), (CountDimension.CITY, gettext_noop("City"))):
        level = "province" if dimension == CountDimension.PROVINCE else "prefecture"
        rows = Division.objects.filter(level=level, is_pseudo=False).order_by("code").values_list("code", "name_zh", "name_en")
        codes = {code: {"zh": zh, "en": en or zh} for code, zh, en in rows}
        yield dimension.value, CodeList(f"divisions.{level}", "GB/T 2260, 2023-06-30", _both(title), codes, STATISTICS_CODES)
    found = Industry.objects.order_by("code").values_list("code", "name_zh", "name_en", "parent")
    industries = {code: {"zh": zh, "en": en or zh, **({"parent": parent} if parent else {})} for code, zh, en, parent in found}
    yield CountDimension.INDUSTRY.value, CodeList("industries", "GB/T 4754-2017", _both(gettext_noop("Industry")), industries)


def _labels() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {label.value: {} for label in EntryLabel}
    for short, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            for label in EntryLabel:
                found[label.value][short] = str(label.label)
    return found


def _both(text: str) -> dict[str, str]:
    found = {}
    for short, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            found[short] = _(text)
    return found
