"""Who writes, issues and reads guidelines. The public reads what was laid open or issued, and nothing of the working text."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core import clock
from pilotage.core.verdict import YES, Verdict, no
from pilotage.publications.guidelines.enums import GuidelineState
from pilotage.publications.guidelines.models import CommentRound, Guideline, GuidelineComment, Revision


def can_write(actor: Any, _guideline: Any = None) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat writes and issues guidelines."))


def can_see_all(actor: Any) -> Verdict:
    """The working text and the comments with their authors included."""
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return YES
    return no(_("Only the secretariat and auditors see the working text of guidelines."))


def can_edit(actor: Any, guideline: Guideline) -> Verdict:
    verdict = can_write(actor)
    if verdict and guideline.state == GuidelineState.ISSUED:
        return no(_("What is issued stays as it is; begin a revision first."))
    if verdict and guideline.state == GuidelineState.WITHDRAWN:
        return no(_("This guideline is withdrawn."))
    if verdict and open_proposal(guideline) is not None:
        return no(_("Issuing is proposed: the text stays as it is until that is confirmed or withdrawn."))
    return verdict


def can_answer(actor: Any, comment: GuidelineComment) -> Verdict:
    verdict = can_write(actor)
    if verdict and comment.round.published_at is not None:
        return no(_("The answers of this round are published and stay as they are."))
    return verdict


def can_comment(_actor: Any, found: CommentRound | None) -> Verdict:
    """Whoever asks, as long as the round lasts; its last day included."""
    if found is None or found.guideline.state != GuidelineState.COMMENTING or found.closed_at is not None:
        return no(_("No draft of this guideline is open for comments."))
    if clock.today() > found.closes_on:
        return no(_("The time for comments is over."))
    return YES


def open_proposal(guideline: Guideline) -> Proposal | None:
    rows = Proposal.objects.filter(object_type="publications.guideline", object_id=str(guideline.pk), state=ProposalState.OPEN)
    return rows.select_related("proposed_by").first()


def public_guidelines() -> QuerySet[Guideline]:
    """Issued once, or laid open for comments once."""
    known = Q(revisions__isnull=False) | Q(rounds__isnull=False)
    return Guideline.objects.filter(known).distinct().order_by("-created_at", "-id")


def public_revisions(guideline: Guideline) -> QuerySet[Revision]:
    """Of a withdrawn guideline nothing is left to read but that it is withdrawn."""
    found = guideline.revisions.order_by("-revision")
    return found.none() if guideline.state == GuidelineState.WITHDRAWN else found


def visible_guidelines(actor: Any) -> QuerySet[Guideline]:
    """On the working pages."""
    return Guideline.objects.order_by("-created_at", "-id") if can_see_all(actor) else Guideline.objects.none()
