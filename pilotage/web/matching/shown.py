"""How a need, an offer and the reasons between them are said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.finance.channels.models import Channel
from pilotage.finance.matching.enums import IN_TALKS, Collateral, FundingStage, IntroductionState, NeedState, OfferKind, Purpose, Side
from pilotage.finance.matching.models import Introduction, Need, Offer
from pilotage.finance.matching.reminding import FIRST
from pilotage.registry.models import Division, Industry
from pilotage.web import formats, units
from pilotage.web.matching.common import percent, span, yuan

Channels = Mapping[str, Channel]


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
    return units.amount(count, "months")


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


# --- introductions ---------------------------------------------------------------------------
def acts_next(row: Introduction) -> str:
    """The side whose step it is: ``enterprise``, ``institution``, or blank where nothing is to come."""
    if row.state == IntroductionState.ASKED:
        return Side.ENTERPRISE.value
    return Side.INSTITUTION.value if row.state in IN_TALKS else ""


def next_step(row: Introduction, side: str) -> str:
    """What happens next and who does it, as the reader's own side is told. Blank where it is over."""
    if row.state == IntroductionState.ASKED:
        if row.need.state != NeedState.OPEN:
            return _("The need is not open any more. The enterprise opens it again, or declines.")
        if side == Side.ENTERPRISE:
            return _("Your legal representative decides: consent to the introduction, or decline with a reason.")
        return _("The enterprise's legal representative decides. Until then the institution sees no name.")
    if row.state not in IN_TALKS:
        return ""
    told = {
        IntroductionState.INTRODUCED: _("the institution signs an NDA, if there is to be one, and begins due diligence"),
        IntroductionState.NDA: _("the institution begins due diligence"),
        IntroductionState.DUE_DILIGENCE: _("the institution enters the term sheet once it is agreed"),
        IntroductionState.TERM_SHEET: _("the institution enters the contract: amount, day, term and rate"),
    }[IntroductionState(row.state)]
    if side == Side.INSTITUTION:
        return _("It is your step: %(step)s. Or decline with a reason.") % {"step": told}
    return _("Now %(step)s; who does not is reminded after %(days)d days.") % {"step": told, "days": FIRST}
