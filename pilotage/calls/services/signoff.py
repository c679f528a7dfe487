"""The legal representative's signature: asked for, given on exactly what is handed over, lost with every later change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit.services import record, transition
from pilotage.calls.enums import SignoffState
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.joint import rules as joint_rules
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Signoff
from pilotage.calls.selectors import form_of
from pilotage.calls.services.common import locked
from pilotage.calls.services.merging import write
from pilotage.core import clock
from pilotage.core.verdict import Invalid

IN_FORCE = (SignoffState.REQUESTED, SignoffState.SIGNED)


def ask_signoff(*, actor: Any, application: Application) -> Signoff:
    """Ask for the signature on the application as it is now. Raises ``Invalid`` while something is to be completed."""
    from pilotage.calls.services.filing import submission_problems  # filing saves statements, so it stands above

    with transaction.atomic():
        fresh = locked(application)
        joint_rules.can_ask_signoff(actor, fresh).require()
        form = form_of(fresh.version)
        later = {"signoff", *joint.statements_of(form)}
        if problems := {key: sentence for key, sentence in submission_problems(fresh).items() if key not in later}:
            raise Invalid(problems)
        _content, digest = joint.what_is_signed(fresh)
        standing = _in_force(fresh)
        if standing and standing.digest == digest:
            raise Invalid({"signoff": _("The signature has been asked for already.")})
        if taken_back := void(fresh, form, actor=actor):
            write(fresh, taken_back, actor=actor, state=fresh.state)
        texts = [form.by_key[key].text_zh for key in joint.statements_of(form)]
        signoff = Signoff.objects.create(
            application=fresh, digest=digest, statement="\n".join(texts), requested_by=actor, requested_at=clock.now()
        )
        record(signoff, "signoff.ask", actor=actor)
    return signoff


def sign(*, actor: Any, signoff: Signoff, digest: str) -> Signoff:
    """Sign what ``digest`` names, as it stood on the page; the statement of the form is made by it.

    Raises ``Invalid`` when the application is no longer what was read.
    """
    with transaction.atomic():
        fresh = locked(signoff.application)
        signoff = _fresh(signoff, fresh)
        if digest != signoff.digest:
            raise Invalid({"signoff": _("The application was changed meanwhile. Nothing was signed; the filer has to ask again.")})
        transition(signoff, "sign", actor=actor, changes={"signed_by": actor, "signed_at": clock.now()})
        form = form_of(fresh.version)
        made = {"agreed": True, "by": str(actor), "at": clock.now().isoformat(timespec="seconds")}
        if stated := dict.fromkeys(joint.statements_of(form), made):
            write(fresh, stated, actor=actor, state=fresh.state)
            record(fresh, "application.save_draft", actor=actor, extra={"fields": sorted(stated)})
    return signoff


def refuse_signoff(*, actor: Any, signoff: Signoff, reason: str) -> Signoff:
    """The legal representative does not sign; the filer reads why."""
    with transaction.atomic():
        signoff = _fresh(signoff, locked(signoff.application))
        changes = {"voided_at": clock.now(), "void_reason": reason.strip()[:300]}
        transition(signoff, "refuse", actor=actor, reason=reason, changes=changes)
    return signoff


def void(application: Application, form: FormDef, *, actor: Any) -> dict[str, Any]:
    """Take back what was asked for or signed, because the application changes. To be called in that transaction.

    Returns the answers to take out with it: a statement that was signed.
    """
    signoff = _in_force(application)
    if signoff is None:
        return {}
    was_signed = signoff.state == SignoffState.SIGNED
    transition(signoff, "void", actor=actor, changes={"voided_at": clock.now()})
    return dict.fromkeys((key for key in joint.statements_of(form) if key in application.data), None) if was_signed else {}


def refused_statements(application: Application, form: FormDef, values: Mapping[str, Any]) -> dict[str, str]:
    """Where the legal representative signs, nobody makes the statement by ticking a box: field key -> sentence."""
    if not joint.needs_signoff(application):
        return {}
    sentence = _("%(field)s: the legal representative signs this statement.")
    return {key: sentence % {"field": form.by_key[key].label} for key in joint.statements_of(form) if key in values}


def _in_force(application: Application) -> Signoff | None:
    if not joint.needs_signoff(application):
        return None
    signoff = application.signoffs.filter(state__in=IN_FORCE).first()
    if signoff:
        signoff.application = application
    return signoff


def _fresh(signoff: Signoff, application: Application) -> Signoff:
    fresh = Signoff.objects.select_for_update().get(pk=signoff.pk)
    fresh.application = application
    return fresh
