from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseSetState(TextChoices):
    DRAFT = "draft", pgettext_lazy("case set", "Being compiled")
    ISSUED = "issued", pgettext_lazy("case set", "Issued")
    WITHDRAWN = "withdrawn", pgettext_lazy("case set", "Withdrawn")


class SetLanguage(TextChoices):
    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")
    BILINGUAL = "bilingual", _("Chinese and English")


class FileKind(TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
    EPUB = "epub", "EPUB"
    WEB = "web", _("Web pages (ZIP)")
