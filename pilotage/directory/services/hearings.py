"""The applicant is asked, answers within a term, and only then may its row fall."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core import clock, working_days
from pilotage.core.verdict import Conflict, Invalid
from pilotage.directory.models import Hearing, Objection

HEARING_DAYS = 5  # working days; ours, no rule of a ministry
MOST_DAYS = 30
MIN_WORDS = 10


@transaction.atomic
def hear_applicant(*, actor: Any, objection: Objection, question: str, days: int = HEARING_DAYS) -> Hearing:
    """Ask the applicant; it has ``days`` working days. ``question`` goes to the applicant word for word and names no confidential objector."""
    question = question.strip()
    if len(question) < MIN_WORDS:
        raise Invalid({"question": _("Say what the applicant is to answer, in at least %(count)d characters.") % {"count": MIN_WORDS}})
    if not 1 <= days <= MOST_DAYS:
        raise Invalid({"days": _("Give a term of 1 to %(most)d working days.") % {"most": MOST_DAYS}})
    if objection.is_confidential and _names_objector(objection, question):
        raise Invalid({"question": _("The objector asked for confidentiality: name neither the person nor the organisation.")})
    audit.transition(objection, "hear", actor=actor)
    hearing = Hearing.objects.create(
        objection=objection,
        question=question,
        asked_by=actor,
        asked_at=clock.now(),
        due_on=working_days.add(clock.today(), days),
    )
    audit.record(hearing, "directory.hearing.ask", actor=actor)
    return hearing


@transaction.atomic
def answer_hearing(*, actor: Any, hearing: Hearing, answer: str) -> Hearing:
    """By the applicant's people, until the end of the last day of the term."""
    answer = answer.strip()
    if len(answer) < MIN_WORDS:
        raise Invalid({"answer": _("Answer in at least %(count)d characters.") % {"count": MIN_WORDS}})
    objection = hearing.objection
    audit.transition(objection, "answer", actor=actor)
    now = clock.now()
    if not Hearing.objects.filter(pk=hearing.pk, answered_at__isnull=True).update(answer=answer, answered_by=actor, answered_at=now):
        raise Conflict(_("It has been answered already. Reload the page."))
    hearing.refresh_from_db()
    audit.record(hearing, "directory.hearing.answer", actor=actor)
    return hearing


def _names_objector(objection: Objection, words: str) -> bool:
    return any(name and name in words for name in (objection.name, objection.organisation, objection.contact, objection.email))
