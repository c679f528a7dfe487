"""Named reads: what a need and an offer say to each other, and the lists of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership
from pilotage.core import clock
from pilotage.finance.facts.models import FactRow
from pilotage.finance.matching import conditions, filters
from pilotage.finance.matching.enums import ACTIVE, IntroductionState, NeedState, OfferState, Side
from pilotage.finance.matching.kernel import Asked, Match, Wanted, compare, ordered
from pilotage.finance.matching.models import Introduction, Need, Offer
from pilotage.finance.rules import Explanation

# compared at most, of each side the newest; more do not lie open in one channel
COMPARED = 1000
ORDER = ("-id",)
MOST_CONTACTS = 3
_FIRM = (Role.FILER, Role.LEGAL_REPRESENTATIVE)
_RELATED = ("enterprise__province", "enterprise__prefecture", "enterprise__industry")


@dataclass(frozen=True, slots=True)
class Pair:
    """``explanation``: how the conditions of the offer came out, None where it has none."""

    need: Need
    offer: Offer
    match: Match
    explanation: Explanation | None


# --- one against the other -------------------------------------------------------------------
def asked_of(offer: Offer) -> Asked:
    return Asked(
        channel=offer.channel,
        amount_from=offer.amount_from,
        amount_to=offer.amount_to,
        months_from=offer.months_from,
        months_to=offer.months_to,
        purposes=frozenset(offer.purposes),
        collateral=frozenset(offer.collateral),
        stages=frozenset(offer.stages),
        regions=frozenset(offer.regions),
        industries=frozenset(offer.industries),
        has_conditions=bool(offer.conditions),
    )


def wanted_of(need: Need, truth: bool | None = None) -> Wanted:
    """``need`` with its enterprise, place and industry. No query."""
    enterprise, industry = need.enterprise, need.enterprise.industry
    is_section = industry is not None and filters.is_section(industry.pk)
    return Wanted(
        channel=need.channel,
        amount=need.amount,
        months=need.months,
        purpose=need.purpose,
        collateral=frozenset(need.collateral_codes) if need.collateral else None,
        stage=need.stage,
        province=enterprise.province_id or "",
        prefecture=enterprise.prefecture_id or "",
        industry="" if industry is None or is_section else industry.pk,
        section="" if industry is None else industry.pk if is_section else industry.parent_id or "",
        conditions=truth,
    )


def pair(need: Need, offer: Offer, facts: dict[str, Any]) -> Pair:
    explanation = conditions.explained(offer.conditions, facts) if offer.conditions else None
    truth = conditions.truth(explanation) if explanation else None
    return Pair(need, offer, compare(wanted_of(need, truth), asked_of(offer)), explanation)


def facts_by_enterprise(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What is known today, from the wide rows. One query."""
    return {row.pk: row.facts() for row in FactRow.objects.filter(pk__in=set(ids))}


def one_pair(need: Need, offer: Offer) -> Pair:
    """One query for the facts."""
    return pair(need, offer, facts_by_enterprise([need.enterprise_id]).get(need.enterprise_id, {}))


def offers_for(need: Need, *, on: date | None = None) -> list[Pair]:
    """Every offer of the need's channel that is open on that day, best first. Two queries."""
    return pairs_of(need, open_offers(on).filter(channel=need.channel).order_by("-id")[:COMPARED])


def pairs_of(need: Need, offers: Iterable[Offer]) -> list[Pair]:
    """The need held against each of the offers, best first. One query for the facts."""
    facts = facts_by_enterprise([need.enterprise_id]).get(need.enterprise_id, {})
    return _ordered(pair(need, offer, facts) for offer in offers)


def needs_for(offers: Sequence[Offer], *, fitting: QuerySet[Need] | None = None) -> list[Pair]:
    """Open needs that nothing in the offers speaks against, each with the offer that suits it best; newest of equals first. Two queries."""
    rows = list((fitting if fitting is not None else needs_fitting(offers)).select_related(*_RELATED).order_by("-id")[:COMPARED])
    facts = facts_by_enterprise(need.enterprise_id for need in rows)
    found = []
    for need in rows:
        pairs = _ordered(pair(need, offer, facts.get(need.enterprise_id, {})) for offer in offers if offer.channel == need.channel)
        found += [each for each in pairs if each.match.fits][:1]
    return _ordered(found)


def _ordered(pairs: Iterable[Pair]) -> list[Pair]:
    return [found for found, _match in ordered((each, each.match) for each in pairs)]


# --- lists -----------------------------------------------------------------------------------
def open_offers(on: date | None = None) -> QuerySet[Offer]:
    day = on or clock.today()
    return Offer.objects.filter(state=OfferState.OPEN, valid_from__lte=day, valid_until__gte=day).select_related("organisation")


def open_needs(on: date | None = None) -> QuerySet[Need]:
    return Need.objects.filter(state=NeedState.OPEN, valid_until__gte=on or clock.today())


def needs_fitting(offers: Sequence[Offer]) -> QuerySet[Need]:
    return open_needs().filter(filters.fitting(offers))


def with_relations(rows: QuerySet[Introduction]) -> QuerySet[Introduction]:
    related = (f"need__{name}" for name in _RELATED)
    return rows.select_related("offer__organisation", "consent", *related)


def between(need: Need, offer: Offer) -> Introduction | None:
    """The one that is on its way between the two."""
    return Introduction.objects.filter(need=need, offer=offer, state__in=ACTIVE).first()


def refused(need: Need, offer: Offer) -> bool:
    """Whether the enterprise declined when the institution asked: it is not asked again about the same."""
    asked = Introduction.objects.filter(need=need, offer=offer, asked_by=Side.INSTITUTION, consent__isnull=True)
    return asked.filter(state=IntroductionState.DECLINED, declined_by=Side.ENTERPRISE).exists()


def contacts(row: Introduction) -> dict[str, list[Any]]:
    """Whom each side turns to once they are introduced: who stated the need, else who files; who speaks for the institution. Two queries."""
    people = Membership.objects.filter(ended_at__isnull=True, user__is_active=True).select_related("user").order_by("pk")
    firm = [each.user for each in people.filter(organisation__enterprise=row.need.enterprise_id, role__in=_FIRM)]
    bank = [each.user for each in people.filter(organisation=row.offer.organisation_id, role=Role.FINANCE_LIAISON)]
    stated = [user for user in firm if user.pk == row.need.created_by_id]
    return {"enterprise": _once(stated or firm)[:MOST_CONTACTS], "institution": _once(bank)[:MOST_CONTACTS]}


def _once(users: Iterable[Any]) -> list[Any]:
    return list({user.pk: user for user in users}.values())


def consent_holds(row: Introduction) -> bool:
    consents = row.need.enterprise.consents.filter(organisation=row.offer.organisation_id, withdrawn_at__isnull=True)
    return bool(consents.exists())


def counts(rows: QuerySet[Any]) -> dict[str, int]:
    """How many stand in each state. One query."""
    return dict(rows.order_by().values_list("state").annotate(count=Count("pk")))


def funnel(rows: QuerySet[Introduction]) -> dict[str, int]:
    found = counts(rows)
    return {state: found.get(state, 0) for state in IntroductionState.values}


def filtered_needs(rows: QuerySet[Need], *, state: str = "", channel: str = "", province: str = "") -> QuerySet[Need]:
    if state in NeedState.values:
        rows = rows.filter(state=state)
    if channel:
        rows = rows.filter(channel=channel)
    if province:
        rows = rows.filter(enterprise__province=province)
    return rows.select_related(*_RELATED)
