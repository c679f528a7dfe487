"""Why an offer fits a need, criterion by criterion, as both sides read it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.finance.facts.metrics import METRICS
from pilotage.finance.matching import conditions
from pilotage.finance.matching.kernel import Fit
from pilotage.finance.matching.models import Offer
from pilotage.finance.matching.selectors import Pair
from pilotage.finance.rules import Told
from pilotage.registry.models import localized
from pilotage.web import formats, units
from pilotage.web.matching import shown
from pilotage.web.matching.common import span, yuan


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion: its name, what the need says, what the offer asks; ``parts`` are the conditions under it."""

    label: str
    fit: str
    need: str
    offer: str
    parts: tuple[Reason, ...] = ()


def reasons(pair: Pair, channels: shown.Channels, names: shown.Names, *, figures: bool) -> list[Reason]:
    """``figures``: whether the reader may see the enterprise's own values beside the conditions."""
    need, offer = pair.need, pair.offer
    said: dict[str, tuple[str, str, str]] = {
        "channel": (_("Channel"), shown.channel_name(need.channel, channels), shown.channel_name(offer.channel, channels)),
        "amount": (_("Amount"), yuan(need.amount), span(offer.amount_from, offer.amount_to, yuan)),
        "months": (pgettext("loan", "Term"), shown.months(need.months), span(offer.months_from, offer.months_to, shown.months)),
        "purpose": (_("Purpose"), str(need.get_purpose_display()), shown.purposes(offer.purposes)),
        "stage": (_("Stage of funding"), str(need.get_stage_display()) or formats.UNKNOWN, shown.stages(offer.stages)),
        "collateral": (_("Collateral"), shown.collateral(need.collateral_codes) or formats.UNKNOWN, shown.collateral(offer.collateral)),
        "region": (_("Region"), shown.place(need), shown.listed(offer.regions, names.divisions)),
        "industry": (_("Industry"), shown.trade(need), shown.listed(offer.industries, names.industries)),
        "conditions": (_("Conditions"), "", _any_or_all(offer)),
    }
    parts = tuple(_part(told, figures=figures) for told in pair.explanation.told) if pair.explanation else ()
    return [
        Reason(said[each.key][0], each.fit.value, said[each.key][1], said[each.key][2], parts if each.key == "conditions" else ())
        for each in pair.match.criteria
    ]


def _any_or_all(offer: Offer) -> str:
    return _("one is enough") if (offer.conditions or {}).get("need") == "any" else _("all of them")


_TRUTH = {True: Fit.FITS, False: Fit.DOES_NOT, None: Fit.UNKNOWN}
_SIGNS = {">=": "≥", "<=": "≤", "==": "="}


def _part(told: Told, *, figures: bool) -> Reason:
    """The enterprise's own value with as many digits as it takes to see on which side of the limit it lies."""
    own, limit = _own(told) if figures else "", _limit(told)
    if figures and _is_figure(told.value) and _is_figure(told.threshold):
        near = units.beside(told.value, told.threshold, _unit(told))  # type: ignore[arg-type]
        own, limit = near.own, f"{_sign(told)}{near.edge}"
    return Reason(_told_name(told), _TRUTH[told.truth].value, own, limit)


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | Decimal | Fraction) and not isinstance(value, bool)


def _told_name(told: Told) -> str:
    return localized(told.condition.zh, told.condition.en)


def _sign(told: Told) -> str:
    op = told.condition.op  # type: ignore[attr-defined]
    return _SIGNS.get(op, op)


def _limit(told: Told) -> str:
    limit = told.threshold
    if limit is None:
        return ""
    if isinstance(limit, tuple):
        return shown.listed(limit, {})
    return f"{_sign(told)}{units.amount(limit, _unit(told))}"


def _own(told: Told) -> str:
    if told.value is None:
        return formats.UNKNOWN
    if isinstance(told.value, bool):
        return _("yes") if told.value else _("no")
    return str(told.value) if isinstance(told.value, str) else units.amount(told.value, _unit(told))


def _unit(told: Told) -> str:
    top, bottom = (_unit_of(getattr(told.condition, side, ())) for side in ("top", "bottom"))
    return "percent" if top and top == bottom else top


def _unit_of(side: Any) -> str:
    return next((METRICS[term.metric].unit for term in side if getattr(term, "metric", "")), "")


def condition_lines(offer: Offer) -> list[str]:
    """The offer's conditions in words, without anybody's figures."""
    if not offer.conditions:
        return []
    return [f"{_told_name(told)} {_limit(told)}".strip() for told in conditions.explained(offer.conditions, {}).told]


def summary(pair: Pair) -> dict[str, Any]:
    """One line for a list: how many fit, which do not, which cannot be told."""
    count = len(pair.match.criteria)
    fits = count - pair.match.gaps - pair.match.unknowns
    return {
        "fits": fits,
        "count": count,
        "gaps": pair.match.gaps,
        "unknowns": pair.match.unknowns,
        "is_sure": pair.match.fits and not pair.match.unknowns,
    }
