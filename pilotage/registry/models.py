from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.core.wording import in_english
from pilotage.registry import faults
from pilotage.registry.enums import DivisionLevel, IdentifierScheme, ImportState, IndustryLevel, Ownership, Size, SubjectKind


def localized(zh: str, en: str) -> str:
    """The text for the active language; Chinese stands in where there is no English."""
    return (en or zh) if in_english() else (zh or en)


class Division(models.Model):
    """An administrative division of GB/T 2260: province, prefecture or county.

    ``is_pseudo`` marks rows that exist only to keep the code tree complete (市辖区, 省直辖县级行政区划 …);
    they are never shown as a place. ``short_zh`` of a province is its one-character abbreviation.
    """

    code = models.CharField(max_length=6, primary_key=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    short_zh = models.CharField(max_length=30, blank=True)
    level = models.CharField(max_length=12, choices=DivisionLevel.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    is_pseudo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("division")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return localized(self.name_zh, self.name_en)


class Industry(models.Model):
    """A section (letter) or major category (two digits) of GB/T 4754-2017."""

    code = models.CharField(max_length=4, primary_key=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    short_zh = models.CharField(max_length=30, blank=True)
    short_en = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=12, choices=IndustryLevel.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")

    class Meta:
        verbose_name = _("industry")
        verbose_name_plural = _("industries")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return localized(self.name_zh, self.name_en)

    @property
    def short(self) -> str:
        return localized(self.short_zh or self.name_zh, self.short_en or self.name_en)


class Enterprise(models.Model):
    """A body that can apply: a legal person or recognised branch, a park, a city. Territory is stored three times so that scope is one indexed equality."""

    kind = models.CharField(max_length=12, choices=SubjectKind.choices, default=SubjectKind.ENTERPRISE)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    short_zh = models.CharField(max_length=60, blank=True)
    uscc = models.CharField(_("unified social credit code"), max_length=18, null=True, blank=True, unique=True)
    province = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prefecture = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    county = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=300, blank=True)
    industry = models.ForeignKey(Industry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ownership = models.CharField(max_length=20, choices=Ownership.choices, blank=True)
    size = models.CharField(max_length=10, choices=Size.choices, blank=True)
    group = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    is_legal_person = models.BooleanField(default=True)
    is_fictional = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)
    bigrams = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("enterprise")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # an officer's list of the enterprises of the territory
            models.Index(fields=["province", "id"], name="enterprise_province"),
            models.Index(fields=["prefecture", "id"], name="enterprise_prefecture"),
            models.Index(fields=["county", "id"], name="enterprise_county"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return localized(self.name_zh, self.name_en)

    @property
    def short(self) -> str:
        return localized(self.short_zh or self.name_zh, self.name_en)


class Identifier(models.Model):
    """A number by which a register knows the enterprise; the credit code is mirrored on the enterprise."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=12, choices=IdentifierScheme.choices)
    value = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("identifier")
        ordering: ClassVar = ["scheme", "value"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="identifier_unique",
                violation_error_message=_("Another enterprise already has this identifier."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.value}"


class Site(models.Model):
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(max_length=200)
    division = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=300, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = _("site")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class Title(models.Model):
    """An honour held by an enterprise: who gave it, in which batch, for how long."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="titles")
    name = models.CharField(max_length=200)
    issuer = models.CharField(max_length=200, blank=True)
    batch = models.CharField(max_length=100, blank=True)
    granted_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("honour", "title")
        ordering: ClassVar = ["-granted_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(granted_on__isnull=True)
                | models.Q(valid_until__gte=models.F("granted_on")),
                name="title_validity_order",
                violation_error_message=_("A title cannot end before it was granted."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class EnterpriseImport(models.Model):
    """One import of a file: what was read, what was written, which rows were refused.

    ``position`` is the last row committed, so a run that was killed continues after it. ``total_rows``
    counts the rows with content; it grows while the file is being checked.
    """

    file = models.FileField(upload_to="imports/%Y/")
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=80)
    sheets = models.JSONField(default=list)
    sheet = models.CharField(max_length=31, blank=True)
    header_row = models.PositiveIntegerField(default=1)
    columns = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    source = models.CharField(max_length=300, blank=True)
    is_fictional = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.UPLOADED)
    total_rows = models.PositiveIntegerField(null=True)
    last_row = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    warning_count = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("enterprise import")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def percent(self) -> int:
        """How far the writing is, by row number."""
        return min(100, self.position * 100 // self.last_row) if self.last_row else 0

    def audit_snapshot(self) -> dict[str, Any]:
        """Without the sample: the snapshot is kept for good, the file's digest stands for its content."""
        return {f.attname: f.value_from_object(self) for f in self._meta.concrete_fields if f.attname != "sample"}


class ImportFault(models.Model):
    """One refused or doubtful cell of an import, so every bad row can be named and mended.

    Stored as code and parameters; the sentence is made in the language of the reader.
    """

    batch = models.ForeignKey(EnterpriseImport, on_delete=models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    is_warning = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("import fault")
        ordering: ClassVar = ["row", "id"]
        indexes: ClassVar = [
            # the report of one import in order of rows, and the faults of one chunk written anew
            models.Index(fields=["batch", "is_warning", "row", "id"], name="fault_report"),
        ]

    def __str__(self) -> str:
        return f"{self.row} {self.column}: {self.message}"

    @property
    def message(self) -> str:
        return faults.message(self.code, self.params)

    @property
    def advice(self) -> str:
        return faults.advice(self.code)
