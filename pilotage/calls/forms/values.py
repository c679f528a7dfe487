"""One answer: what was typed, made into the value that is kept, or a sentence saying what was expected.

Data: the kept value of each type is JSON (text str, integer int, decimal and money str, date and month
ISO str, choice str, multichoice list, boolean bool, scenarios {code: text}, before_after
{"before", "after"}, table list of dicts, statement bool). No answer is None.
Algorithm: one cleaner and one "what is still missing" per type.
Invariants: ``clean(field, clean(field, x)) == clean(field, x)``; a kept value is valid JSON and UTF-8.
Refuses: wrong types, values outside the limits, unknown options and columns. Minimum lengths and
counts are not refused here but reported by ``missing``: half an answer may be kept in a draft.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.calls.forms.fields import COMPUTED, Field
from pilotage.calls.forms.units import converted, plain_number
from pilotage.calls.forms.words import counted, is_too_long, length, limit_for
from pilotage.core.expressions import number_of
from pilotage.core.verdict import Invalid

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,12})?")
# control characters but for tab and line end, and halves of characters
_UNSOUND = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_TRUE = {True, "true", "True", "on", "1", "yes"}
_FALSE = {False, "false", "False", "off", "0", "no"}


def is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def clean(field: Field, raw: Any) -> Any:
    """The value to keep, or None for no answer. Raises ``Invalid`` keyed by the field."""
    if isinstance(raw, str):
        if raw and field.type == "choice" and raw in field.by_value:
            return raw
        raw = _sound(field, raw)
        if not raw:
            return None
    elif is_empty(raw):
        return None
    return _CLEANERS[field.type](field, raw)


def missing(field: Field, value: Any) -> str:
    """The sentence saying what a kept value still lacks, or an empty string."""
    if is_empty(value):
        return _("%(field)s: an answer is required.") % {"field": field.label} if field.required else ""
    check = _MISSING.get(field.type)
    return check(field, value) if check else ""


def refuse(field: Field, sentence: str, **values: Any) -> Invalid:
    return Invalid({field.key: sentence % {"field": field.label, **values}})


# --- text -----------------------------------------------------------------------------------
def _sound(field: Field, raw: str) -> str:
    """Text that every store and paper can hold: composed, one kind of line end, no control characters."""
    text = raw.strip()
    if text.isascii() and text.isprintable():
        return text
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if text.isprintable():  # most are, and this is the quicker question
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _UNSOUND.search(text):
        raise refuse(field, _("%(field)s: the text holds characters that cannot be shown; type them again."))
    return text


def _text(field: Field, raw: Any) -> str | None:
    text = " ".join(_typed(field, raw).split())
    return _not_longer(field, text, field.max_length) or None


def _textarea(field: Field, raw: Any) -> str | None:
    text = _typed(field, raw)
    if is_too_long(text, field.max_chars):
        sentence = _("%(field)s: at most %(limit)s, this text has %(count)s.")
        raise refuse(field, sentence, limit=counted(text, limit_for(text, field.max_chars)), count=length(text))
    return text or None


def _typed(field: Field, raw: Any) -> str:
    """Text that ``clean`` has made sound already."""
    if not isinstance(raw, str):
        raise refuse(field, _("%(field)s: expected text."))
    return raw


def _string(field: Field, raw: Any) -> str:
    return _sound(field, _typed(field, raw))


def _not_longer(field: Field, text: str, limit: int) -> str:
    if len(text) > limit:
        raise refuse(field, _("%(field)s: at most %(limit)s characters, this text has %(count)s."), limit=limit, count=len(text))
    return text


def _short_text(field: Field, value: str) -> str:
    if not field.min_chars:
        return ""
    least = limit_for(value, field.min_chars)
    if length(value) >= least:
        return ""
    sentence = _("%(field)s: at least %(limit)s, this text has %(count)s.")
    return sentence % {"field": field.label, "limit": counted(value, least), "count": length(value)}


# --- numbers --------------------------------------------------------------------------------
def _digits(raw: Any) -> str:
    """What was typed as a number, without separators, full-width forms and typographic minus."""
    text = f"{Decimal(repr(raw)):f}" if isinstance(raw, float) else str(raw)
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace(",", "").replace(" ", "")


def _expected(field: Field) -> Invalid:
    if field.type == "integer":
        return refuse(field, _("%(field)s: expected a whole number."))
    return refuse(field, _("%(field)s: expected a number."))


def _number(field: Field, raw: Any) -> Decimal:
    if isinstance(raw, str) and _NUMBER.fullmatch(raw):
        return Decimal(raw)
    text = "" if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal) else _digits(raw)
    if not _NUMBER.fullmatch(text):
        raise _expected(field)
    return Decimal(text)


def _within(field: Field, number: Decimal) -> Decimal:
    if field.min is not None and number < field.min:
        raise refuse(field, _("%(field)s: not less than %(limit)s."), limit=field.min)
    if field.max is not None and number > field.max:
        raise refuse(field, _("%(field)s: not more than %(limit)s."), limit=field.max)
    return number


def _whole(field: Field, number: Decimal) -> int:
    if number != number.to_integral_value():
        raise _expected(field)
    return int(_within(field, number))


def _decimal(field: Field, raw: Any) -> str:
    return _fine_enough(field, _within(field, _number(field, raw)))


def _fine_enough(field: Field, number: Decimal) -> str:
    if -number.as_tuple().exponent > field.places:  # type: ignore[operator]
        sentence = ngettext("%(field)s: at most %(places)s decimal.", "%(field)s: at most %(places)s decimals.", field.places)
        raise refuse(field, sentence, places=field.places)
    return plain_number(number)


def _figure(field: Field, raw: Any) -> Any:
    """A number, in whichever of the field's units it was typed."""
    if isinstance(raw, dict):
        return _in_unit(field, raw)
    number = _number(field, raw)
    return _whole(field, number) if field.type == "integer" else _fine_enough(field, _within(field, number))


