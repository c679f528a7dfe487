"""Who meets about money: an enterprise that files and signs, a bank, a fund; figures and titles. ``build()`` runs inside the installation."""

from __future__ import annotations

from datetime import date
from typing import Any

OPENED, REMINDED, LAPSED = "2023-11-20T10:00", "2023-12-08T10:00", "2024-06-20T10:00"
WAN = 10_000


def build() -> None:
    from django.db import transaction

    from pilotage.accounts import services as accounts
    from pilotage.accounts.models import Organisation, User
    from pilotage.core import clock
    from pilotage.finance.facts import services
    from pilotage.finance.facts.lines import Line
    from pilotage.registry.models import Enterprise, Title
    from tests.e2e import scene
    from tests.e2e.every_call import moment

    with clock.at(moment("2023-11-01T10:00")), transaction.atomic():
        filer = User.objects.get(email=scene.address("filer"))
        own = Organisation.objects.get(enterprise__name_zh=scene.FIRM)
        _signer(own, "signer", "沈砚")
        fund = accounts.create_organisation(
            actor=None, kind="finance", name_zh="演示成长基金", name_en="Demo growth fund", is_fictional=True
        )
        _person("fund", "贝投", fund)
        values = {"revenue": 28_600, "rd_expense": 2_240, "total_assets": 40_000, "total_liabilities": 18_000}
        lines = [Line(metric, value * WAN, 2022) for metric, value in values.items()]
        services.state(
            actor=filer, enterprise=own.enterprise, lines=lines, source="2022年度审计报告", known_from=date(2023, 4, 28), is_audited=True
        )
        for number, name in enumerate((scene.FIRM, scene.SECOND_FIRM, scene.OTHER_FIRM)):
            Title.objects.create(
                enterprise=Enterprise.objects.get(name_zh=name), name="高新技术企业", issuer="演示科技主管部门", batch=f"GR2022{number:08d}",
                granted_on=date(2022, 11, 18), valid_until=date(2025, 11, 17),
            )  # fmt: skip


def _person(who: str, name: str, body: Any, role: str = "finance_liaison") -> Any:
    from tests.e2e import scene

    return scene._person(who, name, body, role)


def _signer(body: Any, who: str, name: str) -> Any:
    return _person(who, name, body, "legal_representative")
