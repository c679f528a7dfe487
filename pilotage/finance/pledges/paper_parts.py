"""The parts that papers of a pledge are put together from: parties, rights, debt, values, registration, signatures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilotage.core import clock
from pilotage.finance.pledges import selectors
from pilotage.finance.pledges.models import IpAsset, Pledge
from pilotage.finance.pledges.paper_words import UNKNOWN, day, iso, rate, yuan
from pilotage.finance.pledges.status import status_of


@dataclass(slots=True)
class Section:
    """``facts`` as (label, value), then a table of ``head`` and ``rows`` in ``widths`` (shares), then ``lines``."""

    heading: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def parties(pledge: Pledge) -> Section:
    return Section(
        _("Parties"),
        [
            (_("Pledgor"), pledge.enterprise.name_zh),
            (_("Unified social credit code"), pledge.enterprise.uscc or UNKNOWN),
            (_("Address"), pledge.enterprise.address or UNKNOWN),
            (_("Pledgee"), pledge.organisation.name_zh),
        ],
    )


def rights(assets: Iterable[IpAsset]) -> Section:
    """With the owners as they are registered today."""
    today = clock.today()
    return Section(
        _("Pledged rights"),
        head=[pgettext("right", "Number"), _("Name"), _("Kind"), _("Registered owners"), _("Filed"), _("Granted"), _("Expires")],
        rows=[
            [
                each.number,
                each.title,
                str(each.get_kind_display()),
                "、".join(status_of(each, each.events.all(), today).owners) or UNKNOWN,
                iso(each.filed_on),
                iso(each.granted_on),
                iso(each.expires_on),
            ]
            for each in assets
        ],
        widths=[5, 6, 3, 5, 3, 3, 3],
    )


def debt(pledge: Pledge) -> Section:
    return Section(
        _("Secured debt"),
        [
            (_("Amount"), yuan(pledge.amount)),
            (_("Term"), _("%(months)d months") % {"months": pledge.months} if pledge.months else UNKNOWN),
            (_("End of the debt"), day(pledge.debt_ends_on)),
            (_("Yearly rate"), rate(pledge.rate)),
            (_("Purpose"), pledge.purpose or UNKNOWN),
        ],
    )


def values(assets: Iterable[IpAsset]) -> Section:
    today = clock.today()
    found = [(each, selectors.value_on(each.valuations.all(), today)) for each in assets]
    return Section(
        _("Valuations in force"),
        head=[pgettext("right", "Number"), pgettext("valuation", "Value"), _("Method"), _("Valuer"), _("Valued on"), _("Valid until")],
        rows=[
            [each.number, yuan(value.value), str(value.get_method_display()), value.valuer, iso(value.valued_on), iso(value.valid_until)]
            for each, value in found
            if value is not None
        ],
        widths=[5, 4, 3, 4, 3, 3],
        lines=[_("%(right)s: no valuation in force.") % {"right": each.number} for each, value in found if value is None],
    )


def registered(pledge: Pledge) -> Section:
    return Section(
        _("Registration"),
        [
            (_("Registration number"), pledge.registration_number or UNKNOWN),
            (_("Registered on"), day(pledge.registered_on)),
            (_("Published on"), day(pledge.published_on)),
        ],
    )


def signs(pledge: Pledge) -> list[dict[str, str]]:
    return [
        {"role": _("Pledgor"), "name": pledge.enterprise.name_zh},
        {"role": _("Pledgee"), "name": pledge.organisation.name_zh},
    ]
