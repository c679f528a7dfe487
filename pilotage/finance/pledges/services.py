"""A pledge from the offer to its cancellation. Every step leaves an audit event; disbursing and cancelling take two people of the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.accounts.enums import OrganisationKind
from pilotage.accounts.models import Organisation
from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.core.wording import day_words
from pilotage.finance.pledges import assets as rights
from pilotage.finance.pledges import rules, selectors
from pilotage.finance.pledges import terms as terms_of
from pilotage.finance.pledges.enums import FILLED_IN, SECURED, EventCode, Paper, PaperState, PledgeState
from pilotage.finance.pledges.losses import claim as claim
from pilotage.finance.pledges.losses import default as default
from pilotage.finance.pledges.losses import dispose as dispose
from pilotage.finance.pledges.models import IpAsset, Pledge, PledgeChange
from pilotage.finance.pledges.status import status_of
from pilotage.finance.pledges.two_people import TWO_PERSON as TWO_PERSON
from pilotage.finance.pledges.two_people import confirm as confirm
from pilotage.finance.pledges.two_people import proposals as proposals
from pilotage.finance.pledges.two_people import propose as propose
from pilotage.finance.pledges.two_people import take_back as take_back
from pilotage.registry.models import Enterprise

TOLD = ("consents", "is_complete", "is_free", "knows_pair", "knows_contest")


# --- the offer -------------------------------------------------------------------------------
def offer(
    *,
    actor: Any,
    enterprise: Enterprise,
    organisation: Organisation | None,
    assets: Sequence[IpAsset],
    amount: Any,
    purpose: str = "",
    sure: bool = False,
) -> Pledge:
    """The enterprise offers rights of its own to a bank, which may read them from now on.

    ``amount`` in whole yuan, held against what the rights are worth; ``sure``: whoever typed it has looked at it again.
    """
    rules.can_offer(actor, enterprise).require()
    errors: dict[str, str] = {}
    if organisation is None or organisation.kind != OrganisationKind.FINANCE:
        errors["organisation"] = _("Choose a bank.")
    errors |= terms_of.amount_errors(amount, selectors.worth(assets, clock.today()), sure=sure)
    if not assets or any(asset.enterprise_id != enterprise.pk for asset in assets):
        errors["assets"] = _("Choose rights of the enterprise.")
    else:
        errors |= _unfit(enterprise, assets)
    if errors or organisation is None:
        raise Invalid(errors)
    now, prefix = clock.now(), f"Z{clock.today().year}-"
    try:
        with transaction.atomic():
            last = Pledge.objects.filter(number__startswith=prefix).order_by("-number").values_list("number", flat=True).first()
            pledge = Pledge.objects.create(
                number=f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}",
                enterprise=enterprise,
                organisation=organisation,
                amount=amount,
                purpose=purpose.strip()[:300],
                created_by=actor,
                created_at=now,
                moved_at=now,
            )
            pledge.assets.set(assets)
            audit.record(pledge, "finance.pledge.offer", actor=actor, extra={"assets": [asset.number for asset in assets]})
    except IntegrityError:
        raise Conflict(_("Somebody else did the same at the same moment. Try again.")) from None
    return pledge


def _unfit(enterprise: Enterprise, assets: Sequence[IpAsset]) -> dict[str, str]:
    """What cannot be pledged is named at once, not only before filing. Two queries and one for each right."""
    today, said = clock.today(), []
    numbers = [asset.number for asset in assets]
    held = set(
        Pledge.assets.through.objects.filter(ipasset__number__in=numbers, pledge__state__in=SECURED)
        .order_by("pk")
        .values_list("ipasset__kind", "ipasset__number")
    )
    for asset in assets:
        status = status_of(asset, asset.events.all(), today)
        if status.ended:
            day = day_words(status.ended_on) if status.ended_on else ""
            said.append(_("%(right)s ended on %(day)s: take it out.") % {"right": asset.number, "day": day})
        elif status.owners and enterprise.name_zh not in status.owners:
            names = {"right": asset.number, "owners": "、".join(status.owners)}
            said.append(_("%(right)s is registered for %(owners)s: only its owner can pledge it.") % names)
        elif status.pledged_by or (asset.kind, asset.number) in held:
            said.append(_("%(right)s is pledged already: have that pledge cancelled first, or take it out.") % {"right": asset.number})
    return {"assets": " ".join(said)} if said else {}


# --- contract and file -----------------------------------------------------------------------
def contract(*, actor: Any, pledge: Pledge, number: str, on: date | None, terms: Mapping[str, Any], sure: bool = False) -> Pledge:
    """The bank enters the contract. ``terms``: amount (yuan), months, rate (basis points), debt_ends_on."""
    rules.can_bank(actor, pledge).require()
    errors = terms_of.errors(pledge, terms, sure=sure)
    if not number.strip():
        errors["number"] = _("Fill this in.")
    if on is None or on > clock.today():
        errors["on"] = _("Give the day of the contract, not later than today.")
    elif terms.get("debt_ends_on") and terms["debt_ends_on"] <= on:
        errors["debt_ends_on"] = _("The debt ends before the contract is signed.")
    if errors:
        raise Invalid(errors)
    values = {name: terms.get(name) for name in ("amount", "months", "rate", "debt_ends_on")}
    audit.transition(pledge, "contract", actor=actor, changes={**values, "contract_number": number.strip()[:80], "contracted_on": on})
    return pledge


def fill_file(*, actor: Any, pledge: Pledge, papers: Mapping[str, str], told: Mapping[str, bool | None]) -> Pledge:
    """What stands in the registration file, and what the parties say (``TOLD``; None: not said)."""
    rules.can_party(actor, pledge).require()
    kept = {key: state for key, state in papers.items() if key in Paper.values and state in PaperState.values}
    with transaction.atomic():
        fresh = Pledge.objects.select_for_update().get(pk=pledge.pk)
        if fresh.state not in FILLED_IN:
            raise Conflict(_("The file is changed after the contract and before it is filed."))
        fresh.papers = {**(fresh.papers or {}), **kept}
        for name in TOLD:
            if name in told:
                setattr(fresh, name, told[name])
        fresh.save(update_fields=["papers", *TOLD])
        audit.record(fresh, "finance.pledge.fill_file", actor=actor)
    return fresh


def looked_up(*, actor: Any, pledge: Pledge) -> int:
    """Somebody compared every right with the register today and found what is entered. Returns how many rights."""
    rules.can_party(actor, pledge).require()
    today, note = clock.today(), _("Looked up for pledge %(number)s") % {"number": pledge.number}
    with transaction.atomic():
        found = list(pledge.assets.order_by("pk"))
        for asset in found:
            rights.record_event(actor=actor, asset=asset, code=EventCode.LOOKED_UP, on=today, note=note)
    return len(found)


def step(*, actor: Any, pledge: Pledge, verb: str, reason: str = "") -> Pledge:
    """A step that needs no more than a reason (``STEPS``)."""
    told = {"reason": reason.strip()} if reason.strip() else {}
    audit.transition(pledge, verb, actor=actor, reason=reason, changes=told)
    return pledge


STEPS = ("file", "note_defect", "cure", "refuse", "repay", "withdraw")


# --- registration ----------------------------------------------------------------------------
def register(*, actor: Any, pledge: Pledge, number: str, on: date | None) -> Pledge:
    """The office has registered the pledge; each right gets its PE01."""
    errors = {} if number.strip() else {"number": _("Fill this in.")}
    errors |= terms_of.past(on, pledge.filed_on)
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        # two registrations of one right wait for each other
        numbers = list(pledge.assets.values_list("number", flat=True).order_by("number"))
        list(IpAsset.objects.select_for_update().filter(number__in=numbers).order_by("pk"))
        audit.transition(pledge, "register", actor=actor, changes={"registration_number": number.strip()[:80], "registered_on": on})
        rights.registered(actor=actor, pledge=pledge, code=EventCode.PE01, on=on or clock.today(), note=number.strip())
    return pledge


def publish(*, actor: Any, pledge: Pledge, on: date | None) -> Pledge:
    errors = terms_of.past(on, pledge.registered_on)
    if errors:
        raise Invalid(errors)
    audit.transition(pledge, "publish", actor=actor, changes={"published_on": on})
    return pledge


def change(*, actor: Any, pledge: Pledge, agreement: str, on: date | None, terms: Mapping[str, Any], sure: bool = False) -> PledgeChange:
    """A change of the registered terms: kept with what was before, and PM01 at each right."""
    rules.can_bank(actor, pledge).require()
    errors = {**terms_of.errors(pledge, terms, sure=sure), **terms_of.past(on, pledge.registered_on)}
    if not agreement.strip():
        errors["agreement"] = _("Fill this in.")
    after = {name: terms.get(name) for name in ("amount", "months", "rate", "debt_ends_on")}
    with transaction.atomic():
        fresh = Pledge.objects.select_for_update().get(pk=pledge.pk)
        if fresh.state not in {PledgeState.REGISTERED, PledgeState.PUBLISHED, PledgeState.DISBURSED}:
            raise Conflict(_("Terms are changed between the registration and the repayment."))
        differs = [name for name, value in after.items() if getattr(fresh, name) != value]
        if not differs and not errors:
            errors[""] = _("Nothing differs from what is registered.")
        if errors or on is None:
            raise Invalid(errors)
        made = PledgeChange.objects.create(
            pledge=fresh,
            changed_on=on,
            agreement=agreement.strip()[:80],
            before={name: _plain(getattr(fresh, name)) for name in differs},
            after={name: _plain(after[name]) for name in differs},
            recorded_by=actor,
            recorded_at=clock.now(),
        )
        for name in differs:
            setattr(fresh, name, after[name])
        fresh.save(update_fields=differs)
        audit.record(fresh, "finance.pledge.change", actor=actor, extra={"before": made.before, "after": made.after})
        rights.registered(actor=actor, pledge=fresh, code=EventCode.PM01, on=on or clock.today(), note=agreement.strip())
    return made


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
