from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class GuidelineState(TextChoices):
    DRAFT = "draft", pgettext_lazy("guideline", "Draft")
    COMMENTING = "commenting", _("Open for comments")
    ANSWERING = "answering", _("Comments being answered")
    ISSUED = "issued", pgettext_lazy("guideline", "Issued")
    WITHDRAWN = "withdrawn", pgettext_lazy("guideline", "Withdrawn")


class CommentState(TextChoices):
    OPEN = "open", _("To be answered")
    ADOPTED = "adopted", _("Adopted")
    PARTLY = "partly", _("Adopted in part")
    NOT_ADOPTED = "not_adopted", _("Not adopted")


class FileKind(TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
    EPUB = "epub", "EPUB"
