"""Cases written from an application by the enterprise and an editor, and what of them the public may read.

``CaseStudy.data`` is the working draft: ``title_zh``, ``title_en``, one ``<section>_zh`` and ``<section>_en`` per
section (Markdown), ``key_industry`` (code), ``scenarios`` (list of codes) and one ``effect:<key>`` per figure. A
``CaseVersion`` is the draft as it stood when somebody kept it; the one published is what readers get, less the figures
and pictures whose consent is not in force.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.audit.chain import canonical, digest
from pilotage.core.scanning import ScanState
from pilotage.plan.models import Bilingual
from pilotage.publications.cases.enums import CaseCommentState, CaseState, ConsentState, Side, TagKind

_NOT_IN_SNAPSHOT = {"data", "field_versions", "codes"}


class CaseStudy(Bilingual):
    """``title_*`` and ``key_industry`` repeat the published version, before that the draft.

    ``codes`` keeps the code lists its tags are named by, as ``{name: [{code, zh, en}]}``.
    """

    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=12, choices=CaseState.choices, default=CaseState.DRAFT)
    application = models.ForeignKey("calls.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="case_studies")
    entry = models.ForeignKey("directory.Entry", null=True, blank=True, on_delete=models.PROTECT, related_name="case_studies")
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="case_studies")
    enterprise_name = models.CharField(max_length=200)
    industry = models.ForeignKey("registry.Industry", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    province = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prefecture = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key_industry = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)
    field_versions = models.JSONField(default=dict)
    draft_version = models.PositiveIntegerField(default=0)
    codes = models.JSONField(default=dict)
    published = models.ForeignKey("publications.CaseVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    unpublished_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    is_fictional = models.BooleanField(default=False)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("case")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # the public list, newest first
            models.Index(fields=["state", "-published_at", "-id"], name="case_study_published")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"],
                condition=~models.Q(state="discarded"),
                name="case_study_once",
                violation_error_message=_("A case of this application has been begun already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["published", "revising"]) | models.Q(published__isnull=False, published_at__isnull=False),
                name="case_study_published_version",
                violation_error_message=_("A published case must name its version and date."),
            ),
        ]

    def audit_snapshot(self) -> dict[str, Any]:
        """The columns, and the digest of the draft: what was kept is in the versions."""
        columns = {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields if f.name not in _NOT_IN_SNAPSHOT}
        return {**columns, "data_digest": digest(canonical(self.data))}


class CaseVersion(models.Model):
    """The draft as it was kept by somebody: never changed."""

    case = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    # the pictures that stood in it, in order: [{id, sha256, caption_zh, caption_en}]
    pictures = models.JSONField(default=list)
    digest = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a case")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="case_version_once")]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.number}"


class CaseApproval(models.Model):
    """One side says yes to one version; a later change needs a later version, and approval anew."""

    version = models.ForeignKey(CaseVersion, on_delete=models.PROTECT, related_name="approvals")
    side = models.CharField(max_length=12, choices=Side.choices)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("approval of a case")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "side"], name="case_approval_once")]


class CaseConsent(models.Model):
    """The enterprise lets one thing be published: ``text``, ``effect:<key>`` or ``picture:<id>``."""

    case = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="consents")
    item = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=ConsentState.choices, default=ConsentState.GIVEN)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consent to publish")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "item"],
                condition=models.Q(state="given"),
                name="case_consent_once",
                violation_error_message=_("This consent is given already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="withdrawn") | models.Q(withdrawn_at__isnull=False),
                name="case_consent_withdrawn_at",
                violation_error_message=_("A consent that was withdrawn must have its time."),
            ),
        ]

    def __str__(self) -> str:
        return self.item


def picture_path(picture: CasePicture, _name: str) -> str:
    return f"cases/{picture.case_id}/{picture.sha256}.{picture.kind}"


class CasePicture(models.Model):
    """A picture made anew from what was uploaded: no larger than needed, without a word of metadata. ``sha256`` is of what is kept."""

    case = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="pictures")
    file = models.FileField(upload_to=picture_path, max_length=200)
    kind = models.CharField(max_length=4)
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    caption_zh = models.CharField(max_length=200, blank=True)
    caption_en = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    scan = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.UNSCANNED)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("picture of a case")
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class CaseComment(models.Model):
    """What one side says of a section to the other."""

    case = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="comments")
    section = models.CharField(max_length=60)
    text = models.TextField()
    side = models.CharField(max_length=12, choices=Side.choices)
    state = models.CharField(max_length=10, choices=CaseCommentState.choices, default=CaseCommentState.OPEN)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("comment on a case")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.text[:60]


class CaseTag(models.Model):
    """A key industry or scenario of the published version, for the facets."""

    case = models.ForeignKey(CaseStudy, on_delete=models.CASCADE, related_name="tags", db_index=False)
    kind = models.CharField(max_length=10, choices=TagKind.choices)
    code = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("tag of a case")
        ordering: ClassVar = ["kind", "code"]
        indexes: ClassVar = [models.Index(fields=["kind", "code", "case"], name="case_tag_facet")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "kind", "code"], name="case_tag_once")]


class CaseTerm(models.Model):
    """A word or pair of characters of the published version with its weight there; what searches by problem and likeness are reckoned from."""

    case = models.ForeignKey(CaseStudy, on_delete=models.CASCADE, related_name="terms", db_index=False)
    term = models.CharField(max_length=40)
    weight = models.FloatField()

    class Meta:
        verbose_name = _("term of a case")
        ordering: ClassVar = ["case", "term"]
        indexes: ClassVar = [models.Index(fields=["term", "case", "weight"], name="case_term_postings")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "term"], name="case_term_once")]