def _in_unit(field: Field, raw: dict[str, Any]) -> Any:
    code, typed = raw.get("unit") or "", raw.get("typed")
    if set(raw) - {"typed", "unit", "value"} or not field.units:
        raise _expected(field)
    if isinstance(typed, str):
        typed = typed.strip()
    if is_empty(typed):
        return None
    unit = field.unit_of(code) if code else field.units[0]
    if unit is None:
        raise refuse(field, _("%(field)s: choose one of the units listed."))
    if unit is field.units[0]:
        return _figure(field, typed)
    figure = plain_number(_number(field, typed))
    number = converted(figure, unit)
    value = _whole(field, number) if field.type == "integer" else _fine_enough(field, _within(field, number))
    return {"typed": figure, "unit": unit.code, "value": str(value)}


def _before_after(field: Field, raw: Any) -> dict[str, str | None] | None:
    if not isinstance(raw, dict) or set(raw) - {"before", "after"}:
        raise refuse(field, _("%(field)s: expected a figure before and a figure after."))
    value = {side: clean_number(field, raw.get(side)) for side in ("before", "after")}
    return None if all(each is None for each in value.values()) else value


def clean_number(field: Field, raw: Any) -> str | None:
    if isinstance(raw, str):
        raw = raw.strip()
    return None if is_empty(raw) else _decimal(field, raw)


def _one_sided(field: Field, value: dict[str, str | None]) -> str:
    if is_empty(value.get("before")) or is_empty(value.get("after")):
        return _("%(field)s: both figures are needed, before and after.") % {"field": field.label}
    return ""


# --- dates ----------------------------------------------------------------------------------
def _date(field: Field, raw: Any) -> str:
    found = _DATE.fullmatch(raw) if isinstance(raw, str) else None
    if found:
        try:
            day = date(*map(int, found.groups()))
        except ValueError:
            day = None
        if day and 1900 <= day.year <= 2100:
            return day.isoformat()
    raise refuse(field, _("%(field)s: expected a date such as 2023-08-31."))


def _month(field: Field, raw: Any) -> str:
    found = _MONTH.fullmatch(raw) if isinstance(raw, str) else None
    if found:
        year, month = map(int, found.groups())
        if 1900 <= year <= 2100 and 1 <= month <= 12:
            return f"{year:04d}-{month:02d}"
    raise refuse(field, _("%(field)s: expected a month such as 2023-08."))


# --- choices --------------------------------------------------------------------------------
def _choice(field: Field, raw: Any) -> str:
    if not isinstance(raw, str) or field.option(raw) is None:
        raise refuse(field, _("%(field)s: choose one of the options listed."))
    return raw


def _multichoice(field: Field, raw: Any) -> list[str]:
    chosen = [raw] if isinstance(raw, str) else raw
    if not isinstance(chosen, list) or any(not isinstance(each, str) or field.option(each) is None for each in chosen):
        raise refuse(field, _("%(field)s: choose from the options listed."))
    return [option.value for option in field.options if option.value in chosen]


def _few_choices(field: Field, value: list[str]) -> str:
    return _too_few(field, len(value), field.min_count)


def _boolean(field: Field, raw: Any) -> bool:
    if isinstance(raw, bool | str):
        if raw in _TRUE:
            return True
        if raw in _FALSE:
            return False
    raise refuse(field, _("%(field)s: expected yes or no."))


def _statement(field: Field, raw: Any) -> bool:
    return _boolean(field, raw.get("agreed") if isinstance(raw, dict) else raw)


def _not_stated(field: Field, value: Any) -> str:
    agreed = value.get("agreed") if isinstance(value, dict) else value
    return "" if agreed is True or not field.required else _("%(field)s: the statement must be made.") % {"field": field.label}


def _code(pattern: str, sentence: Callable[[], str]) -> Callable[[Field, Any], str]:
    expression = re.compile(pattern)

    def cleaner(field: Field, raw: Any) -> str:
        if not isinstance(raw, str) or not expression.fullmatch(raw) or (field.options and field.option(raw) is None):
            raise refuse(field, sentence())
        return raw

    return cleaner


