"""What the page tests' scene knows of one enterprise's figures, rights and needs, and what a bank and the secretariat see of them."""

from __future__ import annotations

from datetime import date
from typing import Any

WAN = 10_000
OWN = {
    "own-financing": "{financing}", "own-financing-history": "{financing-history}", "own-data": "{financing-data}",
    "own-data-enter": "{financing-enter}", "channel": "/financing/channels/star-attribute/", "own-pledges": "/financing/pledges/",
    "own-matching": "/financing/matching/", "own-need-new": "/financing/matching/needs/new/",
}  # fmt: skip
BANK = {
    "bank-enterprises": "/enterprises/", "bank-financing": "/financing/", "bank-one": "{financing}", "bank-data": "/financing/data/",
    "bank-screenings": "/financing/screenings/", "bank-pledges": "/financing/pledges/", "bank-matching": "/financing/matching/",
    "bank-offer-new": "/financing/matching/offers/new/", "bank-pipeline": "/financing/pipeline/",
}  # fmt: skip
SECRETARIAT = {
    "financing": "/financing/", "financing-import": "/financing/data/import/", "screenings": "/financing/screenings/",
    "screening-compare": "/financing/screenings/compare/", "pipeline": "/financing/pipeline/", "matching": "/financing/matching/",
    "amounts": "/financing/matching/amounts/",
}  # fmt: skip


def figures(scene: dict[str, Any], filer: Any, bank: Any) -> None:
    """Three years of statements and patents; the bank may read them."""
    from pilotage.accounts.models import EnterpriseConsent
    from pilotage.core import clock
    from pilotage.finance.facts import services
    from pilotage.finance.facts.lines import Line

    own = scene["financed"] = scene["first"].enterprise
    years = {"revenue": (28_600, 22_466, 17_648), "rd_expense": (2_240, 2_070, 1_930), "net_profit": (4_100, 3_300, 2_600)}
    lines = [Line(metric, value * WAN, 2022 - back) for metric, values in years.items() for back, value in enumerate(values)]
    heads = [Line("staff", 500, 2022), Line("rd_staff", 71, 2022), Line("invention_patents_main", 6)]
    services.state(
        actor=filer, enterprise=own, lines=[*lines, *heads], source="2022年度审计报告", known_from=date(2023, 4, 28), is_audited=True
    )
    institution = bank.memberships.get().organisation
    EnterpriseConsent.objects.create(enterprise=own, organisation=institution, given_by=filer, given_at=clock.now())


def addresses(scene: dict[str, Any]) -> dict[str, str]:
    from django.urls import reverse

    pk = [scene["financed"].pk]
    return {
        "financing": reverse("financing:enterprise", args=pk),
        "financing-history": reverse("financing:history", args=pk),
        "financing-data": reverse("facts:detail", args=pk),
        "financing-enter": reverse("facts:enter", args=pk),
    }
