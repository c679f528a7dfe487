"""Who may do what to calls and applications, and what each actor sees. Every refusal is a sentence."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import covers, enterprise_ids, has_role, memberships_as
from pilotage.calls import scope, standing
from pilotage.calls.deadlines import before_deadline, correction_open, filing_open, is_past
from pilotage.calls.eligibility import Answer
from pilotage.calls.enums import DIRECT_RECOMMENDERS, EDITABLE, TAKING_PART, WITH_CITY, ApplicationKind, ApplicationState, StageKind
from pilotage.calls.form_fields import in_sequence, joined
from pilotage.calls.models import Application, Attachment, Call, Recommender
from pilotage.calls.selectors import form_of
from pilotage.core.verdict import YES, Verdict, no
from pilotage.registry.enums import SubjectKind

Actor = Any


# --- seeing ---------------------------------------------------------------------------------
def visible_applications(actor: Actor) -> QuerySet[Application]:
    return Application.objects.filter(scope.visible(actor))


def visible_calls(_actor: Actor) -> QuerySet[Call]:
    """Calls are public from the moment they are loaded."""
    return Call.objects.filter(current__isnull=False)


def visible_attachments(actor: Actor) -> QuerySet[Attachment]:
    return Attachment.objects.filter(application__in=visible_applications(actor), removed_at__isnull=True)


def can_view(actor: Actor, application: Application) -> Verdict:
    if application.enterprise_id in enterprise_ids(actor):
        return YES
    if application.partners.filter(enterprise__in=enterprise_ids(actor), state__in=TAKING_PART).exists():
        return YES
    if application.submitted_at is None:
        return no(_("A draft is seen by the enterprise only."))
    call = application.call
    if has_role(actor, *scope.CENTRAL, call=call) or covers(actor, application, *scope.LOCAL_OFFICERS, call=call):
        return YES
    if acts_for_recommender(actor, application):
        return YES
    if covers(actor, application, Role.COMMUNICATIONS_OFFICER, call=call):
        return YES if application.state in scope.SHORTLISTED_OR_LATER else no(_("The province has not shortlisted this application."))
    return no(_("This application lies outside your territory and role."))


# --- the enterprise's acts ------------------------------------------------------------------
def is_filer(actor: Actor, application: Application) -> bool:
    return application.enterprise_id in enterprise_ids(actor)


def can_start(actor: Actor, call: Call, enterprise: Any, kind: str = ApplicationKind.NEW, period: str = "") -> Verdict:
    if enterprise.pk not in enterprise_ids(actor):
        return no(_("Only a filer of the enterprise can start an application."))
    if enterprise.province_id is None:
        return no(_("Enter the enterprise's registered place in the register first: it decides who checks the application."))
    if kind == ApplicationKind.NEW:
        verdict = may_apply(call, enterprise)
        if not verdict:
            return verdict
    return filing_open(call, kind, period)


def may_apply(call: Call, enterprise: Any) -> Verdict:
    """What is certain before anything is typed: the kind of applicant, its industry, the call's conditions. Unknown is no obstacle."""
    applicants = (call.current.content.get("applicants") or {}) if call.current else {}
    kinds = applicants.get("kinds") or [SubjectKind.ENTERPRISE]
    if enterprise.kind not in kinds:
        accepted = joined(str(SubjectKind(each).label) for each in kinds)
        sentence = _("This call is for: %(accepted)s. The register knows the applicant as: %(kind)s.")
        return no(sentence % {"accepted": accepted, "kind": enterprise.get_kind_display()})
    sections = applicants.get("industry_sections") or []
    if enterprise.industry_id and sections and section_of(enterprise.industry) not in sections:
        return no(_("This call is for enterprises of industry sections %(sections)s.") % {"sections": joined(sections)})
    if call.current is None or not standing.rules_of(call.current):
        return YES
    found = standing.findings(call, enterprise, call.current, {}, form_of(call.current))
    against = [each.sentence for each in found if each.answer == Answer.NO]
    return no(in_sequence(against)) if against else YES


def section_of(industry: Any) -> str:
    return industry.parent_id or industry.pk


def can_edit(actor: Actor, application: Application) -> Verdict:
    """No deadline here: what is typed after it is kept, only submitting is closed."""
    if not is_filer(actor, application):
        return no(_("Only a filer of the enterprise can change the application."))
    if application.state not in EDITABLE:
        return no(_("The application has been submitted. It can be changed again if it is returned."))
    return YES


def may_submit(actor: Actor, application: Application) -> Verdict:
    if not is_filer(actor, application):
        return no(_("Only a filer of the enterprise can submit the application."))
    return _kept_if_late(filing_open(application.call, application.kind, application.period))


def may_resubmit(actor: Actor, application: Application) -> Verdict:
    if not is_filer(actor, application):
        return no(_("Only a filer of the enterprise can submit the application."))
    return _kept_if_late(correction_open(application))


