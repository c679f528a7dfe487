"""Who is told of a listing project: the enterprise of its steps, who is responsible of a passed limit and of new papers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from pilotage.audit.services import transition
from pilotage.core import clock
from pilotage.finance.pipeline import amending, documents, services
from pilotage.messages import wording
from pilotage.messages.models import Message
from pilotage.messages.services import read_news
from pilotage.messages.tasks import tick
from tests.factories import listings as make

pytestmark = pytest.mark.django_db
ASKED = ("file_tutoring", "accept_tutoring", "accept", "inquire")


def told(text: str) -> set[str]:
    with clock.at(make.NOW):
        while read_news():
            pass
    return set(Message.objects.filter(text=text).values_list("recipient__name", flat=True))


def sentence(text: str, language: str) -> str:
    found = Message.objects.filter(text=text).latest("id")
    with override(language):
        return f"{wording.title(found.text, found.params)} {wording.body(found.text, found.params)}"


def test_the_enterprise_is_told_of_each_step_and_of_what_was_taken_back(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=("file_tutoring",))
    assert told("listing_project.step") == {cast.filer.name, cast.legal_representative.name}
    assert "2022年3月31日" in sentence("listing_project.step", "zh-hans")
    assert "Tutoring filed, 31 March 2022" in sentence("listing_project.step", "en")
    with clock.at(make.NOW):
        amending.take_back(actor=cast.secretariat, project=project, reason="误录入")
    assert told("listing_project.taken_back") == {cast.filer.name, cast.legal_representative.name}
    assert "培育库" in sentence("listing_project.taken_back", "zh-hans")


def test_a_passed_limit_is_told_to_who_is_responsible_until_it_is_resumed(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise, verbs=ASKED)
    with clock.at(make.NOW):
        on = project.stage_on
        services.move(
            actor=cast.secretariat,
            project=project,
            verb="suspend",
            on=on,
            reason="演示",
            cause="financials_expired",
            owner=cast.second_secretariat,
        )
        tick()
        tick()
    assert told("listing_project.overdue") == {cast.secretariat.name, cast.second_secretariat.name}
    assert Message.objects.filter(text="listing_project.overdue").count() == 2
    assert "财务资料已过有效期" in sentence("listing_project.overdue", "zh-hans")
    assert "Financial statements expired" in sentence("listing_project.overdue", "en")
    with clock.at(make.NOW + timedelta(days=1)):
        services.move(actor=cast.secretariat, project=project, verb="resume", on=make.TODAY)
        assert tick()["suspensions_chased"] == 0


def test_a_paper_of_the_enterprise_is_told_to_the_secretariat(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    with clock.at(make.NOW):
        for who, text in ((cast.filer, b"1"), (cast.secretariat, b"2")):
            documents.add_document(actor=who, project=project, upload=SimpleUploadedFile("协议.pdf", b"%PDF-1.7 " + text), title="辅导协议")
    assert told("listing_project.document") == {cast.secretariat.name}
    assert Message.objects.filter(text="listing_project.document").count() == 1
    assert "辅导协议" in sentence("listing_project.document", "zh-hans")


def test_an_event_from_before_steps_told_their_day_is_read_all_the_same(cast: Any) -> None:
    project = make.project(cast.secretariat, cast.enterprise)
    with clock.at(make.NOW):
        transition(project, "file_tutoring", actor=cast.secretariat)
    assert told("listing_project.step") == {cast.filer.name, cast.legal_representative.name}
    assert "2022年3月1日" in sentence("listing_project.step", "zh-hans")
