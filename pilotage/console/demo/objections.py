"""The fictional objection is put to its applicant before it is decided. Every word is made up and says so."""

from __future__ import annotations

from pilotage.accounts.enums import Role
from pilotage.accounts.models import Membership, User
from pilotage.calls.models import Application
from pilotage.console.demo import people
from pilotage.console.demo.filing import local_moment
from pilotage.core import clock
from pilotage.directory import services as directory
from pilotage.directory.models import PublicNotice

QUESTION = "有异议反映接入设备数量与现场不符。请说明统计口径和时点，并说明如何核对。（演示，内容虚构）"
ANSWER = "按项目竣工验收时点统计，接入设备台数与验收清单一致，可随时到现场核对。（演示，内容虚构）"


def hear(notice: PublicNotice, offices: people.Offices) -> None:
    """Asked on 14 November, answered the day after; one whose applicant has nobody to answer is left to the decision."""
    for objection in notice.objections.select_related("notice__call", "application__enterprise").order_by("id"):
        answering = _filer(objection.application) if objection.application else None
        if answering is None:
            continue
        with clock.at(local_moment(2023, 11, 14, 9)):
            hearing = directory.hear_applicant(actor=offices.secretariat[0], objection=objection, question=QUESTION)
        with clock.at(local_moment(2023, 11, 15, 17)):
            directory.answer_hearing(actor=answering, hearing=hearing, answer=ANSWER)


def _filer(application: Application) -> User | None:
    members = Membership.objects.filter(organisation__enterprise=application.enterprise_id, role=Role.FILER, ended_at__isnull=True)
    found = members.select_related("user").order_by("id").first()
    return found.user if found else None
