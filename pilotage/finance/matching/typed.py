"""Reading what came in for a need or an offer: each function gives the value and puts its sentence under the name of the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pilotage.finance.channels.selectors import channels

MOST_YUAN = 10**13
MOST_MONTHS = 600
MOST_RATE = 10_000  # basis points
Values = Mapping[str, Any]


def channel(values: Values, errors: dict[str, str]) -> str:
    key = str(values.get("channel") or "")
    if key not in {channel.key for channel in channels()}:
        errors["channel"] = _("Choose a channel.")
    return key


def whole(values: Values, name: str, errors: dict[str, str], most: int, *, required: bool = False, least: int = 1) -> int | None:
    value = values.get(name)
    if value is None or value == "":
        if required:
            errors[name] = _("Give a number.")
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        errors[name] = _("Give a whole number between %(least)s and %(most)s.") % {"least": f"{least:,}", "most": f"{most:,}"}
        return None
    return value


def span(values: Values, name: str, most: int, errors: dict[str, str]) -> dict[str, int | None]:
    least = 0 if name == "rate" else 1
    low, high = (whole(values, f"{name}_{end}", errors, most, least=least) for end in ("from", "to"))
    if low is not None and high is not None and high < low:
        errors[f"{name}_to"] = _("The upper end lies under the lower one.")
    return {f"{name}_from": low, f"{name}_to": high}


def choice(values: Values, name: str, known: list[str], errors: dict[str, str], *, required: bool = False) -> str:
    value = str(values.get(name) or "")
    if (value and value not in known) or (required and not value):
        errors[name] = _("Choose one of the values.")
    return value


def choices(values: Values, name: str, known: list[str], errors: dict[str, str]) -> list[str]:
    asked = {str(code) for code in values.get(name) or []}
    if asked - set(known):
        errors[name] = _("Choose from the values.")
    return [code for code in known if code in asked]


def known(values: Values, name: str, rows: Any, errors: dict[str, str]) -> list[str]:
    asked = {str(code) for code in values.get(name) or []}
    found = sorted(rows.filter(pk__in=asked).values_list("pk", flat=True)) if asked else []
    if len(found) != len(asked):
        errors[name] = _("Unknown code: %(codes)s") % {"codes": ", ".join(sorted(asked - set(found)))}
    return found


def day(values: Values, name: str, errors: dict[str, str]) -> Any:
    value = values.get(name)
    if value is None or value == "":
        errors[name] = _("Give a day.")
        return None
    return value
