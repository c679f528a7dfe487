from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TargetKind(TextChoices):
    MINIMUM = "minimum", _("at least")
    EXACT = "exact", _("exactly")
    RANGE = "range", _("range")
    ABOUT = "about", _("about")
    GROWTH = "growth", _("growth")
    RATE = "rate", _("rate")
    DELIVERABLE = "deliverable", _("deliverable")
    QUALITATIVE = "qualitative", _("qualitative")


class TargetStatus(TextChoices):
    """What can be said of a target today without a forecast."""

    MET = "met", _("Met")
    IN_PROGRESS = "in_progress", _("In progress")
    CARRIES_OVER = "carries_over", _("Carries over")
    MISSED = "missed", _("Not met by the due date")
    NOT_COUNTED = "not_counted", _("No records yet")
    QUALITATIVE = "qualitative", _("Qualitative")
