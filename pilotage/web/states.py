"""How each state looks: tone and icon; its word comes from the room's own enum.

Colour is always the third signal after icon and word. ``PUBLIC`` tones are: good, accent, warn,
bad, neutral.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.audit.models import ProposalState
from pilotage.calls.enums import ApplicationState, CheckResult, CommentState, CosignDecision, FlagState, PartnerState, SignoffState
from pilotage.directory.campaign_enums import CampaignState, EvaluationState
from pilotage.directory.enums import EditionState, EntryState, NoticeState, ObjectionState
from pilotage.finance.matching.enums import BatchState, IntroductionState, NeedState, NoteState, OfferState
from pilotage.finance.pipeline.enums import Answer as ListingAnswer
from pilotage.finance.pipeline.enums import BatchState as ListingBatchState
from pilotage.finance.pipeline.enums import Decision, LineState, Stage
from pilotage.finance.pipeline.enums import RoundState as TierRoundState
from pilotage.finance.pledges.enums import Answer as PledgeAnswer
from pilotage.finance.pledges.enums import PaperState, PledgeState
from pilotage.finance.screening.enums import Answer, ScreeningState
from pilotage.messages.enums import MailState
from pilotage.plan.enums import Outlook, TargetStatus
from pilotage.plan.work.enums import DeliverableState, Light, ReportState
from pilotage.publications.books.enums import CaseSetState
from pilotage.publications.cases.enums import CaseState
from pilotage.publications.certificates.enums import CertificateState, KeyState
from pilotage.publications.guidelines.enums import CommentState as GuidelineCommentState
from pilotage.publications.guidelines.enums import GuidelineState
from pilotage.publications.site.enums import PageState
from pilotage.registry.enums import ImportState
from pilotage.reports.papers.enums import WorkReportState
from pilotage.review.enums import AssignmentState, DiscussionState, InvitationState, Outcome, RunState, SelectionState
from pilotage.statistics.enums import ReturnState

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Look:
    tone: str
    icon: str
    label: str | _StrPromise = ""


UNKNOWN = Look("neutral", "help-circle")

_GOOD, _ACCENT, _WARN, _BAD, _NEUTRAL = "good", "accent", "warn", "bad", "neutral"

_APPLICATION = {
    ApplicationState.DRAFT: (_NEUTRAL, "pencil"),
    ApplicationState.SUBMITTED: (_ACCENT, "send"),
    ApplicationState.RETURNED: (_WARN, "arrow-back-up"),
    ApplicationState.RESUBMITTED: (_ACCENT, "corner-down-left"),
    ApplicationState.DISTRICT_CHECKED: (_ACCENT, "list-check"),
    ApplicationState.CHECKED: (_ACCENT, "list-check"),
    ApplicationState.SHORTLISTED: (_ACCENT, "bookmark"),
    ApplicationState.RECOMMENDED: (_ACCENT, "circle-check"),
    ApplicationState.NOT_RECOMMENDED: (_NEUTRAL, "minus"),
    ApplicationState.ACCEPTED: (_ACCENT, "check"),
    ApplicationState.NOT_ACCEPTED: (_NEUTRAL, "minus"),
    ApplicationState.UNDER_REVIEW: (_ACCENT, "circle-dashed"),
    ApplicationState.SELECTED: (_GOOD, "circle-check"),
    ApplicationState.RESERVE: (_WARN, "clock"),
    ApplicationState.NOT_SELECTED: (_NEUTRAL, "minus"),
    ApplicationState.IN_NOTICE: (_ACCENT, "eye"),
    ApplicationState.EXCLUDED: (_BAD, "circle-x"),
    ApplicationState.LISTED: (_GOOD, "circle-check"),
    ApplicationState.UPDATE_CONFIRMED: (_GOOD, "refresh"),
    ApplicationState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
}
_ASSIGNMENT = {
    AssignmentState.ASSIGNED: (_ACCENT, "circle-dashed"),
    AssignmentState.STARTED: (_ACCENT, "pencil"),
    AssignmentState.FINISHED: (_GOOD, "circle-check"),
    AssignmentState.RECUSED: (_NEUTRAL, "user-x"),
    AssignmentState.CANCELLED: (_NEUTRAL, "circle-minus"),
}
_INVITATION = {
    InvitationState.INVITED: (_ACCENT, "clock"),
    InvitationState.ACCEPTED: (_GOOD, "circle-check"),
    InvitationState.DECLINED: (_NEUTRAL, "circle-x"),
    InvitationState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
    InvitationState.REPLACED: (_WARN, "user-x"),
}
_DISCUSSION = {
    DiscussionState.WAITING: (_NEUTRAL, "clock"),
    DiscussionState.OPEN: (_ACCENT, "message-2"),
    DiscussionState.CLOSED: (_GOOD, "circle-check"),
    DiscussionState.DROPPED: (_NEUTRAL, "circle-minus"),
}
_SELECTION = {
    SelectionState.DRAFT: (_NEUTRAL, "pencil"),
    SelectionState.CONFIRMED: (_GOOD, "circle-check"),
    SelectionState.DISCARDED: (_NEUTRAL, "circle-minus"),
}
_RUN = {
    RunState.WAITING: (_NEUTRAL, "clock"),
    RunState.SOLVING: (_ACCENT, "circle-dashed"),
    RunState.PROPOSED: (_ACCENT, "eye"),
    RunState.FINAL: (_GOOD, "circle-check"),
    RunState.DISCARDED: (_NEUTRAL, "circle-minus"),
    RunState.FAILED: (_BAD, "circle-x"),
}
_OUTCOME = {
    Outcome.SELECTED: (_GOOD, "circle-check"),
    Outcome.RESERVE: (_WARN, "clock"),
    Outcome.NOT_SELECTED: (_NEUTRAL, "minus"),
}
_CHECK = {
    CheckResult.PASS: (_GOOD, "circle-check"),
    CheckResult.RESERVATION: (_WARN, "alert-triangle"),
    CheckResult.RETURN: (_WARN, "arrow-back-up"),
    CheckResult.DECLINE: (_NEUTRAL, "minus"),
}
_COSIGN = {CosignDecision.SIGNED: (_GOOD, "circle-check"), CosignDecision.REFUSED: (_BAD, "circle-x")}
_NOTICE = {
    NoticeState.DRAFT: (_NEUTRAL, "pencil"),
    NoticeState.OPEN: (_ACCENT, "eye"),
    NoticeState.CLOSED: (_NEUTRAL, "lock"),
}
_PAGE = {
    PageState.DRAFT: (_NEUTRAL, "pencil"),
    PageState.PUBLISHED: (_GOOD, "circle-check"),
    PageState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
}
_OBJECTION = {
    ObjectionState.RECEIVED: (_ACCENT, "mail"),
    ObjectionState.HEARING: (_WARN, "message-2"),
    ObjectionState.HEARD: (_ACCENT, "corner-down-left"),
    ObjectionState.DISMISSED: (_NEUTRAL, "minus"),
    ObjectionState.UPHELD: (_WARN, "flag"),
    ObjectionState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
}
_EDITION = {EditionState.PREPARED: (_NEUTRAL, "pencil"), EditionState.PUBLISHED: (_GOOD, "circle-check")}
_ENTRY = {
    EntryState.PREPARED: (_NEUTRAL, "pencil"),
    EntryState.LISTED: (_GOOD, "circle-check"),
    EntryState.RECTIFYING: (_WARN, "alert-triangle"),
    EntryState.REMOVED: (_BAD, "circle-x"),
    EntryState.EXPIRED: (_NEUTRAL, "hourglass"),
}
_CAMPAIGN = {
    CampaignState.PLANNED: (_NEUTRAL, "pencil"),
    CampaignState.RUNNING: (_ACCENT, "circle-dashed"),
    CampaignState.CLOSED: (_GOOD, "circle-check"),
    CampaignState.CANCELLED: (_NEUTRAL, "minus"),
}
_EVALUATION = {
    EvaluationState.DRAWN: (_ACCENT, "circle-dashed"),
    EvaluationState.RECTIFYING: (_WARN, "alert-triangle"),
    EvaluationState.REPORTED: (_ACCENT, "send"),
    EvaluationState.PASSED: (_GOOD, "circle-check"),
    EvaluationState.FAILED: (_BAD, "circle-x"),
    EvaluationState.DROPPED: (_NEUTRAL, "minus"),
}
_TARGET = {
    TargetStatus.MET: (_GOOD, "circle-check"),
    TargetStatus.IN_PROGRESS: (_ACCENT, "circle-dashed"),
    TargetStatus.CARRIES_OVER: (_NEUTRAL, "arrow-forward"),
    TargetStatus.MISSED: (_BAD, "circle-x"),
    TargetStatus.NOT_COUNTED: (_NEUTRAL, "circle"),
    TargetStatus.CANNOT_COUNT: (_NEUTRAL, "circle"),
    TargetStatus.QUALITATIVE: (_NEUTRAL, "align-left"),
}
_OUTLOOK = {
    Outlook.MET: (_GOOD, "circle-check"),
    Outlook.ON_TRACK: (_ACCENT, "circle-dashed"),
    Outlook.AT_RISK: (_WARN, "alert-triangle"),
    Outlook.UNLIKELY: (_BAD, "alert-circle"),
    Outlook.CARRIES_OVER: (_NEUTRAL, "arrow-forward"),
    Outlook.MISSED: (_BAD, "circle-x"),
    Outlook.UNKNOWN: (_NEUTRAL, "help-circle"),
    Outlook.QUALITATIVE: (_NEUTRAL, "align-left"),
}
_LIGHT = {
    Light.DONE: (_GOOD, "circle-check"),
    Light.GREEN: (_ACCENT, "circle-dashed"),
    Light.AMBER: (_WARN, "alert-triangle"),
    Light.RED: (_BAD, "circle-x"),
    Light.NONE: (_NEUTRAL, "circle"),
}
_PROGRESS_REPORT = {
    ReportState.DRAFT: (_NEUTRAL, "pencil"),
    ReportState.SUBMITTED: (_ACCENT, "send"),
    ReportState.RETURNED: (_WARN, "arrow-back-up"),
    ReportState.RESUBMITTED: (_ACCENT, "corner-down-left"),
    ReportState.ACCEPTED: (_GOOD, "circle-check"),
}
_DELIVERABLE = {
    DeliverableState.PROPOSED: (_ACCENT, "clock"),
    DeliverableState.ACCEPTED: (_GOOD, "circle-check"),
    DeliverableState.DECLINED: (_BAD, "circle-x"),
    DeliverableState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
}
_PROPOSAL = {
    ProposalState.OPEN: (_WARN, "users"),
    ProposalState.CONFIRMED: (_GOOD, "circle-check"),
    ProposalState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
}
_IMPORT = {
    ImportState.UPLOADED: (_NEUTRAL, "upload"),
    ImportState.CHECKED: (_ACCENT, "list-check"),
    ImportState.CHECKING: (_ACCENT, "circle-dashed"),
    ImportState.RUNNING: (_ACCENT, "circle-dashed"),
    ImportState.DONE: (_GOOD, "circle-check"),
    ImportState.FAILED: (_BAD, "circle-x"),
}
_MAIL = {
    MailState.WAITING: (_ACCENT, "clock"),
    MailState.HELD: (_WARN, "lock"),
    MailState.SENT: (_GOOD, "circle-check"),
    MailState.FAILED: (_BAD, "circle-x"),
}
_PARTNER = {
    PartnerState.INVITED: (_NEUTRAL, "clock"),
    PartnerState.CONSENTED: (_GOOD, "circle-check"),
    PartnerState.DECLINED: (_BAD, "circle-x"),
    PartnerState.WITHDRAWN: (_WARN, "arrow-back-up"),
    PartnerState.REMOVED: (_NEUTRAL, "circle-minus"),
}
_SIGNOFF = {
    SignoffState.REQUESTED: (_WARN, "clock"),
    SignoffState.SIGNED: (_GOOD, "circle-check"),
    SignoffState.VOID: (_BAD, "circle-x"),
}
_RETURN = {
    ReturnState.DRAFT: (_NEUTRAL, "pencil"),
    ReturnState.SUBMITTED: (_ACCENT, "send"),
    ReturnState.RETURNED: (_WARN, "arrow-back-up"),
    ReturnState.RESUBMITTED: (_ACCENT, "corner-down-left"),
    ReturnState.PROVINCE_APPROVED: (_ACCENT, "list-check"),
    ReturnState.LOCKED: (_GOOD, "lock"),
    ReturnState.UNLOCKED: (_WARN, "refresh"),
}
_COMMENT = {
    CommentState.DRAFT: (_NEUTRAL, "pencil"),
    CommentState.SENT: (_WARN, "message-2"),
    CommentState.SETTLED: (_GOOD, "circle-check"),
    CommentState.DROPPED: (_NEUTRAL, "circle-minus"),
}
_FIGURE = {
    FlagState.OPEN: (_WARN, "alert-triangle"),
    FlagState.CLEARED: (_GOOD, "circle-check"),
    FlagState.LAPSED: (_NEUTRAL, "circle-minus"),
}
_WORK_REPORT = {
    WorkReportState.DRAFT: (_NEUTRAL, "pencil"),
    WorkReportState.IN_REVIEW: (_ACCENT, "eye"),
    WorkReportState.SIGNED: (_GOOD, "circle-check"),
    WorkReportState.ARCHIVED: (_NEUTRAL, "lock"),
}
_CERTIFICATE = {
    CertificateState.IN_FORCE: (_GOOD, "circle-check"),
    CertificateState.REPLACED: (_NEUTRAL, "refresh"),
    CertificateState.REVOKED: (_BAD, "circle-x"),
}
_KEY = {
    KeyState.ACTIVE: (_GOOD, "circle-check"),
    KeyState.RETIRED: (_NEUTRAL, "lock"),
    KeyState.COMPROMISED: (_BAD, "circle-x"),
}
_CASE_SET = {
    CaseSetState.DRAFT: (_NEUTRAL, "pencil"),
    CaseSetState.ISSUED: (_GOOD, "circle-check"),
    CaseSetState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
}
_GUIDELINE = {
    GuidelineState.DRAFT: (_NEUTRAL, "pencil"),
    GuidelineState.COMMENTING: (_ACCENT, "message-2"),
    GuidelineState.ANSWERING: (_WARN, "corner-down-left"),
    GuidelineState.ISSUED: (_GOOD, "circle-check"),
    GuidelineState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
}
_GUIDELINE_COMMENT = {
    GuidelineCommentState.OPEN: (_WARN, "message-2"),
    GuidelineCommentState.ADOPTED: (_GOOD, "circle-check"),
    GuidelineCommentState.PARTLY: (_ACCENT, "circle-dot"),
    GuidelineCommentState.NOT_ADOPTED: (_NEUTRAL, "circle-minus"),
}
_NEED = {
    NeedState.DRAFT: (_NEUTRAL, "pencil"),
    NeedState.OPEN: (_ACCENT, "eye"),
    NeedState.MET: (_GOOD, "circle-check"),
    NeedState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
    NeedState.EXPIRED: (_NEUTRAL, "clock"),
}
_OFFER = {
    OfferState.DRAFT: (_NEUTRAL, "pencil"),
    OfferState.OPEN: (_ACCENT, "eye"),
    OfferState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
    OfferState.EXPIRED: (_NEUTRAL, "clock"),
}
_INTRODUCTION = {
    IntroductionState.ASKED: (_WARN, "clock"),
    IntroductionState.INTRODUCED: (_ACCENT, "users"),
    IntroductionState.NDA: (_ACCENT, "lock"),
    IntroductionState.DUE_DILIGENCE: (_ACCENT, "list-check"),
    IntroductionState.TERM_SHEET: (_ACCENT, "file-text"),
    IntroductionState.CLOSED: (_GOOD, "circle-check"),
    IntroductionState.DECLINED: (_NEUTRAL, "circle-x"),
    IntroductionState.LAPSED: (_NEUTRAL, "circle-minus"),
}
_PLEDGE = {
    PledgeState.OFFERED: (_NEUTRAL, "clock"),
    PledgeState.CONTRACTED: (_ACCENT, "file-text"),
    PledgeState.FILED: (_ACCENT, "clock"),
    PledgeState.DEFECT: (_WARN, "alert-circle"),
    PledgeState.REGISTERED: (_ACCENT, "circle-check"),
    PledgeState.REFUSED: (_BAD, "circle-x"),
    PledgeState.PUBLISHED: (_ACCENT, "circle-check"),
    PledgeState.DISBURSED: (_GOOD, "circle-check"),
    PledgeState.IN_DEFAULT: (_BAD, "alert-circle"),
    PledgeState.CLAIMED: (_BAD, "file-text"),
    PledgeState.DISPOSED: (_NEUTRAL, "circle-minus"),
    PledgeState.REPAID: (_GOOD, "check"),
    PledgeState.CANCELLED: (_NEUTRAL, "circle-check"),
    PledgeState.WITHDRAWN: (_NEUTRAL, "circle-minus"),
}
_PLEDGE_GROUND = {
    PledgeAnswer.CLEAR: (_GOOD, "circle-check"),
    PledgeAnswer.ACKNOWLEDGED: (_WARN, "circle-check"),
    PledgeAnswer.REFUSES: (_BAD, "circle-x"),
    PledgeAnswer.UNKNOWN: (_NEUTRAL, "help-circle"),
}
_PLEDGE_PAPER = {
    PaperState.THERE: (_GOOD, "circle-check"),
    PaperState.MISSING: (_WARN, "circle-minus"),
    PaperState.NOT_NEEDED: (_NEUTRAL, "minus"),
}
_BOND_NOTE = {
    NoteState.PLANNED: (_NEUTRAL, "pencil"),
    NoteState.TAGGED: (_ACCENT, "bookmark"),
    NoteState.ISSUED: (_GOOD, "circle-check"),
    NoteState.DROPPED: (_NEUTRAL, "circle-minus"),
}
_RELENDING_BATCH = {
    BatchState.DRAFT: (_NEUTRAL, "pencil"),
    BatchState.FROZEN: (_GOOD, "lock"),
    BatchState.DROPPED: (_NEUTRAL, "circle-minus"),
}
_VERDICT = {
    Answer.MEETS: (_GOOD, "circle-check"),
    Answer.DOES_NOT_MEET: (_BAD, "circle-x"),
    Answer.CANNOT_DETERMINE: (_NEUTRAL, "help-circle"),
    Answer.NEEDS_ATTESTATION: (_ACCENT, "user-check"),
}
_LISTING = {
    Stage.CULTIVATION: (_NEUTRAL, "bookmark"),
    Stage.TUTORING_FILED: (_ACCENT, "send"),
    Stage.TUTORING_ACCEPTED: (_ACCENT, "check"),
    Stage.APPLICATION_ACCEPTED: (_ACCENT, "list-check"),
    Stage.INQUIRY: (_ACCENT, "help-circle"),
    Stage.COMMITTEE: (_ACCENT, "users"),
    Stage.REGISTRATION_SUBMITTED: (_ACCENT, "send"),
    Stage.REGISTERED: (_GOOD, "check"),
    Stage.LISTED: (_GOOD, "circle-check"),
    Stage.SUSPENDED: (_WARN, "clock"),
    Stage.WITHDRAWN: (_NEUTRAL, "circle-minus"),
    Stage.TERMINATED: (_BAD, "circle-minus"),
    Stage.LEFT: (_NEUTRAL, "circle-minus"),
}
_LISTING_BATCH = {
    ListingBatchState.DRAFT: (_NEUTRAL, "pencil"),
    ListingBatchState.SIGNED: (_GOOD, "lock"),
    ListingBatchState.DROPPED: (_NEUTRAL, "circle-minus"),
}
_LISTING_LINE = {
    LineState.NEW: (_NEUTRAL, "pencil"),
    LineState.ASKED: (_NEUTRAL, "clock"),
    LineState.GIVEN: (_GOOD, "circle-check"),
    LineState.REFUSED: (_WARN, "circle-x"),
    LineState.WITHDRAWN: (_WARN, "arrow-back-up"),
    LineState.LEFT_OUT: (_NEUTRAL, "circle-minus"),
}
_LISTING_ANSWER = {
    ListingAnswer.WAITING: (_NEUTRAL, "clock"),
    ListingAnswer.ACCEPTED: (_GOOD, "circle-check"),
    ListingAnswer.LATER: (_WARN, "arrow-back-up"),
    ListingAnswer.DECLINED: (_NEUTRAL, "minus"),
}
_TIER_ROUND = {
    TierRoundState.DRAFT: (_NEUTRAL, "pencil"),
    TierRoundState.NOTICE: (_ACCENT, "flag"),
    TierRoundState.FINAL: (_GOOD, "lock"),
    TierRoundState.DROPPED: (_NEUTRAL, "circle-minus"),
}
_TIER_OBJECTION = {
    Decision.OPEN: (_NEUTRAL, "clock"),
    Decision.UPHELD: (_WARN, "flag"),
    Decision.DISMISSED: (_NEUTRAL, "minus"),
}
# Words without an enum of their own: the general signs of a desk.
_SIGN = {
    "met": Look(_GOOD, "circle-check", pgettext_lazy("condition", "Met")),
    "waiting": Look(_NEUTRAL, "clock", _("Waiting")),
    "attention": Look(_WARN, "alert-triangle", _("Needs attention")),
    "blocked": Look(_BAD, "circle-x", pgettext_lazy("condition", "Not met")),
    "none": Look(_NEUTRAL, "minus", _("None")),
}


def _looks(rows: dict) -> dict[str, Look]:
    return {str(value.value): Look(tone, icon, value.label) for value, (tone, icon) in rows.items()}


_CASE = {
    CaseState.DRAFT: (_NEUTRAL, "pencil"),
    CaseState.AGREED: (_ACCENT, "circle-check"),
    CaseState.PUBLISHED: (_GOOD, "circle-check"),
    CaseState.REVISING: (_ACCENT, "edit"),
    CaseState.UNPUBLISHED: (_WARN, "minus"),
    CaseState.DISCARDED: (_NEUTRAL, "x"),
}

_SCREENING = {
    ScreeningState.QUEUED: (_NEUTRAL, "clock"),
    ScreeningState.RUNNING: (_ACCENT, "circle-dashed"),
    ScreeningState.DONE: (_GOOD, "circle-check"),
    ScreeningState.FAILED: (_BAD, "circle-x"),
}

LOOKS: dict[str, dict[str, Look]] = {
    "case": _looks(_CASE),
    "verdict": _looks(_VERDICT),
    "application": _looks(_APPLICATION),
    "assignment": _looks(_ASSIGNMENT),
    "expert-invitation": _looks(_INVITATION),
    "discussion": _looks(_DISCUSSION),
    "selection": _looks(_SELECTION),
    "assignment-run": _looks(_RUN),
    "outcome": _looks(_OUTCOME),
    "check": _looks(_CHECK),
    "cosign": _looks(_COSIGN),
    "notice": _looks(_NOTICE),
    "site_page": _looks(_PAGE),
    "objection": _looks(_OBJECTION),
    "edition": _looks(_EDITION),
    "certificate": _looks(_CERTIFICATE),
    "certificate-key": _looks(_KEY),
    "case_set": _looks(_CASE_SET),
    "guideline": _looks(_GUIDELINE),
    "guideline-comment": _looks(_GUIDELINE_COMMENT),
    "entry": _looks(_ENTRY),
    "campaign": _looks(_CAMPAIGN),
    "evaluation": _looks(_EVALUATION),
    "target": _looks(_TARGET),
    "outlook": _looks(_OUTLOOK),
    "light": _looks(_LIGHT),
    "progress-report": _looks(_PROGRESS_REPORT),
    "deliverable": _looks(_DELIVERABLE),
    "proposal": _looks(_PROPOSAL),
    "import": _looks(_IMPORT),
    "mail": _looks(_MAIL),
    "partner": _looks(_PARTNER),
    "signoff": _looks(_SIGNOFF),
    "comment": _looks(_COMMENT),
    "figure": _looks(_FIGURE),
    "work-report": _looks(_WORK_REPORT),
    "return": _looks(_RETURN),
    "screening": _looks(_SCREENING),
    "need": _looks(_NEED),
    "offer": _looks(_OFFER),
    "introduction": _looks(_INTRODUCTION),
    "pledge": _looks(_PLEDGE),
    "pledge-ground": _looks(_PLEDGE_GROUND),
    "pledge-paper": _looks(_PLEDGE_PAPER),
    "bond-note": _looks(_BOND_NOTE),
    "relending-batch": _looks(_RELENDING_BATCH),
    "listing": _looks(_LISTING),
    "listing-batch": _looks(_LISTING_BATCH),
    "listing-line": _looks(_LISTING_LINE),
    "listing-answer": _looks(_LISTING_ANSWER),
    "tier-round": _looks(_TIER_ROUND),
    "tier-objection": _looks(_TIER_OBJECTION),
    "sign": _SIGN,
}


def look(kind: str, value: object) -> Look:
    """Tone, icon and word of a state; an unknown value is shown as neutral with a question mark."""
    found = LOOKS[kind].get(str(getattr(value, "value", value)))
    return found or Look(UNKNOWN.tone, UNKNOWN.icon, str(value))
