"""Reckoned from dates, titles, stays on a tier, entries of the directory and the register of enterprises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from pilotage.directory.enums import IN_FORCE, EditionState
from pilotage.directory.models import Entry
from pilotage.finance.facts import reckoning
from pilotage.finance.facts.enums import Tier
from pilotage.finance.facts.models import Fact, TierStay
from pilotage.registry.models import Enterprise, Title

# a title of the register counts for a metric when its name contains one of these, with what must not stand in it
TITLE_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "title_high_tech": (("高新技术企业", "High-tech enterprise"), ()),
    "title_tech_sme": (("科技型中小企业", "Sci-tech SME"), ()),
    "title_srdi_sme": (("专精特新中小企业", "SRDI SME"), ("小巨人",)),
    "title_little_giant": (("小巨人", "little giant"), ()),
    "title_champion": (("单项冠军", "single champion"), ()),
    "title_technology_centre": (("国家企业技术中心", "国家级企业技术中心"), ()),
    "title_innovation_demonstration": (("国家技术创新示范企业",), ()),
    "title_smart_factory": (("智能制造示范工厂", "智能制造优秀场景", "智能制造标杆"), ()),
}
FACTORY_DIRECTORY = "5g-factory"


def metric_of_title(name: str) -> str:
    """The metric that a title of this name answers; blank where none does."""
    for metric, (wanted, unwanted) in TITLE_NAMES.items():
        if any(text in name for text in wanted) and not any(text in name for text in unwanted):
            return metric
    return ""


def titles(ids: Sequence[int], on: date) -> dict[str, dict[int, bool]]:
    """metric -> enterprise -> whether a title is in force; False only where one has run out. One query."""
    found: dict[str, dict[int, bool]] = defaultdict(dict)
    rows = Title.objects.filter(Q(granted_on__isnull=True) | Q(granted_on__lte=on), enterprise__in=ids)
    for enterprise, name, until in rows.order_by("id").values_list("enterprise_id", "name", "valid_until"):
        metric = metric_of_title(name)
        if metric:
            found[metric][enterprise] = found[metric].get(enterprise, False) or until is None or until >= on
    return found


def factory_entries(ids: Sequence[int], on: date) -> dict[int, bool]:
    """Whether an entry of a published 5G-factory directory was in force on that day; False only where one is no more."""
    rows = Entry.objects.filter(enterprise__in=ids, edition__state=EditionState.PUBLISHED, edition__directory__slug=FACTORY_DIRECTORY)
    found: dict[int, bool] = {}
    for enterprise, state, since, until in rows.order_by("id").values_list("enterprise_id", "state", "listed_on", "removed_on"):
        if enterprise is None or (since is not None and since > on):
            continue
        held = on < until if until is not None else state in IN_FORCE
        found[enterprise] = found.get(enterprise, False) or held
    return found


def months_between(start: date, end: date) -> int:
    """Whole months from ``start`` to ``end``; negative never."""
    return max(0, (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day))


def months_in_operation(ids: Sequence[int], on: date) -> dict[int, int]:
    rows = Fact.objects.filter(enterprise__in=ids, metric="operating_since", known_from__lte=on)
    days = dict(rows.order_by("known_from", "id").values_list("enterprise_id", "day"))
    return {enterprise: months_between(day, on) for enterprise, day in days.items() if day is not None}


def stays(ids: Sequence[int], on: date) -> dict[int, TierStay | None]:
    """The stay of the day; None where the enterprise was on a tier before and is no more."""
    found: dict[int, TierStay | None] = {}
    for stay in TierStay.objects.filter(enterprise__in=ids, from_on__lte=on).order_by("from_on", "id"):
        found[stay.enterprise_id] = stay if stay.until_on is None or stay.until_on >= on else None
    return found


def on_tiers(ids: Sequence[int], on: date) -> dict[str, dict[int, int | str]]:
    """The tier of the day, and for how long the innovation tier."""
    tiers: dict[int, int | str] = {}
    months: dict[int, int | str] = {}
    for enterprise, stay in stays(ids, on).items():
        tiers[enterprise] = Tier(stay.tier).value if stay is not None else Tier.NONE.value
        months[enterprise] = months_between(stay.from_on, on) if stay is not None and stay.tier == Tier.INNOVATION else 0
    return {"neeq_tier": tiers, "months_on_innovation_tier": months}


def ownership(ids: Sequence[int], _on: date) -> dict[int, str]:
    """As the register of enterprises has it."""
    return dict(Enterprise.objects.filter(pk__in=ids).exclude(ownership="").values_list("pk", "ownership").order_by("pk"))


def register_all() -> None:
    reckoning.register("months_in_operation", months_in_operation)
    reckoning.register("ownership", ownership)
    reckoning.register("title_5g_factory", factory_entries)
    reckoning.register_group(titles)
    reckoning.register_group(on_tiers)
