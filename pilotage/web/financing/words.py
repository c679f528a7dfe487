"""How a condition is said: own value, threshold and margin with their units, and the sentences of the nearest way in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pilotage.finance.facts.metrics import METRICS
from pilotage.finance.rules import AnyOf, Attested, Category, Compare, Condition, Resolved, Told, Value
from pilotage.finance.screening.enums import Answer
from pilotage.finance.screening.single import Screened
from pilotage.registry.models import localized
from pilotage.web import units
from pilotage.web.facts import words as figures
from pilotage.web.formats import MINUS, UNKNOWN, in_english

SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "==": "="}
NAMED = 4  # conditions in the sentence of a channel that is open
SHOWN = 3  # of those that are open
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
    return f"{SIGNS[condition.op]}{units.amount(value.number, unit)}"


def _compared(told: Told, condition: Compare, source: Value, unit: str) -> Amounts:
    edge = source.number
    if not isinstance(told.value, Fraction):
        return Amounts(UNKNOWN, limit(condition, source, unit))
    own = _growth(told.value, condition) if condition.plus_one else told.value
    shown = units.beside(own, edge, unit)
    share = min(100.0, max(0.0, float(own / edge) * TICK)) if edge > 0 else None
    return Amounts(shown.own, f"{SIGNS[condition.op]}{shown.edge}", shown.margin, share)


def _growth(ratio: Fraction, condition: Compare) -> Fraction:
    """The yearly rate behind growth over several years; for the eye only, the rule compares without roots."""
    return Fraction(float(ratio) ** (1 / condition.power)).limit_denominator(10**12) - 1 if ratio > 0 else Fraction(-1)


# --- sentences ------------------------------------------------------------------------------
def reason(each: Screened) -> str:
    """One sentence under the channel's name."""
    if each.explanation is None:
        return (
            _("No rule was in force on this day.")
            if each.channel.has_rule
            else _("No published figures decide: investors do, case by case.")
        )
    nearest = each.explanation.nearest
    if each.answer == Answer.MEETS:
        return _carried(each)
    parts = each.parts()
    counted = _("%(met)d of %(all)d conditions hold.") % {"met": sum(truth is True for truth in parts), "all": len(parts)}
    if not nearest:
        return counted
    return f"{counted}{'' if not in_english() else ' '}{_open_ones(nearest, each)}"


def _carried(each: Screened) -> str:
    """By what it qualifies: the conditions behind the verdict with the own figures."""
    held = each.carrying()
    named = [_held(told, each) for told in held[:NAMED]]
    return _listed(named, len(held) - len(named))


def _held(told: Told, each: Screened) -> str:
    if each.resolved is None or not isinstance(told.condition, Compare):
        return name(told.condition)
    return _("%(what)s %(own)s") % {"what": name(told.condition), "own": amounts(told, each.resolved).own}


def _open_ones(nearest: Sequence[Told], each: Screened) -> str:
    """A sentence each for what falls short, what is not known and what a person has still to say."""
    shown = nearest[:SHOWN]
    unknown = [name(told.condition) for told in shown if told.truth is None and not isinstance(told.condition, Attested)]
    open_words = [name(told.condition) for told in shown if told.truth is None and isinstance(told.condition, Attested)]
    parts = [
        pgettext("list", "; ").join(_short(told, each) for told in shown if told.truth is not None),
        _("Not known: %(what)s") % {"what": pgettext("list", ", ").join(unknown)} if unknown else "",
        _("To be attested: %(what)s") % {"what": pgettext("list", "; ").join(open_words)} if open_words else "",
    ]
    stop = pgettext("sentence", ".") + (" " if in_english() else "")
    more = len(nearest) - len(shown)
    rest = ngettext("; and %(count)d more", "; and %(count)d more", more) % {"count": more} if more else ""
    return stop.join(part for part in parts if part) + rest + pgettext("sentence", ".")


def _listed(named: Sequence[str], more: int) -> str:
    rest = ngettext("; and %(count)d more", "; and %(count)d more", more) % {"count": more} if more else ""
    return pgettext("list", "; ").join(named) + rest + pgettext("sentence", ".")


def _short(told: Told, each: Screened) -> str:
    """By how much one condition fails, without advice."""
    texts = amounts(told, each.resolved) if each.resolved is not None else Amounts(UNKNOWN, "")
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
    """What a group is called; one without a name of its own says how many of its parts are asked, where that is not all."""
    if node.zh or not isinstance(node, AnyOf):
        return localized(node.zh, node.en)
    return _("One of these suffices")
