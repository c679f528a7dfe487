from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.audit.models import Proposal
from pilotage.calls.enums import ApplicationState, StageKind
from pilotage.calls.models import Application, Call
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.directory import rules
from pilotage.directory.enums import NoticeState
from pilotage.directory.models import NoticeRow, PublicNotice
from pilotage.directory.services.proposals import waiting
from pilotage.review.models import Selection


@transaction.atomic
def prepare_notice(
    *,
    actor: Any,
    call: Call,
    opens_at: datetime,
    closes_at: datetime,
    title_zh: str = "",
    title_en: str = "",
    body_zh: str = "",
    body_en: str = "",
) -> PublicNotice:
    """A draft notice of every application that is selected and was not in a notice yet, by province and name.

    Called again after objections were upheld, it makes the supplementary notice of those promoted from the reserve.
    """
    rules.can_manage(actor, call).require()
    if closes_at <= opens_at:
        raise Invalid({"closes_at": _("A notice must close after it opens.")})
    if call.notices.filter(state=NoticeState.DRAFT).exists():
        raise Conflict(_("This call already has a notice in preparation."))
    chosen = list(
        Application.objects.filter(call=call, state=ApplicationState.SELECTED)
        .select_related("enterprise")
        .order_by("province_id", "enterprise__name_zh", "number")
    )
    if not chosen:
        raise Invalid(_("No selected application waits for a notice."))
    sequence = call.notices.count() + 1
    notice = PublicNotice.objects.create(
        call=call,
        selection=Selection.objects.filter(call=call, state="confirmed").first(),
        number=f"{_prefix(call)}-N{call.year}-{sequence:02d}",
        title_zh=title_zh or _default_title(call, sequence, "zh"),
        title_en=title_en or _default_title(call, sequence, "en"),
        body_zh=body_zh,
        body_en=body_en,
        opens_at=opens_at,
        closes_at=closes_at,
        created_by=actor,
        created_at=clock.now(),
    )
    NoticeRow.objects.bulk_create(NoticeRow(notice=notice, application=a, position=i) for i, a in enumerate(chosen, start=1))
    audit.record(notice, "directory.notice.prepare", actor=actor, extra={"rows": [a.number for a in chosen]})
    return notice


@transaction.atomic
def open_notice(*, actor: Any, notice: PublicNotice) -> PublicNotice:
    """Lay the list open: its applications go into public notice and the end of the audit chain is printed on it.

    The head printed is the one before the opening itself, so it covers every decision that led to the list.
    """
    number, digest = audit.head()
    applications = [row.application for row in notice.rows.select_related("application__call").order_by("position")]
    audit.transition(
        notice,
        "open",
        actor=actor,
        changes={"chain_head": f"{number} {digest}", "opens_at": max(notice.opens_at, clock.now())},
        extra={"rows": [a.number for a in applications]},
    )
    audit.transition_many(applications, "announce", actor=actor)
    return notice


def propose_close_notice(*, actor: Any, notice: PublicNotice) -> Proposal:
    """First person: the period is over and every objection is decided."""
    return audit.propose(notice, "close", actor=actor)


def confirm_close_notice(*, actor: Any, notice: PublicNotice) -> PublicNotice:
    audit.confirm(waiting(notice, "close"), notice, actor=actor)
    return notice


def _prefix(call: Call) -> str:
    stage = call.stage(StageKind.PUBLISH)
    return str(stage.options.get("prefix") or call.slug.upper()) if stage else call.slug.upper()


def _default_title(call: Call, sequence: int, language: str) -> str:
    if language == "zh":
        return f"{call.title_zh}拟入选名单公示{'' if sequence == 1 else f'（补充第{sequence - 1}号）'}"
    supplement = "" if sequence == 1 else f" (supplement {sequence - 1})"
    return f"{call.title_en or call.title_zh}: proposed list for public notice{supplement}"
