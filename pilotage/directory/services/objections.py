from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.calls.enums import ApplicationState
from pilotage.calls.models import Application
from pilotage.core import clock
from pilotage.core.verdict import Invalid, Refused
from pilotage.directory import rules
from pilotage.directory.models import Objection, PublicNotice
from pilotage.review.reserve import next_in_reserve

OBJECTIONS_PER_HOUR = 5
MIN_TEXT = 10
MAX_TEXT = 4000


@transaction.atomic
def object_to(
    *,
    notice: PublicNotice,
    name: str,
    contact: str,
    text: str,
    organisation: str = "",
    application: Application | None = None,
    address: str = "",
) -> Objection:
    """File an objection of anybody against the list or one row of it.

    ``address`` is the sender's network address: only its keyed digest is kept, and more than
    ``OBJECTIONS_PER_HOUR`` from one place are refused. The number returned is the acknowledgement; it
    cannot be guessed, so who holds it may follow the case.
    """
    rules.can_object(notice).require()
    _check(notice, name, contact, text, application)
    # one at a time for each notice: numbers are gapless and the limit cannot be outrun
    PublicNotice.objects.select_for_update().get(pk=notice.pk)
    origin = _origin(address)
    now = clock.now()
    if origin and Objection.objects.filter(origin_digest=origin, received_at__gt=now - timedelta(hours=1)).count() >= OBJECTIONS_PER_HOUR:
        raise Refused(
            _("Not more than %(count)d objections an hour are taken from one network address. Try again later.")
            % {"count": OBJECTIONS_PER_HOUR}
        )
    objection = Objection.objects.create(
        notice=notice,
        application=application,
        number=_number(notice),
        name=name.strip(),
        organisation=organisation.strip(),
        contact=contact.strip(),
        text=text.strip(),
        received_at=now,
        origin_digest=origin,
    )
    audit.record(objection, "directory.objection.receive", actor=None)
    return objection


@transaction.atomic
def decide_objection(*, actor: Any, objection: Objection, upheld: bool, decision: str) -> Objection:
    """Decide with a reason. Upheld against a row: that application is excluded, and the next reserve is promoted.

    The promoted one becomes *selected* and must stand in a notice of its own: the secretariat prepares a
    supplementary notice, whose full period runs. An edition cannot be prepared before that notice is closed.
    An objection against the list as a whole, when upheld, changes no row; its decision says what follows.
    """
    changes = {"decision": decision.strip(), "decided_at": clock.now()}
    audit.transition(objection, "uphold" if upheld else "dismiss", actor=actor, reason=decision.strip(), changes=changes)
    application = _current(objection)
    if upheld and application is not None and application.state == ApplicationState.IN_NOTICE:
        reason = _("Objection %(number)s was upheld.") % {"number": objection.number}
        audit.transition(application, "exclude", actor=actor, reason=reason)
        promoted = next_in_reserve(application.call)
        if promoted is not None:
            audit.transition(promoted, "promote", actor=actor, reason=reason)
    return objection


def _current(objection: Objection) -> Application | None:
    """The application as it stands now: another objection may have excluded it since this one was read."""
    if objection.application_id is None:
        return None
    return Application.objects.select_for_update().get(pk=objection.application_id)


def _check(notice: PublicNotice, name: str, contact: str, text: str, application: Application | None) -> None:
    errors = {}
    if not name.strip():
        errors["name"] = _("Give your name.")
    if not contact.strip():
        errors["contact"] = _("Give a telephone number or an e-mail address where you can be reached.")
    if not MIN_TEXT <= len(text.strip()) <= MAX_TEXT:
        errors["text"] = _("Say what you object to and on what facts, in %(min)d to %(max)d characters.") % {
            "min": MIN_TEXT,
            "max": MAX_TEXT,
        }
    if application is not None and not notice.rows.filter(application=application).exists():
        errors["application"] = _("This row is not part of the notice.")
    if errors:
        raise Invalid(errors)


def _origin(address: str) -> str:
    return salted_hmac("pilotage.directory.objection.origin", address, algorithm="sha256").hexdigest() if address else ""


def _number(notice: PublicNotice) -> str:
    sequence = Objection.objects.filter(notice=notice).count() + 1
    tail = salted_hmac("pilotage.directory.objection.number", f"{notice.number}/{sequence}", algorithm="sha256").hexdigest()[:8]
    return f"{notice.number}-{sequence:03d}-{tail.upper()}"
