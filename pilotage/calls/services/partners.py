"""A consortium: the lead invites, each partner answers for itself, consents, or leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.audit.services import record, transition
from pilotage.calls.enums import TAKING_PART
from pilotage.calls.forms.fields import joined
from pilotage.calls.joint import rules as joint_rules
from pilotage.calls.joint import selectors as joint
from pilotage.calls.models import Application, Partner
from pilotage.calls.prefill import prefill
from pilotage.calls.selectors import form_of
from pilotage.calls.services import signoff
from pilotage.calls.services.common import locked
from pilotage.calls.services.merging import SaveResult, merge, remember, write
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.registry.models import Enterprise


def invite_partner(*, actor: Any, application: Application, who: str, role: str = "") -> Partner:
    """Ask an enterprise of the register, named by credit code or full name, to take part. Its part begins with what is known of it."""
    with transaction.atomic():
        fresh = locked(application)
        joint_rules.can_invite_partner(actor, fresh).require()
        enterprise = find_enterprise(who)
        _fits(fresh, enterprise, role)
        begun = prefill(None, enterprise, joint.partner_form(fresh.version))
        now = clock.now()
        partner = Partner.objects.create(
            application=fresh,
            enterprise=enterprise,
            role=role,
            data=begun.data,
            origins=begun.origins,
            invited_by=actor,
            invited_at=now,
            updated_at=now,
        )
        remember(partner, begun.data, actor=actor)
        _unsign(fresh, actor)
        record(partner, "partner.invite", actor=actor)
    return partner


def find_enterprise(who: str) -> Enterprise:
    """The one enterprise with this credit code or this exact name. Raises ``Invalid`` under ``who``."""
    text = who.strip()
    if not text:
        raise Invalid({"who": _("Enter the partner's unified social credit code or its full name.")})
    found = list(Enterprise.objects.filter(uscc=text.upper()).order_by("pk")[:2])
    found = found or list(Enterprise.objects.filter(name_zh=text).order_by("pk")[:2])
    found = found or list(Enterprise.objects.filter(name_en__iexact=text).order_by("pk")[:2])
    if not found:
        raise Invalid(
            {"who": _("The register holds no enterprise “%(who)s”. Check the credit code or the full name.") % {"who": text[:80]}}
        )
    if len(found) > 1:
        raise Invalid({"who": _("Several enterprises have this name. Enter the unified social credit code.")})
    return found[0]


def _fits(application: Application, enterprise: Enterprise, role: str) -> None:
    wish = joint.partner_wish(application.version)
    if wish is None:
        return  # the rule has refused already
    if enterprise.pk == application.enterprise_id:
        raise Invalid({"who": _("The lead cannot be its own partner.")})
    present = [partner for partner in joint.partners_of(application) if partner.state in TAKING_PART]
    if any(partner.enterprise_id == enterprise.pk for partner in present):
        raise Invalid({"who": _("%(partner)s has been invited already.") % {"partner": enterprise.name}})
    if len(present) >= wish.most:
        sentence = ngettext("This call takes at most %(most)s partner.", "This call takes at most %(most)s partners.", wish.most)
        raise Invalid({"who": sentence % {"most": wish.most}})
    if wish.roles and role not in {option.value for option in wish.roles}:
        raise Invalid(
            {"role": _("Choose what the partner is in the consortium: %(roles)s.") % {"roles": joined(o.label for o in wish.roles)}}
        )


def save_part(*, actor: Any, partner: Partner, values: Mapping[str, Any], base_version: int) -> SaveResult:
    """Merge a partner's answers to its own sections, field by field, as the lead's are."""
    with transaction.atomic():
        fresh = _fresh(partner)
        joint_rules.can_edit_part(actor, fresh).require()
        merged = merge(fresh, joint.partner_form(fresh.application.version), values, base_version, actor)
        if merged.changed:
            write(fresh, merged.changed, actor=actor, state=fresh.state)
            _unsign(fresh.application, actor)
            record(fresh, "partner.save_part", actor=actor, extra={"fields": sorted(merged.changed)})
    for name in ("data", "draft_version", "field_versions", "origins", "updated_at", "state"):
        setattr(partner, name, getattr(fresh, name))
    return merged.result(fresh)


def consent(*, actor: Any, partner: Partner) -> Partner:
    """Raises ``Invalid`` with a sentence per field while the partner's own part is incomplete."""
    return _decide(actor, partner, "consent")


def decline_partnership(*, actor: Any, partner: Partner, reason: str) -> Partner:
    return _decide(actor, partner, "decline", reason)


def leave(*, actor: Any, partner: Partner, reason: str) -> Partner:
    """Before submission only. The lead cannot submit until it has removed or replaced the partner."""
    return _decide(actor, partner, "leave", reason)


def remove_partner(*, actor: Any, partner: Partner, reason: str) -> Partner:
    return _decide(actor, partner, "remove", reason)


def _decide(actor: Any, partner: Partner, verb: str, reason: str = "") -> Partner:
    with transaction.atomic():
        fresh = _fresh(partner)
        now = clock.now()
        changes = {"decided_by": actor, "decided_at": now, "updated_at": now}
        transition(fresh, verb, actor=actor, reason=reason, changes=changes)
        _count_leaving(fresh.application)
        _unsign(fresh.application, actor)
    partner.refresh_from_db(fields=["state"])
    return fresh


def ask_to_leave(*, actor: Any, partner: Partner, reason: str) -> Partner:
    """After submission: the officers see the wish and return the application; then the partner can leave."""
    with transaction.atomic():
        fresh = _fresh(partner)
        joint_rules.may_ask_to_leave(actor, fresh).require()
        if not reason.strip():
            raise Invalid({"reason": _("Give a reason: it is shown to the people concerned and kept in the record.")})
        fresh.leave_asked_at, fresh.leave_reason = clock.now(), reason.strip()
        Partner.objects.filter(pk=fresh.pk).update(leave_asked_at=fresh.leave_asked_at, leave_reason=fresh.leave_reason)
        _count_leaving(fresh.application)
        record(fresh, "partner.ask_to_leave", actor=actor, reason=reason)
    return fresh


def stay(*, actor: Any, partner: Partner) -> Partner:
    """Take the wish to leave back."""
    with transaction.atomic():
        fresh = _fresh(partner)
        joint_rules.may_stay(actor, fresh).require()
        if fresh.leave_asked_at:
            fresh.leave_asked_at, fresh.leave_reason = None, ""
            Partner.objects.filter(pk=fresh.pk).update(leave_asked_at=None, leave_reason="")
            _count_leaving(fresh.application)
            record(fresh, "partner.stay", actor=actor)
    return fresh


def _count_leaving(application: Application) -> None:
    """Kept with the application, so that lists and desks need no query for it."""
    leaving = application.partners.filter(state__in=TAKING_PART, leave_asked_at__isnull=False).count()
    if leaving != application.members_leaving:
        application.members_leaving = leaving
        Application.objects.filter(pk=application.pk).update(members_leaving=leaving)


def _fresh(partner: Partner) -> Partner:
    """The application's row is the lock for everything that belongs to it."""
    application = locked(partner.application)
    fresh = Partner.objects.select_for_update(of=("self",)).select_related("enterprise").get(pk=partner.pk)
    fresh.application = application
    return fresh


def _unsign(application: Application, actor: Any) -> None:
    """The signature covers the partners' parts too."""
    taken_back = signoff.void(application, form_of(application.version), actor=actor)
    if taken_back:
        write(application, taken_back, actor=actor, state=application.state)
