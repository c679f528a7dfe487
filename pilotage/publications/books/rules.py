"""Who makes and issues case sets, and who reads them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core.verdict import YES, Invalid, Verdict, no
from pilotage.publications.books.enums import CaseSetState
from pilotage.publications.books.models import CaseSet


def can_make(actor: Any, _case_set: Any = None) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat makes and issues case sets."))


def can_see_all(actor: Any) -> Verdict:
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return YES
    return no(_("Only the secretariat and auditors see case sets being made."))


def can_change(actor: Any, case_set: CaseSet) -> Verdict:
    if not (verdict := can_make(actor)):
        return verdict
    if case_set.state != CaseSetState.DRAFT:
        return no(_("What is issued stays as it is."))
    if open_proposal(case_set) is not None:
        return no(_("Issuing is proposed: the set stays as it is until that is confirmed or withdrawn."))
    return YES


def is_complete(case_set: CaseSet) -> None:
    """To issue: a number nobody else has, and a case at least. Raises ``Invalid``."""
    if not case_set.number or case_set.issued_on is None:
        raise Invalid({"number": _("Give the set its number and day first.")})
    if CaseSet.objects.filter(number=case_set.number).exclude(pk=case_set.pk).exists():
        raise Invalid({"number": _("Another set has this number already.")})
    if not case_set.items.exists():
        raise Invalid({"cases": _("Choose the cases of the set first.")})


def open_proposal(case_set: CaseSet) -> Proposal | None:
    rows = Proposal.objects.filter(object_type="publications.caseset", object_id=str(case_set.pk), state=ProposalState.OPEN)
    return rows.select_related("proposed_by").first()


def visible_sets(actor: Any) -> QuerySet[CaseSet]:
    """The desk."""
    return CaseSet.objects.all() if can_see_all(actor) else CaseSet.objects.none()


def public_sets() -> QuerySet[CaseSet]:
    return CaseSet.objects.filter(state=CaseSetState.ISSUED)
