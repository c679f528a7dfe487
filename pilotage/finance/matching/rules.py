"""Who sees and does what with needs, offers and introductions.

A need is its enterprise's. An institution sees open needs that fit its own open offers, without the name, and those it was introduced to;
the name and what identifies the enterprise only with a consent in force. Offers that are open are seen by every enterprise. Secretariat and
auditors see all; nobody else sees anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import can_consent, consented_enterprise_ids, enterprise_ids, has_role, memberships_as
from pilotage.core.verdict import YES, Verdict, no
from pilotage.finance.matching import selectors
from pilotage.finance.matching.enums import IN_TALKS, IntroductionState, NeedState, OfferState, Side
from pilotage.finance.matching.models import Introduction, Need, Offer

Actor = Any  # a User, AnonymousUser, or None for the system
_NOT_OWN_NEED = _("Only the enterprise itself decides about its needs.")
_NOT_OWN_OFFER = _("Only the institution itself decides about its offers.")


def institution_ids(actor: Actor) -> set[int]:
    """The financial institutions for which the actor speaks."""
    return {membership.organisation_id for membership in memberships_as(actor, Role.FINANCE_LIAISON)}


def sees_all(actor: Actor) -> bool:
    return has_role(actor, Role.SECRETARIAT, Role.AUDITOR)


def is_secretariat(actor: Actor) -> bool:
    return has_role(actor, Role.SECRETARIAT)


def can_see(actor: Actor) -> Verdict:
    if sees_all(actor) or enterprise_ids(actor) or institution_ids(actor):
        return YES
    return no(_("Needs and offers are open to enterprises, financial institutions, the secretariat and auditors."))


# --- needs -----------------------------------------------------------------------------------
def visible_needs(actor: Actor) -> QuerySet[Need]:
    """One query more for an institution: its own open offers."""
    if sees_all(actor):
        return Need.objects.all()
    condition = Q(enterprise__in=enterprise_ids(actor))
    institutions = institution_ids(actor)
    if institutions:
        offers = list(selectors.open_offers().filter(organisation__in=institutions))
        fitting = selectors.needs_fitting(offers).values("pk")
        talks = Introduction.objects.filter(shown_to_institution(institutions)).values("need")
        condition |= Q(pk__in=fitting) | Q(pk__in=talks)
    return Need.objects.filter(condition)


def is_own_need(actor: Actor, need: Need) -> bool:
    return need.enterprise_id in enterprise_ids(actor)


def names_of(actor: Actor) -> Any:
    """``enterprise id -> may its name be told``, as a test from memory. One query."""
    if sees_all(actor):
        return lambda _pk: True
    known = enterprise_ids(actor)
    if institution_ids(actor):
        known = known | set(consented_enterprise_ids(actor).values_list("enterprise_id", flat=True))
    return lambda pk: pk in known


def can_state_need(actor: Actor, enterprise: Any) -> Verdict:
    return YES if actor is None or enterprise.pk in enterprise_ids(actor) else no(_NOT_OWN_NEED)


def can_change_need(actor: Actor, need: Need) -> Verdict:
    if not is_own_need(actor, need):
        return no(_NOT_OWN_NEED)
    return YES if need.state == NeedState.DRAFT else no(_("A need that institutions see is taken back before it is changed."))


def can_move_need(actor: Actor, need: Need) -> Verdict:
    return YES if is_own_need(actor, need) else no(_NOT_OWN_NEED)


def can_meet_need(actor: Actor, need: Need) -> Verdict:
    """Follows from a closed introduction as well."""
    return YES if actor is None or is_own_need(actor, need) else no(_NOT_OWN_NEED)


def by_itself(actor: Actor, _obj: Any) -> Verdict:
    return YES if actor is None else no(_("This happens by itself when the day has passed."))


# --- offers ----------------------------------------------------------------------------------
def visible_offers(actor: Actor) -> QuerySet[Offer]:
    if sees_all(actor):
        return Offer.objects.all()
    condition = Q(organisation__in=institution_ids(actor))
    own = enterprise_ids(actor)
    if own:
        talks = Introduction.objects.filter(need__enterprise__in=own).values("offer")
        condition |= Q(pk__in=selectors.open_offers().values("pk")) | Q(pk__in=talks)
    return Offer.objects.filter(condition)


def is_own_offer(actor: Actor, offer: Offer) -> bool:
    return offer.organisation_id in institution_ids(actor)


def can_make_offer(actor: Actor, organisation: Any) -> Verdict:
    return YES if actor is None or organisation.pk in institution_ids(actor) else no(_NOT_OWN_OFFER)


def can_change_offer(actor: Actor, offer: Offer) -> Verdict:
    if not is_own_offer(actor, offer):
        return no(_NOT_OWN_OFFER)
    return YES if offer.state == OfferState.DRAFT else no(_("An offer that enterprises see is taken back before it is changed."))


def can_move_offer(actor: Actor, offer: Offer) -> Verdict:
    return YES if is_own_offer(actor, offer) else no(_NOT_OWN_OFFER)


# --- introductions ---------------------------------------------------------------------------
def shown_to_institution(institutions: set[int]) -> Q:
    """A wish of the enterprise's own people stays in the house until its legal representative consents."""
    hidden = Q(consent__isnull=True, asked_by=Side.ENTERPRISE)
    return Q(offer__organisation__in=institutions) & ~hidden


def visible_introductions(actor: Actor) -> QuerySet[Introduction]:
    if sees_all(actor):
        return Introduction.objects.all()
    return Introduction.objects.filter(Q(need__enterprise__in=enterprise_ids(actor)) | shown_to_institution(institution_ids(actor)))


def waits_for(enterprises: Iterable[int], institutions: Iterable[int]) -> Q:
    """Introductions whose next step is theirs: the enterprise decides, after that the institution goes on."""
    decides = Q(need__enterprise__in=list(enterprises), state=IntroductionState.ASKED)
    return decides | Q(offer__organisation__in=list(institutions), state__in=IN_TALKS)


def side_of(actor: Actor, introduction: Introduction) -> str:
    """Which side the actor speaks for; blank for neither."""
    if is_own_need(actor, introduction.need):
        return Side.ENTERPRISE.value
    return Side.INSTITUTION.value if is_own_offer(actor, introduction.offer) else ""


def can_ask(actor: Actor, need: Need, offer: Offer) -> Verdict:
    """Either side may wish for it."""
    if is_own_need(actor, need) or is_own_offer(actor, offer):
        return YES
    return no(_("An introduction is asked for by the enterprise or by the institution."))


def can_agree(actor: Actor, introduction: Introduction) -> Verdict:
    return can_consent(actor, introduction.need.enterprise)


def can_step(actor: Actor, introduction: Introduction) -> Verdict:
    if is_own_offer(actor, introduction.offer):
        return YES
    return no(_("The steps of an introduction are entered by the institution."))


def can_correct(actor: Actor, introduction: Introduction) -> Verdict:
    verdict = can_step(actor, introduction)
    if not verdict or introduction.state == IntroductionState.CLOSED:
        return verdict
    return no(_("Only a contract that was entered can be put right."))


def can_decline(actor: Actor, introduction: Introduction) -> Verdict:
    if is_own_need(actor, introduction.need) or (is_own_offer(actor, introduction.offer) and _told(introduction)):
        return YES
    return no(_("An introduction is declined by the enterprise or by the institution."))


def _told(introduction: Introduction) -> bool:
    return introduction.consent_id is not None or introduction.asked_by == Side.INSTITUTION
