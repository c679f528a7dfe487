from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AssignmentState(TextChoices):
    ASSIGNED = "assigned", pgettext_lazy("review", "To review")
    STARTED = "started", _("Begun")
    FINISHED = "finished", _("Reviewed")
    RECUSED = "recused", _("Recused")
    CANCELLED = "cancelled", _("Cancelled")


LIVE = frozenset({AssignmentState.ASSIGNED, AssignmentState.STARTED, AssignmentState.FINISHED})


class AssignmentMethod(TextChoices):
    MANUAL = "manual", _("manual")
    OPTIMAL = "optimal", _("as suitable as can be")
    ROUND_ROBIN = "round_robin", _("round robin")  # of seats given before there were runs


class RunState(TextChoices):
    """Of an assignment run."""

    WAITING = "waiting", pgettext_lazy("run", "Waiting")
    SOLVING = "solving", pgettext_lazy("run", "Being solved")
    PROPOSED = "proposed", pgettext_lazy("run", "Preview")
    FINAL = "final", pgettext_lazy("run", "Final")
    DISCARDED = "discarded", pgettext_lazy("run", "Discarded")
    FAILED = "failed", pgettext_lazy("run", "Failed")


WORKING = frozenset({RunState.WAITING, RunState.SOLVING})


class SeatOrderKind(TextChoices):
    LOCK = "lock", pgettext_lazy("seat", "Locked")
    FORBID = "forbid", pgettext_lazy("seat", "Forbidden")


class RelationKind(TextChoices):
    """What ties, or tied, an expert to an enterprise."""

    EMPLOYMENT = "employment", _("Employment or a position")
    CONSULTANCY = "consultancy", _("Consultancy")
    COOPERATION = "cooperation", _("Co-operation in projects")
    SHARES = "shares", _("Shares or another financial interest")
    FAMILY = "family", _("Family member works there or holds shares")
    OTHER = "other", pgettext_lazy("relation", "Other tie")


class RelationSource(TextChoices):
    EXPERT = "expert", _("declared by the expert")
    REVIEW = "review", _("declared before a review")
    SECRETARIAT = "secretariat", _("recorded by the secretariat")


class InvitationState(TextChoices):
    INVITED = "invited", pgettext_lazy("invitation", "Invited")
    ACCEPTED = "accepted", pgettext_lazy("invitation", "Accepted")
    DECLINED = "declined", pgettext_lazy("invitation", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("invitation", "Taken back")
    REPLACED = "replaced", pgettext_lazy("invitation", "Replaced")


# asked and gone: no seat for them in this call, whatever its file says of invitations
GONE = frozenset({InvitationState.DECLINED, InvitationState.WITHDRAWN, InvitationState.REPLACED})


class HearingResult(TextChoices):
    PASSED = "passed", pgettext_lazy("hearing", "Passed")
    FAILED = "failed", pgettext_lazy("hearing", "Not passed")


class SelectionState(TextChoices):
    DRAFT = "draft", _("Draft")
    CONFIRMED = "confirmed", _("Confirmed")
    DISCARDED = "discarded", _("Discarded")


class Outcome(TextChoices):
    SELECTED = "selected", _("Selected")
    RESERVE = "reserve", _("Reserve")
    NOT_SELECTED = "not_selected", _("Not selected")


class DiscussionState(TextChoices):
    """Of a panel discussion."""

    WAITING = "waiting", pgettext_lazy("discussion", "Waiting")
    OPEN = "open", pgettext_lazy("discussion", "Open")
    CLOSED = "closed", pgettext_lazy("discussion", "Closed")
    DROPPED = "dropped", pgettext_lazy("discussion", "Taken off the list")


class DiscussionOrigin(TextChoices):
    SPREAD = "spread", _("scores far apart")
    SECRETARIAT = "secretariat", _("put there by the secretariat")
