"""Writing needs and offers, and their way from the draft to the end."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.audit.services import record, transition, transition_many
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.matching import conditions, rules, typed
from pilotage.finance.matching.enums import Collateral, FundingStage, IntroductionState, NeedState, OfferKind, OfferState, Purpose, Side
from pilotage.finance.matching.models import Need, Offer, packed
from pilotage.finance.matching.numbers import numbered
from pilotage.finance.matching.typed import MOST_MONTHS, MOST_RATE, MOST_YUAN, Values
from pilotage.registry.models import Division, Enterprise, Industry


# --- needs -----------------------------------------------------------------------------------
def state_need(*, actor: Any, enterprise: Enterprise, values: Values, need: Need | None = None) -> Need:
    """A new draft, or the draft ``need`` changed.

    ``values``: channel, amount (whole yuan), months, purpose, purpose_text, collateral (codes; none: not said), stage, valid_until.
    """
    if need is not None:
        rules.can_change_need(actor, need).require()
    else:
        rules.can_state_need(actor, enterprise).require()
    fields = _need_fields(values)
    now = clock.now()
    if need is None:
        draft = Need(enterprise=enterprise, created_by=actor, created_at=now, updated_at=now, **fields)
        return numbered(draft, lambda row: record(row, "finance.need.state", actor=actor))
    with transaction.atomic():
        fresh = Need.objects.select_for_update().get(pk=need.pk)
        rules.can_change_need(actor, fresh).require()
        for name, value in {**fields, "updated_at": now}.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=[*fields, "updated_at"])
        record(fresh, "finance.need.change", actor=actor)
    return fresh


def _need_fields(values: Values) -> dict[str, Any]:
    errors: dict[str, str] = {}
    fields = {
        "channel": typed.channel(values, errors),
        "amount": typed.whole(values, "amount", errors, MOST_YUAN, required=True),
        "months": typed.whole(values, "months", errors, MOST_MONTHS),
        "purpose": typed.choice(values, "purpose", Purpose.values, errors, required=True),
        "purpose_text": str(values.get("purpose_text") or "").strip()[:1000],
        "collateral": packed(typed.choices(values, "collateral", Collateral.values, errors)),
        "stage": typed.choice(values, "stage", FundingStage.values, errors),
        "valid_until": typed.day(values, "valid_until", errors),
    }
    if fields["valid_until"] and fields["valid_until"] < clock.today():
        errors["valid_until"] = _("Give a day that is still to come.")
    if errors:
        raise Invalid(errors)
    return fields


def move_need(*, actor: Any, need: Need, verb: str, reason: str = "") -> Need:
    """``open``, ``revise``, ``meet`` or ``withdraw``, as the state table has it. Who asked about a need that is withdrawn is declined."""
    with transaction.atomic():
        transition(need, verb, actor=actor, reason=reason)
        if verb == "withdraw":
            asked = list(need.introductions.filter(state=IntroductionState.ASKED).select_related("need", "offer").order_by("pk"))
            transition_many(
                asked,
                "decline",
                actor=actor,
                reason=reason,
                changes=lambda _row: {"reason": reason.strip(), "declined_by": Side.ENTERPRISE},
            )
    return need


# --- offers ----------------------------------------------------------------------------------
def make_offer(*, actor: Any, organisation: Organisation, values: Values, offer: Offer | None = None) -> Offer:
    """A new draft, or the draft ``offer`` changed.

    ``values``: kind, channel, name_zh, name_en, note_zh, note_en, amount_from, amount_to (whole yuan), months_from, months_to, rate_from,
    rate_to (basis points), purposes, collateral, stages, regions, industries (codes; none: any), conditions, valid_from, valid_until.
    """
    if offer is not None:
        rules.can_change_offer(actor, offer).require()
    else:
        rules.can_make_offer(actor, organisation).require()
        if organisation.kind != OrganisationKind.FINANCE:
            raise Invalid(_("Offers are made by financial institutions."))
    fields = _offer_fields(values)
    now = clock.now()
    if offer is None:
        draft = Offer(organisation=organisation, created_by=actor, created_at=now, updated_at=now, **fields)
        return numbered(draft, lambda row: record(row, "finance.offer.make", actor=actor))
    with transaction.atomic():
        fresh = Offer.objects.select_for_update().get(pk=offer.pk)
        rules.can_change_offer(actor, fresh).require()
        for name, value in {**fields, "updated_at": now}.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=[*fields, "updated_at"])
        record(fresh, "finance.offer.change", actor=actor)
    return fresh


def _offer_fields(values: Values) -> dict[str, Any]:
    errors: dict[str, str] = {}
    fields: dict[str, Any] = {
        "kind": typed.choice(values, "kind", OfferKind.values, errors, required=True),
        "channel": typed.channel(values, errors),
        "name_zh": str(values.get("name_zh") or "").strip()[:100],
        "name_en": str(values.get("name_en") or "").strip()[:200],
        "note_zh": str(values.get("note_zh") or "").strip()[:1000],
        "note_en": str(values.get("note_en") or "").strip()[:2000],
        "purposes": typed.choices(values, "purposes", Purpose.values, errors),
        "collateral": typed.choices(values, "collateral", Collateral.values, errors),
        "stages": typed.choices(values, "stages", FundingStage.values, errors),
        "regions": typed.known(values, "regions", Division.objects.exclude(level="county"), errors),
        "industries": typed.known(values, "industries", Industry.objects.all(), errors),
        "valid_from": typed.day(values, "valid_from", errors),
        "valid_until": typed.day(values, "valid_until", errors),
    }
    for name, most in (("amount", MOST_YUAN), ("months", MOST_MONTHS), ("rate", MOST_RATE)):
        fields |= typed.span(values, name, most, errors)
    if not fields["name_zh"]:
        errors["name_zh"] = _("Give the offer a name in Chinese.")
    if fields["valid_from"] and fields["valid_until"] and fields["valid_until"] < fields["valid_from"]:
        errors["valid_until"] = _("The last day lies before the first.")
    try:
        fields["conditions"] = conditions.checked(values.get("conditions"))
    except Invalid as problem:
        errors |= problem.errors
    if errors:
        raise Invalid(errors)
    return fields


def move_offer(*, actor: Any, offer: Offer, verb: str, reason: str = "") -> Offer:
    """``open``, ``revise`` or ``withdraw``."""
    transition(offer, verb, actor=actor, reason=reason)
    return offer


def expire() -> int:
    """End what has run out, by the system. Returns how many needs and offers."""
    today = clock.today()
    needs = list(Need.objects.filter(state=NeedState.OPEN, valid_until__lt=today).order_by("pk")[:500])
    offers = list(Offer.objects.filter(state=OfferState.OPEN, valid_until__lt=today).order_by("pk")[:500])
    if not needs and not offers:
        return 0
    with transaction.atomic():
        transition_many(needs, "expire", actor=None)
        transition_many(offers, "expire", actor=None)
    return len(needs) + len(offers)
