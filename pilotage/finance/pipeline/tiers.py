"""Who is on which tier of the NEEQ, entered by hand or by a round that is final; what led there is listed on that day.

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
from pilotage.finance.pipeline.enums import NEEQ_LINE, Market, Stage
from pilotage.finance.pipeline.models import ListingProject
from pilotage.registry.models import Enterprise

MARKET_OF: dict[str, str] = {Tier.BASE: Market.NEEQ_BASE, Tier.INNOVATION: Market.NEEQ_INNOVATION}
ON_THE_WAY = (*NEEQ_LINE[:-1], Stage.SUSPENDED)


@transaction.atomic
def enter(*, actor: Any, enterprise: Enterprise, tier: str, from_on: date | None, source: str) -> TierStay:
    """By the secretariat, from a published source. Raises ``Refused``, ``Invalid`` by field, ``Conflict``."""
    rules.can_work(actor).require()
    if from_on is None or from_on > clock.today():
        raise Invalid({"from_on": _("Give a day that is not ahead.")})
    stay = facts.enter_tier(actor=actor, enterprise=enterprise, tier=tier, from_on=from_on, source=source)
    list_projects(actor=actor, enterprises=[enterprise.pk], tier=tier, on=from_on, document=source)
    return stay


def leave(*, actor: Any, enterprise: Enterprise, until_on: date | None, source: str) -> TierStay:
    """The open stay ends on that day, inclusive: delisted, or gone to an exchange."""
    rules.can_work(actor).require()
    errors = {}
    if until_on is None or until_on > clock.today():
        errors["until_on"] = _("Give a day that is not ahead.")
    if not source.strip():
        errors["source"] = _("Say where this is published.")
    if errors or until_on is None:
        raise Invalid(errors)
    return facts.leave_tier(actor=actor, enterprise=enterprise, until_on=until_on, source=source)


def open_projects(enterprises: list[int], tier: str) -> QuerySet[ListingProject]:
    return ListingProject.objects.filter(enterprise__in=enterprises, market=MARKET_OF.get(tier, ""), state__in=ON_THE_WAY)


def list_projects(*, actor: Any, enterprises: list[int], tier: str, on: date, document: str) -> int:
    """The open projects to this tier come to their last stage. Never before a step that was entered already. Returns how many."""
    rows = list(open_projects(enterprises, tier).order_by("pk"))
    for project in rows:
        services.move(actor=actor, project=project, verb="enter_tier", on=max(on, services.last_day(project)), document=document)
    return len(rows)
