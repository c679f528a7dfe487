"""Writing needs and offers, and their way from the draft to the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.audit.services import record, transition, transition_many
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.channels.selectors import channels
from pilotage.finance.matching import conditions, rules
from pilotage.finance.matching.enums import Collateral, FundingStage, IntroductionState, NeedState, OfferKind, OfferState, Purpose, Side
from pilotage.finance.matching.models import Need, Offer, packed
from pilotage.finance.matching.numbers import numbered
from pilotage.registry.models import Division, Enterprise, Industry

MOST_YUAN = 10**13
MOST_MONTHS = 600
MOST_RATE = 10_000  # basis points
Values = Mapping[str, Any]


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
        "channel": _channel(values, errors),
        "amount": _whole(values, "amount", errors, MOST_YUAN, required=True),
        "months": _whole(values, "months", errors, MOST_MONTHS),
        "purpose": _choice(values, "purpose", Purpose.values, errors, required=True),
        "purpose_text": str(values.get("purpose_text") or "").strip()[:1000],
        "collateral": packed(_choices(values, "collateral", Collateral.values, errors)),
        "stage": _choice(values, "stage", FundingStage.values, errors),
        "valid_until": _day(values, "valid_until", errors),
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
        "kind": _choice(values, "kind", OfferKind.values, errors, required=True),
        "channel": _channel(values, errors),
        "name_zh": str(values.get("name_zh") or "").strip()[:100],
        "name_en": str(values.get("name_en") or "").strip()[:200],
        "note_zh": str(values.get("note_zh") or "").strip()[:1000],
        "note_en": str(values.get("note_en") or "").strip()[:2000],
        "purposes": _choices(values, "purposes", Purpose.values, errors),
        "collateral": _choices(values, "collateral", Collateral.values, errors),
        "stages": _choices(values, "stages", FundingStage.values, errors),
        "regions": _known(values, "regions", Division.objects.exclude(level="county"), errors),
        "industries": _known(values, "industries", Industry.objects.all(), errors),
        "valid_from": _day(values, "valid_from", errors),
        "valid_until": _day(values, "valid_until", errors),
    }
    for name, most in (("amount", MOST_YUAN), ("months", MOST_MONTHS), ("rate", MOST_RATE)):
        fields |= _range(values, name, most, errors)
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


# --- reading what came in --------------------------------------------------------------------
def _channel(values: Values, errors: dict[str, str]) -> str:
    key = str(values.get("channel") or "")
    if key not in {channel.key for channel in channels()}:
        errors["channel"] = _("Choose a channel.")
    return key


def _whole(values: Values, name: str, errors: dict[str, str], most: int, *, required: bool = False, least: int = 1) -> int | None:
    value = values.get(name)
    if value is None or value == "":
        if required:
            errors[name] = _("Give a number.")
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        errors[name] = _("Give a whole number between %(least)s and %(most)s.") % {"least": f"{least:,}", "most": f"{most:,}"}
        return None
    return value


def _range(values: Values, name: str, most: int, errors: dict[str, str]) -> dict[str, int | None]:
    least = 0 if name == "rate" else 1
    low, high = (_whole(values, f"{name}_{end}", errors, most, least=least) for end in ("from", "to"))
    if low is not None and high is not None and high < low:
        errors[f"{name}_to"] = _("The upper end lies under the lower one.")
    return {f"{name}_from": low, f"{name}_to": high}


def _choice(values: Values, name: str, known: list[str], errors: dict[str, str], *, required: bool = False) -> str:
    value = str(values.get(name) or "")
    if (value and value not in known) or (required and not value):
        errors[name] = _("Choose one of the values.")
    return value


def _choices(values: Values, name: str, known: list[str], errors: dict[str, str]) -> list[str]:
    asked = {str(code) for code in values.get(name) or []}
    if asked - set(known):
        errors[name] = _("Choose from the values.")
    return [code for code in known if code in asked]


def _known(values: Values, name: str, rows: Any, errors: dict[str, str]) -> list[str]:
    asked = {str(code) for code in values.get(name) or []}
    found = sorted(rows.filter(pk__in=asked).values_list("pk", flat=True)) if asked else []
    if len(found) != len(asked):
        errors[name] = _("Unknown code: %(codes)s") % {"codes": ", ".join(sorted(asked - set(found)))}
    return found


def _day(values: Values, name: str, errors: dict[str, str]) -> Any:
    value = values.get(name)
    if value is None or value == "":
        errors[name] = _("Give a day.")
        return None
    return value
