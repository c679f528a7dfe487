"""Reading what several people fill in and sign together: a call's wishes, partners, signatures, and what is handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from pilotage.accounts.rules import enterprise_ids
from pilotage.audit.chain import canonical, digest
from pilotage.calls.enums import EDITABLE, TAKING_PART, PartnerState, SignoffState
from pilotage.calls.forms.definition import FormDef
from pilotage.calls.forms.fields import Option
from pilotage.calls.forms.words import texts
from pilotage.calls.models import Application, Attachment, CallVersion, FieldChange, Partner, Signoff
from pilotage.calls.reports.forms import asks_in_part, form_for
from pilotage.calls.selectors import attachment_counts, attachments_of, form_of, registry_values


# --- partners -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PartnerWish:
    """What a call asks of a consortium; ``sections`` are answered by each partner for itself."""

    least: int
    most: int
    roles: tuple[Option, ...]
    sections: tuple[str, ...]
    needs_consent: bool

    def role(self, value: str) -> str:
        return next((option.label for option in self.roles if option.value == value), value)


def partner_wish(version: CallVersion) -> PartnerWish | None:
    """None: the call takes applications of single enterprises only."""
    raw = version.content.get("partners")
    if not raw:
        return None
    roles = tuple(Option(str(each["value"]), *texts(each, "label")) for each in raw.get("roles") or [])
    return PartnerWish(
        int(raw.get("min") or 0), int(raw.get("max") or 0), roles, tuple(raw.get("sections") or ()), raw.get("consent") is not False
    )


def partner_form(version: CallVersion) -> FormDef:
    """The part of the form that a partner answers: its sections, and the rules that speak of nothing else."""
    form, wish = form_of(version), partner_wish(version)
    sections = tuple(section for section in form.sections if wish and section.key in wish.sections)
    keys = {field.key for section in sections for field in section.fields}
    rules = tuple(rule for rule in form.rules if {*rule.fields, *rule.check.names} <= keys)
    steps = tuple(step for step in form.steps if step.key in keys)
    return replace(
        form, sections=sections, by_key={key: field for key, field in form.by_key.items() if key in keys}, rules=rules, steps=steps
    )


def partners_of(application: Application) -> list[Partner]:
    """Everybody the lead has to know of: who takes part, and who left or declined and was not let go yet. One query."""
    rows = application.partners.exclude(state=PartnerState.REMOVED).select_related("enterprise", "decided_by")
    partners = list(rows.order_by("id"))
    for partner in partners:
        partner.application = application
    return partners


def own_partnerships(actor: Any) -> QuerySet[Partner]:
    """Consortia in which an enterprise of the actor takes part."""
    return Partner.objects.filter(enterprise__in=enterprise_ids(actor), state__in=TAKING_PART).select_related(
        "enterprise", "application__enterprise", "application__call", "application__version"
    )


def takes_part(actor: Any) -> Q:
    """Applications of others in which an enterprise of the actor takes part, as a condition over applications."""
    own = enterprise_ids(actor)
    if not own:
        return Q(pk__in=[])
    return Q(pk__in=Partner.objects.filter(enterprise__in=own, state__in=TAKING_PART).order_by().values("application_id"))


def registry_of(partner: Partner) -> dict[str, str]:
    return registry_values(partner.enterprise)


def part_problems(partner: Partner) -> dict[str, str]:
    """What a partner still has to complete: field key -> sentence."""
    files = attachment_counts(partner.application, partner)
    return partner_form(partner.application.version).problems(partner.data, files, registry_of(partner))


def partner_problems(application: Application) -> dict[str, str]:
    """What stands against submission because of the consortium: ``partner-<id>`` or ``partners`` -> sentence. One query."""
    wish = partner_wish(application.version)
    if wish is None or asks_in_part(application):
        return {}
    partners = partners_of(application)
    found = {f"partner-{partner.pk}": sentence for partner in partners if (sentence := _partner_problem(partner, wish))}
    taking_part = sum(partner.state in TAKING_PART for partner in partners)
    if taking_part < wish.least:
        sentence = ngettext(
            "This call asks for at least %(least)s partner beside the lead; so far there are %(count)s.",
            "This call asks for at least %(least)s partners beside the lead; so far there are %(count)s.",
            wish.least,
        )
        found["partners"] = sentence % {"least": wish.least, "count": taking_part}
    return found


def _partner_problem(partner: Partner, wish: PartnerWish) -> str:
    names = {"partner": partner.enterprise.name}
    if partner.state == PartnerState.WITHDRAWN:
        return _("%(partner)s has left the consortium. Remove it from the list, or invite another partner in its place.") % names
    if partner.state == PartnerState.DECLINED:
        return _("%(partner)s has declined. Remove it from the list, or invite another partner in its place.") % names
    if partner.leave_asked_at:
        return _("%(partner)s wants to leave. Remove it from the list, or let it take the request back.") % names
    if problems := part_problems(partner):
        sentence = ngettext(
            "%(partner)s: %(count)s place of its own part is still to be completed.",
            "%(partner)s: %(count)s places of its own part are still to be completed.",
            len(problems),
        )
        return sentence % {**names, "count": len(problems)}
    if wish.needs_consent and partner.state != PartnerState.CONSENTED:
        return _("%(partner)s has not consented yet.") % names
    return ""


# --- the legal representative's signature -----------------------------------------------------
def needs_signoff(application: Application) -> bool:
    """Where the call asks for it; a report of some sections is filed without a signature."""
    return application.version.content.get("signoff") == "legal_representative" and not asks_in_part(application)


def statements_of(form: FormDef) -> list[str]:
    return [key for key, field in form.by_key.items() if field.type == "statement" and form.asks(key)]


def signoff_of(application: Application) -> Signoff | None:
    """The newest, whatever became of it. One query."""
    return application.signoffs.select_related("requested_by", "signed_by").order_by("-id").first()


def signoffs_waiting(actor: Any) -> QuerySet[Signoff]:
    """What a legal representative still has to read and sign."""
    from pilotage.accounts.enums import Role

    own = enterprise_ids(actor, Role.LEGAL_REPRESENTATIVE)
    waiting = Signoff.objects.filter(state=SignoffState.REQUESTED, application__enterprise__in=own, application__state__in=EDITABLE)
    return waiting.select_related("application__call", "application__enterprise", "requested_by").order_by("id")


def signoff_problem(application: Application) -> dict[str, str]:
    """What stands against submission because of the signature, under ``signoff``."""
    if not needs_signoff(application):
        return {}
    signoff = signoff_of(application)
    if signoff is None:
        return {"signoff": _("The legal representative has not signed yet. Ask for the signature.")}
    if signoff.state == SignoffState.VOID:
        return {"signoff": void_sentence(signoff)}
    if signoff.digest != what_is_signed(application)[1]:
        return {"signoff": _("The application was changed after the signature was asked for; it no longer holds. Ask for it again.")}
    if signoff.state == SignoffState.REQUESTED:
        return {"signoff": _("The application waits for the legal representative's signature.")}
    return {}


def void_sentence(signoff: Signoff) -> str:
    if signoff.void_reason:
        return _("The legal representative did not sign: “%(reason)s” Correct it and ask again.") % {"reason": signoff.void_reason}
    if signoff.signed_at:
        return _("The application was changed after it was signed; the signature no longer holds. Ask for it again.")
    return _("The application was changed after the signature was asked for; it no longer holds. Ask for it again.")


def what_is_signed(application: Application) -> tuple[dict[str, Any], str]:
    """Everything that is handed over but the statement itself, and its digest. The same in every language."""
    form = form_for(application)
    stated = set(statements_of(form))
    with override("zh-hans"):
        content = handed_over(application, {k: v for k, v in form.with_computed(application.data).items() if k not in stated})
    return content, digest(canonical(content))


# --- what is handed over ----------------------------------------------------------------------
def handed_over(application: Application, data: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with files, register values and, where the call has them, the partners' parts. Two or three queries."""
    content: dict[str, Any] = {
        "data": dict(data),
        "attachments": _files(attachments_of(application)),
        "registry": registry_values(application.enterprise),
    }
    if partner_wish(application.version) is not None and not asks_in_part(application):
        content["partners"] = [_part(partner) for partner in partners_of(application) if partner.state in TAKING_PART]
    return content


