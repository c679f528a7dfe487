"""Twelve projects of two provinces, read by three experts and waiting for their selection. ``build()`` runs inside the installation."""

from __future__ import annotations

DECIDING = "2023-11-05T10:00"
# number -> (province, industry, marks of the three experts)
PROJECTS: dict[str, tuple[str, str, tuple[int, int, int]]] = {
    "苏-01": ("320000", "34", (10, 9, 10)),
    "苏-02": ("320000", "34", (9, 9, 10)),
    "苏-03": ("320000", "38", (9, 9, 9)),
    "苏-04": ("320000", "39", (9, 9, 8)),
    "苏-05": ("320000", "34", (9, 8, 8)),
    "苏-06": ("320000", "38", (7, 7, 7)),
    "鲁-01": ("370000", "34", (9, 8, 9)),
    "鲁-02": ("370000", "34", (8, 8, 8)),
    "鲁-03": ("370000", "38", (7, 8, 8)),
    "鲁-04": ("370000", "39", (7, 7, 8)),
    "鲁-05": ("370000", "39", (6, 7, 6)),
    "鲁-06": ("370000", "34", (5, 5, 6)),
}


def build() -> None:
    from django.db import transaction

    from pilotage.accounts.models import User
    from pilotage.calls.models import Call
    from pilotage.core import clock
    from pilotage.review.models import ExpertProfile
    from tests.e2e.every_call import moment
    from tests.e2e.scene import CALL, address
    from tests.factories import review as make

    call = Call.objects.get(slug=CALL)
    secretariat = User.objects.get(email=address("secretariat"))
    experts = list(ExpertProfile.objects.order_by("number"))
    with clock.at(moment("2023-10-20T10:00")), transaction.atomic():
        for number, (province, industry, marks) in PROJECTS.items():
            firm = f"{'苏州' if province == '320000' else '潍坊'}演示{number[2:]}号机械有限公司"
            make.reviewed(
                call, secretariat, list(marks), experts, number=number, province=province, name=firm, industry_id=industry,
                project_title=f"演示{number} 5G工厂",
            )  # fmt: skip
