"""An answer in words: for tables, papers and exports, in the active language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pilotage.calls.form_fields import Field, joined
from pilotage.calls.form_units import typed_of, unit_code
from pilotage.calls.form_values import is_empty

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
            return f"{value.get('before') or NOTHING} → {value.get('after') or NOTHING}{_unit(field)}"
        case "table":
            return _("%(count)s rows") % {"count": len(value)}
        case "industry" | "division":
            return names(field.type, value) if names else value
        case "integer" | "decimal" | "money" | "computed":
            unit = field.unit_of(unit_code(value))
            return f"{_grouped(typed_of(value))}{_spaced(unit.label) if unit else _unit(field)}"
        case "date":
            return day_words(str(value))
        case "month":
            return month_words(str(value))
        case _:
            return str(value)


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


def _unit(field: Field) -> str:
    return _spaced(field.unit) if field.unit else ""


def _spaced(unit: str) -> str:
    return unit if unit == "%" or not (get_language() or "").startswith("en") else f" {unit}"


def _grouped(value: Any) -> str:
    whole, dot, fraction = str(value).partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{dot}{fraction}"
