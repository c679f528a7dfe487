from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DELIVERABLES = "plan.deliverables"  # the indicator that counts documents handed over


class Light(TextChoices):
    """How a measure stands, from the rule in ``work_lights`` or by an override."""

    DONE = "done", pgettext_lazy("light", "Done")
    GREEN = "green", pgettext_lazy("light", "On course")
    AMBER = "amber", pgettext_lazy("light", "Needs attention")
    RED = "red", pgettext_lazy("light", "Behind")
    NONE = "none", pgettext_lazy("light", "Nothing known yet")


class ReportState(TextChoices):
    DRAFT = "draft", pgettext_lazy("progress report", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("progress report", "Submitted")
    RETURNED = "returned", pgettext_lazy("progress report", "Returned")
    RESUBMITTED = "resubmitted", pgettext_lazy("progress report", "Resubmitted")
    ACCEPTED = "accepted", pgettext_lazy("progress report", "Accepted")


EDITABLE_REPORT = frozenset({ReportState.DRAFT, ReportState.RETURNED})
REPORT_TO_REVIEW = frozenset({ReportState.SUBMITTED, ReportState.RESUBMITTED})
HANDED_IN = REPORT_TO_REVIEW | {ReportState.ACCEPTED}


class DeliverableState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("deliverable", "To be accepted")
    ACCEPTED = "accepted", pgettext_lazy("deliverable", "Accepted")
    DECLINED = "declined", pgettext_lazy("deliverable", "Not accepted")
    WITHDRAWN = "withdrawn", pgettext_lazy("deliverable", "Withdrawn")


class Basis(TextChoices):
    """From what the progress of a measure is taken."""

    MILESTONES = "milestones", _("milestones done")
    TARGETS = "targets", _("targets reached")
    STATEMENT = "statement", _("the lead unit's statement")
    NOTHING = "nothing", _("nothing known yet")
