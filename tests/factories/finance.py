"""What is known of enterprises, and channels to hold it against."""

from __future__ import annotations

from datetime import date
from typing import Any

from pilotage.accounts.models import User
from pilotage.audit.chain import canonical, digest
from pilotage.core import clock
from pilotage.finance.channels.models import Channel
from pilotage.finance.facts.metrics import DAYS, METRICS, YEARLY
from pilotage.finance.facts.models import Attestation, Fact, TierStay
from pilotage.finance.facts.rows import refresh_rows
from pilotage.plan.models import Plan
from pilotage.registry.models import Enterprise

SOURCE = "演示数据"


def facts(
    enterprise: Enterprise,
    *,
    base_year: int = 2022,
    known_from: date | None = None,
    is_audited: bool = True,
    is_public: bool = False,
    refresh: bool = True,
    **columns: Any,
) -> list[Fact]:
    """``facts(e, revenue=5, revenue_1=4, operating_since=date(…))``: columns of METRICS counted back from ``base_year``.

    Rates are basis points, money whole yuan. Known from the first of May after the base year, or from ``known_from``.
    """
    day = known_from or date(base_year + 1, 5, 1)
    rows = [_fact(enterprise, base_year, day, column, value) for column, value in columns.items()]
    for row in rows:
        row.is_audited, row.is_public = is_audited, is_public
    made = Fact.objects.bulk_create(rows)
    if refresh:
        refresh_rows([enterprise.pk])
    return made


def _fact(enterprise: Enterprise, base_year: int, day: date, column: str, value: Any) -> Fact:
    known = {metric.column(back): (metric.key, back) for metric in METRICS.values() for back in range(metric.years)}
    metric, back = known.get(column, (column, 0))
    if metric not in METRICS and metric not in {each.key for each in DAYS}:
        raise ValueError(f"there is no column {column}")
    fact = Fact(enterprise=enterprise, metric=metric, known_from=day, source=SOURCE, stated_at=clock.now())
    if metric in YEARLY:
        fact.year = base_year - back
    if isinstance(value, bool):
        fact.truth = value
    elif isinstance(value, int):
        fact.number = value
    elif isinstance(value, date):
        fact.day = value
    elif value is not None:
        fact.code = str(value)
    return fact


def tier_stay(enterprise: Enterprise, from_on: date, until_on: date | None = None, tier: str = "innovation") -> TierStay:
    made = TierStay.objects.create(
        enterprise=enterprise, tier=tier, from_on=from_on, until_on=until_on, source=SOURCE, stated_at=clock.now()
    )
    refresh_rows([enterprise.pk])
    return made


def attestation(
    enterprise: Enterprise, condition: str, holds: bool | None = True, *, channel: str = "", by: User | None = None, **fields: Any
) -> Attestation:
    """A word on a condition by ``by``, else by a person made for it; given long ago, without an end."""
    from tests.factories.accounts import UserFactory

    defaults: dict[str, Any] = {"stated_on": date(2023, 1, 1), "stated_at": clock.now(), "ground": "演示依据"}
    return Attestation.objects.create(
        enterprise=enterprise, channel=channel, condition=condition, holds=holds, stated_by=by or UserFactory(), **{**defaults, **fields}
    )


def plan() -> Plan:
    return Plan.objects.get_or_create(
        slug="finance-plan",
        defaults={
            "title_zh": "演示规划",
            "title_en": "Demo plan",
            "issuer_zh": "演示单位",
            "starts_on": date(2023, 1, 1),
            "ends_on": date(2025, 12, 31),
        },
    )[0]


def channel(key: str = "demo-channel", *, in_plan: Plan | None = None, **content: Any) -> Channel:
    """A channel with one dated number: revenue of 100 million yuan from 2020, 300 million from 2024-04-30."""
    told: dict[str, Any] = {
        "channel": key,
        "title": {"zh": "演示渠道", "en": "Demo channel"},
        "parameters": {
            "least_revenue": {
                "unit": "million_yuan",
                "values": [
                    {"value": 100, "in_force": "2020-01-01", "until": "2024-04-29", "citation": "演示规则第一条", "verified": True},
                    {"value": 300, "in_force": "2024-04-30", "citation": "演示规则第一条（修订）", "verified": False},
                ],
            }
        },
        "rule": {
            "all": [
                {"key": "revenue_enough", "metric": "revenue", ">=": "least_revenue", "text": {"zh": "营业收入", "en": "Revenue"}},
                {"key": f"{key.replace('-', '_')}_word", "attest": True, "text": {"zh": "无重大违法", "en": "No major violation"}},
            ]
        },
        **content,
    }
    title = told["title"]
    return Channel.objects.create(
        plan=in_plan or plan(), key=key, title_zh=title["zh"], title_en=title["en"], content=told, digest=digest(canonical(told))
    )


def screened(count: int = 3, **columns: Any) -> list[Enterprise]:
    """So many enterprises with facts, revenue rising by a hundred million each."""
    from tests.factories.registry import EnterpriseFactory

    made = [EnterpriseFactory() for _ in range(count)]
    for number, each in enumerate(made, start=1):
        facts(each, **{"revenue": number * 100_000_000, **columns})
    return made


def model_channels() -> list[Channel]:
    """The eleven channels of the model plan's folder, loaded."""
    from pathlib import Path

    from django.conf import settings

    from pilotage.finance.channels.loading import load_channels
    from pilotage.plan.folder import check

    folder = check(Path(settings.PLAN_DIR)).folder
    if folder is None:
        raise ValueError("the model plan has faults")
    load_channels(plan(), list(folder.further["channels"].values()), None)
    return list(Channel.objects.order_by("position"))
