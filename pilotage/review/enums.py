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
    ROUND_ROBIN = "round_robin", _("round robin")


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
