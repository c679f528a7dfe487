"""Who writes, approves and publishes a case, and who reads it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import enterprise_ids, has_role
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.core.verdict import YES, Verdict, no
from pilotage.publications.cases.enums import PUBLIC, WRITTEN, CaseState, Side
from pilotage.publications.cases.models import CaseComment, CaseConsent, CaseStudy

Actor = Any  # a User, AnonymousUser, or None for the public

# a case tells of what everybody may know: earlier states would give away who is selected
TELLABLE = frozenset({ApplicationState.IN_NOTICE, ApplicationState.LISTED})


def is_editor(actor: Actor, call: Any = None) -> bool:
    return has_role(actor, Role.SECRETARIAT, call=call)


def is_of_enterprise(actor: Actor, enterprise_id: int) -> bool:
    return enterprise_id in enterprise_ids(actor)


def side_of(actor: Actor, case: CaseStudy) -> Side | None:
    """On which side the actor writes; None: on none."""
    if is_of_enterprise(actor, case.enterprise_id):
        return Side.ENTERPRISE
    if is_editor(actor, case.application.call if case.application else None):
        return Side.EDITOR
    return None


def published_cases() -> QuerySet[CaseStudy]:
    """What everybody may read. Of each, only the version published last and what consent is in force for."""
    return CaseStudy.objects.filter(state__in=sorted(PUBLIC))


def visible_cases(actor: Actor) -> QuerySet[CaseStudy]:
    """The working pages: the secretariat and auditors see all, an enterprise its own."""
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return CaseStudy.objects.all()
    own = enterprise_ids(actor)
    return CaseStudy.objects.filter(enterprise__in=own) if own else CaseStudy.objects.none()


def can_see_desk(actor: Actor) -> Verdict:
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR, Role.FILER, Role.LEGAL_REPRESENTATIVE):
        return YES
    return no(_("Only the secretariat, auditors and enterprises see where cases stand."))


def can_start(actor: Actor, application: Application) -> Verdict:
    """Either side may begin the case of a project that stands in a public notice or a directory."""
    if not is_editor(actor, application.call) and not is_of_enterprise(actor, application.enterprise_id):
        return no(_("Only the enterprise and the secretariat begin a case."))
    if application.state not in TELLABLE:
        return no(_("A case is written of a project in a public notice or a directory; this one is not there."))
    return YES


def can_take_part(actor: Actor, case: CaseStudy) -> Verdict:
    if side_of(actor, case) is None:
        return no(_("Only the enterprise and the secretariat write this case."))
    return YES


def can_write(actor: Actor, case: CaseStudy) -> Verdict:
    if not (verdict := can_take_part(actor, case)):
        return verdict
    if case.state not in WRITTEN:
        return no(_("The text is closed. Open it again before you change it."))
    return YES


def can_edit_as_editor(actor: Actor, case: CaseStudy) -> Verdict:
    if is_editor(actor, case.application.call if case.application else None):
        return YES
    return no(_("Only the secretariat publishes cases and takes them down."))


def can_consent(actor: Actor, case: CaseStudy) -> Verdict:
    """What is the enterprise's own is published with its consent only."""
    if not is_of_enterprise(actor, case.enterprise_id):
        return no(_("Only the enterprise itself gives or withdraws consent to publish."))
    if case.state == CaseState.DISCARDED:
        return no(_("This case has been discarded."))
    return YES


def can_withdraw(actor: Actor, consent: CaseConsent) -> Verdict:
    return can_consent(actor, consent.case)


def can_settle(actor: Actor, comment: CaseComment) -> Verdict:
    return can_take_part(actor, comment.case)


def visible_comments(actor: Actor) -> QuerySet[CaseComment]:
    return CaseComment.objects.filter(Q(case__in=visible_cases(actor)))


def may_begin(actor: Actor) -> bool:
    """Whether the actor begins cases at all."""
    return is_editor(actor) or bool(enterprise_ids(actor))
