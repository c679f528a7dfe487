from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseState(TextChoices):
    DRAFT = "draft", pgettext_lazy("case", "Being written")
    AGREED = "agreed", pgettext_lazy("case", "Agreed")
    PUBLISHED = "published", pgettext_lazy("case", "Published")
    REVISING = "revising", pgettext_lazy("case", "Being revised")
    UNPUBLISHED = "unpublished", pgettext_lazy("case", "Taken down")
    DISCARDED = "discarded", pgettext_lazy("case", "Discarded")


# what the public reads; in revision it still reads the version published last
PUBLIC = frozenset({CaseState.PUBLISHED, CaseState.REVISING})
WRITTEN = frozenset({CaseState.DRAFT, CaseState.REVISING})


class Side(TextChoices):
    """Who writes a case together."""

    ENTERPRISE = "enterprise", _("Enterprise")
    EDITOR = "editor", _("Editor")


class ConsentState(TextChoices):
    GIVEN = "given", pgettext_lazy("consent", "Given")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")


class CaseCommentState(TextChoices):
    OPEN = "open", pgettext_lazy("comment", "Open")
    SETTLED = "settled", pgettext_lazy("comment", "Settled")


class Evidence(TextChoices):
    """On what a figure rests."""

    DECLARED = "declared", _("declared by the enterprise")
    RECORDS = "records", _("production or energy records")
    AUDITED = "audited", _("audited")
    MEASURED = "measured", _("measured")


class TagKind(TextChoices):
    INDUSTRY = "industry", _("industry")
    SCENARIO = "scenario", _("scenario")
