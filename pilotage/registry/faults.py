"""What can be wrong with a row of an import: the sentence, and what to do about it.

A fault is stored as a code with parameters and shown in the language of the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pilotage.core.codes import USCC_MISTAKES


@dataclass(frozen=True, slots=True)
class Fault:
    """``column`` is the head of the column as printed in the file, with its letter."""

    row: int
    code: str
    column: str = ""
    value: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_warning(self) -> bool:
        return self.code in WARNINGS


def message(code: str, params: Mapping[str, Any]) -> str:
    template = str(TEXTS[code][0])
    return template % params if params else template


def advice(code: str) -> str:
    return str(TEXTS[code][1])


_SEE_CODE = _("Compare the code with the business licence and correct the cell.")

TEXTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "name_missing": (_("The name of the enterprise is missing."), _("Enter the full registered name.")),
    "too_long": (_("The text has %(count)d characters; at most %(limit)d are kept."), _("Shorten the text.")),
    "identifier_missing": (
        _("The row has neither a credit code nor another identifier."),
        _("Enter the unified social credit code; without an identifier the enterprise cannot be recognised again."),
    ),
    "uscc_missing": (
        _("There is no unified social credit code; the enterprise is kept under its other identifier."),
        _("Add the credit code when it is known."),
    ),
    **{code: (sentence, _SEE_CODE) for code, sentence in USCC_MISTAKES.items()},
    "lost_digits": (
        _("The cell holds a number; a spreadsheet keeps only 15 digits of it, so the code is not complete any more."),
        _("Format the column as text and enter the code again."),
    ),
    "identifier_invalid": (_("%(reason)s"), _("Compare the number with the register and correct the cell.")),
    "identifier_conflict": (
        _("The identifiers of this row belong to two different enterprises: %(first)s and %(second)s."),
        _("Check which identifier is wrong; if both are right, the secretariat has to merge the two entries."),
    ),
    "identifier_changed": (
        _("%(name)s has been registered as %(scheme)s %(old)s so far, the row says %(new)s."),
        _("Check both numbers. A changed identifier is entered on the page of the enterprise, not by an import."),
    ),
    "renamed": (
        _("The enterprise with this identifier is called %(old)s so far; the import gives it the name of this row."),
        _("Check that the identifier is right before you run the import."),
    ),
    "division_unknown": (
        _("No place fits these cells: %(text)s."),
        _("Enter the names as in GB/T 2260 (江苏省, 苏州市, 虎丘区) or the six-digit code."),
    ),
    "address_missing": (_("The address is missing."), _("Add the registered address; without it no territory is responsible.")),
    "address_unresolved": (
        _("Province and city cannot be read from the address."),
        _("Write the address from the province or city on, or fill in the columns for province, city and county."),
    ),
    "place_mismatch": (
        _("The address lies in %(found)s, the place columns say %(given)s; the columns are used."),
        _("Check the place columns."),
    ),
    "industry_unknown": (
        _("This is no section or major category of GB/T 4754-2017."),
        _("Enter the letter, the two-digit code or the official name."),
    ),
    "ownership_unknown": (
        _("This kind of ownership is not known."),
        _("Use private, central state-owned, other state-owned, state-controlled, foreign or joint venture."),
    ),
    "size_unknown": (_("This size class is not known."), _("Use large, medium, small or micro.")),
    "boolean_unknown": (_("Yes or no is expected."), _("Enter 是 or 否.")),
    "outside_territory": (
        _("The enterprise lies outside your territory: %(place)s."),
        _("Leave the row to the responsible province, or correct its place."),
    ),
    "belongs_elsewhere": (
        _("This identifier belongs to an enterprise outside your territory."),
        _("Check the identifier. If the enterprise has moved, ask the secretariat to transfer it."),
    ),
    "formula_without_value": (
        _("The cell holds a formula without a stored result."),
        _("Open the file in a spreadsheet program, let it calculate, and save; or paste the values."),
    ),
    "error_value": (_("The cell holds the error %(error)s."), _("Mend the formula in the file, or enter the value.")),
    "broken_cell": (_("The cell cannot be read."), _("Enter the value again.")),
}
WARNINGS = frozenset({"uscc_missing", "address_missing", "address_unresolved", "place_mismatch", "renamed"})
