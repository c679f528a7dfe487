from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.directory.enums import EditionState, EntryLabel, EntryState, NoticeState, ObjectionState
from pilotage.directory.objection_models import Hearing as Hearing
from pilotage.directory.objection_models import ObjectionFile as ObjectionFile
from pilotage.plan.models import Bilingual


class PublicNotice(Bilingual):
    """A list laid open for objections. ``chain_head`` anchors the audit chain as it stood at opening."""

    call = models.ForeignKey("calls.Call", on_delete=models.PROTECT, related_name="notices")
    selection = models.ForeignKey("review.Selection", null=True, on_delete=models.PROTECT, related_name="notices")
    number = models.CharField(max_length=40, unique=True)
    body_zh = models.TextField(blank=True)
    body_en = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=NoticeState.choices, default=NoticeState.DRAFT)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    chain_head = models.CharField(max_length=120, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("public notice")
        ordering: ClassVar = ["-opens_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="notice_order",
                violation_error_message=_("A notice must close after it opens."),
            )
        ]


class NoticeRow(models.Model):
    notice = models.ForeignKey(PublicNotice, on_delete=models.CASCADE, related_name="rows")
    application = models.ForeignKey("calls.Application", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("notice row")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "application"], name="notice_row_once")]


class Objection(models.Model):
    """What somebody holds against a list or one row of it.

    ``email`` was proven by a code before it was filed. A confidential objector is known to the secretariat and auditors only; a named
    one is named to the applicant who is heard. ``due_on``: the last day for the decision. Those of one text share ``text_digest``.
    """

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    application = models.ForeignKey("calls.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    contact = models.CharField(max_length=200, blank=True)
    is_confidential = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True)
    text = models.TextField()
    text_digest = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(max_length=10, choices=ObjectionState.choices, default=ObjectionState.RECEIVED)
    decision = models.TextField(blank=True)
    received_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # keyed digest of the sender's address, for the limit per hour; the address itself is not kept
    origin_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("objection")
        ordering: ClassVar = ["-received_at", "-id"]
        indexes: ClassVar = [
            # how many came from one place in the last hour
            models.Index(fields=["origin_digest", "received_at"], name="objection_origin"),
            # what one mailbox has filed
            models.Index(fields=["email", "received_at"], name="objection_email"),
            # those of one text, and the desk in order of term
            models.Index(fields=["notice", "text_digest"], name="objection_text"),
            models.Index(fields=["state", "due_on", "id"], name="objection_due"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["dismissed", "upheld"]) | ~models.Q(decision=""),
                name="objection_decision_reasoned",
                violation_error_message=_("A decision on an objection must give its reason."),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reference(self) -> str:
        """The number without the part that cannot be guessed: for those who may not follow the case."""
        return self.number.rpartition("-")[0]


class Directory(Bilingual):
    slug = models.SlugField(max_length=80, unique=True)
    prefix = models.CharField(max_length=12)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("directory")
        verbose_name_plural = _("directories")
        ordering: ClassVar = ["slug"]


class Edition(Bilingual):
    """A batch of a directory. ``is_complete`` is False for editions known only in part (real history from news).

    ``codes`` keeps the code lists its entries were filed under (scenarios, levels), as ``{name: [{code, zh, en}]}``.
    """

    directory = models.ForeignKey(Directory, on_delete=models.PROTECT, related_name="editions")
    year = models.PositiveSmallIntegerField()
    call = models.ForeignKey("calls.Call", null=True, blank=True, on_delete=models.PROTECT, related_name="editions")
    notice = models.ForeignKey(PublicNotice, null=True, blank=True, on_delete=models.PROTECT, related_name="editions")
    state = models.CharField(max_length=10, choices=EditionState.choices, default=EditionState.PREPARED)
    published_at = models.DateTimeField(null=True, blank=True)
    declared_count = models.PositiveIntegerField(null=True, blank=True)
    is_complete = models.BooleanField(default=True)
    is_fictional = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)
    codes = models.JSONField(default=dict, blank=True)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("edition")
        ordering: ClassVar = ["-year", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["directory", "year", "is_fictional", "is_complete"], name="edition_once"),
            models.CheckConstraint(
                condition=~models.Q(state="published") | models.Q(published_at__isnull=False),
                name="edition_published_at",
                violation_error_message=_("A published edition must have its date."),
            ),
        ]

    @property
    def key(self) -> str:
        """How addresses name the edition: ``2023``, ``2023-demo``, ``2023-known``."""
        return f"{self.year}{'-demo' if self.is_fictional else ''}{'' if self.is_complete else '-known'}"


