"""Objections: filed by anybody who has proven a mailbox, decided with a reason by the secretariat."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from pilotage.accounts import codes
from pilotage.audit import services as audit
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.core import clock, working_days
from pilotage.core.verdict import Conflict, Invalid
from pilotage.directory import objection_limits, rules
from pilotage.directory.enums import UNDECIDED, ObjectionState
from pilotage.directory.models import Objection, PublicNotice
from pilotage.directory.objection_rules import Objector
from pilotage.review.selection.reserve import next_in_reserve

OBJECTIONS_PER_HOUR = objection_limits.PER_ADDRESS
MIN_TEXT = 10
MAX_TEXT = 4000
DECIDE_DAYS = 10  # working days from receipt; ours, no rule of a ministry


def purpose(notice: PublicNotice) -> str:
    """Under which codes prove a mailbox for this notice."""
    return f"objection:{notice.number}"


@transaction.atomic
def object_to(
    *,
    notice: PublicNotice,
    proof: str,
    text: str,
    name: str = "",
    organisation: str = "",
    contact: str = "",
    is_confidential: bool = False,
    application: Application | None = None,
    address: str = "",
    solved: bool = False,
) -> Objection:
    """File an objection against the list or one row of it.

    ``proof``: of a mailbox, from ``accounts.codes``. ``address``: the sender's network address; only its keyed digest is kept.
    ``solved``: the browser has solved the puzzle, which raises the limit. The number returned is the acknowledgement; it cannot be
    guessed, so who holds it may follow the case. The same text against the same row from the same mailbox is filed once.
    """
    rules.can_object(notice).require()
    email = codes.proven(proof, purpose=purpose(notice))
    _check(notice, email, name, text, application, is_confidential)
    # one at a time for each notice: numbers are gapless and no limit can be outrun
    PublicNotice.objects.select_for_update().get(pk=notice.pk)
    twin = _twin(notice, email, application, text)
    if twin is not None:
        return twin
    origin = objection_limits.origin_digest(address)
    objection_limits.require_below_limits(notice, origin=origin, email=email, solved=solved)
    now = clock.now()
    objection = Objection.objects.create(
        notice=notice,
        application=application,
        number=_number(notice),
        name=name.strip(),
        organisation=organisation.strip(),
        email=email,
        contact=contact.strip(),
        is_confidential=is_confidential,
        language=get_language() or "",
        text=text.strip(),
        text_digest=text_digest(text),
        received_at=now,
        due_on=working_days.add(timezone.localdate(now), DECIDE_DAYS),
        origin_digest=origin,
    )
    audit.record(objection, "directory.objection.receive", actor=None)
    _write(objection)
    return objection


@transaction.atomic
def withdraw_objection(*, objector: Objector, objection: Objection, reason: str) -> Objection:
    """By who filed it, until it is decided. Nothing on the list changes; what was said stays in the record."""
    audit.transition(objection, "withdraw", actor=objector, reason=reason.strip(), changes={"decided_at": clock.now()})
    return objection


@transaction.atomic
def decide_objection(*, actor: Any, objection: Objection, upheld: bool, decision: str) -> Objection:
    """Decide with a reason. Upheld against a row: that application is excluded, and the next reserve is promoted.

    The applicant must have been heard before its row falls. The promoted one becomes *selected* and must stand in a notice of its
    own: the secretariat prepares a supplementary notice, whose full period runs. An edition cannot be prepared before that notice is
    closed. An objection against the list as a whole, when upheld, changes no row; its decision says what follows.
    """
    changes = {"decision": decision.strip(), "decided_at": clock.now()}
    audit.transition(objection, "uphold" if upheld else "dismiss", actor=actor, reason=decision.strip(), changes=changes)
    application = _current(objection)
    if upheld and application is not None and application.state == ApplicationState.IN_NOTICE:
        reason = _("Objection %(number)s was upheld.") % {"number": objection.reference}
        audit.transition(application, "exclude", actor=actor, reason=reason)
        promoted = next_in_reserve(application.call)
        if promoted is not None:
            audit.transition(promoted, "promote", actor=actor, reason=reason)
    _write(objection)
    return objection


def dismiss_alike(*, actor: Any, objection: Objection, decision: str) -> list[Objection]:
    """Dismiss it and every undecided one of the same text against the same row, each with this reason; all or none."""
    with transaction.atomic():
        alike = list(same_text(objection).select_related("notice__call", "application__call").order_by("id"))
        if not alike:
            raise Conflict(_("It has been decided already. Reload the page."))
        for each in alike:
            decide_objection(actor=actor, objection=each, upheld=False, decision=decision)
    return alike


def same_text(objection: Objection) -> Any:
    """Undecided objections that say the same of the same row, itself included."""
    if not objection.text_digest:
        return Objection.objects.filter(pk=objection.pk, state__in=UNDECIDED)
    return Objection.objects.filter(
        notice=objection.notice_id, application=objection.application_id, text_digest=objection.text_digest, state__in=UNDECIDED
    )


def text_digest(text: str) -> str:
    """The same for texts that differ in spaces and capitals only."""
    return hashlib.sha256("".join(text.split()).lower().encode()).hexdigest()


def _twin(notice: PublicNotice, email: str, application: Application | None, text: str) -> Objection | None:
    return notice.objections.filter(email=email, application=application, text_digest=text_digest(text)).first()


def _current(objection: Objection) -> Application | None:
    """The application as it stands now: another objection may have excluded it since this one was read."""
    if objection.application_id is None:
        return None
    return Application.objects.select_for_update().get(pk=objection.application_id)


def _check(notice: PublicNotice, email: str, name: str, text: str, application: Application | None, is_confidential: bool) -> None:
    errors = {}
    if not email:
        errors["email"] = _("Prove your e-mail address first: ask for a code and type it.")
    if not name.strip() and not is_confidential:
        errors["name"] = _("Give your name, or file confidentially.")
    if not MIN_TEXT <= len(text.strip()) <= MAX_TEXT:
        errors["text"] = _("Say what you object to and on what facts, in %(min)d to %(max)d characters.") % {
            "min": MIN_TEXT,
            "max": MAX_TEXT,
        }
    if application is not None and not notice.rows.filter(application=application).exists():
        errors["application"] = _("This row is not part of the notice.")
    if errors:
        raise Invalid(errors)


def _number(notice: PublicNotice) -> str:
    sequence = Objection.objects.filter(notice=notice).count() + 1
    tail = salted_hmac("pilotage.directory.objection.number", f"{notice.number}/{sequence}", algorithm="sha256").hexdigest()[:8]
    return f"{notice.number}-{sequence:03d}-{tail.upper()}"


def _write(objection: Objection) -> None:
    """To the proven mailbox, in the language the objection was filed in; the address of its page leads to the rest."""
    if not objection.email:
        return
    with override(objection.language or None):
        if objection.state == ObjectionState.RECEIVED:
            subject = _("Your objection %(number)s was received")
            body = _("It will be decided with a reason by %(day)s.") % {"day": objection.due_on}
        else:
            subject, body = _("Your objection %(number)s was decided"), objection.decision
        body += "\n\n" + _("Follow it here: %(address)s") % {"address": page_of(objection)}
        send_mail(subject % {"number": objection.number}, body, None, [objection.email])


def page_of(objection: Objection) -> str:
    """The address under which whoever holds the number follows the case."""
    return f"{settings.BASE_URL}/notices/{objection.notice.number}/object/{objection.number}/"
