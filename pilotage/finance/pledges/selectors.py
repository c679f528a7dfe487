"""Named reads: a pledge with its rights, its checks, the portfolio in figures, patents that can be pledged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from pilotage.core import clock
from pilotage.finance.pledges import checklist, checks
from pilotage.finance.pledges.enums import OUTSTANDING, PATENTS, SECURED, Answer, PledgeState
from pilotage.finance.pledges.grounds import Case, cases
from pilotage.finance.pledges.models import IpAsset, Pledge, PledgeFile, PledgeFlag, Valuation

ORDER = ("-id",)
# held against others: filed or further, until it is cancelled
HELD = (PledgeState.FILED, PledgeState.DEFECT, *SECURED)
ENDING_DAYS = 90


def with_relations(rows: QuerySet[Pledge]) -> QuerySet[Pledge]:
    return rows.select_related("enterprise", "organisation")


def assets_of(pledge: Pledge) -> list[IpAsset]:
    """With events and valuations at hand. Three queries."""
    return list(pledge.assets.prefetch_related("events", "valuations").order_by("kind", "number"))


def held_elsewhere(pledge: Pledge, *, registered_only: bool = False) -> set[int]:
    """Ids of its rights that another pledge holds. One query."""
    return held_by_others([pledge], SECURED if registered_only else HELD).get(pledge.pk, set())


def held_by_others(pledges: Sequence[Pledge], states: Iterable[str] = HELD) -> dict[int, set[int]]:
    """pledge -> ids of rights that another one holds. The same right may be entered by two co-owners: kind and number decide. Two queries."""
    through = Pledge.assets.through.objects
    own = list(
        through.filter(pledge__in=[each.pk for each in pledges])
        .order_by("pk")
        .values_list("pledge_id", "ipasset_id", "ipasset__kind", "ipasset__number")
    )
    numbers = {number for *_rest, number in own}
    held = through.filter(ipasset__number__in=numbers, pledge__state__in=tuple(states)).order_by("pk")
    holders: dict[tuple[str, str], set[int]] = {}
    for pk, kind, number in held.values_list("pledge_id", "ipasset__kind", "ipasset__number"):
        holders.setdefault((kind, number), set()).add(pk)
    found: dict[int, set[int]] = {}
    for pk, asset, kind, number in own:
        if holders.get((kind, number), set()) - {pk}:
            found.setdefault(pk, set()).add(asset)
    return found


def files_of(pledge: Pledge) -> list[PledgeFile]:
    """The scans that lie in its registration file. One query."""
    return list(pledge.files.filter(removed_at__isnull=True).order_by("id"))


def standing(pledge: Pledge, on: date, assets: Sequence[IpAsset] | None = None) -> tuple[list[checks.Check], list[checklist.PaperLine]]:
    """The twelve grounds for a pledge on a day, and its registration file. Seven queries, four when its rights are handed in."""
    found = cases(pledge, assets_of(pledge) if assets is None else assets, on, held_elsewhere(pledge))
    # there is no file to fill before the contract
    lines = [] if pledge.state == PledgeState.OFFERED else _lines(pledge, found)
    return checks.grounds(found, lines), lines


def lines_of(pledge: Pledge) -> list[checklist.PaperLine]:
    """Its registration file today. Four queries."""
    return _lines(pledge, cases(pledge, assets_of(pledge), clock.today()))


def _lines(pledge: Pledge, found: Sequence[Case]) -> list[checklist.PaperLine]:
    return checklist.lines(pledge.papers or {}, files_of(pledge), shared=any(case.others for case in found))


def checks_of(pledge: Pledge, on: date) -> list[checks.Check]:
    return standing(pledge, on)[0]


def value_on(valuations: Iterable[Valuation], on: date) -> Valuation | None:
    """The last valuation that holds on that day."""
    held = [each for each in valuations if each.valued_on <= on <= each.valid_until]
    return max(held, key=lambda each: (each.valued_on, each.pk), default=None)


def worth(assets: Iterable[IpAsset], on: date) -> int | None:
    """What the rights are worth together on that day, in yuan; None where none has a valuation in force. One query for each right not prefetched."""
    held = [value for asset in assets if (value := value_on(asset.valuations.all(), on))]
    return sum(value.value for value in held) or None


def flags_in_force(pledges: Iterable[Pledge]) -> dict[int, list[PledgeFlag]]:
    """pledge -> its flags. One query."""
    found: dict[int, list[PledgeFlag]] = {}
    rows = PledgeFlag.objects.filter(pledge__in=[each.pk for each in pledges], cleared_on__isnull=True).select_related("asset")
    for flag in rows.order_by("raised_on", "id"):
        found.setdefault(flag.pledge_id, []).append(flag)
    return found


def figures(rows: QuerySet[Pledge], today: date) -> dict[str, Any]:
    """outstanding (yuan), counts by state, ending within 90 days, with flags. Three queries."""
    states = {
        state: (count, total)
        for state, count, total in rows.order_by("state").values_list("state").annotate(count=Count("pk"), total=Sum("amount"))
    }
    ending = rows.filter(state__in=OUTSTANDING, debt_ends_on__lte=today + timedelta(days=ENDING_DAYS))
    return {
        "outstanding": sum(int(states[state][1]) for state in OUTSTANDING if state in states),
        "running": sum(states[state][0] for state in OUTSTANDING if state in states),
        "states": {state: count for state, (count, _total) in states.items()},
        "total": sum(count for count, _total in states.values()),
        "ending": ending.count(),
        "flagged": flagged(rows).count(),
    }


def flagged(rows: QuerySet[Pledge], kind: str = "") -> QuerySet[Pledge]:
    flags = PledgeFlag.objects.filter(Q(kind=kind) if kind else Q(), cleared_on__isnull=True)
    return rows.filter(pk__in=flags.values("pledge"))


def ending_soon(rows: QuerySet[Pledge], today: date) -> QuerySet[Pledge]:
    return rows.filter(state__in=OUTSTANDING, debt_ends_on__lte=today + timedelta(days=ENDING_DAYS))


def pledgeable_patents(ids: Sequence[int], on: date) -> Mapping[int, int]:
    """How many patents of each pass the grounds that concern the right itself. Unknown, so absent, where none does and one cannot be determined.

    Four queries.
    """
    assets = list(
        IpAsset.objects.filter(enterprise__in=ids, kind__in=PATENTS).select_related("enterprise").prefetch_related("events").order_by("pk")
    )
    held = _held(assets)
    found: dict[int, int] = {}
    unsure: set[int] = set()
    for asset in assets:
        pledge = Pledge(enterprise=asset.enterprise)
        case = cases(pledge, [asset], on, held)[0]
        answer = checks.right_alone(case)
        found[asset.enterprise_id] = found.get(asset.enterprise_id, 0) + (answer == Answer.CLEAR)
        if answer == Answer.UNKNOWN:
            unsure.add(asset.enterprise_id)
    return {pk: count for pk, count in found.items() if count or pk not in unsure}


def _held(assets: Sequence[IpAsset]) -> set[int]:
    rows = Pledge.assets.through.objects.filter(ipasset__number__in={each.number for each in assets}, pledge__state__in=HELD).order_by("pk")
    numbers = set(rows.values_list("ipasset__kind", "ipasset__number"))
    return {each.pk for each in assets if (each.kind, each.number) in numbers}
