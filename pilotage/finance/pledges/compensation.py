"""Which part of a loss the region's fund bears, and what a bank may claim: by dated terms with their source, or cannot be determined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.core.wording import day_words
from pilotage.finance.pledges import rules
from pilotage.finance.pledges.models import CompensationTerm, Pledge
from pilotage.registry.models import Division, Enterprise


@dataclass(frozen=True, slots=True)
class Claim:
    """``amount`` in whole yuan, None: cannot be determined, for the reason in ``why``."""

    amount: int | None
    term: CompensationTerm | None
    why: str = ""


def term_on(enterprise: Enterprise, on: date) -> CompensationTerm | None:
    """The nearest region's: county before city before province. One query."""
    places = [pk for pk in (enterprise.county_id, enterprise.prefecture_id, enterprise.province_id) if pk]
    rows = CompensationTerm.objects.filter(Q(until__isnull=True) | Q(until__gte=on), region__in=places, in_force__lte=on)
    by_place: dict[str, CompensationTerm] = {}
    for row in rows.select_related("region").order_by("in_force", "id"):
        by_place[row.region_id] = row
    return next((by_place[pk] for pk in places if pk in by_place), None)


def claim(pledge: Pledge, loss: int | None, on: date | None) -> Claim:
    """By the term in force on the day of the default; yuan are rounded down."""
    if on is None:
        return Claim(None, None, _("The day of the default is not entered."))
    term = term_on(pledge.enterprise, on)
    if term is None:
        return Claim(None, None, _("No term of the region is entered for %(day)s.") % {"day": day_words(on)})
    if loss is None:
        return Claim(None, term, _("The lost principal is not entered."))
    amount = loss * term.share // 10_000
    return Claim(amount if term.most is None else min(amount, term.most), term)


def set_term(
    *,
    actor: Any,
    region: Division | None,
    share: Any,
    in_force: date | None,
    source: str,
    until: date | None = None,
    most: int | None = None,
    verified: bool = False,
) -> CompensationTerm:
    """``share`` in basis points. A later row of the same region supersedes from its day on."""
    rules.can_set_terms(actor).require()
    errors: dict[str, str] = {}
    if region is None:
        errors["region"] = _("Choose one of the list.")
    if isinstance(share, bool) or not isinstance(share, int) or not 0 < share <= 10_000:
        errors["share"] = _("Give a share above 0 and up to 100 percent.")
    if in_force is None:
        errors["in_force"] = _("Fill this in.")
    elif until is not None and until < in_force:
        errors["until"] = _("The last day is before the first.")
    if most is not None and most <= 0:
        errors["most"] = _("Give an amount above zero.")
    if not source.strip():
        errors["source"] = _("Say where the number comes from.")
    if errors or region is None or in_force is None:
        raise Invalid(errors)
    with transaction.atomic():
        made = CompensationTerm.objects.create(
            region=region,
            in_force=in_force,
            until=until,
            share=share,
            most=most,
            source=source.strip()[:500],
            verified=verified,
            entered_by=actor,
            entered_at=clock.now(),
        )
        record(made, "finance.compensation.set", actor=actor)
    return made
