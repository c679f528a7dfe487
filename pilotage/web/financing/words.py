"""How a condition is said: own value, threshold and margin with their units, and the sentences of the nearest way in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pilotage.finance.facts.metrics import METRICS
from pilotage.finance.rules import Attested, Category, Compare, Condition, Resolved, Told, Value
from pilotage.finance.screening.enums import Answer
from pilotage.finance.screening.single import Screened
from pilotage.registry.models import localized
from pilotage.web.facts import words as figures
from pilotage.web.formats import MINUS, UNKNOWN, in_english, money, number

SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "==": "="}
MONEY = {"yuan", "wan_yuan", "million_yuan", "hundred_million_yuan"}
TICK = 60  # per cent of the bar's length at which the threshold stands


@dataclass(frozen=True, slots=True)
class Amounts:
    """``own_share``: length of the bar in per cent, with the threshold at ``TICK``; None where no bar can be drawn."""

    own: str
    limit: str
    margin: str = ""
    own_share: float | None = None


def name(condition: Condition) -> str:
    return localized(condition.zh, condition.en)


def amounts(told: Told, resolved: Resolved) -> Amounts:
    condition = told.condition
    if isinstance(condition, Compare) and isinstance(told.threshold, Fraction) and told.source is not None:
        return _compared(told, condition, told.source, resolved.rule.parameters[condition.parameter].unit)
    if isinstance(condition, Category):
        metric = METRICS[condition.metric]
        codes = told.threshold if isinstance(told.threshold, tuple) else ()
        listed = pgettext("list", ", ").join(figures.plain(metric, code) for code in codes)
        return Amounts(figures.plain(metric, told.value), pgettext("threshold", "one of: %(codes)s") % {"codes": listed})
    if isinstance(condition, Attested):
        own = {True: _("attested"), False: _("denied"), None: UNKNOWN}[told.truth]
        return Amounts(own, _("a named person"))
    own = {True: pgettext("figure", "Yes"), False: pgettext("figure", "No"), None: UNKNOWN}[told.truth]
    return Amounts(own, pgettext("threshold", "in force"))


def limit(condition: Compare, value: Value, unit: str) -> str:
    return f"{SIGNS[condition.op]}{_amount(value.number, unit)}"


def _compared(told: Told, condition: Compare, source: Value, unit: str) -> Amounts:
    edge = source.number
    shown = f"{SIGNS[condition.op]}{_amount(edge, unit)}"
    if not isinstance(told.value, Fraction):
        return Amounts(UNKNOWN, shown)
    own = _growth(told.value, condition) if condition.plus_one else told.value
    gap = own - edge
    share = min(100.0, max(0.0, float(own / edge) * TICK)) if edge > 0 else None
    return Amounts(_amount(own, unit), shown, _signed(gap, unit), share)


def _growth(ratio: Fraction, condition: Compare) -> Fraction:
    """The yearly rate behind growth over several years; for the eye only, the rule compares without roots."""
    return Fraction(float(ratio) ** (1 / condition.power)).limit_denominator(10**6) - 1 if ratio > 0 else Fraction(-1)


def _amount(value: Fraction, unit: str) -> str:
    if unit in MONEY:
        return money(_rounded(value / 10_000, 2))
    if unit == "percent":
        return f"{number(_rounded(value * 100, 1))}%"
    if unit == "basis_points":
        return f"{number(_rounded(value / 100, 1))}%"
    return number(_rounded(value, 2)) + _unit(unit, value)


def _signed(gap: Fraction, unit: str) -> str:
    sign = "+" if gap >= 0 else MINUS
    size = abs(gap)
    if unit in {"percent", "basis_points"}:
        points = number(_rounded(size * 100 if unit == "percent" else size / 100, 1))
        return sign + _("%(points)s percentage points") % {"points": points}
    return f"{sign}{_amount(size, unit)}"


def _unit(unit: str, value: Fraction) -> str:
    """English leaves the unit to the condition's name."""
    if in_english():
        return ngettext(" month", " months", int(value)) if unit == "months" else ""
    return {"months": "个月", "persons": "人", "count": "", "shares": "股"}.get(unit, "")


def _rounded(value: Fraction, places: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    found = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return found.to_integral_value() if found == found.to_integral_value() else found.normalize()


# --- sentences ------------------------------------------------------------------------------
def reason(each: Screened) -> str:
    """One sentence under the channel's name."""
    if each.explanation is None:
        return (
            _("No rule was in force on this day.")
            if each.channel.has_rule
            else _("No published figures decide: investors do, case by case.")
        )
    told, nearest = each.told, each.explanation.nearest
    met = sum(row.truth is True for row in told)
    counted = _("%(met)d of %(all)d conditions hold.") % {"met": met, "all": len(told)}
    if each.answer == Answer.MEETS or not nearest:
        return counted
    return f"{counted}{'' if not in_english() else ' '}{_open_ones(nearest, each)}"


def _open_ones(nearest: Sequence[Told], each: Screened) -> str:
    named = [said(told, each) for told in nearest[:3]]
    more = len(nearest) - len(named)
    text = pgettext("list", "; ").join(named)
    return (
        text
        + (ngettext("; and %(count)d more", "; and %(count)d more", more) % {"count": more} if more else "")
        + pgettext("sentence", ".")
    )


def said(told: Told, each: Screened) -> str:
    """What is open about one condition, without advice."""
    if each.resolved is None:
        return ""
    texts = amounts(told, each.resolved)
    if told.truth is None:
        if isinstance(told.condition, Attested):
            return _("to be attested: %(what)s") % {"what": name(told.condition)}
        return _("not known: %(what)s") % {"what": name(told.condition)}
    if texts.margin:
        return _("%(what)s %(own)s, asked %(limit)s (%(margin)s)") % {
            "what": name(told.condition),
            "own": texts.own,
            "limit": texts.limit,
            "margin": texts.margin,
        }
    return _("%(what)s: %(own)s") % {"what": name(told.condition), "own": texts.own}


def steps(each: Screened) -> list[str]:
    """The nearest way in, step by step: what would have to be known, attested or reached."""
    found = []
    for told in each.explanation.nearest or () if each.explanation and each.resolved else ():
        condition = told.condition
        if told.truth is None and isinstance(condition, Attested):
            found.append(_("A named person attests with a ground: %(what)s") % {"what": name(condition)})
        elif told.truth is None:
            found.append(_("Becomes known: %(what)s") % {"what": name(condition)})
        else:
            texts = amounts(told, each.resolved)  # type: ignore[arg-type]
            short = texts.margin.removeprefix(MINUS).removeprefix("+")
            found.append(
                _("%(what)s reaches %(limit)s (%(short)s to go)") % {"what": name(condition), "limit": texts.limit, "short": short}
                if short
                else _("Holds: %(what)s") % {"what": name(condition)}
            )
    return found


def group(node: Any) -> str:
    return localized(node.zh, node.en)
