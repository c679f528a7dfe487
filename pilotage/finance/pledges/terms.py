"""Are the amount, the term and the days of a loan fit to be entered? Errors by field, each with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.wording import day_words
from pilotage.finance.facts.suspicion import jumps
from pilotage.finance.pledges.models import Pledge
from pilotage.finance.pledges.paper_words import yuan

MOST_YUAN = 10**13
MOST_MONTHS = 600
MOST_RATE = 10_000  # basis points


def is_amount(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_YUAN


def amount_errors(value: Any, against: int | None, *, sure: bool) -> dict[str, str]:
    """Below or at zero, or so far from ``against`` that it must be in another unit; the latter may be let through by whoever is ``sure``."""
    if not is_amount(value):
        return {"amount": _("Give an amount above zero. What is not known is entered neither as -1 nor as 0.")}
    if sure or not jumps(value, against):
        return {}
    why = _("Far from %(other)s, which stands here already. Were yuan or thousands typed in place of CNY 10,000?")
    return {"amount": why % {"other": yuan(against or 0)}, "sure": _("Tick this only if the amount is right as it stands.")}


def errors(pledge: Pledge, terms: Mapping[str, Any], *, sure: bool) -> dict[str, str]:
    """``terms``: amount (yuan, held against what was agreed last), months, rate (basis points), debt_ends_on."""
    errors = amount_errors(terms.get("amount"), pledge.amount, sure=sure)
    months, rate, ends = terms.get("months"), terms.get("rate"), terms.get("debt_ends_on")
    if months is not None and not 0 < months <= MOST_MONTHS:
        errors["months"] = _("Give the term in months.")
    if rate is not None and not 0 <= rate <= MOST_RATE:
        errors["rate"] = _("Give the yearly rate in percent.")
    if ends is None:
        errors["debt_ends_on"] = _("Fill this in.")
    else:
        beyond = pledge.assets.filter(expires_on__lt=ends).order_by("number").values_list("number", "expires_on")
        if beyond:
            told = [_("%(right)s ends on %(day)s") % {"right": right, "day": day_words(day)} for right, day in beyond if day]
            why = _("The debt ends after the right: %(rights)s. Let it end earlier, or have the pledge offered anew without that right.")
            errors["debt_ends_on"] = why % {"rights": _(", ").join(told)}
    return errors


def past(on: date | None, since: date | None) -> dict[str, str]:
    if on is None:
        return {"on": _("Fill this in.")}
    if on > clock.today():
        return {"on": _("This day is still to come.")}
    if since is not None and on < since:
        return {"on": _("This day is before the step before it, of %(day)s.") % {"day": day_words(since)}}
    return {}
