"""Case sets: which cases, in which order, with which foreword; and the files compiled from them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.plan.models import Bilingual, Plan
from pilotage.publications.books.enums import CaseSetState, FileKind, SetLanguage
from pilotage.registry.models import localized


class CaseSet(Bilingual):
    """``compile_wanted_at`` is later than ``compiled_at`` while files are made; ``compile_done`` counts those made so far."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="case_sets")
    slug = models.SlugField(max_length=80, unique=True)
    subtitle_zh = models.CharField(max_length=200, blank=True)
    subtitle_en = models.CharField(max_length=200, blank=True)
    foreword_zh = models.TextField(blank=True)
    foreword_en = models.TextField(blank=True)
    language = models.CharField(max_length=10, choices=SetLanguage.choices, default=SetLanguage.CHINESE)
    state = models.CharField(max_length=10, choices=CaseSetState.choices, default=CaseSetState.DRAFT)
    number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    is_fictional = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    compile_wanted_at = models.DateTimeField(null=True, blank=True)
    compiled_at = models.DateTimeField(null=True, blank=True)
    compile_done = models.PositiveSmallIntegerField(default=0)
    compile_fault = models.TextField(blank=True)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("case set")
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def subtitle(self) -> str:
        return localized(self.subtitle_zh, self.subtitle_en)

    @property
    def is_compiling(self) -> bool:
        return self.compile_wanted_at is not None and (self.compiled_at is None or self.compiled_at < self.compile_wanted_at)


class CaseSetItem(models.Model):
    case_set = models.ForeignKey(CaseSet, on_delete=models.CASCADE, related_name="items")
    case = models.ForeignKey("publications.CaseStudy", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("case of a set")
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case_set", "case"], name="case_set_item_once")]

    def __str__(self) -> str:
        return f"{self.case_set_id}: {self.case_id}"


def file_path(kept: CaseSetFile, _name: str) -> str:
    return f"case-sets/{kept.case_set_id}/{kept.sha256}.{'zip' if kept.kind == FileKind.WEB else kept.kind}"


class CaseSetFile(models.Model):
    """One kind of file as it was last compiled. ``inputs``: the digest of all it is made of. ``used``: what of each case stands in it."""

    case_set = models.ForeignKey(CaseSet, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    number = models.CharField(max_length=60, blank=True)
    inputs = models.CharField(max_length=80)
    file = models.FileField(upload_to=file_path, max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    cases = models.PositiveIntegerField()
    used: Any = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a case set")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case_set", "kind"], name="case_set_file_once")]

    def __str__(self) -> str:
        return f"{self.case_set_id} {self.kind}"

    @property
    def name(self) -> str:
        return f"{self.case_set.slug}.{'zip' if self.kind == FileKind.WEB else self.kind}"