def _kept_if_late(verdict: Verdict) -> Verdict:
    if verdict:
        return verdict
    return no(_("%(reason)s The draft is kept, but it cannot be submitted now.") % {"reason": verdict.reason})


def may_withdraw(actor: Actor, application: Application) -> Verdict:
    return YES if is_filer(actor, application) else no(_("Only a filer of the enterprise can withdraw the application."))


# --- the officers' acts ---------------------------------------------------------------------
def holds_check(actor: Actor, application: Application) -> bool:
    """The city checks; where no city stands between county and province, the district or the province itself does."""
    call = application.call
    if scope.goes_direct(application):
        return acts_for_recommender(actor, application)
    if not scope.is_checked_by_district(application):
        return covers(actor, application, Role.CITY_OFFICER, call=call)
    return covers(actor, application, Role.DISTRICT_OFFICER, call=call) or acts_for_recommender(actor, application)


def acts_for_recommender(actor: Actor, application: Application) -> bool:
    return application.recommender is not None and acts_for(actor, application.recommender, application.call)


def acts_for(actor: Actor, recommender: Recommender, call: Call | None = None) -> bool:
    return any(scope.acts_for(membership, recommender) for membership in memberships_as(actor, *scope.RECOMMENDING, call=call))


def is_secretariat(actor: Actor, application: Application) -> bool:
    return has_role(actor, Role.SECRETARIAT, call=application.call)


def may_check(actor: Actor, application: Application) -> Verdict:
    return _in_stage(actor, application, StageKind.CHECK, holds_check(actor, application), _("The city checks this application."))


def may_recommend(actor: Actor, application: Application) -> Verdict:
    if application.kind == ApplicationKind.UPDATE:
        return no(_("A yearly update is confirmed, not ranked."))
    return _by_province(actor, application)


def may_confirm_update(actor: Actor, application: Application) -> Verdict:
    if application.kind != ApplicationKind.UPDATE:
        return no(_("Only a yearly update is confirmed; a new application is shortlisted."))
    return _by_province(actor, application) and figures_clear(application)


def may_return(actor: Actor, application: Application) -> Verdict:
    if application.state == ApplicationState.RECOMMENDED:
        return may_act_for_ministry(actor, application)
    return may_check(actor, application) if application.state in WITH_CITY else _by_province(actor, application)


def may_decline(actor: Actor, application: Application) -> Verdict:
    return _holds_check_now(actor, application) if application.state in WITH_CITY else _by_province(actor, application)


def may_reconsider(actor: Actor, application: Application) -> Verdict:
    return _by_province(actor, application)


def may_cosign(actor: Actor, application: Application) -> Verdict:
    """The communications administration of the province, on what the province has shortlisted."""
    if not covers(actor, application, Role.COMMUNICATIONS_OFFICER, call=application.call):
        return no(_("Only the communications administration of the province co-signs."))
    if application.state != ApplicationState.SHORTLISTED:
        return no(_("Only a shortlisted application can be co-signed."))
    if not needs_cosign(application.call, application.recommender):
        return no(_("This call asks for no co-signature."))
    return before_deadline(application, StageKind.RECOMMEND)


def needs_cosign(call: Call, recommender: Recommender | None = None) -> bool:
    """Lists of bodies that recommend directly are not co-signed."""
    stage = call.stage(StageKind.RECOMMEND)
    return bool(stage and stage.options.get("cosign")) and (recommender is None or recommender.kind not in DIRECT_RECOMMENDERS)


def may_act_for_ministry(actor: Actor, application: Application) -> Verdict:
    return YES if is_secretariat(actor, application) else no(_("Only the secretariat decides at this stage."))


def can_configure(actor: Actor, call: Call) -> Verdict:
    return YES if has_role(actor, Role.SECRETARIAT, call=call) else no(_("Only the secretariat changes dates and quotas of a call."))


def can_link_recommender(actor: Actor) -> Verdict:
    return YES if has_role(actor, Role.SECRETARIAT) else no(_("Only the secretariat says who acts for a recommender."))


def _by_province(actor: Actor, application: Application) -> Verdict:
    holds = acts_for_recommender(actor, application)
    return _in_stage(actor, application, StageKind.RECOMMEND, holds, _("The recommending department decides this application."))


def _in_stage(actor: Actor, application: Application, kind: str, holds: bool, sentence: str) -> Verdict:
    """The holder until the deadline, the secretariat after it."""
    if holds:
        verdict = before_deadline(application, kind)
        if verdict or not is_secretariat(actor, application):
            return verdict
    if is_secretariat(actor, application):
        return YES if is_past(application, kind) else no(_("%(holder)s The secretariat can act after the deadline.") % {"holder": sentence})
    return no(sentence)
