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
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.finance.pledges import assets as rights
from pilotage.finance.pledges import compensation, rules
from pilotage.finance.pledges.enums import SECURED, EventCode, Paper, PaperState, PledgeState
from pilotage.finance.pledges.models import IpAsset, Pledge, PledgeChange
from pilotage.finance.pledges.status import status_of
from pilotage.registry.models import Enterprise

MOST_MONTHS = 600
MOST_RATE = 10_000  # basis points
TOLD = ("consents", "is_complete", "is_free", "knows_pair", "knows_contest")
TWO_PERSON = ("disburse", "cancel")


# --- the offer -------------------------------------------------------------------------------
def offer(
    *, actor: Any, enterprise: Enterprise, organisation: Organisation | None, assets: Sequence[IpAsset], amount: Any, purpose: str = ""
) -> Pledge:
    """The enterprise offers rights of its own to a bank, which may read them from now on. ``amount`` in whole yuan."""
    rules.can_offer(actor, enterprise).require()
    errors: dict[str, str] = {}
    if organisation is None or organisation.kind != OrganisationKind.FINANCE:
        errors["organisation"] = _("Choose a bank.")
    if not _is_amount(amount):
        errors["amount"] = _("Give an amount above zero.")
    if not assets or any(asset.enterprise_id != enterprise.pk for asset in assets):
        errors["assets"] = _("Choose rights of the enterprise.")
    else:
        errors |= _unfit(assets)
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


def _unfit(assets: Sequence[IpAsset]) -> dict[str, str]:
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
            day = status.ended_on.isoformat() if status.ended_on else ""
            said.append(_("%(right)s ended on %(day)s.") % {"right": asset.number, "day": day})
        elif status.pledged_by or (asset.kind, asset.number) in held:
            said.append(_("%(right)s is pledged already.") % {"right": asset.number})
    return {"assets": " ".join(said)} if said else {}


