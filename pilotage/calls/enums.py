from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core.scanning import ScanState as ScanState


class StageKind(TextChoices):
    APPLY = "apply", _("application")
    CHECK = "check", _("check")
    RECOMMEND = "recommend", _("recommendation")
    ACCEPT = "accept", _("completeness check")
    REVIEW = "review", _("expert review")
    DEFENCE = "defence", _("defence")
    SITE_VISIT = "site_visit", _("site visit")
    SELECT = "select", _("selection")
    NOTICE = "notice", _("public notice")
    PUBLISH = "publish", _("publication")
    UPDATE = "update", _("yearly update")
    RE_EVALUATE = "re_evaluate", _("re-evaluation")


class ApplicationState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    RESUBMITTED = "resubmitted", _("Resubmitted")
    DISTRICT_CHECKED = "district_checked", _("Passed by the district")
    CHECKED = "checked", _("Checked")
    SHORTLISTED = "shortlisted", _("Shortlisted")
    RECOMMENDED = "recommended", _("Recommended")
    NOT_RECOMMENDED = "not_recommended", _("Not recommended")
    ACCEPTED = "accepted", _("Accepted")
    NOT_ACCEPTED = "not_accepted", _("Not accepted")
    UNDER_REVIEW = "under_review", _("Under review")
    SELECTED = "selected", _("Selected")
    RESERVE = "reserve", _("Reserve")
    NOT_SELECTED = "not_selected", _("Not selected")
    IN_NOTICE = "in_notice", _("In public notice")
    EXCLUDED = "excluded", _("Excluded after objection")
    LISTED = "listed", _("Listed")
    UPDATE_CONFIRMED = "update_confirmed", _("Update confirmed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Whoever waits may know: until the outcome is public an applicant sees these inner states as one.
PUBLIC_STATE = {
    ApplicationState.SHORTLISTED: ApplicationState.CHECKED,
    ApplicationState.SELECTED: ApplicationState.UNDER_REVIEW,
    ApplicationState.RESERVE: ApplicationState.UNDER_REVIEW,
    ApplicationState.NOT_SELECTED: ApplicationState.UNDER_REVIEW,
}
EDITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED})
# handed in, and not looked at by anybody yet: with the district where the call and the place have one, else with the city
HANDED_IN = frozenset({ApplicationState.SUBMITTED, ApplicationState.RESUBMITTED})
WITH_CITY = HANDED_IN | {ApplicationState.DISTRICT_CHECKED}
WITH_PROVINCE = frozenset({ApplicationState.CHECKED, ApplicationState.SHORTLISTED, ApplicationState.NOT_RECOMMENDED})
EVER_SUBMITTED = frozenset(set(ApplicationState) - {ApplicationState.DRAFT})
RECOMMENDED_OR_LATER = frozenset(
    {
        ApplicationState.RECOMMENDED,
        ApplicationState.ACCEPTED,
        ApplicationState.NOT_ACCEPTED,
        ApplicationState.UNDER_REVIEW,
        ApplicationState.SELECTED,
        ApplicationState.RESERVE,
        ApplicationState.NOT_SELECTED,
        ApplicationState.IN_NOTICE,
        ApplicationState.EXCLUDED,
        ApplicationState.LISTED,
    }
)


class ApplicationKind(TextChoices):
    NEW = "new", _("new application")
    UPDATE = "update", _("yearly update")


class CheckResult(TextChoices):
    PASS = "pass", _("recommended")
    RESERVATION = "reservation", _("recommended with a reservation")
    RETURN = "return", _("returned")
    DECLINE = "decline", _("not recommended")


class CheckLevel(TextChoices):
    DISTRICT = "district", _("district")
    CITY = "city", pgettext_lazy("check level", "city")
    PROVINCE = "province", pgettext_lazy("check level", "province")


class CommentState(TextChoices):
    """A comment of an officer on one field of the form."""

    DRAFT = "draft", _("Not sent yet")
    SENT = "sent", _("To be corrected")
    SETTLED = "settled", _("Settled")
    DROPPED = "dropped", pgettext_lazy("comment", "Taken back")


class FlagState(TextChoices):
    """A figure that looks wrong, and what the checker made of it."""

    OPEN = "open", pgettext_lazy("figure", "To be looked at")
    CLEARED = "cleared", pgettext_lazy("figure", "Cleared")
    LAPSED = "lapsed", pgettext_lazy("figure", "Replaced by a later filing")


class CosignDecision(TextChoices):
    SIGNED = "signed", _("Co-signed")
    REFUSED = "refused", _("Not co-signed")


class RecommenderKind(TextChoices):
    PROVINCE = "province", _("provincial industry department")
    PLANNED_CITY = "planned_city", _("separately planned city")
    XPCC = "xpcc", _("Xinjiang Production and Construction Corps")
    COMMUNICATIONS = "communications", _("communications administration")
    CENTRAL_ENTERPRISE = "central_enterprise", _("central enterprise")
    BUREAU = "bureau", _("ministry bureau")


# bodies that check and recommend what comes to them directly: no city stands before them, nobody co-signs
DIRECT_RECOMMENDERS = frozenset(
    {RecommenderKind.XPCC, RecommenderKind.COMMUNICATIONS, RecommenderKind.CENTRAL_ENTERPRISE, RecommenderKind.BUREAU}
)
# who may recommend in a call that does not say
USUAL_RECOMMENDERS = (RecommenderKind.PROVINCE, RecommenderKind.PLANNED_CITY, RecommenderKind.XPCC)


class PartnerState(TextChoices):
    INVITED = "invited", _("Invited")
    CONSENTED = "consented", _("Consented")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("partner", "Left")
    REMOVED = "removed", pgettext_lazy("partner", "Removed")


# members of the consortium, whether they have agreed already or not
TAKING_PART = frozenset({PartnerState.INVITED, PartnerState.CONSENTED})


class SignoffState(TextChoices):
    REQUESTED = "requested", _("Waits for the signature")
    SIGNED = "signed", pgettext_lazy("sign-off", "Signed")
    VOID = "void", pgettext_lazy("sign-off", "No longer valid")


class PreviewState(TextChoices):
    WAITING = "waiting", _("being made")
    READY = "ready", _("ready")
    NONE = "none", _("none")
