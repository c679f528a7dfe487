"""A form field with its value, made ready for a template: names, ids, options, last year's value, the sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from pilotage.calls.forms import values as form_values
from pilotage.calls.forms.definition import effect
from pilotage.calls.forms.display import display
from pilotage.calls.forms.fields import Field, Option, Section
from pilotage.calls.forms.rules import Test
from pilotage.calls.forms.units import typed_of, unit_code
from pilotage.calls.forms.words import in_words, length, limit_for
from pilotage.core.wording import in_english
from pilotage.registry.models import Division, Industry
from pilotage.web.calls import posted

MINUS = "−"
_ONE_LINE = {"text", "integer", "decimal", "money", "date", "month"}
_RIGHT = {"integer", "decimal", "money"}
_SHORT = {"integer", "decimal", "money", "date", "month"}
RADIO_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Places:
    """What the pickers choose from: the enterprise's province, and the sections of industry that may apply."""

    province: str = ""
    sections: tuple[str, ...] = ()


class BoundField:
    """One field of one application. ``before`` is last year's stored value, None where there is none."""

    def __init__(
        self,
        field: Field,
        value: Any,
        *,
        version: int,
        before: Any = None,
        last_words: str = "",
        error: str = "",
        places: Places = Places(),
        attachments: Sequence[Any] = (),
        extra_rows: int = 0,
        typed: Any = None,
        hidden: bool = False,
        ask_province: bool = False,
        note: str = "",
        note_is_error: bool = False,
        is_ruled: bool = False,
        source: str = "",
        is_brought: bool = False,
        is_unconfirmed: bool = False,
        entries: Sequence[str] = (),
    ):
        self.field = field
        self.stored = value
        self.value = value if typed is None else typed
        self.typed = typed
        self.version = version
        self.before = before
        self.last_words = last_words
        self.error = shorter(error, field.label)
        self.places = places
        self.attachments = attachments
        self.extra_rows = extra_rows
        self.hidden = hidden
        self.ask_province = ask_province
        # where a brought-in answer comes from, in words
        self.source = source
        self.is_brought = is_brought
        self.is_unconfirmed = is_unconfirmed
        # the applicant's own entries in the directory the field asks of
        self.entries = entries
        # what a rule over several fields says here; kept apart from what is wrong with this answer itself
        self.note = shorter(note, field.label)
        self.note_is_error = note_is_error
        self.is_ruled = is_ruled

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def id(self) -> str:
        return f"f-{self.field.key}"

    @property
    def name(self) -> str:
        return f"f.{self.field.key}"

    @property
    def marker(self) -> str:
        return f"{self.key}:{self.version}:{posted.digest(self.stored)}"

    @property
    def is_typed(self) -> bool:
        return self.field.is_typed

    @cached_property
    def show_if(self) -> str:
        """The condition for the page's script, one list of tests per alternative; the server decides without it."""
        alternatives = [[_test_words(test) for test in tests] for tests in self.field.shown_when.alternatives]
        return json.dumps(alternatives) if alternatives else ""

    @property
    def template(self) -> str:
        if self.entries:
            return "calls/components/field_entry.html"
        kind = "input" if self.field.type in _ONE_LINE else self.field.type
        return f"calls/components/field_{kind}.html"

    @property
    def is_group(self) -> bool:
        """Whether several inputs answer it, so that its label is a legend."""
        if self.field.type == "choice":
            return len(self.field.options) <= RADIO_AT_MOST
        return self.field.type in {"multichoice", "boolean", "scenarios", "table", "attachment", "statement"}

    @property
    def input_mode(self) -> str:
        return {"integer": "numeric", "decimal": "decimal", "money": "decimal"}.get(self.field.type, "text")

    @property
    def input_type(self) -> str:
        return self.field.type if self.field.type in {"date", "month"} else "text"

    @property
    def is_right(self) -> bool:
        return self.field.type in _RIGHT

    @property
    def is_short(self) -> bool:
        return self.field.type in _SHORT

    @property
    def text(self) -> str:
        return typed_of(self.value) if self.field.units else "" if self.value is None else str(self.value)

    @property
    def units(self) -> list[tuple[str, str, bool]]:
        chosen = unit_code(self.value)
        return [(unit.code, unit.label, unit.code == chosen) for unit in self.field.units]

    @property
    def words(self) -> str:
        """A computed value as it is read."""
        return display(self.field, self.value)

    @property
    def count(self) -> int:
        """Characters, or words of a text without Chinese (see ``form_words``)."""
        return length(self.text)

    @property
    def in_words(self) -> bool:
        return bool(self.text) and in_words(self.text)

    @property
    def most(self) -> int:
        return limit_for(self.text, self.field.max_chars) if self.text else self.field.max_chars

    @property
    def word_limits(self) -> dict[str, int]:
        """The limits of a text without Chinese."""
        return {"least": limit_for("", self.field.min_chars), "most": limit_for("", self.field.max_chars)}

    @property
    def missing_characters(self) -> int:
        return max(limit_for(self.text, self.field.min_chars) - self.count, 0) if self.count else 0

    @property
    def described_by(self) -> str:
        return f"e-{self.key} h-{self.key} r-{self.key}" if self.is_ruled else f"e-{self.key} h-{self.key}"

    @property
    def origin(self) -> str:
        """``brought`` for a value or file that came from elsewhere, ``changed`` where it was altered since."""
        if any(attachment.is_carried_over for attachment in self.attachments):
            return "brought"
        if posted.digest(self.before) == "-":
            return "brought" if self.is_brought else "changed" if self.source else ""
        return "brought" if posted.digest(self.before) == posted.digest(self.stored) else "changed"

    @cached_property
    def options(self) -> list[tuple[str, str, bool]]:
        chosen = self.value if isinstance(self.value, list | dict) else [self.text]
        return [(option.value, option.label, option.value in chosen) for option in self.field.options]

    @property
    def entry_options(self) -> list[tuple[str, bool]]:
        """The own entries; what was answered before stays to be seen though it may be held no longer."""
        listed = [*self.entries, *([self.text] if self.text and self.text not in self.entries else [])]
        return [(number, number == self.text) for number in listed]

    @property
    def is_true(self) -> bool:
        return self.value in (True, "true", "on", "yes") or (isinstance(self.value, Mapping) and bool(self.value.get("agreed")))

    @property
    def is_false(self) -> bool:
        return self.value in (False, "false")

    @cached_property
    def scenarios(self) -> list[dict[str, Any]]:
        value = self.value if isinstance(self.value, Mapping) else {}
        return [self._scenario(option, value) for option in self.field.options]

    def _scenario(self, option: Option, value: Mapping[str, Any]) -> dict[str, Any]:
        text = value.get(option.value, "") or ""
        most = limit_for(text, self.field.max_chars) if text else self.field.max_chars
        counted = {"count": length(text), "most": most, "in_words": bool(text) and in_words(text)}
        return {"code": option.value, "label": option.label, "chosen": option.value in value, "text": text, **counted}

    @property
    def chosen_count(self) -> int:
        return len(self.value) if isinstance(self.value, Mapping | list) else 0

    @cached_property
    def rows(self) -> list[list[dict[str, Any]]]:
        """The table's rows cell by cell; an empty table shows one row to begin with."""
        kept = self.value if isinstance(self.value, list) else []
        empty = max(0 if kept else 1, self.extra_rows - len(kept))
        rows = [*kept, *({} for _index in range(min(empty, self.field.max_rows - len(kept))))]
        return [[self._cell(index, column, row.get(column.key)) for column in self.field.columns] for index, row in enumerate(rows)]

    @cached_property
    def totals(self) -> list[dict[str, str]]:
        """A cell per column where at least one column is added up, else nothing."""
        sums = form_values.totals(self.field, self.stored)
        if not sums:
            return []
        return [
            {
                "id": f"t-{self.key}-{column.key}",
                "key": column.key,
                "sum": display(replace(column, unit_zh="", unit_en=""), sums[column.key]),
            }
            if column.key in sums
            else {"id": "", "key": column.key, "sum": ""}
            for column in self.field.columns
        ]

    @property
    def can_add_row(self) -> bool:
        return len(self.rows) < self.field.max_rows

    def _cell(self, index: int, column: Field, value: Any) -> dict[str, Any]:
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        options = [(option.value, option.label) for option in column.options]
        if column.type == "boolean":
            options = [("true", _("yes")), ("false", _("no"))]
        return {
            "name": f"{self.name}.{index}.{column.key}",
            "label": _("%(column)s, row %(row)s") % {"column": column.label, "row": index + 1},
            "column": column,
            "value": text,
            "options": [(code, label, code == text) for code, label in options],
            "right": column.type in _RIGHT,
            "type": column.type if column.type in {"date", "month"} else "text",
        }

    # --- figures before and after -------------------------------------------------------------
    def _side(self, name: str) -> str:
        return (self.value or {}).get(name) or "" if isinstance(self.value, Mapping) else ""

    @property
    def figure_before(self) -> str:
        return self._side("before")

    @property
    def figure_after(self) -> str:
        return self._side("after")

    @property
    def change(self) -> str:
        return change(self.figure_before, self.figure_after)

    @property
    def doubt(self) -> str:
        """A figure that moved the wrong way is no error, but the likely mistake is named."""
        found = effect(self.field, self.stored) if self.typed is None else None
        if found is None or found.is_better is not False:
            return ""
        figures = {"before": self.figure_before, "after": self.figure_after, "unit": self.field.unit}
        if self.field.better == "lower":
            sentence = _("%(after)s after is above %(before)s before. The unit is “%(unit)s”; make sure it is not a total, or explain it.")
        else:
            sentence = _("%(after)s after is below %(before)s before. The unit is “%(unit)s”; check both figures, or explain it.")
        return sentence % figures

    def _brought(self, side: str) -> bool:
        before = self.before if isinstance(self.before, Mapping) else {}
        return bool(before.get(side)) and before.get(side) == self._side(side)

    @property
    def brought_before(self) -> bool:
        return self._brought("before")

    @property
    def brought_after(self) -> bool:
        return self._brought("after")

    @property
    def last_after(self) -> str:
        return (self.before or {}).get("after") or "" if isinstance(self.before, Mapping) else ""

    # --- pickers --------------------------------------------------------------------------------
    @cached_property
    def industry_groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        queryset = Industry.objects.filter(level="division").select_related("parent").order_by("code")
        if self.places.sections:
            queryset = queryset.filter(parent__in=self.places.sections)
        groups: dict[str, list[tuple[str, str]]] = {}
        for industry in queryset:
            groups.setdefault(industry.parent.name if industry.parent else "", []).append(
                (industry.code, f"{industry.code} {industry.name}")
            )
        return list(groups.items())

    @cached_property
    def provinces(self) -> list[tuple[str, str]]:
        queryset = Division.objects.filter(level="province", is_pseudo=False).order_by("code")
        return [(division.code, division.name) for division in queryset]

    @property
    def province(self) -> str:
        return f"{self.text[:2]}0000" if self.text and not self.ask_province else self.places.province

    @cached_property
    def division_groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return divisions_of(self.province)