class Entry(models.Model):
    """One listed project. Blank fields were not printed in the source; they are shown as unknown, never guessed."""

    # every index below begins with the edition, so none of its own is kept
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="entries", db_index=False)
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=10, choices=EntryState.choices, default=EntryState.PREPARED)
    application = models.OneToOneField("calls.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="entry")
    enterprise = models.ForeignKey("registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="entries")
    enterprise_name = models.CharField(max_length=200, blank=True)
    project_title = models.CharField(max_length=200, blank=True)
    province = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prefecture = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    industry = models.ForeignKey("registry.Industry", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=20, blank=True)
    scenario_count = models.PositiveSmallIntegerField(default=0)
    facts = models.JSONField(default=dict)
    label = models.CharField(max_length=20, blank=True, choices=EntryLabel.choices)
    labelled_on = models.DateField(null=True, blank=True)
    listed_on = models.DateField(null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    next_evaluation_on = models.DateField(null=True, blank=True)
    is_fictional = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)
    bigrams = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering: ClassVar = ["edition", "number"]
        indexes: ClassVar = [
            # the directory page: an edition in order of number, alone or in one province, industry
            models.Index(fields=["edition", "number"], name="entry_number"),
            models.Index(fields=["edition", "province", "number"], name="entry_province"),
            models.Index(fields=["edition", "industry", "number"], name="entry_industry"),
            models.Index(fields=["edition", "label", "number"], name="entry_label"),
            # removed and expired ones
            models.Index(fields=["state", "number"], name="entry_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["removed", "expired"]) | models.Q(removed_on__isnull=False),
                name="entry_removed_on",
                violation_error_message=_("An entry that is no longer in force must have its date of removal."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def title(self) -> str:
        return self.project_title or self.enterprise_name

    def audit_snapshot(self) -> dict[str, Any]:
        """All but the search column, which repeats the rest."""
        return {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields if f.name != "bigrams"}


class EntryScenario(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="scenarios", db_index=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=10)
    description = models.TextField(blank=True)

    class Meta:
        verbose_name = _("entry scenario")
        ordering: ClassVar = ["code"]
        indexes: ClassVar = [models.Index(fields=["edition", "code", "entry"], name="entry_scenario_facet")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "code"], name="entry_scenario_once")]


class EntryCount(models.Model):
    """Counts of entries in force by one dimension, kept by the publishing service so pages never count a million rows."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="counts")
    # a member of CountDimension, or field:KEY for a public choice of the form
    dimension = models.CharField(max_length=60)
    code = models.CharField(max_length=60, blank=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("entry count")
        ordering: ClassVar = ["dimension", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "dimension", "code"], name="entry_count_once")]


# one application, several modules
from pilotage.directory.campaign_models import Campaign as Campaign  # noqa: E402
from pilotage.directory.campaign_models import Evaluation as Evaluation  # noqa: E402
from pilotage.directory.campaign_models import TermReminder as TermReminder  # noqa: E402
from pilotage.directory.changes_models import ClassificationVersion as ClassificationVersion  # noqa: E402
from pilotage.directory.changes_models import EditionClassification as EditionClassification  # noqa: E402
from pilotage.directory.changes_models import EntryAbsence as EntryAbsence  # noqa: E402
from pilotage.directory.changes_models import EntryChange as EntryChange  # noqa: E402
