"""Work reports: template, report, its figures, its texts, its files, to whom it went, and when it is made."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from pilotage.plan.models import Bilingual, Plan
from pilotage.reports.papers import periods as work_periods
from pilotage.reports.papers.enums import Every, FileKind, WorkReportState

LANGUAGES = {"zh": ("zh-hans",), "en": ("en",), "both": ("zh-hans", "en")}


class WorkTemplate(Bilingual):
    """A file of the plan folder's ``reports``. ``is_current`` is False once the folder no longer has it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="report_templates")
    code = models.SlugField(max_length=60)
    every = models.CharField(max_length=8, choices=Every.choices)
    content = models.JSONField()
    is_current = models.BooleanField(default=True)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("report template")
        ordering: ClassVar = ["plan", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "code"], name="report_template_once")]


class WorkReport(models.Model):
    """One report on one period. ``content`` is the template as it was when the report was drafted.

    ``signings`` counts how often it was signed: reopened and signed again, it has the files of both.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="work_reports")
    template = models.ForeignKey(WorkTemplate, on_delete=models.PROTECT, related_name="reports")
    content = models.JSONField()
    period = models.CharField(max_length=7)
    last_day = models.DateField()
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=WorkReportState.choices, default=WorkReportState.DRAFT)
    signings = models.PositiveSmallIntegerField(default=0)
    signed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("work report")
        ordering: ClassVar = ["-last_day", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["template", "period"],
                name="work_report_once",
                violation_error_message=_("There is a report on this period already."),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "in_review"]) | models.Q(signings__gte=1, signed_at__isnull=False),
                name="work_report_signed_at",
                violation_error_message=_("A signed report must have its time."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def span(self) -> work_periods.Period:
        return work_periods.parse(self.period)

    @property
    def languages(self) -> tuple[str, ...]:
        return LANGUAGES[self.content["language"]]

    @property
    def period_words(self) -> str:
        return self.span.words(get_language() or "zh-hans")

    @property
    def title(self) -> str:
        return self.title_in(get_language() or "zh-hans")

    def title_in(self, language: str) -> str:
        """工作月报（2023年6月） · Monthly work report, June 2023."""
        words, period = self.content["title"], self.span.words(language)
        return f"{words['en']}, {period}" if language.startswith("en") else f"{words['zh']}（{period}）"

    def audit_snapshot(self) -> dict[str, Any]:
        fields = ("id", "plan_id", "template_id", "period", "as_of", "state", "signings", "signed_at")
        with override("zh-hans"):
            return {"title": self.title, **{name: getattr(self, name) for name in fields}}


class ReportData(models.Model):
    """The figures of one generation, frozen: what was printed from them can be shown again."""

    report = models.ForeignKey(WorkReport, on_delete=models.CASCADE, related_name="generations")
    number = models.PositiveSmallIntegerField()
    as_of = models.DateField()
    packed = models.BinaryField()
    digest = models.CharField(max_length=80)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("figures of a work report")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "number"], name="report_data_once")]

    def __str__(self) -> str:
        return f"{self.report_id} · {self.number}"

    @staticmethod
    def pack(content: dict[str, Any]) -> tuple[bytes, str]:
        """Compressed, and the digest over the canonical form."""
        plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return zlib.compress(plain, 6), "sha256:" + hashlib.sha256(plain).hexdigest()

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(zlib.decompress(bytes(self.packed)))
        return found

    @property
    def is_whole(self) -> bool:
        return self.digest == "sha256:" + hashlib.sha256(zlib.decompress(bytes(self.packed))).hexdigest()

    def audit_snapshot(self) -> dict[str, Any]:
        return {"report": self.report_id, "number": self.number, "as_of": self.as_of, "digest": self.digest}


class TextBlock(models.Model):
    """A text that officers edit; new figures leave it as it is. ``edited_by`` None: still as the template has it."""

    report = models.ForeignKey(WorkReport, on_delete=models.CASCADE, related_name="texts")
    key = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("text of a work report")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "key", "language"], name="report_text_once")]

    def __str__(self) -> str:
        return f"{self.report_id} · {self.key} · {self.language}"


class ReportFile(models.Model):
    """A file of a signed report, kept as it was signed."""

    report = models.ForeignKey(WorkReport, on_delete=models.PROTECT, related_name="files")
    signing = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    language = models.CharField(max_length=10)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a work report")
        ordering: ClassVar = ["-signing", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "signing", "kind", "language"], name="report_file_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In plain letters, for a browser's folder."""
        return f"{self.report.template.code}-{self.report.period}-{self.language}-{self.signing}.{self.kind}"

    @property
    def is_whole(self) -> bool:
        return self.digest == "sha256:" + hashlib.sha256(bytes(self.content)).hexdigest()

    def audit_snapshot(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("report_id", "signing", "kind", "language", "size", "digest")}


class ReportSending(models.Model):
    """That a person was sent a signed report. ``by`` None: by schedule."""

    report = models.ForeignKey(WorkReport, on_delete=models.PROTECT, related_name="sendings")
    signing = models.PositiveSmallIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sending of a work report")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report", "signing", "person"],
                name="report_sent_once",
                violation_error_message=_("This person was sent the report already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} · {self.email}"


class WorkSchedule(models.Model):
    """When the draft of a template is made by itself, and to whom it goes once signed.

    ``day``: so many days after the period's last day. ``recipients``: ``role:…``, ``organisation:…``, ``person:…``.
    """

    template = models.OneToOneField(WorkTemplate, on_delete=models.CASCADE, related_name="schedule")
    day = models.PositiveSmallIntegerField(default=5)
    recipients = models.JSONField(default=list)
    is_enabled = models.BooleanField(default=False)
    since = models.DateField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("schedule of a work report")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(day__gte=1, day__lte=60),
                name="schedule_day",
                violation_error_message=_("The day is 1 to 60 days after the period."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.template_id} +{self.day}"