# --- composed -------------------------------------------------------------------------------
def _scenarios(field: Field, raw: Any) -> dict[str, str] | None:
    if isinstance(raw, list):
        raw = {code: "" for code in raw if isinstance(code, str)} if all(isinstance(code, str) for code in raw) else None
    if not isinstance(raw, dict) or any(field.option(code) is None for code in raw):
        raise refuse(field, _("%(field)s: choose from the options listed."))
    kept = {}
    for option in field.options:
        if option.value in raw:
            text = _string(field, raw[option.value] or "")
            if is_too_long(text, field.max_chars):
                most = counted(text, limit_for(text, field.max_chars))
                sentence = _("%(field)s, “%(scenario)s”: at most %(limit)s, this text has %(count)s.")
                raise refuse(field, sentence, scenario=option.label, limit=most, count=length(text))
            kept[option.value] = text
    return kept or None


def _few_scenarios(field: Field, value: dict[str, str]) -> str:
    for option in field.options:
        if option.value in value and not value[option.value]:
            return _("%(field)s: describe “%(scenario)s”.") % {"field": field.label, "scenario": option.label}
    return _too_few(field, len(value), field.min_count)


def _too_few(field: Field, count: int, least: int) -> str:
    if count >= least:
        return ""
    return _("%(field)s: at least %(limit)s, so far %(count)s.") % {"field": field.label, "limit": least, "count": count}


def _table(field: Field, raw: Any) -> list[dict[str, Any]] | None:
    if not isinstance(raw, list) or any(not isinstance(row, dict) for row in raw):
        raise refuse(field, _("%(field)s: expected rows of a table."))
    known = {column.key for column in field.columns}
    rows = []
    for number, row in enumerate(raw, start=1):
        if not known.issuperset(row):
            unknown = ", ".join(sorted(map(str, set(row) - known)))
            raise refuse(field, _("%(field)s, row %(row)s: there is no column “%(column)s”."), row=number, column=unknown)
        cells = _row(field, number, row)
        if any(cell is not None for cell in cells.values()):
            rows.append(cells)
    if len(rows) > field.max_rows:
        raise refuse(field, _("%(field)s: at most %(limit)s rows."), limit=field.max_rows)
    return rows or None


def _row(field: Field, number: int, row: dict[str, Any]) -> dict[str, Any]:
    cells = {}
    for column in field.columns:
        raw = row.get(column.key)
        try:
            cells[column.key] = None if raw is None else clean(column, raw)
        except Invalid as error:
            words = {"field": field.label, "row": number, "sentence": error.errors[column.key]}
            raise Invalid({field.key: _("%(field)s, row %(row)s: %(sentence)s") % words}) from None
    return cells


def _few_rows(field: Field, value: list[dict[str, Any]]) -> str:
    asked = [column for column in field.columns if column.required or column.min_chars or column.min_count]
    for number, row in enumerate(value, start=1):
        for column in asked:
            if sentence := missing(column, row.get(column.key)):
                return _("%(field)s, row %(row)s: %(sentence)s") % {"field": field.label, "row": number, "sentence": sentence}
    return _too_few(field, len(value), field.min_rows)


def totals(field: Field, rows: Any) -> dict[str, str]:
    """Column -> sum of what is filled in, for the columns that ask for it."""
    found = {}
    for column in field.columns:
        if column.total:
            cells = [number_of(row.get(column.key)) for row in rows or [] if isinstance(row, dict)]
            found[column.key] = plain_number(sum((cell for cell in cells if cell is not None), Decimal(0)))
    return found


def _not_typed(field: Field, _raw: Any) -> Any:
    if field.type == "registry":
        raise refuse(field, _("%(field)s: this comes from the enterprise register and is corrected there."))
    if field.type == COMPUTED:
        raise refuse(field, _("%(field)s: this is computed from other answers and not typed."))
    raise refuse(field, _("%(field)s: files are added one by one, not typed."))


_CLEANERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _text,
    "textarea": _textarea,
    "integer": _figure,
    "decimal": _figure,
    "money": _figure,
    "date": _date,
    "month": _month,
    "choice": _choice,
    "multichoice": _multichoice,
    "boolean": _boolean,
    "industry": _code(r"\d{2}", lambda: _("%(field)s: choose a major category of GB/T 4754 (two digits).")),
    "division": _code(r"\d{6}", lambda: _("%(field)s: choose a place of GB/T 2260 (six digits).")),
    "scenarios": _scenarios,
    "before_after": _before_after,
    "table": _table,
    "statement": _statement,
    "registry": _not_typed,
    "attachment": _not_typed,
    COMPUTED: _not_typed,
}
_MISSING: dict[str, Callable[[Field, Any], str]] = {
    "text": _short_text,
    "textarea": _short_text,
    "multichoice": _few_choices,
    "scenarios": _few_scenarios,
    "before_after": _one_sided,
    "table": _few_rows,
    "statement": _not_stated,
}
