"""What a form is made of: the parsed shape of the ``form`` part of a call file.

Data: sections, each with fields; a table field has columns, which are fields of simple types. Texts
come in pairs (zh, en); the property without suffix gives the one for the active language.
Refuses: a form with a repeated key, an unknown type, a code list that does not exist, a condition on
a field that is not asked before it, formulas and conditions that form a circle. The sentence names the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal
from typing import Any

from pilotage.calls.forms.rules import ALWAYS, Condition, Rule, condition_of, rules_of
from pilotage.calls.forms.units import Unit
from pilotage.calls.forms.words import in_language, in_sequence, joined, texts
from pilotage.core.verdict import Invalid
from pilotage.plan.refs.form_names import Codes, as_list, circle, formula_names

# read from here by other rooms, though written in modules of their own
__all__ = ["FIELD_TYPES", "Codes", "Field", "Option", "Section", "all_fields", "in_language", "in_sequence", "joined", "parse_sections"]

SIMPLE_TYPES = frozenset(
    {"text", "textarea", "integer", "decimal", "money", "date", "month", "choice", "multichoice", "boolean", "industry", "division"}
)
COMPOSED_TYPES = frozenset({"scenarios", "before_after", "table", "statement"})
UNSTORED_TYPES = frozenset({"registry", "attachment"})
COMPUTED = "computed"
FIELD_TYPES = SIMPLE_TYPES | COMPOSED_TYPES | UNSTORED_TYPES | {COMPUTED}
NUMERIC_TYPES = frozenset({"integer", "decimal", "money"})
COLUMN_OF = frozenset({"project_title", "level", "industry", "building_state"})
ACCEPTABLE_FILES = frozenset({"pdf", "jpg", "png", "docx", "xlsx", "zip"})


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
    example_zh: str = ""
    example_en: str = ""
    units: tuple[Unit, ...] = ()
    formula: str = ""
    options: tuple[Option, ...] = ()
    shown_when: Condition = ALWAYS
    required_when: Condition = ALWAYS
    maps_to: str = ""
    summary: bool = False
    public: bool = False
    path: str = ""
    prefill: str = ""
    confirm: bool = False
    max_length: int = 200
    min_chars: int = 0
    max_chars: int = 5000
    min: Decimal | None = None
    max: Decimal | None = None
    places: int = 2
    better: str = ""
    columns: tuple[Field, ...] = ()
    row_rules: tuple[Rule, ...] = ()
    total: bool = False
    role: str = ""
    identity: bool | None = None
    renamed_from: tuple[str, ...] = ()
    min_rows: int = 0
    max_rows: int = 50
    min_count: int = 0
    accept: tuple[str, ...] = ()
    max_mb: int = 20
    max_count: int = 10
    invoice: bool = False
    invoice_number: bool = False
    entry_of: str = ""
    by_value: Mapping[str, Option] = dataclass_field(default_factory=dict, repr=False, compare=False)

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
    def example(self) -> str:
        return in_language(self.example_zh, self.example_en)

    @property
    def is_stored(self) -> bool:
        """Whether its value lies in ``Application.data``; a computed one is put there at submission."""
        return self.type not in UNSTORED_TYPES

    @property
    def is_typed(self) -> bool:
        """Whether a person answers it here, not the register, a file or a formula."""
        return self.is_stored and self.type != COMPUTED

    def unit_of(self, code: str) -> Unit | None:
        return next((unit for unit in self.units if unit.code == code), None)

    def option(self, value: Any) -> Option | None:
        return self.by_value.get(value) if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title_zh: str
    fields: tuple[Field, ...]
    title_en: str = ""
    help_zh: str = ""
    help_en: str = ""
    renamed_from: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @property
    def help(self) -> str:
        return in_language(self.help_zh, self.help_en)


def parse_sections(form: Mapping[str, Any], codes: Codes) -> tuple[Section, ...]:
    sections = tuple(_section(raw, codes) for raw in form.get("sections") or [])
    fields = list(all_fields(sections))
    _check_keys(fields, "form")
    _check_conditions(fields)
    return sections


def _section(raw: Mapping[str, Any], codes: Codes) -> Section:
    title_zh, title_en = texts(raw, "title")
    help_zh, help_en = texts(raw, "help")
    fields = tuple(_field(each, codes) for each in raw.get("fields") or [])
    return Section(str(raw["key"]), title_zh, fields, title_en, help_zh, help_en, _earlier_keys(raw))


def _earlier_keys(raw: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(key) for key in as_list(raw.get("renamed_from")))


def _field(raw: Mapping[str, Any], codes: Codes, *, is_column: bool = False) -> Field:
    key, kind = str(raw.get("key") or ""), str(raw.get("type") or "")
    if kind not in (SIMPLE_TYPES if is_column else FIELD_TYPES):
        raise Invalid({key: f"form field {key!r}: unknown type {kind!r}"})
    columns = tuple(_field(each, codes, is_column=True) for each in raw.get("columns") or [])
    _check_keys(columns, key)
    units, options = _units(raw), _options(raw, kind, codes)
    return Field(
        key=key,
        type=kind,
        options=options,
        by_value={option.value: option for option in reversed(options)},
        shown_when=condition_of(raw.get("show_if")),
        required_when=condition_of(raw.get("required_if")),
        columns=columns,
        row_rules=_row_rules(raw, columns, codes),
        units=units,
        renamed_from=_earlier_keys(raw),
        **_words(raw, kind, units),
        **_limits(raw, kind, key),
    )


def _words(raw: Mapping[str, Any], kind: str, units: tuple[Unit, ...]) -> dict[str, Any]:
    found = {f"{name}_{code}": word for name in _TEXTS for code, word in zip(("zh", "en"), texts(raw, name), strict=True)}
    unit = (units[0].label_zh, units[0].label_en) if units else ("万元", "CNY 10,000") if kind == "money" else ("", "")
    return found | {name: found[name] or word for name, word in zip(("unit_zh", "unit_en"), unit, strict=True)}


_TEXTS = ("label", "help", "unit", "text", "example")


def _units(raw: Mapping[str, Any]) -> tuple[Unit, ...]:
    key = str(raw.get("key"))
    return tuple(Unit(str(each["code"]), *texts(each, "label"), _decimal(each.get("factor", 1), key)) for each in raw.get("units") or [])


def _row_rules(raw: Mapping[str, Any], columns: tuple[Field, ...], codes: Codes) -> tuple[Rule, ...]:
    names = formula_names(raw.get("columns") or [], codes)
    return rules_of(raw.get("row_rules") or [], names, [column.key for column in columns])


def _limits(raw: Mapping[str, Any], kind: str, key: str) -> dict[str, Any]:
    known = {name: raw[name] for name in _PLAIN if name in raw}
    known |= {name: _decimal(raw[name], key) for name in ("min", "max") if raw.get(name) is not None and kind != "scenarios"}
    if kind == "scenarios":
        known["min_count"] = int(raw.get("min") or 0)
        known.setdefault("max_chars", 500)
    if kind == "money":
        known.setdefault("min", Decimal(0))
    if raw.get("formula"):
        known["formula"] = str(raw["formula"])
    known["accept"] = tuple(raw.get("accept") or ())
    unknown = set(known["accept"]) - ACCEPTABLE_FILES
    if unknown:
        raise Invalid({key: f"form field {key!r}: files of kind {sorted(unknown)} cannot be checked, so they are not accepted"})
    if known.get("maps_to") and known["maps_to"] not in COLUMN_OF:
        raise Invalid({key: f"form field {key!r}: maps_to must be one of {sorted(COLUMN_OF)}"})
    return known


_PLAIN = (
    "required", "maps_to", "summary", "public", "path", "prefill", "confirm", "max_length", "min_chars", "max_chars", "places", "better",
    "min_rows", "max_rows", "min_count", "max_mb", "max_count", "total", "role", "identity", "invoice", "invoice_number", "entry_of",
)  # fmt: skip


def _decimal(value: Any, key: str) -> Decimal:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        raise Invalid({key: f"form field {key!r}: {value!r} is no number"}) from None


def _options(raw: Mapping[str, Any], kind: str, codes: Codes) -> tuple[Option, ...]:
    key = str(raw.get("key"))
    listed = tuple(Option(str(each["value"]), *texts(each, "label")) for each in raw.get("options") or [])
    name = raw.get("codes") or ("scenarios" if kind == "scenarios" else None)
    if name:
        if name not in codes:
            raise Invalid({key: f"form field {key!r}: there is no code list {name!r}"})
        listed = tuple(Option(str(row["code"]), str(row.get("zh") or ""), str(row.get("en") or "")) for row in codes[name])
    if kind in {"choice", "multichoice"} and not listed:
        raise Invalid({key: f"form field {key!r}: a {kind} needs options or codes"})
    return listed


def _check_keys(fields: Sequence[Field], where: str) -> None:
    seen: set[str] = set()
    for field in fields:
        if not field.key or field.key in seen:
            raise Invalid({field.key: f"{where}: the field key {field.key!r} is missing or used twice"})
        seen.add(field.key)


def _check_conditions(fields: Sequence[Field]) -> None:
    """A field may only hang on one asked before it; what is required may hang on any."""
    if path := circle({field.key: field.shown_when.keys for field in fields}):
        raise Invalid({path[0]: f"form field {path[0]!r}: the conditions go round in a circle: {' → '.join(path)}"})
    known: set[str] = set()
    everything = {field.key for field in fields}
    for field in fields:
        for name, others, allowed in (("show_if", field.shown_when.keys, known), ("required_if", field.required_when.keys, everything)):
            if unknown := [other for other in others if other not in allowed]:
                raise Invalid({field.key: f"form field {field.key!r}: {name} names {unknown[0]!r}, which is not asked before it"})
        known.add(field.key)


def all_fields(sections: Sequence[Section]) -> Iterator[Field]:
    for section in sections:
        yield from section.fields
