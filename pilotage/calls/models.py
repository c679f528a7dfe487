from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from pilotage.audit.chain import canonical, digest
from pilotage.calls.comments.models import FieldComment
from pilotage.calls.enums import (
    ApplicationKind,
    ApplicationState,
    CheckLevel,
    CheckResult,
    CosignDecision,
    PreviewState,
    RecommenderKind,
    ScanState,
    StageKind,
)
from pilotage.calls.filing_models import InvoiceLine, Receipt, Upload
from pilotage.calls.flow.models import BuildingDay, BuildingSpan, FlowDay, Move, PlanBuildingDay, StateDay
from pilotage.calls.joint.models import FieldChange, Partner, Signoff
from pilotage.calls.quality.models import FiledFigures, QualityFlag
from pilotage.calls.reports.models import ReportReminder
from pilotage.plan.models import Bilingual
from pilotage.registry.models import localized

__all__ = [
    "Application", "Attachment", "BuildingDay", "BuildingSpan", "Call", "CallVersion", "Check", "Cosignature", "FieldChange", "FieldComment",
    "FiledFigures", "FlowDay", "InvoiceLine", "Move", "NumberSeries", "Partner", "PlanBuildingDay", "QualityFlag", "Quota", "Receipt", "RecommendationList",
    "Recommender", "ReportReminder", "Revision", "Signoff", "Stage", "StateDay", "Upload",
    "attachment_path",
]  # fmt: skip


class Recommender(models.Model):
    """A body with a quota. Not a province: several recommenders may count for one province in statistics.

    ``organisation`` is whose officers decide the list of a body without a territory of its own.
    """

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=RecommenderKind.choices)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=160, blank=True)
    province = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prefecture = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="recommenders")

    class Meta:
        verbose_name = _("recommender")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return localized(self.name_zh, self.name_en)