def _is_amount(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= rights.MOST_YUAN


# --- contract and file -----------------------------------------------------------------------
def contract(*, actor: Any, pledge: Pledge, number: str, on: date | None, terms: Mapping[str, Any]) -> Pledge:
    """The bank enters the contract. ``terms``: amount (yuan), months, rate (basis points), debt_ends_on."""
    rules.can_bank(actor, pledge).require()
    errors = _term_errors(pledge, terms)
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


def _term_errors(pledge: Pledge, terms: Mapping[str, Any]) -> dict[str, str]:
    errors: dict[str, str] = {}
    months, rate, ends = terms.get("months"), terms.get("rate"), terms.get("debt_ends_on")
    if not _is_amount(terms.get("amount")):
        errors["amount"] = _("Give an amount above zero.")
    if months is not None and not 0 < months <= MOST_MONTHS:
        errors["months"] = _("Give the term in months.")
    if rate is not None and not 0 <= rate <= MOST_RATE:
        errors["rate"] = _("Give the yearly rate in percent.")
    if ends is None:
        errors["debt_ends_on"] = _("Fill this in.")
    else:
        beyond = pledge.assets.filter(expires_on__lt=ends).order_by("number").values_list("number", "expires_on")
        if beyond:
            told = [_("%(right)s ends on %(day)s") % {"right": right, "day": day.isoformat()} for right, day in beyond if day]
            errors["debt_ends_on"] = _("The debt ends after the right: %(rights)s.") % {"rights": _(", ").join(told)}
    return errors


def fill_file(*, actor: Any, pledge: Pledge, papers: Mapping[str, str], told: Mapping[str, bool | None]) -> Pledge:
    """What stands in the registration file, and what the parties say (``TOLD``; None: not said)."""
    rules.can_party(actor, pledge).require()
    kept = {key: state for key, state in papers.items() if key in Paper.values and state in PaperState.values}
    with transaction.atomic():
        fresh = Pledge.objects.select_for_update().get(pk=pledge.pk)
        if fresh.state not in {PledgeState.CONTRACTED, PledgeState.DEFECT}:
            raise Conflict(_("The file is changed after the contract and before it is filed."))
        fresh.papers = {**(fresh.papers or {}), **kept}
        for name in TOLD:
            if name in told:
                setattr(fresh, name, told[name])
        fresh.save(update_fields=["papers", *TOLD])
        audit.record(fresh, "finance.pledge.fill_file", actor=actor)
    return fresh


def step(*, actor: Any, pledge: Pledge, verb: str, reason: str = "", changes: Mapping[str, Any] | None = None) -> Pledge:
    """A step that needs no more than a reason: file, note_defect, cure, refuse, default (from today), repay, withdraw."""
    told = {"reason": reason.strip()} if reason.strip() else {}
    if verb == "default":
        told |= {"defaulted_on": clock.today()}  # type: ignore[dict-item]
    audit.transition(pledge, verb, actor=actor, reason=reason, changes={**told, **(changes or {})})
    return pledge


STEPS = ("file", "note_defect", "cure", "refuse", "default", "repay", "withdraw")


# --- registration ----------------------------------------------------------------------------
def register(*, actor: Any, pledge: Pledge, number: str, on: date | None) -> Pledge:
    """The office has registered the pledge; each right gets its PE01."""
    errors = {} if number.strip() else {"number": _("Fill this in.")}
    errors |= _past(on, pledge.filed_on)
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
    errors = _past(on, pledge.registered_on)
    if errors:
        raise Invalid(errors)
    audit.transition(pledge, "publish", actor=actor, changes={"published_on": on})
    return pledge


def _past(on: date | None, since: date | None) -> dict[str, str]:
    if on is None:
        return {"on": _("Fill this in.")}
    if on > clock.today():
        return {"on": _("This day is still to come.")}
    return {"on": _("This day is before the step before it.")} if since is not None and on < since else {}


def change(*, actor: Any, pledge: Pledge, agreement: str, on: date | None, terms: Mapping[str, Any]) -> PledgeChange:
    """A change of the registered terms: kept with what was before, and PM01 at each right."""
    rules.can_bank(actor, pledge).require()
    errors = {**_term_errors(pledge, terms), **_past(on, pledge.registered_on)}
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


# --- two people of the bank ------------------------------------------------------------------
def propose(*, actor: Any, pledge: Pledge, verb: str, reason: str = "") -> Proposal:
    """``disburse`` or ``cancel``; a second person of the bank confirms."""
    if verb not in TWO_PERSON:
        raise Invalid(_("There is no such step."))
    return audit.propose(pledge, verb, actor=actor, reason=reason)


@transaction.atomic
def confirm(*, actor: Any, pledge: Pledge, verb: str) -> Pledge:
    audit.confirm(waiting(pledge, verb), pledge, actor=actor)
    if verb == "cancel":
        rights.registered(actor=actor, pledge=pledge, code=EventCode.PC01, on=clock.today(), note=pledge.registration_number)
    return pledge


def take_back(*, actor: Any, pledge: Pledge, verb: str) -> None:
    audit.withdraw_proposal(waiting(pledge, verb), actor=actor)


def waiting(pledge: Pledge, verb: str) -> Proposal:
    found = proposals(pledge).get(verb)
    if found is None:
        raise Conflict(_("Nobody has proposed this act, or it was decided already. Reload the page to see what has happened."))
    return found


def proposals(pledge: Pledge) -> dict[str, Proposal]:
    """verb -> what waits for a second person. One query."""
    rows = Proposal.objects.filter(object_type=pledge._meta.label_lower, object_id=str(pledge.pk), state=ProposalState.OPEN)
    return {row.verb: row for row in rows.select_related("proposed_by").order_by("pk")}


# --- when it goes wrong ----------------------------------------------------------------------
def claim(*, actor: Any, pledge: Pledge, loss: Any) -> Pledge:
    """The bank claims from the region's fund; the amount follows from the term of the day of the default, else it is refused with the reason."""
    rules.can_bank(actor, pledge).require()
    if not _is_amount(loss) or loss > pledge.amount:
        raise Invalid({"loss": _("Give the lost principal, not above the amount of the loan.")})
    found = compensation.claim(pledge, loss, pledge.defaulted_on)
    if found.amount is None:
        raise Invalid({"loss": _("The claim cannot be determined: %(why)s") % {"why": found.why}})
    extra = {"term": found.term.pk if found.term else None}
    audit.transition(pledge, "claim", actor=actor, changes={"loss": loss, "claim": found.amount}, extra=extra)
    return pledge


def dispose(*, actor: Any, pledge: Pledge, recovered: Any, reason: str) -> Pledge:
    """The right was sold or auctioned; ``recovered`` in whole yuan, zero where nothing came in."""
    if isinstance(recovered, bool) or not isinstance(recovered, int) or not 0 <= recovered <= rights.MOST_YUAN:
        raise Invalid({"recovered": _("Give what came in.")})
    audit.transition(pledge, "dispose", actor=actor, reason=reason, changes={"recovered": recovered, "reason": reason.strip()})
    return pledge
