from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.publications.books.models import CaseSet, CaseSetFile, CaseSetItem  # noqa: F401  models of this app
from pilotage.publications.cases.models import (  # noqa: F401  models of this app
    CaseApproval,
    CaseComment,
    CaseConsent,
    CasePicture,
    CaseStudy,
    CaseTag,
    CaseTerm,
    CaseVersion,
)
from pilotage.publications.certificates.models import Certificate, CertificateKey  # noqa: F401  models of this app
from pilotage.publications.directory_books.models import DirectoryBook  # noqa: F401  model of this app
from pilotage.publications.guidelines.models import (  # noqa: F401  models of this app
    Chapter,
    CommentRound,
    Guideline,
    GuidelineComment,
    Revision,
    RevisionFile,
)
from pilotage.publications.site.models import SearchDocument, SearchPosition, SearchSpelling, SearchText, SitePage  # noqa: F401  models of this app
from pilotage.registry.models import localized


class Case(models.Model):
    """A published example of a programme: a pilot city, a demonstration base, a leading firm. ``source`` is where it was published.

    ``year`` and the place are blank where the source does not print them.
    """

    year = models.PositiveSmallIntegerField(null=True, blank=True)
    programme_zh = models.CharField(max_length=200)
    programme_en = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=300)
    enterprise_name = models.CharField(max_length=200, blank=True)
    province = models.ForeignKey("registry.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    city = models.CharField(max_length=60, blank=True)
    category_zh = models.CharField(max_length=100, blank=True)
    category_en = models.CharField(max_length=100, blank=True)
    source = models.URLField(max_length=300)
    is_fictional = models.BooleanField(default=False)
    bigrams = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("case")
        ordering: ClassVar = ["-year", "programme_zh", "id"]
        constraints: ClassVar = [
            # two constraints, because SQLite takes no two NULL years for the same
            models.UniqueConstraint(fields=["programme_zh", "name", "year"], condition=models.Q(year__isnull=False), name="case_once"),
            models.UniqueConstraint(fields=["programme_zh", "name"], condition=models.Q(year__isnull=True), name="case_once_undated"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def programme(self) -> str:
        return localized(self.programme_zh, self.programme_en)

    @property
    def category(self) -> str:
        return localized(self.category_zh, self.category_en)
