"""A re-evaluation of the fictional directory: drawn, some passed, some to be rectified. Findings are made up and say so."""

from __future__ import annotations

from datetime import date

from pilotage.calls.models import Call
from pilotage.console.demo import people, shape
from pilotage.console.demo.filing import local_moment
from pilotage.core import clock
from pilotage.directory import services
from pilotage.directory.models import Campaign

PASSED, TO_RECTIFY = 12, 3


def re_evaluate(call: Call, offices: people.Offices) -> Campaign:
    """After the publication of the call's edition."""
    first = offices.secretariat[0]
    edition = call.editions.select_related("directory").get()
    with clock.at(local_moment(2023, 12, 26, 9)):
        campaign = services.plan_campaign(
            actor=first, directory=edition.directory, year=2023, listed_before=date(2023, 12, 1), percent=5, term_days=30
        )
        services.draw_campaign(actor=first, campaign=campaign, seed=f"{shape.SEED} re-evaluation of the demonstration")
    rows = list(campaign.evaluations.select_related("entry__edition__call", "campaign").order_by("pk"))
    with clock.at(local_moment(2023, 12, 29, 15)):
        services.pass_entries(actor=first, evaluations=rows[:PASSED], reason="现场核查，与填报一致。（演示）")
        for row in rows[PASSED : PASSED + TO_RECTIFY]:
            services.require(actor=first, evaluation=row, reason="边缘计算节点停用，场景数据中断。（演示）")
    return campaign
