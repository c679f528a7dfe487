from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.finance.facts.enums import Tier


class Market(TextChoices):
    STAR = "star", _("STAR Market")
    CHINEXT = "chinext", _("ChiNext")
    BSE = "bse", _("Beijing Stock Exchange")
    NEEQ_BASE = "neeq-base", _("NEEQ base tier")
    NEEQ_INNOVATION = "neeq-innovation", _("NEEQ innovation tier")


class Stage(TextChoices):
    """A1 of the finance dossier, general knowledge there: the stages of an issue on an exchange, and how it can stop."""

    CULTIVATION = "cultivation", pgettext_lazy("stage of a listing", "Cultivation list")
    TUTORING_FILED = "tutoring_filed", pgettext_lazy("stage of a listing", "Tutoring filed")
    TUTORING_ACCEPTED = "tutoring_accepted", pgettext_lazy("stage of a listing", "Tutoring accepted")
    APPLICATION_ACCEPTED = "application_accepted", pgettext_lazy("stage of a listing", "Application accepted")
    INQUIRY = "inquiry", pgettext_lazy("stage of a listing", "Inquiry")
    COMMITTEE = "committee", pgettext_lazy("stage of a listing", "Listing committee")
    REGISTRATION_SUBMITTED = "registration_submitted", pgettext_lazy("stage of a listing", "Registration submitted")
    REGISTERED = "registered", pgettext_lazy("stage of a listing", "Registered")
    LISTED = "listed", pgettext_lazy("stage of a listing", "Listed")
    SUSPENDED = "suspended", pgettext_lazy("stage of a listing", "Suspended")
    WITHDRAWN = "withdrawn", pgettext_lazy("stage of a listing", "Withdrawn")
    TERMINATED = "terminated", pgettext_lazy("stage of a listing", "Terminated")
    LEFT = "left", pgettext_lazy("stage of a listing", "Left the market")


LINE = (
    Stage.CULTIVATION,
    Stage.TUTORING_FILED,
    Stage.TUTORING_ACCEPTED,
    Stage.APPLICATION_ACCEPTED,
    Stage.INQUIRY,
    Stage.COMMITTEE,
    Stage.REGISTRATION_SUBMITTED,
    Stage.REGISTERED,
    Stage.LISTED,
)
# ours: a company that is quoted on the NEEQ is not tutored and meets no listing committee
NEEQ_LINE = (Stage.CULTIVATION, Stage.APPLICATION_ACCEPTED, Stage.INQUIRY, Stage.REGISTERED, Stage.LISTED)
TIER_OF = {Market.NEEQ_BASE: Tier.BASE, Market.NEEQ_INNOVATION: Tier.INNOVATION}
NEEQ = tuple(TIER_OF)
UNDER_REVIEW = (Stage.APPLICATION_ACCEPTED, Stage.INQUIRY, Stage.COMMITTEE, Stage.REGISTRATION_SUBMITTED)
TUTORING = (Stage.TUTORING_FILED, Stage.TUTORING_ACCEPTED)
# who withdrew, was refused, or was listed and is no longer there may begin again
GONE = (Stage.WITHDRAWN, Stage.TERMINATED, Stage.LEFT)
STOPPED = (Stage.SUSPENDED, *GONE)
ENDED = (Stage.LISTED, *GONE)
RUNNING = tuple(stage for stage in Stage if stage not in ENDED)


def line_of(market: str) -> tuple[Stage, ...]:
    """The stages that lead to this market, in order."""
    return NEEQ_LINE if market in NEEQ else LINE


class BatchState(TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", pgettext_lazy("recommendation batch", "Signed off")
    DROPPED = "dropped", pgettext_lazy("recommendation batch", "Dropped")


class LineState(TextChoices):
    """Whether the enterprise lets its own line go to the receiver of this one list."""

    NEW = "new", pgettext_lazy("line of a recommendation", "Not asked yet")
    ASKED = "asked", pgettext_lazy("line of a recommendation", "Waits for the enterprise")
    GIVEN = "given", pgettext_lazy("line of a recommendation", "Consented")
    REFUSED = "refused", pgettext_lazy("line of a recommendation", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("line of a recommendation", "Consent withdrawn")
    LEFT_OUT = "left_out", pgettext_lazy("line of a recommendation", "Left out")


# on the list; the rest stays as a record of why it is not
ON_LIST = (LineState.NEW, LineState.ASKED, LineState.GIVEN)
OFF_LIST = (LineState.REFUSED, LineState.WITHDRAWN, LineState.LEFT_OUT)


class Answer(TextChoices):
    WAITING = "waiting", pgettext_lazy("answer of a receiver", "No answer yet")
    ACCEPTED = "accepted", pgettext_lazy("answer of a receiver", "Taken up")
    LATER = "later", pgettext_lazy("answer of a receiver", "Not yet ready")
    DECLINED = "declined", pgettext_lazy("answer of a receiver", "Not taken up")


class Direction(TextChoices):
    UP = "up", pgettext_lazy("tier round", "Up to the innovation tier")
    DOWN = "down", pgettext_lazy("tier round", "Down to the base tier")


class RoundState(TextChoices):
    DRAFT = "draft", _("Draft")
    NOTICE = "notice", pgettext_lazy("tier round", "Open to objections")
    FINAL = "final", pgettext_lazy("tier round", "Final")
    DROPPED = "dropped", pgettext_lazy("tier round", "Dropped")


class Decision(TextChoices):
    OPEN = "open", pgettext_lazy("objection to a tier list", "Not decided yet")
    UPHELD = "upheld", pgettext_lazy("objection to a tier list", "Upheld")
    DISMISSED = "dismissed", pgettext_lazy("objection to a tier list", "Dismissed")
