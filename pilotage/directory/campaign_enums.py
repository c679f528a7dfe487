from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CampaignState(TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class EvaluationState(TextChoices):
    DRAWN = "drawn", pgettext_lazy("re-evaluation", "To be examined")
    RECTIFYING = "rectifying", _("Rectifying")
    REPORTED = "reported", pgettext_lazy("re-evaluation", "Rectification reported")
    PASSED = "passed", pgettext_lazy("re-evaluation", "Passed")
    FAILED = "failed", pgettext_lazy("re-evaluation", "Failed, removed")
    DROPPED = "dropped", pgettext_lazy("re-evaluation", "Left the directory")


OPEN = frozenset({EvaluationState.DRAWN, EvaluationState.RECTIFYING, EvaluationState.REPORTED})
PUBLIC_CAMPAIGNS = frozenset({CampaignState.RUNNING, CampaignState.CLOSED})


class ChangeKind(TextChoices):
    """What happened to a published entry, as the public reads it."""

    LISTED = "list", pgettext_lazy("history", "Listed")
    UPDATED = "update", pgettext_lazy("history", "Yearly update confirmed")
    LABELLED = "label", pgettext_lazy("history", "Label given")
    UNLABELLED = "unlabel", pgettext_lazy("history", "Label withdrawn")
    RECTIFY = "rectify", pgettext_lazy("history", "To be rectified")
    RESTORED = "restore", pgettext_lazy("history", "Rectified")
    RENEWED = "renew", pgettext_lazy("history", "Re-evaluation passed")
    REMOVED = "remove", pgettext_lazy("history", "Removed from the directory")
    EXPIRED = "expire", pgettext_lazy("history", "Expired")
    READMITTED = "readmit", pgettext_lazy("history", "Listed again")
