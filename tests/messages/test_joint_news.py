"""Consortia and signatures: who is told what."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from pilotage.calls import services
from pilotage.calls.models import Application, Partner
from pilotage.messages import wording
from pilotage.messages.models import Message
from pilotage.messages.services import read_news
from tests.factories import calls as make
from tests.factories import joint as factory


@pytest.fixture
def draft(cast: Any, at: Any) -> Application:
    at(make.FILING)
    return factory.complete_draft(factory.call(signoff="legal_representative"), cast)


def told() -> list[tuple[str, str]]:
    read_news()
    return sorted(Message.objects.values_list("recipient__name", "text"))


def test_who_is_invited_answers_and_signs(draft: Application, cast: Any) -> None:
    partner = services.invite_partner(actor=cast.filer, application=draft, who=cast.other_enterprise.name_zh, role="research")
    assert told() == [("潍申报", "partner.invited")]
    message = Message.objects.get()
    assert unquote(message.link) == f"/my/{draft.number}/part/"
    assert wording.title(message.text, message.params) == "邀请联合申报：精密减速机5G工厂"
    services.save_part(actor=cast.other_filer, partner=partner, values=factory.PART, base_version=0)
    services.consent(actor=cast.other_filer, partner=Partner.objects.get())
    signoff = services.ask_signoff(actor=cast.filer, application=draft)
    services.sign(actor=cast.legal_representative, signoff=signoff, digest=signoff.digest)
    of_both = [(who, text) for who in ("沈砚", "陆闻舟") for text in ("partner.consented", "signoff.signed")]
    assert told() == sorted([("潍申报", "partner.invited"), ("沈砚", "signoff.asked"), *of_both])


def test_who_leaves_is_told_to_the_lead_with_the_reason(draft: Application, cast: Any) -> None:
    partner = services.invite_partner(actor=cast.filer, application=draft, who=cast.other_enterprise.name_zh, role="research")
    services.decline_partnership(actor=cast.other_filer, partner=partner, reason="没有余力")
    assert ("陆闻舟", "partner.declined") in told()
    message = Message.objects.get(recipient=cast.filer)
    assert wording.body(message.text, message.params) == f"潍坊岚桥机械有限公司不参加{draft.number}。原因：没有余力"
