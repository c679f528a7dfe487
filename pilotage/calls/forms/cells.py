"""One cell of a form workbook: what the page would have posted for it, and the words where it does not fit."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from pilotage.calls.forms.book import option_words, options_by_words, plain
from pilotage.calls.forms.fields import NUMERIC_TYPES, Field, joined
from pilotage.core import tables
from pilotage.core.tables import FaultKind

_YES = frozenset({"yes", "y", "true", "1", "是", "√", "✓", "有"})
_NO = frozenset({"no", "n", "false", "0", "否", "×", "无"})


def posted(kind: str, field: Field, value: Any) -> Any:
    if value is None:
        return None
    if kind in NUMERIC_TYPES:
        # a spreadsheet shows fifteen digits; what lies beyond is its own rounding
        return float(f"{value:.15g}") if isinstance(value, float) else value if isinstance(value, int | str) else tables.text(value)
    if kind in {"date", "month"}:
        return _day(kind, value)
    if kind == "boolean":
        words = plain(tables.text(value))
        return True if words in _YES else False if words in _NO else tables.text(value)
    if kind == "choice":
        known = options_by_words(field)
        words = value if isinstance(value, str) else tables.text(value)
        return known.get(words) or known.get(words.strip()) or known.get(plain(words)) or words
    text = tables.text(value)
    if kind in {"industry", "division"} and text.isdigit():
        return text.zfill(2 if kind == "industry" else 6)
    return text


def _day(kind: str, value: Any) -> Any:
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()[: 7 if kind == "month" else 10]
    return tables.text(value)


def expected_truth(field: Field) -> str:
    return _("%(field)s: expected yes or no.") % {"field": field.label}


def truth_advice() -> str:
    return _("Choose from the list in the cell.")


def advice(field: Field) -> str:
    if field.type == "choice":
        words = [option_words(field, option) for option in field.options]
        return _("Choose one of: %(options)s.") % {"options": joined([*words[:8], "…"] if len(words) > 8 else words)}
    if field.type in {"boolean", "multichoice"}:
        return truth_advice()
    return _("Correct it in the workbook and upload it again.")


def fault_words(field: Field, kind: FaultKind, value: str) -> str:
    if kind is FaultKind.FORMULA_WITHOUT_VALUE:
        return _("%(field)s: the formula in this cell has no result yet.") % {"field": field.label}
    return _("%(field)s: the cell shows an error (%(value)s).") % {"field": field.label, "value": value[:40]}


def fault_advice(kind: FaultKind) -> str:
    if kind is FaultKind.FORMULA_WITHOUT_VALUE:
        return _("Open the workbook in a spreadsheet program and save it, or type the value itself.")
    return _("Type the value itself.")
