"""An answer in words: for tables, papers and exports, in the active language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pilotage.calls.forms.fields import Field, joined
from pilotage.calls.forms.units import typed_of, unit_code
from pilotage.calls.forms.values import is_empty
from pilotage.core.amounts import in_cny
from pilotage.core.wording import in_english

NOTHING = "–"


def display(field: Field, value: Any, names: Callable[[str, str], str] | None = None) -> str:
    """One line of text. ``names(type, code)`` gives the name of an industry or division code; without it the code stays."""
    if is_empty(value):
        return NOTHING
    match field.type:
        case "choice":
            return _option(field, value)
        case "multichoice":
            return joined(_option(field, each) for each in value)
        case "boolean" | "statement":
            return _("yes") if (value.get("agreed") if isinstance(value, dict) else value) else _("no")
        case "scenarios":
            return joined(_option(field, code) for code in value)
        case "before_after":
            return _sides(field, value.get("before") or "", value.get("after") or "")
        case "table":
            return _("%(count)s rows") % {"count": len(value)}
        case "industry" | "division":
            return names(field.type, value) if names else value
        case "integer" | "decimal" | "money" | "computed":
            unit = field.unit_of(unit_code(value))
            return figure_words(typed_of(value), unit.label if unit else field.unit)
        case "date":
            return day_words(str(value))
        case "month":
            return month_words(str(value))
        case _:
            return str(value)


def in_cell(column: Field, value: Any, names: Callable[[str, str], str] | None = None) -> str:
    """As :func:`display`, for a cell under a head that names the unit."""
    is_typed_in_another = bool(column.unit_of(unit_code(value)))
    return display(column if is_typed_in_another else replace(column, unit_zh="", unit_en=""), value, names)


def head_words(column: Field) -> str:
    return _("%(label)s (%(unit)s)") % {"label": column.label, "unit": column.unit} if column.unit else column.label


def figure_words(figure: str, unit: str) -> str:
    """A figure with its unit as it is said: 589,782万元, CNY 5,897.82 million, 96.5%."""
    return in_cny(figure, unit) or f"{_grouped(figure)}{_spaced(unit) if unit else ''}"


def _sides(field: Field, before: str, after: str) -> str:
    if in_cny("1", field.unit) not in {"", "CNY 1"} and " per " not in field.unit:
        return f"{in_cny(before, field.unit) or NOTHING} → {in_cny(after, field.unit) or NOTHING}"
    return f"{before or NOTHING} → {after or NOTHING}{_spaced(field.unit) if field.unit else ''}"


def day_words(text: str) -> str:
    """``2022-08-05`` as 2022年8月5日 or 5 August 2022; what is no date stays as it is."""
    # Translators: a date format, not words; see Django's date filter
    return _calendar(text, text, _("j F Y"))


def month_words(text: str) -> str:
    """``2022-08`` as 2022年8月 or August 2022; what is no month stays as it is."""
    # Translators: a date format, not words; see Django's date filter
    return _calendar(text, f"{text}-01", _("F Y"))


def _calendar(text: str, day: str, pattern: str) -> str:
    try:
        found = parse_date(day)
    except ValueError:
        found = None
    return str(date_format(found, pattern)) if found else text


def _option(field: Field, value: str) -> str:
    option = field.option(value)
    return option.label if option else value


def _spaced(unit: str) -> str:
    return unit if unit == "%" or not in_english() else f" {unit}"


def _grouped(value: Any) -> str:
    whole, dot, fraction = str(value).partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{dot}{fraction}"
