from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoticeState(TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("In public notice")
    CLOSED = "closed", _("Closed")


class ObjectionState(TextChoices):
    RECEIVED = "received", _("Received")
    HEARING = "hearing", _("Applicant asked")
    HEARD = "heard", _("Applicant heard")
    DISMISSED = "dismissed", _("Dismissed")
    UPHELD = "upheld", _("Upheld")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# still to be decided
UNDECIDED = (ObjectionState.RECEIVED, ObjectionState.HEARING, ObjectionState.HEARD)


class Side(TextChoices):
    """Whose file it is."""

    OBJECTOR = "objector", _("objector")
    APPLICANT = "applicant", _("applicant")
    SECRETARIAT = "secretariat", _("secretariat")


class EditionState(TextChoices):
    PREPARED = "prepared", _("Prepared")
    PUBLISHED = "published", _("Published")


class EntryState(TextChoices):
    PREPARED = "prepared", _("Prepared")
    LISTED = "listed", _("Listed")
    RECTIFYING = "rectifying", _("Rectifying")
    REMOVED = "removed", _("Removed")
    EXPIRED = "expired", _("Expired")


class EntryLabel(TextChoices):
    """Honours given on top of listing. Five-star is the first and highest class of the star rating."""

    BENCHMARK = "benchmark", _("Benchmark")
    FIVE_STAR = "five_star", _("Five-star")
    FOUR_STAR = "four_star", _("Four-star")
    THREE_STAR = "three_star", _("Three-star")


PUBLIC = frozenset({EntryState.LISTED, EntryState.RECTIFYING, EntryState.REMOVED, EntryState.EXPIRED})
IN_FORCE = frozenset({EntryState.LISTED, EntryState.RECTIFYING})


class CountDimension(TextChoices):
    TOTAL = "total", _("total")
    PROVINCE = "province", _("province")
    INDUSTRY = "industry", _("industry")
    SCENARIO = "scenario", _("scenario")
    LABEL = "label", _("label")
    CITY = "city", _("city")
    LEVEL = "level", _("building level")


# what a list is filtered by; the others are only counted
LIST_DIMENSIONS = ("total", "province", "industry", "scenario", "label")
