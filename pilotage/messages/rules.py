"""Who reads which message and who runs the outbox."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.messages.models import Message, OutboxMail

Actor = Any


def visible_messages(actor: Actor) -> QuerySet[Message]:
    """One's own and nobody else's, not even for the secretariat."""
    return Message.objects.filter(recipient=actor) if actor is not None and actor.is_authenticated else Message.objects.none()


def can_see_outbox(actor: Actor) -> Verdict:
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return YES
    return no(_("Only the secretariat and auditors see the outbox."))


def visible_mails(actor: Actor) -> QuerySet[OutboxMail]:
    return OutboxMail.objects.all() if can_see_outbox(actor) else OutboxMail.objects.none()


def can_run_outbox(actor: Actor) -> Verdict:
    if has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat holds, releases and retries e-mails."))


def may_run(actor: Actor, _mail: OutboxMail) -> Verdict:
    return can_run_outbox(actor)


def is_the_system(actor: Actor, _mail: OutboxMail) -> Verdict:
    return YES if actor is None else no(_("Only the system says whether an e-mail was sent."))
