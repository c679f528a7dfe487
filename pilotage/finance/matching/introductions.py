"""Bringing an enterprise and an institution together, with the enterprise's consent, and entering what came of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from pilotage.accounts.models import EnterpriseConsent
from pilotage.accounts.services import give_consent
from pilotage.audit.services import record, transition
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.matching import rules, selectors
from pilotage.finance.matching.enums import NeedState, Side
from pilotage.finance.matching.models import Introduction, Need, Offer
from pilotage.finance.matching.numbers import numbered
from pilotage.finance.matching.typed import MOST_MONTHS, MOST_RATE, MOST_YUAN

STEPS = ("sign_nda", "begin_diligence", "agree_terms")


def ask(*, actor: Any, need: Need, offer: Offer) -> Introduction:
    """Either side wishes to talk. The institution still does not learn who it is; the legal representative decides by :func:`agree`."""
    rules.can_ask(actor, need, offer).require()
    found, own = selectors.one_pair(need, offer), rules.is_own_need(actor, need)
    if need.state != NeedState.OPEN or not selectors.open_offers().filter(pk=offer.pk).exists():
        raise Invalid(_("Need and offer must both be open."))
    if not found.match.fits:
        raise Invalid(_("The offer does not fit the need."))
    if selectors.between(need, offer):
        raise Conflict(_("The two are in touch about this already."))
    if not own and selectors.refused(need, offer):
        raise Conflict(_("The enterprise has declined to be introduced for this offer. It can come to you itself."))
    now = clock.now()
    row = Introduction(
        need=need,
        offer=offer,
        asked_by=Side.ENTERPRISE if own else Side.INSTITUTION,
        reasons=[[each.key, each.fit.value] for each in found.match.criteria],
        started_by=actor,
        started_at=now,
        moved_at=now,
    )
    return numbered(row, lambda made: record(made, "finance.introduction.ask", actor=actor))


def agree(*, actor: Any, introduction: Introduction) -> Introduction:
    """The legal representative consents: the institution may see the enterprise's data from now on."""
    need, offer = introduction.need, introduction.offer
    rules.can_agree(actor, introduction).require()
    with transaction.atomic():
        consent = EnterpriseConsent.objects.filter(
            enterprise=need.enterprise_id, organisation=offer.organisation_id, withdrawn_at__isnull=True
        ).first()
        if consent is None:
            consent = give_consent(actor=actor, enterprise=need.enterprise, organisation=offer.organisation)
        transition(introduction, "agree", actor=actor, changes={"consent": consent})
    return introduction


def introduce(*, actor: Any, need: Need, offer: Offer) -> Introduction:
    """Both at once, by the legal representative."""
    rules.can_consent(actor, need.enterprise).require()
    with transaction.atomic():
        return agree(actor=actor, introduction=ask(actor=actor, need=need, offer=offer))


def step(*, actor: Any, introduction: Introduction, verb: str) -> Introduction:
    """``sign_nda``, ``begin_diligence`` or ``agree_terms``, entered by the institution."""
    if verb not in STEPS:
        raise Invalid(_("There is no such step."))
    transition(introduction, verb, actor=actor)
    return introduction


def close(
    *, actor: Any, introduction: Introduction, amount: Any, closed_on: date | None, months: Any = None, rate: Any = None
) -> Introduction:
    """The contract is signed: ``amount`` in whole yuan, ``rate`` in basis points. A need that is covered is met."""
    contract = _contract(introduction, amount, closed_on, months, rate)
    with transaction.atomic():
        transition(introduction, "close", actor=actor, changes=contract)
        _cover(introduction.need)
    return introduction


def correct(
    *, actor: Any, introduction: Introduction, reason: str, amount: Any, closed_on: date | None, months: Any = None, rate: Any = None
) -> Introduction:
    """Put a contract right that was entered wrongly, as :func:`close` takes it; the record keeps what stood there."""
    rules.can_correct(actor, introduction).require()
    contract = _contract(introduction, amount, closed_on, months, rate)
    if not reason.strip():
        raise Invalid({"reason": _("Say what was wrong: the enterprise reads it.")})
    with transaction.atomic():
        fresh = Introduction.objects.select_for_update().select_related("need", "offer").get(pk=introduction.pk)
        rules.can_correct(actor, fresh).require()
        for name, value in contract.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=list(contract))
        record(fresh, "finance.introduction.correct", actor=actor, reason=reason.strip())
        _cover(fresh.need)
    return fresh


def _contract(introduction: Introduction, amount: Any, closed_on: date | None, months: Any, rate: Any) -> dict[str, Any]:
    errors = {}
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= MOST_YUAN:
        errors["amount"] = _("Give the amount of the contract.")
    if closed_on is None or not localdate(introduction.started_at) <= closed_on <= clock.today():
        errors["closed_on"] = _("Give the day of the contract, between the introduction and today.")
    if months is not None and not 0 < months <= MOST_MONTHS:
        errors["months"] = _("Give the term in months.")
    if rate is not None and not 0 <= rate <= MOST_RATE:
        errors["rate"] = _("Give the yearly rate in percent.")
    if errors:
        raise Invalid(errors)
    return {"amount": amount, "closed_on": closed_on, "months": months, "rate": rate}


def _cover(need: Need) -> None:
    """The need is met by itself once the contracts reach its amount."""
    fresh = Need.objects.select_for_update().get(pk=need.pk)
    reached = sum(amount or 0 for amount in fresh.introductions.values_list("amount", flat=True))
    if fresh.state == NeedState.OPEN and reached >= fresh.amount:
        transition(fresh, "meet", actor=None, reason="")


def decline(*, actor: Any, introduction: Introduction, reason: str) -> Introduction:
    side = Side.ENTERPRISE if rules.is_own_need(actor, introduction.need) else Side.INSTITUTION
    transition(introduction, "decline", actor=actor, reason=reason, changes={"reason": reason.strip(), "declined_by": side})
    return introduction
