"""Who sees and works what of the way to a market.

The secretariat works the projects, batches and rounds; auditors read all. An enterprise reads its own and adds documents. A liaison reads
what was sent to the own organisation: the batch for ever, the project while the enterprise's general consent is in force. An enterprise
reads its own line of a list that asked it, never the list; its legal representative decides on it. Lists of tier rounds are
read by everybody with a part in financing once they are open to objections. For all others there is nothing here.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.models import EnterpriseConsent, User
from pilotage.accounts.rules import enterprise_ids, has_role, memberships_as
from pilotage.core.verdict import YES, Verdict, no
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch
from pilotage.finance.pipeline.enums import ENDED, ON_LIST, BatchState, RoundState
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.round_models import TierRound

Actor = Any  # a User, AnonymousUser, or None for the system


def receiver_ids(actor: Actor) -> set[int]:
    """The financial organisations for which the actor speaks."""
    return {membership.organisation_id for membership in memberships_as(actor, Role.FINANCE_LIAISON)}


def sees_all(actor: Actor) -> bool:
    return has_role(actor, Role.SECRETARIAT, Role.AUDITOR)


def is_secretariat(actor: Actor) -> bool:
    return has_role(actor, Role.SECRETARIAT)


def can_see(actor: Actor) -> Verdict:
    if sees_all(actor) or enterprise_ids(actor) or receiver_ids(actor):
        return YES
    return no(_("The listing pipeline is open to enterprises, receivers of recommendations, the secretariat and auditors."))


def can_work(actor: Actor, _obj: Any = None) -> Verdict:
    """Enters projects, moves them, composes batches and holds rounds."""
    if actor is None or is_secretariat(actor):
        return YES
    return no(_("The listing pipeline is kept by the secretariat."))


def owners() -> QuerySet[User]:
    """Who can be responsible for a project or a step: the secretariat."""
    members = User.objects.filter(memberships__role=Role.SECRETARIAT, memberships__ended_at__isnull=True)
    return members.distinct().order_by("pk")


# --- projects --------------------------------------------------------------------------------
def visible_projects(actor: Actor) -> QuerySet[ListingProject]:
    if sees_all(actor):
        return ListingProject.objects.all()
    condition = Q(enterprise__in=enterprise_ids(actor))
    receivers = receiver_ids(actor)
    if receivers:
        consented = EnterpriseConsent.objects.filter(
            enterprise=OuterRef("project__enterprise"), organisation=OuterRef("batch__receiver"), withdrawn_at__isnull=True
        )
        sent = BatchLine.objects.filter(Exists(consented), batch__receiver__in=receivers, batch__state=BatchState.SIGNED, state__in=ON_LIST)
        condition |= Q(pk__in=sent.values("project"))
    return ListingProject.objects.filter(condition)


def can_add_document(actor: Actor, project: ListingProject) -> Verdict:
    if actor is None or is_secretariat(actor) or project.enterprise_id in enterprise_ids(actor):
        return YES
    return no(_("Documents are added by the enterprise itself or by the secretariat."))


def can_tell(actor: Actor, project: ListingProject) -> Verdict:
    """What an enterprise says of its own project, while it is on its way."""
    if project.enterprise_id not in enterprise_ids(actor):
        return no(_("This is entered by the enterprise itself."))
    return YES if project.state not in ENDED else no(_("The project has ended."))


def can_read_documents(actor: Actor, project: ListingProject) -> bool:
    """All papers and reasons stay between the enterprise and those who work or check the list; a receiver reads stages, and what is for it."""
    return sees_all(actor) or project.enterprise_id in enterprise_ids(actor)


# --- batches ---------------------------------------------------------------------------------
def visible_batches(actor: Actor) -> QuerySet[RecommendationBatch]:
    if sees_all(actor):
        return RecommendationBatch.objects.all()
    return RecommendationBatch.objects.filter(receiver__in=receiver_ids(actor), state=BatchState.SIGNED)


def visible_lines(actor: Actor) -> QuerySet[BatchLine]:
    """The own lines of the actor's enterprises, once they were asked."""
    return BatchLine.objects.filter(project__enterprise__in=enterprise_ids(actor), asked_at__isnull=False)


def can_decide(actor: Actor, line: BatchLine) -> Verdict:
    if line.project.enterprise_id in enterprise_ids(actor, Role.LEGAL_REPRESENTATIVE):
        return YES
    return no(_("Only the legal representative decides whether the enterprise goes on this list."))


def can_answer(actor: Actor, batch: RecommendationBatch) -> Verdict:
    """By the receiver; the secretariat enters what came on paper."""
    if batch.state != BatchState.SIGNED:
        return no(_("Only what was sent can be answered."))
    if actor is None or is_secretariat(actor) or batch.receiver_id in receiver_ids(actor):
        return YES
    return no(_("A recommendation is answered by its receiver."))


# --- tier rounds -----------------------------------------------------------------------------
def visible_rounds(actor: Actor) -> QuerySet[TierRound]:
    if sees_all(actor):
        return TierRound.objects.all()
    if not can_see(actor):
        return TierRound.objects.none()
    return TierRound.objects.filter(state__in=[RoundState.NOTICE, RoundState.FINAL])


def can_object(actor: Actor, line: Any) -> Verdict:
    """The company itself; the secretariat enters what others send."""
    if actor is None or is_secretariat(actor) or line.enterprise_id in enterprise_ids(actor):
        return YES
    return no(_("Objections are raised by the company itself, or sent to the secretariat, which enters them."))
