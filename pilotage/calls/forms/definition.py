"""Is this form filled in, what is still missing, and what has changed since last time?

Data: a :class:`FormDef` made from the ``form`` and ``codes`` of one call version; answers are a mapping
field key -> kept value (see ``form_values``); attachments a mapping field key -> number of files;
registry a mapping path -> text, as the enterprise register holds it.
Algorithm: a field counts only while it is visible: every field named in its ``show_if`` is itself visible
and answered as asked. Answers to hidden fields are kept but neither checked, shown nor reckoned with.
Conditions and formulas are compiled once and stand in the order in which they need each other, so one
pass over them settles what is visible and computed.
Invariants: ``clean`` is idempotent; ``problems`` of an empty form names exactly the required visible
fields; ``apply(old, diff(old, new)) == new`` for answers to known fields; ``diff(x, x) == []``;
a computed value depends on the visible answers alone.
Refuses: keys that are not in the form, and answers that come from elsewhere (registry, files, formulas).
No database: the caller brings the register's values and counts the files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls.forms import compare as form_compare
from pilotage.calls.forms import values as form_values
from pilotage.calls.forms.compare import CellChange, Change, ChangeKind, compare
from pilotage.calls.forms.fields import COMPUTED, Codes, Field, Section, all_fields, parse_sections
from pilotage.calls.forms.rules import Condition, Rule, Violation, formula, rules_of
from pilotage.calls.forms.units import plain_number
from pilotage.calls.forms.values import is_empty
from pilotage.core.expressions import Expression, Kind, Name, rounded
from pilotage.core.verdict import Invalid
from pilotage.plan.refs.form_names import circle, formula_names

__all__ = ["CellChange", "Change", "ChangeKind", "Effect", "FormDef", "SectionProgress", "State", "Violation", "compare", "effect"]

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """What the answers make of the form: which fields are hidden, and the visible answers with the computed ones."""

    answers: dict[str, Any]
    hidden: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Step:
    """One field to settle: is it shown, and what is computed for it."""

    key: str
    condition: Condition
    formula: Expression | None
    places: int


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
class Judgement:
    """Everything that a form says of some answers, reckoned once."""

    state: State
    problems: dict[str, str]
    progress: list[SectionProgress]
    violations: list[Violation]


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


@dataclass(frozen=True)
class FormDef:
    sections: tuple[Section, ...]
    by_key: dict[str, Field] = dataclass_field(repr=False, compare=False)
    rules: tuple[Rule, ...] = ()
    steps: tuple[_Step, ...] = dataclass_field(default=(), repr=False, compare=False)
    # of a report that fills in some sections only: the keys it asks for; None: all
    asked: frozenset[str] | None = None

    @classmethod
    def parse(cls, form: Mapping[str, Any], codes: Codes | None = None) -> FormDef:
        """Raises ``Invalid`` naming the field when the form itself is faulty."""
        sections = parse_sections(form, codes or {})
        by_key = {field.key: field for field in all_fields(sections)}
        raw = [field for section in form.get("sections") or [] for field in section.get("fields") or []]
        names = formula_names(raw, codes or {})
        return cls(sections, by_key, rules_of(form.get("rules") or [], names, by_key), _steps(by_key, names))

    def asking(self, sections: Collection[str]) -> FormDef:
        """The same form as a report of these sections sees it: the other answers are known, but neither asked for nor judged."""
        kept = tuple(section for section in self.sections if section.key in sections)
        return replace(self, sections=kept, asked=frozenset(field.key for section in kept for field in section.fields))

    def asks(self, key: str) -> bool:
        return self.asked is None or key in self.asked

    def field(self, key: str) -> Field:
        if key not in self.by_key:
            raise Invalid({key: _("There is no field “%(key)s” in this form.") % {"key": key}})
        if not self.asks(key):
            raise Invalid({key: _("%(field)s: this report does not ask for it.") % {"field": self.by_key[key].label}})
        return self.by_key[key]

    def clean(self, key: str, raw: Any) -> Any:
        """The value to keep (None: no answer). Raises ``Invalid`` with the sentence under ``key``."""
        return form_values.clean(self.field(key), raw)

    def empty_data(self) -> dict[str, Any]:
        return {key: None for key, field in self.by_key.items() if field.is_stored}

    # --- what is shown and computed -------------------------------------------------------------
    def state(self, data: Answers) -> State:
        answers: dict[str, Any] = dict(data)
        hidden: set[str] = set()
        for step in self.steps:
            if not step.condition.holds(answers, hidden):
                hidden.add(step.key)
                answers.pop(step.key, None)
            elif step.formula is not None:
                answers[step.key] = _result(step, answers)
        return State(answers, frozenset(hidden))

    def is_visible(self, key: str, data: Answers) -> bool:
        return key not in self.state(data).hidden

    def visible_fields(self, data: Answers) -> list[Field]:
        hidden = self.state(data).hidden
        return [field for key, field in self.by_key.items() if key not in hidden]

    def is_required(self, key: str, state: State) -> bool:
        field = self.by_key[key]
        return field.required or bool(field.required_when and field.required_when.holds(state.answers, state.hidden))

    def computed(self, data: Answers) -> dict[str, str | None]:
        """The visible computed fields; None where an answer is missing or a divisor is zero."""
        state = self.state(data)
        return {step.key: state.answers.get(step.key) for step in self.steps if step.formula is not None and step.key not in state.hidden}

    def with_computed(self, data: Answers) -> dict[str, Any]:
        """The answers as they are filed: with what is computed from them, and no computed value that no longer holds."""
        if not any(step.formula for step in self.steps):
            return dict(data)
        typed = {key: value for key, value in data.items() if key not in self.by_key or self.by_key[key].type != COMPUTED}
        return typed | {key: value for key, value in self.computed(data).items() if value is not None}

    # --- what stands against it -----------------------------------------------------------------
    def problems(
        self, data: Answers, attachments: Mapping[str, int] | None = None, registry: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """What stands against submission: field key -> sentence, in the order of the form."""
        state = self.state(data)
        return self._problems(state, data, attachments or {}, registry or {}, self._violations(state))

    def judge(self, data: Answers, attachments: Mapping[str, int], registry: Mapping[str, Any]) -> Judgement:
        """``state``, ``problems``, ``completeness`` and ``violations`` for the price of one."""
        state = self.state(data)
        violations = self._violations(state)
        problems = self._problems(state, data, attachments, registry, violations)
        return Judgement(state, problems, [self._progress(section, state, problems) for section in self.sections], violations)

    def _problems(
        self, state: State, data: Answers, attachments: Mapping[str, int], registry: Mapping[str, Any], violations: list[Violation]
    ) -> dict[str, str]:
        broken = _first_sentences(violations, is_error=True)
        found = {}
        for key, field in self.by_key.items():
            if key not in state.hidden and self.asks(key):
                sentence = self._problem(field, state, attachments, registry) or broken.get(key, "")
                if sentence:
                    found[key] = sentence
        for key in data:
            if key not in self.by_key:
                found[key] = _("There is no field “%(key)s” in this form.") % {"key": key}
        return found

    def _problem(self, field: Field, state: State, attachments: Mapping[str, int], registry: Mapping[str, Any]) -> str:
        if field.required_when and not field.required and self.is_required(field.key, state):
            field = self._as_required[field.key]
        if field.type == "registry":
            return _registry_problem(field, registry.get(field.path))
        if field.type == "attachment":
            return _attachment_problem(field, attachments.get(field.key, 0))
        value = state.answers.get(field.key)
        if field.type == COMPUTED:
            return _not_computed(field) if field.required and value is None else ""
        try:
            form_values.clean(field, value)
        except Invalid as error:
            return error.errors[field.key]
        return form_values.missing(field, value)

    @cached_property
    def _as_required(self) -> dict[str, Field]:
        return {key: replace(field, required=True) for key, field in self.by_key.items() if field.required_when}

    def violations(self, data: Answers) -> list[Violation]:
        """The rules that the answers break, those over rows of tables after those over the form."""
        return self._violations(self.state(data))

    def _violations(self, state: State) -> list[Violation]:
        found = []
        for rule in self.rules:
            shown = tuple(key for key in rule.fields if key not in state.hidden and self.asks(key))
            if shown and rule.is_broken(state.answers):
                found.append(Violation(rule, shown, rule.message))
        for field in self._ruled_tables:
            if field.key not in state.hidden:
                found += _broken_rows(field, state.answers.get(field.key))
        return found

    @cached_property
    def _ruled_tables(self) -> tuple[Field, ...]:
        return tuple(field for field in self.by_key.values() if field.row_rules and self.asks(field.key))

    def warnings(self, data: Answers) -> dict[str, str]:
        """What should be looked at again, but does not stand against submission: field key -> sentence."""
        return _first_sentences(self.violations(data), is_error=False)

    def completeness(
        self, data: Answers, attachments: Mapping[str, int] | None = None, registry: Mapping[str, Any] | None = None
    ) -> list[SectionProgress]:
        return self.judge(data, attachments or {}, registry or {}).progress

    def _progress(self, section: Section, state: State, problems: Mapping[str, str]) -> SectionProgress:
        visible = [field.key for field in section.fields if field.key not in state.hidden]
        counted = [key for key in visible if key in problems or self.is_required(key, state)]
        done = sum(key not in problems for key in counted)
        return SectionProgress(section.key, section.title, done, len(counted))

    # --- what has changed -----------------------------------------------------------------------
    def diff(self, old: Answers, new: Answers) -> list[Change]:
        """The fields whose answers differ, in the order of the form."""
        return compare(self, old, self, new)

    def apply(self, old: Answers, changes: list[Change]) -> dict[str, Any]:
        return dict(old) | {change.key: change.new for change in changes}

    def mapped(self, data: Answers) -> dict[str, str]:
        """The answers that are repeated in columns of the application: column -> value ('' when open)."""
        return {f.maps_to: data.get(key) or "" for key, f in self.by_key.items() if f.maps_to}

    def summary_fields(self) -> list[Field]:
        return [field for field in self.by_key.values() if field.summary]

    def public_data(self, data: Answers) -> dict[str, Any]:
        """What may be shown once the project is listed: the visible public answers."""
        answers = self.state(data).answers
        return {
            key: answers[key] for key, field in self.by_key.items() if field.public and field.is_stored and not is_empty(answers.get(key))
        }

    def carried_over(self, data: Answers, source: FormDef) -> dict[str, Any]:
        """Answers of an earlier form that still fit this one; statements are made anew and computed values follow by themselves."""
        kept = {}
        for key, earlier in form_compare.earlier_fields(self, source).items():
            field = self.by_key[key]
            if not field.is_typed or field.type == "statement" or earlier.type != field.type:
                continue
            value = form_compare.restated(earlier, field, data.get(earlier.key))
            if value is not None:
                kept[key] = value
        return kept


def _steps(by_key: Mapping[str, Field], names: Mapping[str, Name]) -> tuple[_Step, ...]:
    """Conditions and formulas in the order in which they need each other. Raises ``Invalid`` naming the circle."""
    formulas = {key: formula(key, field.formula, names, Kind.NUMBER) for key, field in by_key.items() if field.type == COMPUTED}
    needs = {key: [*field.shown_when.keys, *(formulas[key].names if key in formulas else ())] for key, field in by_key.items()}
    if path := circle(needs):
        raise Invalid({path[0]: f"form field {path[0]!r}: the formulas go round in a circle: {' → '.join(path)}"})
    ordered = [by_key[key] for key in TopologicalSorter(needs).static_order()]
    return tuple(_Step(f.key, f.shown_when, formulas.get(f.key), f.places) for f in ordered if f.shown_when or f.key in formulas)


def _result(step: _Step, answers: Answers) -> str | None:
    value: Any = step.formula.evaluate(answers) if step.formula else None
    return None if value is None else plain_number(rounded(value, step.places))


def _first_sentences(violations: list[Violation], *, is_error: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for violation in violations:
        if violation.is_error is is_error:
            for key in violation.fields:
                found.setdefault(key, violation.sentence)
    return found


def _broken_rows(field: Field, rows: Any) -> list[Violation]:
    if not isinstance(rows, list):
        return []
    sentence = _("%(field)s, row %(row)s: %(sentence)s")
    return [
        Violation(rule, (field.key,), sentence % {"field": field.label, "row": number, "sentence": rule.message}, field.key, number)
        for number, row in enumerate(rows, start=1)
        for rule in field.row_rules
        if isinstance(row, Mapping) and rule.is_broken(row)
    ]


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


def _not_computed(field: Field) -> str:
    return _("%(field)s: cannot be computed yet; an answer it needs is missing.") % {"field": field.label}


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