def _test_words(test: Test) -> dict[str, Any]:
    limits = {"min": test.least, "max": test.most}
    known = {name: limit if isinstance(limit, str) else float(limit) for name, limit in limits.items() if limit is not None}
    if test.values is not None:
        known["values"] = [str(value).lower() if isinstance(value, bool) else str(value) for value in test.values]
    if test.filled is not None:
        known["filled"] = test.filled
    return {"key": test.key, **known}


def divisions_of(province: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The counties of a province under their prefectures; a prefecture without counties stands for itself. One query."""
    if not province:
        return []
    rows = list(Division.objects.filter(code__startswith=province[:2]).exclude(level="province").order_by("code"))
    prefectures = {row.code: row for row in rows if row.level == "prefecture"}
    top = Division.objects.filter(code=province).first()
    groups: dict[str, list[tuple[str, str]]] = {}
    with_counties = {row.parent_id for row in rows if row.level == "county"}
    for row in rows:
        if row.is_pseudo:
            continue
        parent = prefectures.get(row.parent_id or "")
        if row.level == "prefecture" and row.code in with_counties:
            continue
        holder = parent if parent and not parent.is_pseudo else top
        groups.setdefault(row.name if row.level == "prefecture" else (holder.name if holder else ""), []).append((row.code, row.name))
    return list(groups.items())


def change(before: Any, after: Any) -> str:
    """The change from one figure to the other in percent with its sign; '' where it cannot be said."""
    try:
        first, second = Decimal(str(before).replace(",", "")), Decimal(str(after).replace(",", ""))
    except (InvalidOperation, ValueError):
        return ""
    if not first:
        return ""
    percent = ((second - first) / abs(first) * 100).quantize(Decimal("0.1"))
    sign = MINUS if percent < 0 else "+" if percent > 0 else ""
    return f"{sign}{abs(percent)}%"


def shorter(sentence: str, label: str) -> str:
    """The sentence without the field's name in front, for the place right under that name."""
    for colon in (": ", "：", ":"):
        if sentence.startswith(label + colon):
            rest = sentence[len(label + colon) :]
            return rest[:1].upper() + rest[1:] if in_english() else rest
    return sentence


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring effect figures share one table; every other field stands alone."""

    fields: list[BoundField]

    @property
    def is_effects(self) -> bool:
        return self.fields[0].field.type == "before_after"

    @property
    def has_last(self) -> bool:
        return any(field.last_after for field in self.fields)


def blocks(fields: Sequence[BoundField]) -> list[Block]:
    found: list[Block] = []
    for field in fields:
        if field.field.type == "before_after" and found and found[-1].is_effects:
            found[-1].fields.append(field)
        else:
            found.append(Block([field]))
    return found


def section_of(sections: Sequence[Section], key: str) -> Section:
    return next((section for section in sections if section.key == key), sections[0])
