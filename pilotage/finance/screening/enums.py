from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Answer(TextChoices):
    """The four words of a verdict, with the values of ``finance.rules.Verdict``."""

    MEETS = "meets", pgettext_lazy("verdict", "Meets")
    DOES_NOT_MEET = "does_not_meet", pgettext_lazy("verdict", "Does not meet")
    CANNOT_DETERMINE = "cannot_determine", pgettext_lazy("verdict", "Cannot determine")
    NEEDS_ATTESTATION = "needs_attestation", pgettext_lazy("verdict", "Needs attestation")


class ScreeningState(TextChoices):
    QUEUED = "queued", pgettext_lazy("screening", "Waiting")
    RUNNING = "running", pgettext_lazy("screening", "Being reckoned")
    DONE = "done", pgettext_lazy("screening", "Done")
    FAILED = "failed", pgettext_lazy("screening", "Failed")


# as the rules write a verdict into a table
OF_LETTER = {"m": Answer.MEETS, "x": Answer.DOES_NOT_MEET, "u": Answer.CANNOT_DETERMINE, "a": Answer.NEEDS_ATTESTATION}
