"""Who may do what to calls and applications, and what each actor sees. Every refusal is a sentence."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import covers, enterprise_ids, has_role, memberships_as, roles_of
from pilotage.calls import scope, standing
from pilotage.calls.deadlines import before_deadline, correction_open, district_open, filing_open, is_past, moment
from pilotage.calls.eligibility import Answer
from pilotage.calls.enums import (
    DIRECT_RECOMMENDERS,
    EDITABLE,
    HANDED_IN,
    TAKING_PART,
    WITH_CITY,
    ApplicationKind,
    ApplicationState,
    CommentState,
    StageKind,
)
from pilotage.calls.forms.fields import in_sequence, joined
from pilotage.calls.models import Application, Attachment, Call, FieldComment, Recommender
from pilotage.calls.selectors import APPLICANTS, form_of
from pilotage.core.transitions import may
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
    """A partner does not get the files of another partner's part."""
    found = Attachment.objects.filter(application__in=visible_applications(actor), removed_at__isnull=True)
    own = enterprise_ids(actor)
    if not own:
        return found
    return found.filter(Q(partner=None) | Q(partner__enterprise__in=own) | Q(application__enterprise__in=own))


def visible_comments(actor: Actor, application: Application) -> QuerySet[FieldComment]:
    """Of an application the actor may see: the enterprise and its partners read what was sent, officers what is being written as well."""
    kept = application.field_comments.exclude(state=CommentState.DROPPED)
    is_applicant = roles_of(actor) <= APPLICANTS or is_filer(actor, application)
    return kept.exclude(state=CommentState.DRAFT) if is_applicant else kept


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
    if not scope.is_checked_by_district_alone(application):
        return covers(actor, application, Role.CITY_OFFICER, call=call)
    return covers(actor, application, Role.DISTRICT_OFFICER, call=call) or acts_for_recommender(actor, application)


def holds_district_check(actor: Actor, application: Application) -> bool:
    return covers(actor, application, Role.DISTRICT_OFFICER, call=application.call)


def checks_now(actor: Actor, application: Application) -> bool:
    """Whose turn it is: the district's while the application is with it, else whoever holds the check."""
    return (holds_district_check if scope.is_with_district(application) else holds_check)(actor, application)


def why_direct(application: Application) -> str:
    """Why the city checks without the district before it, in a call that has district checks; empty where there is nothing to explain."""
    call = application.call
    if call.district_stage is None or application.state not in HANDED_IN or scope.is_with_district(application):
        return ""
    if application.kind != ApplicationKind.NEW or scope.goes_direct(application) or scope.is_checked_by_district(application):
        return ""
    if application.returned_from and application.returned_from not in HANDED_IN:
        return _("A level above the district returned it, so the correction does not pass through the district again.")
    if application.county_id not in scope.staffed_districts(call):
        return _("No district office works on this call in its county, so the city checks it directly.")
    return _("The district let its deadline pass, so the city checks it directly.")


def acts_for_recommender(actor: Actor, application: Application) -> bool:
    return application.recommender is not None and acts_for(actor, application.recommender, application.call)


def acts_for(actor: Actor, recommender: Recommender, call: Call | None = None) -> bool:
    return any(scope.acts_for(membership, recommender) for membership in memberships_as(actor, *scope.RECOMMENDING, call=call))


def is_secretariat(actor: Actor, application: Application) -> bool:
    return has_role(actor, Role.SECRETARIAT, call=application.call)


def may_pass_up(actor: Actor, application: Application) -> Verdict:
    """The district's own check, before the city's."""
    if not holds_district_check(actor, application):
        return no(_("Only the district office of its county passes an application up to the city."))
    verdict = district_open(application.call)
    if verdict and not scope.is_with_district(application):
        return no(why_direct(application) or _("No city stands above the district here: its check is the check itself."))
    return verdict and stays_together(application)


def may_check(actor: Actor, application: Application) -> Verdict:
    return _holds_check_now(actor, application) and figures_clear(application) and stays_together(application)


