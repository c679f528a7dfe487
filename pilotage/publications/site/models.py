"""Pages and news written for the public, and the index that searches all that is public."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.plan.models import Bilingual
from pilotage.publications.site.enums import Found, PageKind, PagePlace, PageState
from pilotage.registry.models import localized


class SitePage(Bilingual):
    """One piece of news or one page, in Markdown. ``folder_digest``: of the file it was last taken from; blank for what was written
    here. ``folder_version``: the version that made; a later one was written here.

    ``version`` counts changes of the text; an editor names the one it began from.
    """

    kind = models.CharField(max_length=4, choices=PageKind.choices)
    slug = models.SlugField(max_length=80)
    summary_zh = models.CharField(max_length=300, blank=True)
    summary_en = models.CharField(max_length=300, blank=True)
    body_zh = models.TextField()
    body_en = models.TextField(blank=True)
    place = models.CharField(max_length=6, choices=PagePlace.choices, blank=True)
    state = models.CharField(max_length=9, choices=PageState.choices, default=PageState.DRAFT)
    published_on = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    folder_digest = models.CharField(max_length=80, blank=True)
    folder_version = models.PositiveIntegerField(default=0)
    is_fictional = models.BooleanField(default=False)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("page")
        ordering: ClassVar = ["-published_on", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "slug"], name="site_page_once"),
            models.CheckConstraint(
                condition=~models.Q(state="published") | models.Q(published_on__isnull=False),
                name="site_page_published_on",
                violation_error_message=_("A published page must have its date."),
            ),
        ]
        # the list of news
        indexes: ClassVar = [models.Index(fields=["kind", "state", "-published_on", "-id"], name="site_page_list")]

    @property
    def summary(self) -> str:
        return localized(self.summary_zh, self.summary_en)

    @property
    def body(self) -> str:
        return localized(self.body_zh, self.body_en)


class SearchDocument(models.Model):
    """One thing that can be found. Its key says how it ranks: kinds in the order of ``Found``, within a kind the newer first.

    ``bigrams`` holds the title and what names the thing; the whole text is in ``SearchText``.
    """

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Found.choices)
    key = models.CharField(max_length=120, db_index=True)
    title_zh = models.CharField(max_length=300, db_index=True)
    title_en = models.CharField(max_length=300, blank=True, db_index=True)
    on = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    bigrams = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("search document")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "key"], name="search_document_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return localized(self.title_zh, self.title_en)


class SearchText(models.Model):
    """All that is searched of a document, apart so that a list of titles reads little."""

    document = models.OneToOneField(SearchDocument, primary_key=True, on_delete=models.CASCADE, related_name="text")
    text_zh = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    bigrams = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("search text")
        ordering: ClassVar = ["-document"]

    @property
    def text(self) -> str:
        return localized(self.text_zh, self.text_en)


class SearchSpelling(models.Model):
    """A Latin word that was indexed, under itself and under itself without one letter: two words with a key in common differ by a slip."""

    key = models.CharField(max_length=40)
    word = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("search spelling")
        ordering: ClassVar = ["key", "word"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "word"], name="search_spelling_once")]


class SearchPosition(models.Model):
    """How far the index has read the record: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("search position")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="search_one_position")]
