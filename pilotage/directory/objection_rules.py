"""Who may do what with an objection: the objector by the proven mailbox, the applicant who is heard, the secretariat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import enterprise_ids, has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.directory.enums import UNDECIDED, Side
from pilotage.directory.models import Hearing, Objection, ObjectionFile


@dataclass(frozen=True, slots=True)
class Objector:
    """Whoever has proven a mailbox by a code. No account; the record names nobody."""

    email: str

    def audit_label(self) -> str:
        return "objector"


def is_objector(actor: Any, objection: Objection) -> bool:
    return isinstance(actor, Objector) and bool(objection.email) and actor.email == objection.email


def can_withdraw(actor: Any, objection: Objection) -> Verdict:
    if is_objector(actor, objection):
        return YES
    return no(_("Only who filed an objection can withdraw it; prove the e-mail address first."))


def can_answer(actor: Any, objection: Objection) -> Verdict:
    """The applicant's people, while it is asked."""
    application = objection.application
    if application is not None and application.enterprise_id in enterprise_ids(actor):
        return YES
    return no(_("Only the applicant concerned answers."))


def can_add_files(actor: Any, objection: Objection) -> Verdict:
    """The objector, until it is decided."""
    if not is_objector(actor, objection):
        return no(_("Only who filed an objection can add to it; prove the e-mail address first."))
    if objection.state not in UNDECIDED:
        return no(_("It has been decided; nothing can be added."))
    return YES


def visible_hearings(actor: Any) -> QuerySet[Hearing]:
    """The secretariat and auditors see all; an applicant what it is asked itself."""
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return Hearing.objects.all()
    own = enterprise_ids(actor)
    return Hearing.objects.filter(objection__application__enterprise__in=own) if own else Hearing.objects.none()


def visible_files(actor: Any, objection: Objection) -> QuerySet[ObjectionFile]:
    """Each side sees its own files; the secretariat and auditors see all."""
    files = ObjectionFile.objects.filter(objection=objection)
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return files
    if is_objector(actor, objection):
        return files.filter(side=Side.OBJECTOR)
    return files.filter(side=Side.APPLICANT) if can_answer(actor, objection) else files.none()
