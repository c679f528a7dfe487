"""What a re-evaluation tells: the enterprise its term, the reminders and the result; the secretariat what was reported."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pilotage.core import clock
from pilotage.directory import services
from pilotage.messages.models import Message
from pilotage.messages.services import read_news
from tests.factories import directory as make

pytestmark = pytest.mark.django_db


def test_the_term_its_reminder_and_the_report_are_told(cast: Any) -> None:
    stage = make.published(cast, count=1)
    entry = stage.entries[0]
    entry.enterprise = cast.filer.active_memberships[0].organisation.enterprise
    entry.save()
    while read_news():
        pass
    Message.objects.all().delete()
    with clock.at(make.moment("2024-10-08 10:00")):
        campaign = services.plan_campaign(
            actor=cast.secretariat, directory=stage.edition.directory, year=2024, listed_before=date(2024, 1, 1), percent=100
        )
        services.draw_campaign(actor=cast.secretariat, campaign=campaign, seed="08")
        row = campaign.evaluations.select_related("entry__edition__call", "campaign").get()
        services.require(actor=cast.secretariat, evaluation=row, reason="边缘节点停用。")
    with clock.at(make.moment("2024-11-05 09:00")):
        assert services.remind_terms() == 1
        services.report(actor=cast.filer, evaluation=row, text="已恢复。")
        while read_news():
            pass
    told = {(message.recipient_id, message.text) for message in Message.objects.all()}
    assert {(cast.filer.pk, "evaluation.require"), (cast.filer.pk, "evaluation.due")} <= told
    assert (cast.secretariat.pk, "evaluation.report") in told
    assert {user for user, _text in told} & {cast.outsider.pk, cast.other_filer.pk, cast.expert.pk} == set()