class Call(Bilingual):
    """An open or past call of a plan. Its rules live in the version it points to."""

    plan = models.ForeignKey("plan.Plan", on_delete=models.PROTECT, related_name="calls")
    slug = models.SlugField(max_length=80, unique=True)
    year = models.PositiveSmallIntegerField()
    measure_code = models.CharField(max_length=200, blank=True)
    current = models.ForeignKey("calls.CallVersion", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("call")
        ordering: ClassVar = ["-year", "slug"]

    @cached_property
    def stage_by_key(self) -> dict[str, Stage]:
        return {stage.key: stage for stage in self.stages.all()}

    def stage(self, kind: str) -> Stage | None:
        """The first stage of a kind, in order.

        Where several levels check one after the other, it is the last of their stages; a call without a check
        of its own is checked while it is recommended.
        """
        found = [stage for stage in self.stage_by_key.values() if stage.kind == kind]
        if kind == StageKind.CHECK:
            return found[-1] if found else self.stage(StageKind.RECOMMEND)
        return found[0] if found else None

    @cached_property
    def district_stage(self) -> Stage | None:
        """Where districts check before the cities do. A call that only districts check has no such stage: theirs is the check itself."""
        found = [stage for stage in self.stage_by_key.values() if stage.kind == StageKind.CHECK]
        return next((stage for stage in found[:-1] if stage.level == CheckLevel.DISTRICT), None)


class CallVersion(models.Model):
    """The call file as loaded. Applications stay bound to the version they were made under."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=80)
    content = models.JSONField()
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("call version")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "number"], name="call_version_once")]

    def __str__(self) -> str:
        return f"{self.call.slug} v{self.number}"


class Stage(Bilingual):
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="stages")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=StageKind.choices)
    position = models.PositiveSmallIntegerField()
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    options = models.JSONField(default=dict)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("stage")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "key"], name="stage_once"),
            models.CheckConstraint(
                condition=models.Q(opens_at__isnull=True) | models.Q(closes_at__isnull=True) | models.Q(closes_at__gt=models.F("opens_at")),
                name="stage_order",
                violation_error_message=_("A stage must close after it opens."),
            ),
        ]

    @property
    def level(self) -> str:
        return str(self.options.get("level") or "")

    @property
    def checklist(self) -> list[dict[str, Any]]:
        """What an officer has to tick off before an application passes: key, title, perhaps help and required: false."""
        return list(self.options.get("checklist") or [])


class Quota(models.Model):
    """How many a recommender may put forward. ``limit`` NULL: no source gives one, so none is applied."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="quotas")
    recommender = models.ForeignKey(Recommender, on_delete=models.PROTECT, related_name="quotas")
    limit = models.PositiveIntegerField(null=True, blank=True)
    is_verified = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("quota")
        ordering: ClassVar = ["recommender__code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "recommender"], name="quota_once")]


class NumberSeries(models.Model):
    """The last running number given to applications of one call in one province; the row is the lock."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    province = models.ForeignKey("registry.Division", on_delete=models.PROTECT, related_name="+")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number series")
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "province"], name="number_series_once")]


_NOT_IN_SNAPSHOT = {"data", "field_versions", "origins", "bigrams"}


class Application(models.Model):
    """One filing of one enterprise to one call.

    ``data`` maps form field keys to values (JSON; decimals as strings); ``field_versions`` says at
    which ``draft_version`` each field last changed, so two tabs merge field by field.
    Columns from ``project_title`` to ``county`` repeat what the form holds, for lists and scope.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    version = models.ForeignKey(CallVersion, on_delete=models.PROTECT, related_name="applications")
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="applications")
    recommender = models.ForeignKey(Recommender, null=True, blank=True, on_delete=models.PROTECT, related_name="applications")
    kind = models.CharField(max_length=8, choices=ApplicationKind.choices, default=ApplicationKind.NEW)
    renews = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewals")
    # of a report on a listed project: the year or quarter it is about, 2024 or 2024Q1
    period = models.CharField(max_length=6, blank=True)
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=20, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    data = models.JSONField(default=dict)
    field_versions = models.JSONField(default=dict)
    origins = models.JSONField(default=dict)
    draft_version = models.PositiveIntegerField(default=0)
    project_title = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=20, blank=True)
    building_state = models.CharField(max_length=20, blank=True)
    industry = models.ForeignKey("registry.Industry", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    province = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prefecture = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    county = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField(null=True, blank=True)
    cosign = models.CharField(max_length=8, choices=CosignDecision.choices, blank=True)
    check_result = models.CharField(max_length=12, choices=CheckResult.choices, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    # the step it is in (flow_steps), or in which it ended, and the day it entered it or ended; a draft has none
    step = models.CharField(max_length=12, blank=True, editable=False)
    step_since = models.DateField(null=True, blank=True, editable=False)
    returned_reason = models.TextField(blank=True)
    # the state it was in when it was last returned: says whose deadline the correction follows
    returned_from = models.CharField(max_length=20, choices=ApplicationState.choices, blank=True)
    # the state from which it was last passed up, checked or declined, while that can be taken back; the next level's act clears it
    decided_from = models.CharField(max_length=20, choices=ApplicationState.choices, blank=True)
    # how many of its figures are marked and not cleared: no check passes while there are any
    open_flags = models.PositiveSmallIntegerField(default=0)
    # how many members of the consortium asked to leave and neither left nor took it back: nothing passes while there are any
    members_leaving = models.PositiveSmallIntegerField(default=0)
    bigrams = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("application")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # secretariat's list, by state
            models.Index(fields=["call", "state", "-id"], name="application_state"),
            # province officer's and communications administration's desk
            models.Index(fields=["call", "province", "state", "rank"], name="application_province"),
            # city officer's desk
            models.Index(fields=["call", "prefecture", "state"], name="application_prefecture"),
            # quota count
            models.Index(fields=["call", "recommender", "state"], name="application_recommender"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call", "enterprise", "project_title"],
                condition=~models.Q(state__in=["draft", "withdrawn"]) & models.Q(kind="new"),
                name="application_not_twice",
                violation_error_message=_("This project has been filed to this call already."),
            ),
            models.UniqueConstraint(
                fields=["renews", "period"],
                condition=~models.Q(period="") & ~models.Q(state="withdrawn"),
                name="application_one_report",
                violation_error_message=_("The report of this project for this period has been started already."),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "withdrawn"]) | models.Q(submitted_at__isnull=False),
                name="application_submitted_at",
                violation_error_message=_("A submitted application must have its time of submission."),
            ),
            models.UniqueConstraint(
                fields=["call", "recommender", "rank"],
                condition=models.Q(rank__isnull=False),
                name="application_rank_once",
                violation_error_message=_("Two applications of one list cannot share a rank."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.project_title}".strip()

    def audit_snapshot(self) -> dict[str, Any]:
        """The columns, and the digest of the form's content: the content itself is kept by the revision filed."""
        columns = {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields if f.name not in _NOT_IN_SNAPSHOT}
        return {**columns, "data_digest": digest(canonical(self.data))}


class Revision(models.Model):
    """What was filed: one row per submission and resubmission, never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    attachments = models.JSONField(default=list)
    registry = models.JSONField(default=dict)
    # the members of the consortium with their answers and consents, and the legal representative's signature; None: the call has none
    partners = models.JSONField(null=True, default=None)
    signoff = models.JSONField(null=True, default=None)
    digest = models.CharField(max_length=80)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("revision")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "number"], name="revision_once")]


def attachment_path(attachment: Attachment, _name: str) -> str:
    return f"attachments/{attachment.application_id}/{attachment.sha256[:2]}/{attachment.sha256}"


class Attachment(models.Model):
    """A file of an application, kept under its own digest; removed ones stay on disk for the record."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="attachments")
    # whose part of the application it belongs to; None: the lead's
    partner = models.ForeignKey("calls.Partner", null=True, blank=True, on_delete=models.PROTECT, related_name="attachments")
    field = models.CharField(max_length=60)
    file = models.FileField(upload_to=attachment_path, max_length=200)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    scan = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.UNSCANNED)
    preview = models.CharField(max_length=10, choices=PreviewState.choices, default=PreviewState.WAITING)

    class Meta:
        verbose_name = _("attachment")
        ordering: ClassVar = ["id"]
        # the same bytes in another application
        indexes: ClassVar = [models.Index(fields=["sha256"], name="attachment_sha256")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_carried_over(self) -> bool:
        """Whether the file was uploaded to an earlier application, under whose number it lies, and came with a renewal."""
        return not (self.file.name or "").startswith(f"attachments/{self.application_id}/")


class Check(models.Model):
    """An opinion of a level on an application: district, city, province or completeness.

    ``checklist`` holds the points of the stage as they were ticked: key, zh, en, required, ticked. ``stated_for`` is the
    number of applications for which the officer stated together that each was checked; None: ticked on this one alone.
    An opinion that was taken back stays, with the time.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="checks")
    stage_key = models.CharField(max_length=40)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=12, choices=CheckResult.choices)
    opinion = models.TextField(blank=True)
    checklist = models.JSONField(default=list)
    stated_for = models.PositiveIntegerField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("check")
        ordering: ClassVar = ["-id"]


class Cosignature(models.Model):
    """The communications administration's joint opinion on a shortlisted application."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="cosignatures")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=8, choices=CosignDecision.choices)
    opinion = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("co-signature")
        ordering: ClassVar = ["-id"]


class RecommendationList(models.Model):
    """A recommender's list as sent up: who, when, and the ranks it held."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="recommendation_lists")
    recommender = models.ForeignKey(Recommender, on_delete=models.PROTECT, related_name="lists")
    number = models.PositiveIntegerField()
    ranking = models.JSONField()
    # the summary table as it was sent, in Chinese, and the digest printed on the paper
    rows = models.JSONField(default=list)
    digest = models.CharField(max_length=80, blank=True)
    opinion = models.TextField(blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        verbose_name = _("recommendation list")
        ordering: ClassVar = ["-sent_at", "-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "recommender", "number"], name="list_once")]

    def __str__(self) -> str:
        return f"{self.recommender} · {self.call} · {self.number}"

    def audit_snapshot(self) -> dict[str, Any]:
        columns = {"number": self.number, "ranking": self.ranking, "digest": self.digest}
        return {"call": self.call_id, "recommender": self.recommender_id, **columns}
