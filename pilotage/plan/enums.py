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
    CANNOT_COUNT = "cannot_count", _("Cannot be counted")
    QUALITATIVE = "qualitative", _("Qualitative")


class Outlook(TextChoices):
    """What can be said of a target with its forecast."""

    MET = "met", _("Met")
    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    UNLIKELY = "unlikely", _("Unlikely to be met")
    CARRIES_OVER = "carries_over", _("Expected to carry over")
    MISSED = "missed", _("Not met by the due date")
    UNKNOWN = "unknown", _("No forecast")
    QUALITATIVE = "qualitative", _("Qualitative")
