"""What to look at in running pledges, every day: raised once as a flag and a letter, taken down when it is mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db import transaction

from pilotage.audit.services import Entry, record_many
from pilotage.core import clock
from pilotage.finance.pledges.enums import OUTSTANDING, SECURED, FlagKind
from pilotage.finance.pledges.models import IpAsset, Pledge, PledgeFlag
from pilotage.finance.pledges.selectors import flags_in_force, held_by_others, value_on
from pilotage.finance.pledges.status import status_of

# days ahead; ours, no source states any
FEE_DAYS, DEBT_DAYS = 60, 30
BATCH = 200
Found = tuple[int | None, str, date | None]  # asset, kind, the day it is about


def watch() -> int:
    """Raise and clear the flags of all pledges that the register shows. Returns how many were raised or cleared."""
    total, last = 0, 0
    while True:
        with transaction.atomic():
            rows = Pledge.objects.filter(pk__gt=last, state__in=SECURED).select_related("enterprise").order_by("pk")
            pledges = list(rows.prefetch_related("assets__events", "assets__valuations")[:BATCH])
            if not pledges:
                return total + _end()
            last = pledges[-1].pk
            total += _batch(pledges, clock.today())


def _batch(pledges: Sequence[Pledge], today: date) -> int:
    """Six queries whatever their number."""
    twice = held_by_others(pledges, SECURED)
    standing = flags_in_force(pledges)
    raised, cleared, entries = [], [], []
    for pledge in pledges:
        found = {(asset, kind): day for asset, kind, day in findings(pledge, today, twice.get(pledge.pk, set()))}
        known = {(flag.asset_id, flag.kind): flag for flag in standing.get(pledge.pk, [])}
        new = [
            PledgeFlag(pledge=pledge, asset_id=key[0], kind=key[1], raised_on=today, day=day)
            for key, day in found.items()
            if key not in known
        ]
        raised += new
        cleared += [flag for key, flag in known.items() if key not in found]
        if new:
            entries.append(Entry(pledge, "finance.pledge.flag", extra={"kinds": sorted({flag.kind for flag in new})}))
    PledgeFlag.objects.bulk_create(raised)
    PledgeFlag.objects.filter(pk__in=[flag.pk for flag in cleared]).update(cleared_on=today)
    record_many(entries, actor=None)
    return len(raised) + len(cleared)


def _end() -> int:
    """Flags of pledges that have ended come down."""
    return PledgeFlag.objects.filter(cleared_on__isnull=True).exclude(pledge__state__in=SECURED).update(cleared_on=clock.today())


def findings(pledge: Pledge, today: date, twice: set[int]) -> Iterator[Found]:
    for asset in pledge.assets.all():
        yield from _of_right(pledge, asset, today, asset.pk in twice)
    if pledge.state in OUTSTANDING and pledge.debt_ends_on and pledge.debt_ends_on <= today + timedelta(days=DEBT_DAYS):
        yield None, FlagKind.OVERDUE if pledge.debt_ends_on < today else FlagKind.DEBT, pledge.debt_ends_on


def _of_right(pledge: Pledge, asset: IpAsset, today: date, twice: bool) -> Iterator[Found]:
    status, key = status_of(asset, asset.events.all(), today), asset.pk
    if status.ended:
        yield key, FlagKind.ENDED, status.ended_on
    elif status.fee_due and status.fee_due < today:
        yield key, FlagKind.FEE_UNPAID, status.fee_due
    elif status.fee_due and status.fee_due <= today + timedelta(days=FEE_DAYS):
        yield key, FlagKind.FEE_DUE, status.fee_due
    if status.contested or status.partly_invalid:
        yield key, FlagKind.INVALIDATION, None
    if status.owners and pledge.enterprise.name_zh not in status.owners:
        yield key, FlagKind.TRANSFER, None
    if status.preserved or status.disputed:
        yield key, FlagKind.PRESERVED, None
    if pledge.debt_ends_on and asset.expires_on and pledge.debt_ends_on > asset.expires_on:
        yield key, FlagKind.LIFE, asset.expires_on
    if twice or status.pledged_by - {pledge.pk}:
        yield key, FlagKind.DOUBLE, None
    valued = list(asset.valuations.all())
    if valued and value_on(valued, today) is None:
        yield key, FlagKind.VALUATION, max(each.valid_until for each in valued)
