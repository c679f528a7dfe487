"""How a need, an offer and the reasons between them are said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pilotage.finance.channels.models import Channel
from pilotage.finance.facts.metrics import METRICS
from pilotage.finance.matching import conditions
from pilotage.finance.matching.enums import Collateral, FundingStage, OfferKind, Purpose
from pilotage.finance.matching.kernel import Fit
from pilotage.finance.matching.models import Need, Offer
from pilotage.finance.matching.selectors import Pair
from pilotage.finance.rules import Told
from pilotage.registry.models import Division, Industry, localized
from pilotage.web import formats
from pilotage.web.matching.common import percent, span, yuan

Channels = Mapping[str, Channel]


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion: its name, what the need says, what the offer asks; ``parts`` are the conditions under it."""

    label: str
    fit: str
    need: str
    offer: str
    parts: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Places and industries by code, read once for a page."""

    divisions: Mapping[str, str]
    industries: Mapping[str, str]

    @classmethod
    def of(cls, offers: Any) -> Names:
        """Two queries at most."""
        regions = {code for offer in offers for code in offer.regions}
        trades = {code for offer in offers for code in offer.industries}
        return cls(
            {row.pk: row.name for row in Division.objects.filter(pk__in=regions)} if regions else {},
            {row.pk: row.short for row in Industry.objects.filter(pk__in=trades)} if trades else {},
        )


def months(count: int | None) -> str:
    return formats.UNKNOWN if count is None else ngettext("%(count)d month", "%(count)d months", count) % {"count": count}


def channel_name(key: str, channels: Channels) -> str:
    return channels[key].title if key in channels else key


def listed(codes: Any, labels: Mapping[str, Any]) -> str:
    return _(", ").join(str(labels.get(code, code)) for code in codes)


def purposes(codes: Any) -> str:
    return listed(codes, dict(Purpose.choices))


def collateral(codes: Any) -> str:
    return listed(codes, dict(Collateral.choices))


def stages(codes: Any) -> str:
    return listed(codes, dict(FundingStage.choices))


def place(need: Need) -> str:
    """The province alone: with the city and the industry an enterprise could be guessed."""
    province = need.enterprise.province
    return province.name if province else formats.UNKNOWN


def trade(need: Need) -> str:
    industry = need.enterprise.industry
    return industry.short if industry else formats.UNKNOWN


def need_facts(need: Need, channels: Channels) -> list[tuple[str, str]]:
    rows = [
        (_("Channel"), channel_name(need.channel, channels)),
        (_("Amount"), yuan(need.amount)),
        (pgettext("loan", "Term"), months(need.months)),
        (_("Purpose"), str(need.get_purpose_display())),
        (_("Collateral"), collateral(need.collateral_codes) or formats.UNKNOWN),
    ]
    if need.stage:
        rows.append((_("Stage of funding"), str(need.get_stage_display())))
    return [*rows, (_("Province"), place(need)), (_("Industry"), trade(need)), (_("Holds until"), formats.day(need.valid_until))]


def offer_facts(offer: Offer, channels: Channels, names: Names) -> list[tuple[str, str]]:
    anything = pgettext("offer of financing", "any")
    rows = [
        (_("Kind"), str(OfferKind(offer.kind).label)),
        (_("Channel"), channel_name(offer.channel, channels)),
        (_("Amount"), span(offer.amount_from, offer.amount_to, yuan) or anything),
    ]
    if offer.kind == OfferKind.PRODUCT:
        rows.append((pgettext("loan", "Term"), span(offer.months_from, offer.months_to, months) or anything))
        rows.append((_("Yearly rate"), span(offer.rate_from, offer.rate_to, percent) or formats.UNKNOWN))
        rows.append((_("Collateral"), collateral(offer.collateral) or pgettext("offer of financing", "none asked")))
    if offer.stages or offer.kind == OfferKind.THESIS:
        rows.append((_("Stage of funding"), stages(offer.stages) or anything))
    rows.append((_("Purpose"), purposes(offer.purposes) or anything))
    rows.append((_("Region"), listed(offer.regions, names.divisions) or pgettext("region", "whole country")))
    rows.append((_("Industry"), listed(offer.industries, names.industries) or anything))
    return [*rows, (pgettext("offer of financing", "Holds"), f"{formats.day(offer.valid_from)} – {formats.day(offer.valid_until)}")]


def condition_lines(offer: Offer) -> list[str]:
    """The offer's conditions in words, without anybody's figures."""
    if not offer.conditions:
        return []
    return [f"{_told_name(told)} {_limit(told)}".strip() for told in conditions.explained(offer.conditions, {}).told]


# --- reasons ---------------------------------------------------------------------------------
def reasons(pair: Pair, channels: Channels, names: Names, *, figures: bool) -> list[Reason]:
    """``figures``: whether the reader may see the enterprise's own values beside the conditions."""
    need, offer = pair.need, pair.offer
    said: dict[str, tuple[str, str, str]] = {
        "channel": (_("Channel"), channel_name(need.channel, channels), channel_name(offer.channel, channels)),
        "amount": (_("Amount"), yuan(need.amount), span(offer.amount_from, offer.amount_to, yuan)),
        "months": (pgettext("loan", "Term"), months(need.months), span(offer.months_from, offer.months_to, months)),
        "purpose": (_("Purpose"), str(need.get_purpose_display()), purposes(offer.purposes)),
        "stage": (_("Stage of funding"), str(need.get_stage_display()) or formats.UNKNOWN, stages(offer.stages)),
        "collateral": (_("Collateral"), collateral(need.collateral_codes) or formats.UNKNOWN, collateral(offer.collateral)),
        "region": (_("Region"), place(need), listed(offer.regions, names.divisions)),
        "industry": (_("Industry"), trade(need), listed(offer.industries, names.industries)),
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


def _part(told: Told, *, figures: bool) -> Reason:
    return Reason(_told_name(told), _TRUTH[told.truth].value, _own(told) if figures else "", _limit(told))


def _told_name(told: Told) -> str:
    return localized(told.condition.zh, told.condition.en)


def _limit(told: Told) -> str:
    limit = told.threshold
    if limit is None:
        return ""
    if isinstance(limit, tuple):
        return listed(limit, {})
    op = {">=": "≥", "<=": "≤", "==": "="}.get(told.condition.op, told.condition.op)  # type: ignore[attr-defined]
    return f"{op}{_valued(told)(limit)}"


def _own(told: Told) -> str:
    if told.value is None:
        return formats.UNKNOWN
    if isinstance(told.value, bool):
        return _("yes") if told.value else _("no")
    return str(told.value) if isinstance(told.value, str) else _valued(told)(told.value)


def _valued(told: Told) -> Callable[[Any], str]:
    """By the unit of the condition: money, percent, or a plain number."""
    unit = _unit(told)
    if unit == "yuan":
        return lambda value: yuan(int(value))
    if unit == "basis_points":
        return lambda value: percent(int(value))
    if unit == "percent":
        return lambda value: f"{formats.number(float(value) * 100, 1)}%"
    return lambda value: formats.number(int(value))


def _unit(told: Told) -> str:
    top, bottom = (_unit_of(getattr(told.condition, side, ())) for side in ("top", "bottom"))
    return "percent" if top and top == bottom else top


def _unit_of(side: Any) -> str:
    return next((METRICS[term.metric].unit for term in side if getattr(term, "metric", "")), "")


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
