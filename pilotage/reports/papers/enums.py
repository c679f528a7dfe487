from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WorkReportState(TextChoices):
    DRAFT = "draft", pgettext_lazy("work report", "Draft")
    IN_REVIEW = "in_review", _("In review")
    SIGNED = "signed", pgettext_lazy("work report", "Signed")
    ARCHIVED = "archived", _("Archived")


class Every(TextChoices):
    MONTH = "month", _("monthly")
    QUARTER = "quarter", _("quarterly")
    YEAR = "year", _("yearly")


class FileKind(TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
    XLSX = "xlsx", "XLSX"
