"""Entering rights, what happened to them, and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.facts.services import refresh_rows
from pilotage.finance.pledges import rules, terms
from pilotage.finance.pledges.enums import ENTERED, EventCode, IpKind, Method
from pilotage.finance.pledges.models import IpAsset, IpEvent, Pledge, Valuation
from pilotage.registry.models import Enterprise

Values = Mapping[str, Any]


def enter(*, actor: Any, enterprise: Enterprise, values: Values) -> IpAsset:
    """A right as the register shows it.

    ``values``: kind, number, title, owners (names), filed_on, granted_on, expires_on, fee_due_on, has_pair (None: not known), pair_number,
    source. Unknown days stay None. Raises ``Invalid`` naming each bad field.
    """
    rules.can_enter(actor, enterprise).require()
    fields = _asset_fields(values)
    try:
        with transaction.atomic():
            asset = IpAsset.objects.create(enterprise=enterprise, entered_by=actor, entered_at=clock.now(), **fields)
            record(asset, "finance.ip.enter", actor=actor)
            refresh_rows([enterprise.pk])
    except IntegrityError:
        raise Invalid({"number": _("This right is entered already.")}) from None
    return asset


def _asset_fields(values: Values) -> dict[str, Any]:
    errors: dict[str, str] = {}
    fields = {
        "kind": str(values.get("kind") or ""),
        "number": str(values.get("number") or "").strip()[:40],
        "title": str(values.get("title") or "").strip()[:300],
        "owners": [str(name).strip() for name in values.get("owners") or [] if str(name).strip()],
        "has_pair": values.get("has_pair"),
        "pair_number": str(values.get("pair_number") or "").strip()[:40],
        "source": str(values.get("source") or "").strip()[:300],
        **{name: values.get(name) for name in ("filed_on", "granted_on", "expires_on", "fee_due_on")},
    }
    if fields["kind"] not in IpKind.values:
        errors["kind"] = _("Choose one of the list.")
    for name in ("number", "title", "source"):
        if not fields[name]:
            errors[name] = _("Fill this in.")
    errors |= _day_errors(fields)
    if fields["pair_number"] and not fields["has_pair"]:
        fields["has_pair"] = True
    if errors:
        raise Invalid(errors)
    return fields


def _day_errors(fields: Values) -> dict[str, str]:
    errors, today = {}, clock.today()
    filed, granted, expires = fields["filed_on"], fields["granted_on"], fields["expires_on"]
    for name in ("filed_on", "granted_on"):
        if fields[name] and fields[name] > today:
            errors[name] = _("This day is still to come.")
    if filed and granted and granted < filed:
        errors.setdefault("granted_on", _("The grant is before the filing."))
    if filed and expires and expires <= filed:
        errors["expires_on"] = _("The right expires before it was filed.")
    return errors


def record_event(
    *, actor: Any, asset: IpAsset, code: str, on: date | None, owners: Sequence[str] = (), until: date | None = None, note: str = ""
) -> IpEvent:
    """``owners`` after a transfer (needed there); ``until``: when the next fee is due (needed with a payment)."""
    rules.can_record(actor, asset).require()
    names = [name.strip() for name in owners if name.strip()]
    errors: dict[str, str] = {}
    if code not in ENTERED:
        errors["code"] = _("Choose one of the list.")
    if on is None:
        errors["on"] = _("Fill this in.")
    elif on > clock.today():
        errors["on"] = _("This day is still to come.")
    if code == EventCode.TR01 and not names:
        errors["owners"] = _("Name the owners after the transfer.")
    if code == EventCode.FEE_PAID and (until is None or (on is not None and until <= on)):
        errors["until"] = _("Give the day on which the next fee is due, after the payment.")
    if errors or on is None:
        raise Invalid(errors)
    with transaction.atomic():
        event = IpEvent.objects.create(
            asset=asset,
            code=code,
            on=on,
            owners=names if code == EventCode.TR01 else None,
            until=until if code == EventCode.FEE_PAID else None,
            note=note.strip()[:500],
            recorded_by=actor,
            recorded_at=clock.now(),
        )
        record(event, "finance.ip.event", actor=actor)
        refresh_rows([asset.enterprise_id])
    return event


def registered(*, actor: Any, pledge: Pledge, code: str, on: date, note: str) -> None:
    """The gazette's event of a registration made here, for each right of the pledge; in the caller's transaction and audit event."""
    now = clock.now()
    for asset in pledge.assets.order_by("pk"):
        IpEvent.objects.create(asset=asset, code=code, on=on, pledge=pledge, note=note[:500], recorded_by=actor, recorded_at=now)
    refresh_rows([pledge.enterprise_id])


def value(
    *,
    actor: Any,
    asset: IpAsset,
    method: str,
    valuer: str,
    valued_on: date | None,
    amount: Any,
    valid_until: date | None,
    sure: bool = False,
) -> Valuation:
    """``amount`` in whole yuan, held against the valuation before it; ``sure``: whoever typed it has looked at it again."""
    rules.can_record(actor, asset).require()
    errors: dict[str, str] = {}
    if method not in Method.values:
        errors["method"] = _("Choose one of the list.")
    if not valuer.strip():
        errors["valuer"] = _("Fill this in.")
    last = asset.valuations.values_list("value", flat=True).first()
    errors |= terms.amount_errors(amount, last, sure=sure)
    if valued_on is None or valued_on > clock.today():
        errors["valued_on"] = _("Give the day of the valuation, not later than today.")
    elif valid_until is None or valid_until < valued_on:
        errors["valid_until"] = _("Give the day until which the valuation holds, after it was made.")
    if errors or valued_on is None or valid_until is None:
        raise Invalid(errors)
    with transaction.atomic():
        made = Valuation.objects.create(
            asset=asset,
            method=method,
            valuer=valuer.strip()[:200],
            valued_on=valued_on,
            value=amount,
            valid_until=valid_until,
            recorded_by=actor,
            recorded_at=clock.now(),
        )
        record(made, "finance.ip.value", actor=actor)
    return made