def _files(attachments: list[Attachment]) -> list[dict[str, Any]]:
    return [{"id": f.pk, "field": f.field, "name": f.name, "size": f.size, "sha256": f.sha256} for f in attachments]


def _part(partner: Partner) -> dict[str, Any]:
    """One query for its files. A part without files has no key of that name: so it was filed before there were any."""
    consented = partner.state == PartnerState.CONSENTED
    files = _files(attachments_of(partner.application, partner))
    return ({"attachments": files} if files else {}) | {
        "enterprise": partner.enterprise_id,
        "name": partner.enterprise.name_zh,
        "uscc": partner.enterprise.uscc or "",
        "role": partner.role,
        "state": partner.state,
        "data": partner_form(partner.application.version).with_computed(partner.data),
        "registry": registry_of(partner),
        "consented_by": str(partner.decided_by) if consented else "",
        "consented_at": partner.decided_at.isoformat(timespec="seconds") if consented and partner.decided_at else "",
    }


def signature(signoff: Signoff) -> dict[str, Any]:
    """A signature as it is filed with a revision."""
    return {
        "by": str(signoff.signed_by),
        "at": signoff.signed_at.isoformat(timespec="seconds") if signoff.signed_at else "",
        "digest": signoff.digest,
        "statement": signoff.statement,
    }


# --- history of fields --------------------------------------------------------------------------
def field_history(application: Application, key: str, partner: Partner | None = None) -> list[FieldChange]:
    """What was answered, by whom and when, newest first. One query."""
    rows = FieldChange.objects.filter(application=application, partner=partner, key=key)
    return list(rows.select_related("by").order_by("-id"))


def last_changes(application: Application, keys: list[str], partner: Partner | None = None) -> dict[str, FieldChange]:
    """The newest change of each field. One query."""
    rows = FieldChange.objects.filter(application=application, partner=partner, key__in=keys).select_related("by").order_by("id")
    return {row.key: row for row in rows}


def answers_at(row: Application | Partner, version: int) -> dict[str, Any]:
    """The answers as they stood at that version of the draft. No query where nothing has changed since, else one."""
    later = [key for key, changed in row.field_versions.items() if changed > version]
    found = {key: value for key, value in row.data.items() if key not in later}
    if later:
        application, partner = (row.application_id, row) if isinstance(row, Partner) else (row.pk, None)
        known = FieldChange.objects.filter(application_id=application, partner=partner, key__in=later, version__lte=version)
        for key, value in known.order_by("id").values_list("key", "value"):
            found[key] = value
    return {key: value for key, value in found.items() if value is not None}
