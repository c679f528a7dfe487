"""The needs that nothing in an offer speaks against, as a condition of the database: the same answer as the kernel's ``fits``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q
from django.db.models.expressions import RawSQL

from pilotage.finance.matching import conditions
from pilotage.finance.matching.models import Offer
from pilotage.finance.rules import Dialect, compile_sql


def fitting(offers: Iterable[Offer]) -> Q:
    """Needs for which at least one of the offers has no gap; unknown is no gap. One condition whatever their number."""
    found = [fits(offer) for offer in offers]
    return reduce(or_, found) if found else Q(pk__in=[])


def fits(offer: Offer) -> Q:
    found = Q(channel=offer.channel) & _within("amount", offer.amount_from, offer.amount_to)
    found &= _or_unknown("months", _within("months", offer.months_from, offer.months_to))
    if offer.purposes:
        found &= Q(purpose__in=[*offer.purposes, ""])
    if offer.stages:
        found &= Q(stage__in=[*offer.stages, ""])
    if offer.collateral:
        found &= reduce(or_, (Q(collateral__contains=f"|{code}|") for code in offer.collateral), Q(collateral=""))
    if offer.regions:
        found &= _region(offer.regions)
    if offer.industries:
        found &= _industry(offer.industries)
    return found & _conditions(offer)


def _within(name: str, low: int | None, high: int | None) -> Q:
    found = Q()
    if low is not None:
        found &= Q(**{f"{name}__gte": low})
    if high is not None:
        found &= Q(**{f"{name}__lte": high})
    return found


def _or_unknown(name: str, condition: Q) -> Q:
    return Q(**{f"{name}__isnull": True}) | condition if condition else condition


def _region(regions: list[str]) -> Q:
    known = Q(enterprise__province__in=regions) | Q(enterprise__prefecture__in=regions)
    found = known | Q(enterprise__province__isnull=True)
    around = {f"{code[:2]}0000" for code in regions if not code.endswith("0000")}
    return found | Q(enterprise__prefecture__isnull=True, enterprise__province__in=sorted(around)) if around else found


def _industry(industries: list[str]) -> Q:
    """A section stands for its major categories; an enterprise of which only the section is known may be in any category."""
    found = Q(enterprise__industry__in=industries) | Q(enterprise__industry__parent__in=industries) | Q(enterprise__industry__isnull=True)
    if any(not is_section(code) for code in industries):
        found |= Q(enterprise__industry__level="section")
    return found


def is_section(code: str) -> bool:
    return code.isalpha()


def _conditions(offer: Offer) -> Q:
    """Not those whose figures of today speak against it; of whom nothing is known stays."""
    if not offer.conditions:
        return Q()
    # of Django's own mark for a bound value, and TRUE and FALSE, which SQLite knows as well
    compiled = compile_sql(conditions.resolved(offer.conditions), Dialect.POSTGRESQL)
    refused = RawSQL(f'SELECT "enterprise_id" FROM "finance_factrow" WHERE ({compiled.verdict}) = %s', [*compiled.parameters, "x"])  # noqa: S611  values are bound
    return ~Q(enterprise__in=refused)