def stays_together(application: Application) -> Verdict:
    """Nothing passes while a member of the consortium wants to leave."""
    count = application.members_leaving
    if not count:
        return YES
    sentence = ngettext(
        "%(number)s: a member of the consortium wants to leave. Return the application, so that it can leave or be removed; "
        "or wait until it takes the request back.",
        "%(number)s: %(count)s members of the consortium want to leave. Return the application, so that they can leave or be removed; "
        "or wait until they take the request back.",
        count,
    )
    return no(sentence % {"number": application.number, "count": count})


def may_put_forward(actor: Actor, application: Application) -> Verdict:
    return may_recommend(actor, application) and stays_together(application)


def may_accept(actor: Actor, application: Application) -> Verdict:
    return may_act_for_ministry(actor, application) and stays_together(application)


def figures_clear(application: Application) -> Verdict:
    """Nothing passes while a figure is marked as unlikely and nobody has cleared it."""
    count = application.open_flags
    if not count:
        return YES
    sentence = ngettext(
        "%(number)s: %(count)s figure is marked as unlikely. Clear it with a reason, or return the application.",
        "%(number)s: %(count)s figures are marked as unlikely. Clear each with a reason, or return the application.",
        count,
    )
    return no(sentence % {"number": application.number, "count": count})


def _holds_check_now(actor: Actor, application: Application) -> Verdict:
    if scope.is_with_district(application):
        return no(_district_first(application.call))
    return _in_stage(actor, application, StageKind.CHECK, holds_check(actor, application), _("The city checks this application."))


def _district_first(call: Call) -> str:
    closes = call.district_stage.closes_at if call.district_stage else None
    if closes is None:
        return _("The district checks this application first.")
    return _("The district checks this application first, until %(moment)s.") % {"moment": moment(closes)}


def may_recommend(actor: Actor, application: Application) -> Verdict:
    if application.kind == ApplicationKind.UPDATE:
        return no(_("A yearly update is confirmed, not ranked."))
    return _by_province(actor, application)


def may_confirm_update(actor: Actor, application: Application) -> Verdict:
    if application.kind != ApplicationKind.UPDATE:
        return no(_("Only a yearly update is confirmed; a new application is shortlisted."))
    return _by_province(actor, application) and figures_clear(application) and stays_together(application)


def may_return(actor: Actor, application: Application) -> Verdict:
    if application.state == ApplicationState.RECOMMENDED:
        return may_act_for_ministry(actor, application)
    if scope.is_with_district(application) and holds_district_check(actor, application):
        return district_open(application.call)
    return _holds_check_now(actor, application) if application.state in WITH_CITY else _by_province(actor, application)


def may_decline(actor: Actor, application: Application) -> Verdict:
    return _holds_check_now(actor, application) if application.state in WITH_CITY else _by_province(actor, application)


def may_reconsider(actor: Actor, application: Application) -> Verdict:
    return _by_province(actor, application)


# --- taking an act back ---------------------------------------------------------------------
def may_unpass(actor: Actor, application: Application) -> Verdict:
    if not holds_district_check(actor, application):
        return no(_("Only the district office that passed it up takes that back."))
    return _is_own_last(application) and district_open(application.call)


def may_uncheck(actor: Actor, application: Application) -> Verdict:
    verdict = _in_stage(
        actor, application, StageKind.CHECK, holds_check(actor, application), _("Only who checked it takes the check back.")
    )
    return verdict and _is_own_last(application)


def may_undecline(actor: Actor, application: Application) -> Verdict:
    """Who declined it: the city while its stage is open, the province for its own decision."""
    if application.decided_from == ApplicationState.CHECKED:
        return _by_province(actor, application)
    return may_uncheck(actor, application)


def _is_own_last(application: Application) -> Verdict:
    if application.decided_from:
        return YES
    return no(_("The next level has worked on it meanwhile, so this can no longer be taken back."))


def may_comment(actor: Actor, application: Application) -> Verdict:
    """Comments on fields go out with a return, so they are for whoever may return it now."""
    return may(actor, application, "return")


def may_judge_figures(actor: Actor, application: Application) -> Verdict:
    """Marked figures are cleared by whoever decides the application now."""
    return may(actor, application, "return")


def may_answer(actor: Actor, application: Application) -> Verdict:
    return can_edit(actor, application)


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
