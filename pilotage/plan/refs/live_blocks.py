"""Which live blocks may a text of a guideline name, and what does each take?

Data: a block is a name and options as YAML gave them. Invariants: what is listed here is what the rooms above register,
so a text that passes here can always be filled in. Refuses: any other name or option, and values of another form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

KINDS: dict[str, tuple[str, ...]] = {
    "industries": ("limit",),
    "key_industries": (),
    "scenarios": ("industry", "limit"),
    "effects": ("industry", "scenario"),
    "white_spots": ("industry", "limit"),
    "cases": ("cases", "industry", "limit"),
}
ALWAYS = ("title",)
MOST = 100
_DIVISION, _SCENARIO = re.compile(r"\d{2}"), re.compile(r"[A-Za-z0-9-]{1,20}")


def fault(name: str, options: Mapping[str, Any]) -> str:
    """A sentence about the first thing that is wrong with a block, or nothing."""
    if name not in KINDS:
        return _("There is no live block “%(name)s”; there are: %(known)s.") % {"name": name, "known": ", ".join(KINDS)}
    allowed = (*KINDS[name], *ALWAYS)
    for option, value in options.items():
        if option not in allowed:
            shown = {"name": name, "option": option, "known": ", ".join(allowed)}
            return _("The live block “%(name)s” takes no “%(option)s”; it takes: %(known)s.") % shown
        if sentence := _value_fault(str(option), value):
            return sentence
    return ""


def cleaned(options: Mapping[str, Any]) -> dict[str, Any]:
    """As text and whole numbers: ``industry: 39`` and ``industry: "39"`` are one."""
    return {key: value if key in {"limit", "cases"} else str(value) for key, value in options.items()}


def _value_fault(option: str, value: Any) -> str:
    if option == "limit":
        return "" if type(value) is int and 1 <= value <= MOST else _("“limit” is a whole number from 1 to %(most)d.") % {"most": MOST}
    if option == "cases":
        is_list = isinstance(value, list) and value and all(isinstance(each, str) for each in value)
        return "" if is_list else _("“cases” is a list of numbers of cases.")
    if option == "industry":
        return "" if _DIVISION.fullmatch(str(value)) else _("“industry” is the two-digit code of a division of GB/T 4754.")
    if option == "scenario":
        return "" if _SCENARIO.fullmatch(str(value)) else _("“scenario” is the code of a scenario.")
    return "" if isinstance(value, str) and 0 < len(value) <= 200 else _("“title” is a text of at most 200 characters.")
