"""Is this form filled in, what is still missing, and what has changed since last time?

Data: a :class:`FormDef` made from the ``form`` and ``codes`` of one call version; answers are a mapping
field key -> kept value (see ``form_values``); attachments a mapping field key -> number of files;
registry a mapping path -> text, as the enterprise register holds it.
Algorithm: a field counts only while it is visible: every field named in its ``show_if`` is itself visible
and has one of the values asked for. Answers to hidden fields are kept but neither checked nor shown.
Invariants: ``clean`` is idempotent; ``problems`` of an empty form names exactly the required visible
fields; ``apply(old, diff(old, new)) == new`` for answers to known fields; ``diff(x, x) == []``.
Refuses: keys that are not in the form, and answers that come from elsewhere (registry, files).
No database: the caller brings the register's values and counts the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls import form_values
from pilotage.calls.form_fields import Codes, Field, Section, all_fields, parse_sections
from pilotage.calls.form_values import is_empty
from pilotage.core.verdict import Invalid

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field whose answer differs between two versions."""

    field: Field
    old: Any
    new: Any

    @property
    def key(self) -> str:
        return self.field.key


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """``done`` of ``required`` fields; ``required`` counts the required visible ones only."""

    key: str
    title: str
    done: int
    required: int

    @property
    def is_complete(self) -> bool:
        return self.done == self.required


@dataclass(frozen=True, slots=True)
class Effect:
    """Before, after and the change. ``percent`` is relative, or in points where the unit itself is %.

    ``percent`` is None when the figure before is zero; ``is_better`` is None without a change or a direction.
    """

    before: Decimal
    after: Decimal
    percent: Decimal | None
    in_points: bool
    is_better: bool | None


@dataclass(frozen=True, slots=True)
class FormDef:
    sections: tuple[Section, ...]
    by_key: dict[str, Field] = dataclass_field(repr=False, compare=False)

    @classmethod
    def parse(cls, form: Mapping[str, Any], codes: Codes | None = None) -> FormDef:
        """Raises ``Invalid`` naming the field when the form itself is faulty."""
        sections = parse_sections(form, codes or {})
        return cls(sections, {field.key: field for field in all_fields(sections)})

    def field(self, key: str) -> Field:
        try:
            return self.by_key[key]
        except KeyError:
            raise Invalid({key: _("There is no field “%(key)s” in this form.") % {"key": key}}) from None

    def clean(self, key: str, raw: Any) -> Any:
        """The value to keep (None: no answer). Raises ``Invalid`` with the sentence under ``key``."""
        return form_values.clean(self.field(key), raw)

    def empty_data(self) -> dict[str, Any]:
        return {key: None for key, field in self.by_key.items() if field.is_stored}

    def is_visible(self, key: str, data: Answers) -> bool:
        return all(self.is_visible(other, data) and _asked(data.get(other), values) for other, values in self.by_key[key].show_if)

    def visible_fields(self, data: Answers) -> list[Field]:
        return [field for key, field in self.by_key.items() if self.is_visible(key, data)]

    def problems(
        self, data: Answers, attachments: Mapping[str, int] | None = None, registry: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """What stands against submission: field key -> sentence, in the order of the form."""
        found = {field.key: self._problem(field, data, attachments or {}, registry or {}) for field in self.visible_fields(data)}
        unknown = {key: _("There is no field “%(key)s” in this form.") % {"key": key} for key in data if key not in self.by_key}
        return {key: sentence for key, sentence in (found | unknown).items() if sentence}

    def _problem(self, field: Field, data: Answers, attachments: Mapping[str, int], registry: Mapping[str, Any]) -> str:
        if field.type == "registry":
            return _registry_problem(field, registry.get(field.path))
        if field.type == "attachment":
            return _attachment_problem(field, attachments.get(field.key, 0))
        value = data.get(field.key)
        try:
            form_values.clean(field, value)
        except Invalid as error:
            return error.errors[field.key]
        return form_values.missing(field, value)

    def completeness(
        self, data: Answers, attachments: Mapping[str, int] | None = None, registry: Mapping[str, Any] | None = None
    ) -> list[SectionProgress]:
        problems = self.problems(data, attachments, registry)
        return [self._progress(section, data, problems) for section in self.sections]

    def _progress(self, section: Section, data: Answers, problems: Mapping[str, str]) -> SectionProgress:
        counted = [f for f in section.fields if self.is_visible(f.key, data) and (f.required or f.key in problems)]
        done = sum(field.key not in problems for field in counted)
        return SectionProgress(section.key, section.title, done, len(counted))

    def diff(self, old: Answers, new: Answers) -> list[Change]:
        """The stored fields whose answers differ, in the order of the form."""
        pairs = ((f, old.get(key), new.get(key)) for key, f in self.by_key.items() if f.is_stored)
        return [Change(f, before, after) for f, before, after in pairs if not _same(before, after)]

    def apply(self, old: Answers, changes: list[Change]) -> dict[str, Any]:
        return dict(old) | {change.key: change.new for change in changes}

    def mapped(self, data: Answers) -> dict[str, str]:
        """The answers that are repeated in columns of the application: column -> value ('' when open)."""
        return {f.maps_to: data.get(key) or "" for key, f in self.by_key.items() if f.maps_to}

    def summary_fields(self) -> list[Field]:
        return [field for field in self.by_key.values() if field.summary]

    def public_data(self, data: Answers) -> dict[str, Any]:
        """What may be shown once the project is listed: the visible public answers."""
        return {f.key: data.get(f.key) for f in self.visible_fields(data) if f.public and f.is_stored and not is_empty(data.get(f.key))}

    def carried_over(self, data: Answers, source: FormDef) -> dict[str, Any]:
        """Answers of an earlier form that still fit this one; statements are never carried over."""
        kept = {}
        for key, field in self.by_key.items():
            earlier = source.by_key.get(key)
            if not field.is_stored or field.type == "statement" or earlier is None or earlier.type != field.type:
                continue
            try:
                value = form_values.clean(field, data.get(key))
            except Invalid:
                continue
            if value is not None:
                kept[key] = value
        return kept


def effect(field: Field, value: Any) -> Effect | None:
    """The change a ``before_after`` answer states, or None while a side is open."""
    if is_empty(value) or is_empty(value.get("before")) or is_empty(value.get("after")):
        return None
    before, after = Decimal(value["before"]), Decimal(value["after"])
    in_points = field.unit_en == "%"
    difference = after - before
    percent = difference if in_points else (difference / abs(before) * 100 if before else None)
    is_better = None if not difference or field.better not in {"higher", "lower"} else (difference > 0) == (field.better == "higher")
    rounded = None if percent is None else percent.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Effect(before, after, rounded, in_points, is_better)


def _asked(value: Any, wanted: tuple[Any, ...]) -> bool:
    return any(each in wanted for each in value) if isinstance(value, list) else value in wanted


def _same(old: Any, new: Any) -> bool:
    return (is_empty(old) and is_empty(new)) or old == new


def _registry_problem(field: Field, value: Any) -> str:
    if field.required and is_empty(value):
        return _("%(field)s: the enterprise register holds no entry; complete it there.") % {"field": field.label}
    return ""


def _attachment_problem(field: Field, count: int) -> str:
    if field.required and count == 0:
        return _("%(field)s: a file is required.") % {"field": field.label}
    if count > field.max_count:
        return _("%(field)s: at most %(limit)s files, so far %(count)s.") % {"field": field.label, "limit": field.max_count, "count": count}
    return ""
