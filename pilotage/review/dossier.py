"""The dossier of an application as sections of plain facts; in a blind call without anything that names the applicant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.calls.forms.definition import Effect, FormDef, effect
from pilotage.calls.forms.display import display, head_words, in_cell
from pilotage.calls.forms.fields import Field
from pilotage.calls.forms.units import value_of
from pilotage.calls.forms.values import is_empty
from pilotage.calls.models import Application, Attachment, Call
from pilotage.calls.selectors import attachments_of, form_of, registry_values
from pilotage.registry.models import Division, Enterprise, Industry
from pilotage.review.options import review_options

# registry facts that describe an applicant without naming it
ANONYMOUS_PATHS = frozenset({"enterprise.ownership", "enterprise.size", "enterprise.industry"})
LEGAL_FORMS = ("集团股份有限公司", "股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团公司", "集团", "公司")
_LATIN_FORMS = re.compile(r"[,\s]+(co\.?,?\s*ltd\.?|ltd\.?|limited|inc\.?|corporation|corp\.?|company|group)\.?$", re.IGNORECASE)
_HIDDEN_PREFIXES = ("contact_",)
_HIDDEN_SUFFIXES = ("_address",)


@dataclass(frozen=True, slots=True)
class Fact:
    """One field as it is read. ``kind``: text, value, money (``text`` is the plain figure), list, effect, table."""

    key: str
    label: str
    kind: str
    text: str = ""
    items: tuple[tuple[str, str], ...] = ()
    effect: Effect | None = None
    unit: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    title: str
    facts: tuple[Fact, ...]
    hidden: int = 0

    def of_kind(self, *kinds: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind in kinds]

    @property
    def values(self) -> list[Fact]:
        return self.of_kind("value", "money")

    @property
    def effects(self) -> list[Fact]:
        return self.of_kind("effect")

    @property
    def longer(self) -> list[Fact]:
        return self.of_kind("text", "list", "table")


@dataclass(frozen=True, slots=True)
class File:
    """``attachment`` is None where a blind call keeps the file back."""

    label: str
    name: str
    size: int
    kind: str
    attachment: Attachment | None


@dataclass(frozen=True, slots=True)
class Dossier:
    title: str
    parts: tuple[Part, ...]
    files: tuple[File, ...]
    is_blind: bool

    @property
    def withheld(self) -> int:
        return sum(file.attachment is None for file in self.files)


def dossier_of(application: Application, call: Call) -> Dossier:
    """As the call says: blind or open."""
    return blind_dossier(application, call) if review_options(call).blind else open_dossier(application)


def open_dossier(application: Application) -> Dossier:
    return _build(application, form_of(application.version), blind=False, redact=str, declared={})


def blind_dossier(application: Application, call: Call) -> Dossier:
    """Without registry facts that name the applicant, contacts, places and files, and with its names struck out of every text.

    A form field may say otherwise with ``identity: true`` (hide it) or ``identity: false`` (show it, files included).
    """
    return _build(application, form_of(application.version), blind=True, redact=redactor(application), declared=_declared(application))


def blind_title(application: Application) -> str:
    return redactor(application)(application.project_title)


def redactor(application: Application) -> Callable[[str], str]:
    """Replaces every name and number of the applicant in a text. Needs enterprise, its group, and their places."""
    names = sorted(identifying_names(application.enterprise), key=lambda name: (-len(name), name))
    if not names:
        return lambda text: text
    pattern = re.compile("|".join(re.escape(name) for name in names), re.IGNORECASE)
    stand_in = _("[applicant]")
    return lambda text: pattern.sub(stand_in, text)


def identifying_names(enterprise: Enterprise) -> set[str]:
    """Full, short and core names of the enterprise and its group, and its credit code; nothing shorter than two characters."""
    names = {enterprise.uscc or ""}
    for body in (enterprise, enterprise.group):
        if body is not None:
            names |= {body.name_zh, body.name_en, body.short_zh, _LATIN_FORMS.sub("", body.name_en)} | _cores(body)
    return {name.strip() for name in names if len(name.strip()) >= 2}


def _cores(enterprise: Enterprise) -> set[str]:
    """苏州砚舟精密传动有限公司 -> 苏州砚舟精密传动, 砚舟精密传动: without legal form, then without the place in front."""
    name = enterprise.name_zh
    bare = next((name.removesuffix(form) for form in LEGAL_FORMS if name.endswith(form)), name)
    found = {bare}
    for place in (enterprise.province, enterprise.prefecture, enterprise.county):
        if place is None:
            continue
        for prefix in (place.name_zh, re.sub(r"(省|市|自治区|区|县)$", "", place.name_zh)):
            if prefix and bare.startswith(prefix) and len(bare) - len(prefix) >= 2:
                bare = bare.removeprefix(prefix)
                found.add(bare)
    return found


def _declared(application: Application) -> dict[str, bool]:
    """``identity`` as the form's fields state it: key -> whether the field names the applicant."""
    sections = application.version.content.get("form", {}).get("sections", [])
    return {f["key"]: bool(f["identity"]) for section in sections for f in section.get("fields", []) if "identity" in f}


