"""What each message says. A message keeps the name of its wording and the values, so that it is read in the reader's language.

A value may be a text, a number, ``{"zh", "en"}`` (a name in both languages) or ``{"at"}`` (an instant).
Wordings ending in ``.many`` speak of several at once and know ``count``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from pilotage.calls.deadlines import moment
from pilotage.messages.enums import MessageKind
from pilotage.messages.evaluation_wording import WORDS as EVALUATION_WORDS
from pilotage.messages.finance_wording import WORDS as FINANCE_WORDS
from pilotage.messages.listing_wording import WORDS as LISTING_WORDS
from pilotage.messages.pledge_wording import WORDS as PLEDGE_WORDS
from pilotage.messages.recommendation_wording import WORDS as RECOMMENDATION_WORDS
from pilotage.messages.verdict_wording import WORDS as VERDICT_WORDS
from pilotage.messages.work_wording import WORDS
from pilotage.registry.models import localized

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

K = MessageKind


@dataclass(frozen=True, slots=True)
class Wording:
    kind: MessageKind
    title: str | _StrPromise
    body: str | _StrPromise


# sentences that more than one wording says
_CLOSES = _("“%(stage)s” closes on %(closes)s.")
_DEADLINE = _("Deadline: %(stage)s, %(call)s")
_PASSED = _("%(number)s of %(enterprise)s has passed the check.")
_PASSED_MANY = _("They have passed the check in “%(call)s”.")
_NOT_ACCEPTED = _("Not accepted: %(project)s")
_ASKS = _("“%(call)s” asks for your review. Say first whether you have a conflict.")
WORDINGS: Mapping[str, Wording] = {
    # --- the enterprise
    "receipt": Wording(
        K.RECEIPT, _("Received: %(project)s"), _("%(number)s was submitted on %(at)s to “%(call)s” and goes to the check now.")
    ),
    "returned": Wording(K.RETURNED, _("Returned for correction: %(project)s"), _("%(number)s was sent back. Reason: %(reason)s")),
    "checked": Wording(
        K.PROGRESS, _("Checked: %(project)s"), _("%(number)s has passed the check and is with the recommending department.")
    ),
    "passed_up": Wording(K.PROGRESS, _("Passed by the district: %(project)s"), _("%(number)s is now with the city for its check.")),
    "taken_back": Wording(
        K.PROGRESS, _("Looked at again: %(project)s"), _("The office took back its last decision on %(number)s and looks at it again.")
    ),
    "declined": Wording(K.OUTCOME, _("Not recommended: %(project)s"), _("%(number)s is not recommended. Reason: %(reason)s")),
    "declined.report": Wording(
        K.OUTCOME, _("Report not confirmed: %(project)s"), _("The report %(number)s is not confirmed. Reason: %(reason)s")
    ),
    "reconsidered": Wording(
        K.PROGRESS, _("Taken up again: %(project)s"), _("%(number)s is considered for recommendation again. Reason: %(reason)s")
    ),
    "recommended": Wording(K.PROGRESS, _("Recommended: %(project)s"), _("%(number)s was recommended to the secretariat.")),
    "accepted": Wording(K.PROGRESS, _("Accepted for review: %(project)s"), _("%(number)s is complete and goes to the expert review.")),
    "not_accepted": Wording(K.OUTCOME, _NOT_ACCEPTED, _("%(number)s was not accepted for review. Reason: %(reason)s")),
    "review_started": Wording(K.PROGRESS, _("Under review: %(project)s"), _("The expert review of %(number)s has begun.")),
    "announced": Wording(
        K.OUTCOME,
        _("In public notice: %(project)s"),
        _("%(number)s stands on the proposed list of “%(call)s”. Objections can be filed until the notice closes."),
    ),
    "promoted": Wording(
        K.OUTCOME, _("Moved up from the reserve: %(project)s"), _("%(number)s is selected now and comes into a supplementary notice.")
    ),
    "reserve": Wording(
        K.OUTCOME, _("On the reserve list: %(project)s"), _("%(number)s follows if a selected project of “%(call)s” falls out.")
    ),
    "not_selected": Wording(
        K.OUTCOME, _("Not selected: %(project)s"), _("%(number)s was not selected in “%(call)s”. The application's page gives the reason.")
    ),
    "excluded": Wording(K.OUTCOME, _("Excluded after an objection: %(project)s"), _("%(number)s was excluded. Reason: %(reason)s")),
    "listed": Wording(K.OUTCOME, _("Listed: %(project)s"), _("%(number)s stands in the published directory of “%(call)s”.")),
    "update_confirmed": Wording(
        K.PROGRESS, _("Update confirmed: %(project)s"), _("The figures reported with %(number)s have been taken over.")
    ),
    # --- those who fill in together
    "partner.invited": Wording(
        K.OUTCOME,
        _("Asked to take part: %(project)s"),
        _("%(enterprise)s asks you to apply together to “%(call)s”. Fill in your part and consent, or decline."),
    ),
    "partner.consented": Wording(K.PROGRESS, _("A partner has consented: %(project)s"), _("%(partner)s takes part in %(number)s.")),
    "partner.declined": Wording(
        K.RETURNED, _("A partner has declined: %(project)s"), _("%(partner)s does not take part in %(number)s. Reason: %(reason)s")
    ),
    "partner.left": Wording(
        K.RETURNED, _("A partner has left: %(project)s"), _("%(partner)s no longer takes part in %(number)s. Reason: %(reason)s")
    ),
    "partner.wants_to_leave": Wording(
        K.PROGRESS, _("A partner wants to leave: %(project)s"), _("%(partner)s asks that %(number)s be returned. Reason: %(reason)s")
    ),
    "signoff.asked": Wording(
        K.OUTCOME,
        _("Your signature is asked for: %(project)s"),
        _("Read %(number)s and sign its truth statement as the legal representative."),
    ),
    "signoff.signed": Wording(
        K.PROGRESS, _("Signed: %(project)s"), _("The legal representative has signed %(number)s; it can be submitted.")
    ),
    "signoff.refused": Wording(
        K.RETURNED, _("Not signed: %(project)s"), _("The legal representative did not sign %(number)s. Reason: %(reason)s")
    ),
    "hearing.asked": Wording(
        K.OUTCOME,
        _("You are heard on an objection: %(project)s"),
        _("Something was held against %(number)s in the public notice. Answer until %(due)s."),
    ),
    "objection.dismissed": Wording(
        K.OUTCOME, _("An objection was dismissed: %(project)s"), _("The objection against %(number)s was found to be without ground.")
    ),
    "objection.upheld": Wording(
        K.OUTCOME, _("An objection was upheld: %(project)s"), _("The objection against %(number)s was found to be justified.")
    ),
    # --- officers
    "work.check": Wording(K.WORK, _("To check: %(project)s"), _("%(enterprise)s submitted %(number)s to “%(call)s”.")),
    "work.check.many": Wording(K.WORK, _("%(count)s applications to check"), _("They were submitted to “%(call)s”.")),
    "work.recommend": Wording(K.WORK, _("To recommend: %(project)s"), _PASSED),
    "work.recommend.many": Wording(K.WORK, _("%(count)s applications to recommend"), _PASSED_MANY),
    "work.confirm": Wording(K.WORK, _("Update to confirm: %(project)s"), _PASSED),
    "work.confirm.many": Wording(K.WORK, _("%(count)s updates to confirm"), _PASSED_MANY),
    "work.cosign": Wording(K.WORK, _("To co-sign: %(project)s"), _("The province has shortlisted %(number)s of %(enterprise)s.")),
    "work.cosign.many": Wording(K.WORK, _("%(count)s applications to co-sign"), _("The province has shortlisted them in “%(call)s”.")),
    "work.accept": Wording(K.WORK, _("To accept: %(project)s"), _("%(number)s of %(enterprise)s was recommended.")),
    "work.accept.many": Wording(K.WORK, _("%(count)s applications to accept"), _("They were recommended in “%(call)s”.")),
    "sent_back": Wording(K.OUTCOME, _NOT_ACCEPTED, _("The secretariat did not accept %(number)s of your list. Reason: %(reason)s")),
    # --- the secretariat
    "objection.received": Wording(
        K.WORK, _("New objection %(objection)s"), _("It was filed against notice %(notice)s and waits for a decision.")
    ),
    "objection.answered": Wording(
        K.WORK,
        _("The applicant has answered: objection %(objection)s"),
        _("It was heard on notice %(notice)s; the objection can be decided."),
    ),
    "objection.withdrawn": Wording(
        K.WORK,
        _("Objection %(objection)s was withdrawn"),
        _("Who filed it against notice %(notice)s takes it back; nothing is to be decided."),
    ),
    "objection.overdue": Wording(
        K.DEADLINE,
        _("An objection is past its term: notice %(notice)s"),
        _("It should have been decided by %(due)s. The notice cannot be closed before it is."),
    ),
    "objection.overdue.many": Wording(
        K.DEADLINE,
        _("%(count)s objections are past their term: notice %(notice)s"),
        _("The first should have been decided by %(due)s. The notice cannot be closed before they are."),
    ),
    "seat.recused": Wording(K.WORK, _("An expert stepped back"), _("%(number)s in “%(call)s” needs another expert.")),
    "seat.recused.many": Wording(K.WORK, _("Experts stepped back"), _("%(count)s seats in “%(call)s” need other experts.")),
    "seat.conflict": Wording(
        K.WORK, _("A seat is held in spite of a conflict"), _("It was found after the seat on %(number)s in “%(call)s” was given.")
    ),
    "seat.conflict.many": Wording(
        K.WORK, _("%(count)s seats are held in spite of conflicts"), _("They were found after the seats in “%(call)s” were given.")
    ),
    "invitation.accepted": Wording(K.WORK, _("An expert takes part"), _("Expert %(expert)s accepted the invitation to “%(call)s”.")),
    "invitation.accepted.many": Wording(K.WORK, _("%(count)s experts take part"), _("They accepted the invitation to “%(call)s”.")),
    "invitation.declined": Wording(
        K.WORK,
        _("An expert does not take part"),
        _("Expert %(expert)s declined in “%(call)s”; seats not finished are free again. Reason: %(reason)s"),
    ),
    "invitation.declined.many": Wording(
        K.WORK, _("%(count)s experts do not take part"), _("They declined in “%(call)s”; seats not finished are free again.")
    ),
    # --- experts
    "invitation.received": Wording(
        K.SEAT,
        _("You are asked to review: %(call)s"),
        _("Open the invitation to see what is asked, and accept or decline there. %(reason)s"),
    ),
    "invitation.withdrawn": Wording(
        K.SEAT, _("An invitation was taken back: %(call)s"), _("You need not answer any more. Reason: %(reason)s")
    ),
    "invitation.replaced": Wording(
        K.SEAT,
        _("Your part was given to others: %(call)s"),
        _("Projects you had not finished left your queue; finished reviews stay. Reason: %(reason)s"),
    ),
    "seat.given": Wording(K.SEAT, _("1 project to review"), _ASKS),
    "seat.given.many": Wording(K.SEAT, _("%(count)s projects to review"), _ASKS),
    "seat.cancelled": Wording(
        K.SEAT, _("A review was withdrawn from you"), _("One project of “%(call)s” left your queue. Reason: %(reason)s")
    ),
    "seat.cancelled.many": Wording(
        K.SEAT, _("%(count)s reviews were withdrawn from you"), _("They left your queue of “%(call)s”. Reason: %(reason)s")
    ),
    "seat.reopened": Wording(K.SEAT, _("A review was reopened"), _("One review in “%(call)s” can be changed again. Reason: %(reason)s")),
    "discussion.chair": Wording(
        K.SEAT,
        _("You lead a panel discussion"),
        _("The secretariat of “%(call)s” has appointed you chair. Open the discussion when you are ready."),
    ),
    "discussion.chair.many": Wording(
        K.SEAT,
        _("You lead %(count)s panel discussions"),
        _("The secretariat of “%(call)s” has appointed you chair. Open them when you are ready."),
    ),
    "discussion.opened": Wording(
        K.SEAT,
        _("A panel discussion is open"),
        _("A project of “%(call)s” that you reviewed is being discussed. Read the panel's scores and speak."),
    ),
    "discussion.opened.many": Wording(
        K.SEAT,
        _("%(count)s panel discussions are open"),
        _("Projects of “%(call)s” that you reviewed are discussed. Read the panel's scores and speak."),
    ),
    # --- dates
    "dates": Wording(
        K.DEADLINE, _("New dates: %(stage)s, %(call)s"), _("“%(stage)s” now closes on %(closes)s (before: %(before)s). Reason: %(reason)s")
    ),
    "reminder.filers_with_draft": Wording(
        K.DEADLINE, _("Not submitted yet: %(call)s"), _("“%(stage)s” closes on %(closes)s. An application of yours has not been submitted.")
    ),
    "reminder.filers": Wording(K.DEADLINE, _DEADLINE, _CLOSES),
    "reminder.update": Wording(
        K.DEADLINE, _("Update due: %(call)s"), _("“%(stage)s” closes on %(closes)s. The update of a listed project has not been submitted.")
    ),
    "report.due": Wording(
        K.DEADLINE,
        _("Report to be filed: %(project)s"),
        _("The report of %(number)s for %(report)s has not been filed. It is due on %(due)s."),
    ),
    "report.overdue": Wording(
        K.DEADLINE,
        _("Report overdue: %(project)s"),
        _("The report of %(number)s for %(report)s was due on %(due)s and has not been filed. It can still be filed."),
    ),
    "reminder.checkers": Wording(K.DEADLINE, _("Applications wait for your check: %(call)s"), _CLOSES),
    "reminder.recommenders": Wording(K.DEADLINE, _("Applications wait for your recommendation: %(call)s"), _CLOSES),
    "reminder.cosigners": Wording(K.DEADLINE, _("Applications wait for your co-signature: %(call)s"), _CLOSES),
    "reminder.experts": Wording(K.DEADLINE, _("Reviews to finish: %(call)s"), _CLOSES),
    "reminder.secretariat": Wording(K.DEADLINE, _DEADLINE, _CLOSES),
    # --- the work on measures
    **{
        name: Wording(*words)
        for name, words in {
            **WORDS,
            **EVALUATION_WORDS,
            **FINANCE_WORDS,
            **LISTING_WORDS,
            **PLEDGE_WORDS,
            **RECOMMENDATION_WORDS,
            **VERDICT_WORDS,
        }.items()
    },
    # --- accounts
    "role.given": Wording(K.ACCOUNT, _("New role: %(role)s"), _("You act for %(organisation)s as %(role)s now.")),
}


def title(text: str, params: Mapping[str, Any]) -> str:
    return str(WORDINGS[text].title) % _values(params)


def body(text: str, params: Mapping[str, Any]) -> str:
    """The sentence, and the call's own words after it where its file gives some."""
    said = str(WORDINGS[text].body) % _values(params)
    return f"{said}\n{_value(params['extra'])}" if params.get("extra") else said


def _values(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: _value(value) for name, value in params.items()}


def _value(value: Any) -> str:
    if isinstance(value, Mapping) and "at" in value:
        return moment(datetime.fromisoformat(value["at"])) if value["at"] else "–"
    if isinstance(value, Mapping):
        return localized(value.get("zh", ""), value.get("en", ""))
    return f"{value:,}" if isinstance(value, int) else str(value)


def name_of(row: Any) -> dict[str, str]:
    """The title of a bilingual row as a value."""
    return {"zh": row.title_zh, "en": row.title_en}
