"""Who is on which tier of the NEEQ, entered by hand or by a round that is final; what led there is listed on that day, and leaves with it.

The stay itself is a fact of the enterprise (``finance.facts``); here it also ends the way of the project that led to it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.facts import services as facts
from pilotage.finance.facts.enums import Tier
from pilotage.finance.facts.models import TierStay
from pilotage.finance.pipeline import rules, services
from pilotage.finance.pipeline.enums import NEEQ_LINE, TIER_OF, Stage
from pilotage.finance.pipeline.models import ListingProject
from pilotage.registry.models import Enterprise

ON_THE_WAY = (*NEEQ_LINE[:-1], Stage.SUSPENDED)


@transaction.atomic
def enter(*, actor: Any, enterprise: Enterprise, tier: str, from_on: date | None, source: str) -> TierStay:
    """By the secretariat, from a published source. Raises ``Refused``, ``Invalid`` by field, ``Conflict``."""
    rules.can_work(actor).require()
    if from_on is None or from_on > clock.today():
        raise Invalid({"from_on": _("Give a day that is not ahead.")})
    stay = facts.enter_tier(actor=actor, enterprise=enterprise, tier=tier, from_on=from_on, source=source)
    follow(actor=actor, enterprises=[enterprise.pk], tier=tier, on=from_on, document=source)
    return stay


@transaction.atomic
def leave(*, actor: Any, enterprise: Enterprise, until_on: date | None, source: str) -> TierStay:
    """The open stay ends on that day, inclusive: delisted, or gone to an exchange. The project that led there ends with it."""
    rules.can_work(actor).require()
    errors = {}
    if until_on is None or until_on > clock.today():
        errors["until_on"] = _("Give a day that is not ahead.")
    if not source.strip():
        errors["source"] = _("Say where this is published.")
    if errors or until_on is None:
        raise Invalid(errors)
    stay = facts.leave_tier(actor=actor, enterprise=enterprise, until_on=until_on, source=source)
    follow(actor=actor, enterprises=[enterprise.pk], tier=Tier.NONE, on=until_on, document=source)
    return stay


def open_projects(enterprises: list[int], tier: str) -> QuerySet[ListingProject]:
    markets = [market for market, led_to in TIER_OF.items() if led_to == tier]
    return ListingProject.objects.filter(enterprise__in=enterprises, market__in=markets, state__in=ON_THE_WAY)


def follow(*, actor: Any, enterprises: list[int], tier: str, on: date, document: str) -> int:
    """The open projects to this tier come to their last stage, those listed on another tier leave it. Never before a step entered already.

    Returns how many came to the tier.
    """
    came = list(open_projects(enterprises, tier).order_by("pk"))
    for project in came:
        services.move(actor=actor, project=project, verb="enter_tier", on=max(on, services.last_day(project)), document=document)
    markets = [market for market, led_to in TIER_OF.items() if led_to != tier]
    for project in ListingProject.objects.filter(enterprise__in=enterprises, market__in=markets, state=Stage.LISTED).order_by("pk"):
        day, reason = max(on, services.last_day(project)), _("The stay on the tier ended.")
        services.move(actor=actor, project=project, verb="leave", on=day, document=document, reason=reason)
    return len(came)
