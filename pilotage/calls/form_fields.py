"""What a form is made of: the parsed shape of the ``form`` part of a call file.

Data: sections, each with fields; a table field has columns, which are fields of simple types. Texts
come in pairs (zh, en); the property without suffix gives the one for the active language.
Refuses: a form with a repeated key, an unknown type, a code list that does not exist, a condition on
a field that does not exist. The sentence names the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from pilotage.core.verdict import Invalid

Codes = Mapping[str, Sequence[Mapping[str, str]]]

SIMPLE_TYPES = frozenset(
    {"text", "textarea", "integer", "decimal", "money", "date", "month", "choice", "multichoice", "boolean", "industry", "division"}
)
COMPOSED_TYPES = frozenset({"scenarios", "before_after", "table", "statement"})
UNSTORED_TYPES = frozenset({"registry", "attachment"})
FIELD_TYPES = SIMPLE_TYPES | COMPOSED_TYPES | UNSTORED_TYPES
COLUMN_OF = frozenset({"project_title", "level", "industry", "building_state"})
ACCEPTABLE_FILES = frozenset({"pdf", "jpg", "png", "docx", "xlsx", "zip"})


def in_language(zh: str, en: str) -> str:
    return (en or zh) if (get_language() or "").startswith("en") else (zh or en)


def joined(words: Iterable[str]) -> str:
    """An enumeration in the active language."""
    return in_language("、", ", ").join(words)


def in_sequence(sentences: Iterable[str]) -> str:
    """Sentences one after the other: a space between them in English, none in Chinese."""
    return (" " if (get_language() or "").startswith("en") else "").join(sentences)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label_zh: str
    label_en: str = ""

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True, slots=True)
class Field:
    """One question. Limits that a type does not use keep their default."""

    key: str
    type: str
    label_zh: str
    label_en: str = ""
    required: bool = False
    help_zh: str = ""
    help_en: str = ""
    unit_zh: str = ""
    unit_en: str = ""
    text_zh: str = ""
    text_en: str = ""
    options: tuple[Option, ...] = ()
    show_if: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    maps_to: str = ""
    summary: bool = False
    public: bool = False
    path: str = ""
    prefill: str = ""
    max_length: int = 200
    min_chars: int = 0
    max_chars: int = 5000
    min: Decimal | None = None
    max: Decimal | None = None
    places: int = 2
    better: str = ""
    columns: tuple[Field, ...] = ()
    min_rows: int = 0
    max_rows: int = 50
    min_count: int = 0
    accept: tuple[str, ...] = ()
    max_mb: int = 20
    max_count: int = 10

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    @property
    def help(self) -> str:
        return in_language(self.help_zh, self.help_en)

    @property
    def unit(self) -> str:
        return in_language(self.unit_zh, self.unit_en)

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)

    @property
    def is_stored(self) -> bool:
        """Whether its value lies in ``Application.data``."""
        return self.type not in UNSTORED_TYPES

    def option(self, value: Any) -> Option | None:
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title_zh: str
    fields: tuple[Field, ...]
    title_en: str = ""
    help_zh: str = ""
    help_en: str = ""

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @property
    def help(self) -> str:
        return in_language(self.help_zh, self.help_en)


def parse_sections(form: Mapping[str, Any], codes: Codes) -> tuple[Section, ...]:
    sections = tuple(_section(raw, codes) for raw in form.get("sections") or [])
    _check_keys([field for section in sections for field in section.fields], "form")
    _check_conditions(sections)
    return sections


def _section(raw: Mapping[str, Any], codes: Codes) -> Section:
    title_zh, title_en = _texts(raw, "title")
    help_zh, help_en = _texts(raw, "help")
    fields = tuple(_field(each, codes) for each in raw.get("fields") or [])
    return Section(str(raw["key"]), title_zh, fields, title_en, help_zh, help_en)


def _texts(raw: Mapping[str, Any], name: str) -> tuple[str, str]:
    value = raw.get(name) or {}
    if isinstance(value, str):
        return value, ""
    return str(value.get("zh") or ""), str(value.get("en") or "")


def _field(raw: Mapping[str, Any], codes: Codes, *, is_column: bool = False) -> Field:
    key, kind = str(raw.get("key") or ""), str(raw.get("type") or "")
    if kind not in (SIMPLE_TYPES if is_column else FIELD_TYPES):
        raise Invalid({key: f"form field {key!r}: unknown type {kind!r}"})
    label_zh, label_en = _texts(raw, "label")
    help_zh, help_en = _texts(raw, "help")
    unit_zh, unit_en = _texts(raw, "unit")
    text_zh, text_en = _texts(raw, "text")
    columns = tuple(_field(each, codes, is_column=True) for each in raw.get("columns") or [])
    _check_keys(columns, key)
    return Field(
        key=key,
        type=kind,
        label_zh=label_zh,
        label_en=label_en,
        help_zh=help_zh,
        help_en=help_en,
        unit_zh=unit_zh or ("万元" if kind == "money" else ""),
        unit_en=unit_en or ("CNY 10,000" if kind == "money" else ""),
        text_zh=text_zh,
        text_en=text_en,
        options=_options(raw, kind, codes),
        show_if=_condition(raw.get("show_if") or {}),
        columns=columns,
        **_limits(raw, kind, key),
    )


def _limits(raw: Mapping[str, Any], kind: str, key: str) -> dict[str, Any]:
    known = {name: raw[name] for name in _PLAIN if name in raw}
    known |= {name: _decimal(raw[name], key) for name in ("min", "max") if raw.get(name) is not None and kind != "scenarios"}
    if kind == "scenarios":
        known["min_count"] = int(raw.get("min") or 0)
        known.setdefault("max_chars", 500)
    if kind == "money":
        known.setdefault("min", Decimal(0))
    known["accept"] = tuple(raw.get("accept") or ())
    unknown = set(known["accept"]) - ACCEPTABLE_FILES
    if unknown:
        raise Invalid({key: f"form field {key!r}: files of kind {sorted(unknown)} cannot be checked, so they are not accepted"})
    if known.get("maps_to") and known["maps_to"] not in COLUMN_OF:
        raise Invalid({key: f"form field {key!r}: maps_to must be one of {sorted(COLUMN_OF)}"})
    return known


_PLAIN = (
    "required", "maps_to", "summary", "public", "path", "prefill", "max_length", "min_chars", "max_chars", "places", "better",
    "min_rows", "max_rows", "min_count", "max_mb", "max_count",
)  # fmt: skip


def _decimal(value: Any, key: str) -> Decimal:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        raise Invalid({key: f"form field {key!r}: {value!r} is no number"}) from None


def _options(raw: Mapping[str, Any], kind: str, codes: Codes) -> tuple[Option, ...]:
    key = str(raw.get("key"))
    listed = tuple(Option(str(each["value"]), *_texts(each, "label")) for each in raw.get("options") or [])
    name = raw.get("codes") or ("scenarios" if kind == "scenarios" else None)
    if name:
        if name not in codes:
            raise Invalid({key: f"form field {key!r}: there is no code list {name!r}"})
        listed = tuple(Option(str(row["code"]), str(row.get("zh") or ""), str(row.get("en") or "")) for row in codes[name])
    if kind in {"choice", "multichoice"} and not listed:
        raise Invalid({key: f"form field {key!r}: a {kind} needs options or codes"})
    return listed


def _condition(raw: Mapping[str, Any]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple((str(key), tuple(value) if isinstance(value, list) else (value,)) for key, value in raw.items())


def _check_keys(fields: Sequence[Field], where: str) -> None:
    seen: set[str] = set()
    for field in fields:
        if not field.key or field.key in seen:
            raise Invalid({field.key: f"{where}: the field key {field.key!r} is missing or used twice"})
        seen.add(field.key)


def _check_conditions(sections: Sequence[Section]) -> None:
    """A field may only hang on one asked before it, so conditions cannot form a circle."""
    known: set[str] = set()
    for field in (field for section in sections for field in section.fields):
        for other, _values in field.show_if:
            if other not in known:
                raise Invalid({field.key: f"form field {field.key!r}: show_if names {other!r}, which is not asked before it"})
        known.add(field.key)


def all_fields(sections: Sequence[Section]) -> Iterator[Field]:
    for section in sections:
        yield from section.fields
