"""Who may do what in a consortium and with a signature. Every refusal is a sentence."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import enterprise_ids
from pilotage.calls.enums import EDITABLE, TAKING_PART, SignoffState
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Partner, Signoff
from pilotage.core.transitions import table_for
from pilotage.core.verdict import YES, Invalid, Verdict, no

Actor = Any


# --- partners -------------------------------------------------------------------------------
def is_lead(actor: Actor, application: Application) -> bool:
    return application.enterprise_id in enterprise_ids(actor)


def speaks_for(actor: Actor, partner: Partner) -> bool:
    return partner.enterprise_id in enterprise_ids(actor)


def can_invite_partner(actor: Actor, application: Application) -> Verdict:
    if joint.partner_wish(application.version) is None:
        return no(_("This call takes applications of single enterprises, not of consortia."))
    return _as_lead(actor, application)


def _as_lead(actor: Actor, application: Application) -> Verdict:
    if not is_lead(actor, application):
        return no(_("Only a filer of the lead can change who takes part."))
    return _still_open(application)


def _still_open(application: Application) -> Verdict:
    if application.state not in EDITABLE:
        return no(_("The application has been submitted. Who takes part can be changed again if it is returned."))
    return YES


def can_edit_part(actor: Actor, partner: Partner) -> Verdict:
    if not speaks_for(actor, partner):
        return no(_("Only a filer of this partner can change its part."))
    if partner.state not in TAKING_PART:
        return no(_("This enterprise does not take part any more."))
    if partner.application.state not in EDITABLE:
        return no(_("The application has been submitted. It can be changed again if it is returned."))
    return YES


def may_consent(actor: Actor, partner: Partner) -> Verdict:
    if not speaks_for(actor, partner):
        return no(_("Only a filer of this partner can answer for it."))
    return _still_open(partner.application)


def may_leave(actor: Actor, partner: Partner) -> Verdict:
    if not speaks_for(actor, partner):
        return no(_("Only a filer of this partner can answer for it."))
    if partner.application.state not in EDITABLE:
        return no(_("The application has been submitted, so leaving is not possible by yourself. Ask the officers to return it."))
    return YES


def may_ask_to_leave(actor: Actor, partner: Partner) -> Verdict:
    if not speaks_for(actor, partner) or partner.state not in TAKING_PART:
        return no(_("Only a filer of this partner can answer for it."))
    if partner.application.state in EDITABLE:
        return no(_("The application has not been submitted: you can leave at once."))
    if partner.leave_asked_at:
        return no(_("The officers have been asked already."))
    return _can_still_be_returned(partner.application)


def _can_still_be_returned(application: Application) -> Verdict:
    verbs = table_for(application).by_verb
    if application.state in verbs["return"].sources:
        return YES
    if application.state in verbs["withdraw"].sources:
        lead = {"lead": application.enterprise.name}
        return no(
            _("The application cannot be returned any more, so no member can leave. Only %(lead)s can withdraw it as a whole.") % lead
        )
    return no(_("The application has been decided; nobody can leave it any more."))


def may_stay(actor: Actor, partner: Partner) -> Verdict:
    return YES if speaks_for(actor, partner) else no(_("Only a filer of this partner can answer for it."))


def may_remove(actor: Actor, partner: Partner) -> Verdict:
    return _as_lead(actor, partner.application)


def part_is_complete(partner: Partner) -> None:
    if problems := joint.part_problems(partner):
        raise Invalid(problems)


# --- the signature ----------------------------------------------------------------------------
def can_ask_signoff(actor: Actor, application: Application) -> Verdict:
    if not joint.needs_signoff(application):
        return no(_("In this call the filer makes the statement; no signature is asked for."))
    if not is_lead(actor, application):
        return no(_("Only a filer of the enterprise can ask for the signature."))
    if application.state not in EDITABLE:
        return no(_("The application has been submitted already."))
    return YES


def may_sign(actor: Actor, signoff: Signoff) -> Verdict:
    if signoff.application.enterprise_id not in enterprise_ids(actor, Role.LEGAL_REPRESENTATIVE):
        return no(_("Only the legal representative of the enterprise can sign."))
    if signoff.application.state not in EDITABLE:
        return no(_("The application has been submitted already."))
    return YES


def may_void(actor: Actor, signoff: Signoff) -> Verdict:
    """Whoever changes the application takes the signature back by it."""
    application = signoff.application
    takes_part = Application.objects.filter(joint.takes_part(actor), pk=application.pk)
    return YES if is_lead(actor, application) or takes_part.exists() else no(_("Only those who fill in the application can do this."))


def is_unchanged(signoff: Signoff) -> None:
    if signoff.state == SignoffState.REQUESTED and signoff.digest != joint.what_is_signed(signoff.application)[1]:
        raise Invalid({"signoff": _("The application was changed meanwhile. Nothing was signed; the filer has to ask again.")})
