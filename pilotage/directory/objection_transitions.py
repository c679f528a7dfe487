"""The state table of objections."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.transitions import StateTable, register, row
from pilotage.core.verdict import Invalid
from pilotage.directory import objection_rules, rules
from pilotage.directory.enums import UNDECIDED, ObjectionState
from pilotage.directory.models import Objection

S = ObjectionState


def against_a_row(objection: Objection) -> None:
    if objection.application_id is None:
        raise Invalid(_("The objection is against the list as a whole; there is no applicant to be heard."))


def in_time(objection: Objection) -> None:
    hearing = objection.hearings.filter(answered_at__isnull=True).first()
    if hearing is not None and clock.today() > hearing.due_on:
        raise Invalid(_("The term for the answer ended on %(day)s.") % {"day": hearing.due_on})


def term_over(objection: Objection) -> None:
    """Nobody decides while the applicant may still answer."""
    hearing = objection.hearings.filter(answered_at__isnull=True).first() if objection.state == S.HEARING else None
    if hearing is not None and clock.today() <= hearing.due_on:
        raise Invalid(_("The applicant may answer until %(day)s; decide after that.") % {"day": hearing.due_on})


def was_heard(objection: Objection) -> None:
    """A row falls only after its applicant was asked."""
    if objection.application_id is not None and objection.state == S.RECEIVED:
        raise Invalid(_("Hear the applicant first: a project is not excluded before it could answer."))


OBJECTION = register(
    "directory.objection",
    StateTable(
        "directory.objection",
        tuple(S.values),
        S.RECEIVED,
        (
            row("hear", (S.RECEIVED, S.HEARD), S.HEARING, rules.can_decide, against_a_row),
            row("answer", S.HEARING, S.HEARD, objection_rules.can_answer, in_time),
            row("dismiss", UNDECIDED, S.DISMISSED, rules.can_decide, term_over, needs_reason=True),
            row("uphold", UNDECIDED, S.UPHELD, rules.can_decide, was_heard, term_over, needs_reason=True),
            row("withdraw", UNDECIDED, S.WITHDRAWN, objection_rules.can_withdraw, needs_reason=True),
        ),
    ),
)
