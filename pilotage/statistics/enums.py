from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReturnState(TextChoices):
    """Where a return stands. Locked: approved at the data set's last level; only then its figures count."""

    DRAFT = "draft", pgettext_lazy("return", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("return", "Submitted")
    RETURNED = "returned", pgettext_lazy("return", "Returned")
    RESUBMITTED = "resubmitted", pgettext_lazy("return", "Resubmitted")
    PROVINCE_APPROVED = "province_approved", _("Approved by the province")
    LOCKED = "locked", _("Approved and locked")
    UNLOCKED = "unlocked", _("Unlocked for correction")


OPEN_TO_REPORTER = frozenset({ReturnState.DRAFT, ReturnState.RETURNED, ReturnState.UNLOCKED})
WAITING = frozenset({ReturnState.SUBMITTED, ReturnState.RESUBMITTED, ReturnState.PROVINCE_APPROVED})


class Screen(TextChoices):
    """What made a figure be asked about."""

    HISTORY = "history", _("unlike its own past")
    PEERS = "peers", _("unlike its peers")
    CHANGE = "change", _("sudden change")
    RULE = "rule", _("a rule of the data set")