def names_applicant(field: Field, declared: Mapping[str, bool]) -> bool:
    if field.key in declared:
        return declared[field.key]
    if field.type == "registry":
        return field.path not in ANONYMOUS_PATHS
    if field.type in {"attachment", "division", "statement"}:
        return True
    return field.key.startswith(_HIDDEN_PREFIXES) or field.key.endswith(_HIDDEN_SUFFIXES)


def _build(application: Application, form: FormDef, *, blind: bool, redact: Callable[[str], str], declared: Mapping[str, bool]) -> Dossier:
    registry = registry_values(application.enterprise)
    names = _code_names(form, application.data)
    parts = []
    for section in form.sections:
        fields = [f for f in section.fields if f.type != "attachment" and form.is_visible(f.key, application.data)]
        open_fields = [f for f in fields if not (blind and names_applicant(f, declared))]
        facts = tuple(fact for f in open_fields if (fact := _fact(f, application.data, registry, names, redact)))
        if facts:
            parts.append(Part(section.key, section.title, facts, len(fields) - len(open_fields)))
    files = tuple(_files(application, form, blind, declared))
    return Dossier(redact(application.project_title), tuple(parts), files, blind)


def _fact(
    field: Field, data: Mapping[str, Any], registry: Mapping[str, str], names: Callable[[str, str], str], redact: Callable[[str], str]
) -> Fact | None:
    if field.type == "registry":
        return Fact(field.key, field.label, "value", redact(registry.get(field.path) or "–"))
    value: Any = data.get(field.key)
    if is_empty(value):
        return Fact(field.key, field.label, "value", "–")
    match field.type:
        case "textarea":
            return Fact(field.key, field.label, "text", redact(value))
        case "money":
            return Fact(field.key, field.label, "money", str(value_of(value)))
        case "scenarios":
            items = tuple((_option_label(field, code), redact(text or "")) for code, text in value.items())
            return Fact(field.key, field.label, "list", items=items)
        case "before_after":
            return Fact(field.key, field.label, "effect", display(field, value), effect=effect(field, value), unit=field.unit)
        case "table":
            rows = tuple(tuple(redact(in_cell(c, row.get(c.key), names)) for c in field.columns) for row in value)
            return Fact(field.key, field.label, "table", head=tuple(head_words(c) for c in field.columns), rows=rows)
        case _:
            return Fact(field.key, field.label, "value", redact(display(field, value, names)))


def _option_label(field: Field, code: str) -> str:
    option = field.option(code)
    return option.label if option else code


def _files(application: Application, form: FormDef, blind: bool, declared: Mapping[str, bool]) -> Iterable[File]:
    numbers: dict[str, int] = {}
    for attachment in attachments_of(application):
        field = form.by_key.get(attachment.field)
        label = field.label if field else attachment.field
        numbers[label] = numbers.get(label, 0) + 1
        withheld = blind and declared.get(attachment.field, True)
        name = pgettext("file of a blind dossier", "File %(number)s") % {"number": numbers[label]} if blind else attachment.name
        kind = attachment.name.rpartition(".")[2].upper()[:5]
        yield File(label, name, attachment.size, kind, None if withheld else attachment)


def _code_names(form: FormDef, data: Mapping[str, Any]) -> Callable[[str, str], str]:
    """Names of the industry and division codes in the answers: at most two queries."""
    codes: dict[str, set[str]] = {"industry": set(), "division": set()}
    for field in form.by_key.values():
        _collect([field], [data], codes)
        if field.type == "table":
            _collect(field.columns, data.get(field.key) or [], codes)
    known = {("industry", i.code): i.name for i in (Industry.objects.filter(code__in=codes["industry"]) if codes["industry"] else ())} | {
        ("division", d.code): d.name for d in (Division.objects.filter(code__in=codes["division"]) if codes["division"] else ())
    }
    return lambda kind, code: known.get((kind, code), code)


def _collect(fields: Sequence[Field], rows: Sequence[Mapping[str, Any]], codes: dict[str, set[str]]) -> None:
    for field in fields:
        if field.type in codes:
            codes[field.type] |= {row[field.key] for row in rows if row.get(field.key)}
