"""Guidelines: the working text by chapters, rounds of comments on a frozen draft, and what was issued."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilotage.plan.models import Bilingual, Plan
from pilotage.publications.guidelines.enums import CommentState, FileKind, GuidelineState
from pilotage.registry.models import localized

LANGUAGES = {"zh": ("zh-hans",), "en": ("en",), "both": ("zh-hans", "en")}
SHORT = {"zh-hans": "zh", "en": "en"}


class Guideline(Bilingual):
    """The working text. What the public reads is frozen in its rounds and revisions.

    ``next_*``: under which number, on which day and with figures of which day the next revision is to be issued.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="guidelines")
    slug = models.SlugField(max_length=80, unique=True)
    industry = models.CharField(max_length=60, blank=True)
    summary_zh = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    note_zh = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    language = models.CharField(max_length=4, choices=[("zh", _("Chinese")), ("en", _("English")), ("both", _("Both languages"))])
    is_fictional = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=GuidelineState.choices, default=GuidelineState.DRAFT)
    next_number = models.CharField(max_length=60, blank=True)
    next_issued_on = models.DateField(null=True, blank=True)
    next_as_of = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("guideline")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.title

    @property
    def languages(self) -> tuple[str, ...]:
        return LANGUAGES[self.language]

    @property
    def summary(self) -> str:
        return localized(self.summary_zh, self.summary_en)

    @property
    def note(self) -> str:
        return localized(self.note_zh, self.note_en)

    def audit_snapshot(self) -> dict[str, Any]:
        fields = ("plan_id", "slug", "title_zh", "title_en", "state", "next_number", "next_issued_on", "next_as_of")
        return {name: getattr(self, name) for name in fields}


class Chapter(Bilingual):
    """``origin_*``: the text of the plan folder as it was last loaded; a chapter that nobody edited follows it."""

    guideline = models.ForeignKey(Guideline, on_delete=models.CASCADE, related_name="chapters")
    key = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField()
    text_zh = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    origin_zh = models.TextField(blank=True)
    origin_en = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("chapter of a guideline")
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["guideline", "key"], name="guideline_chapter_once")]

    def text(self, language: str) -> str:
        return str(getattr(self, f"text_{SHORT[language]}"))

    def origin(self, language: str) -> str:
        return str(getattr(self, f"origin_{SHORT[language]}"))

    def audit_snapshot(self) -> dict[str, Any]:
        fields = ("guideline_id", "key", "position", "title_zh", "title_en", "text_zh", "text_en", "version")
        return {name: getattr(self, name) for name in fields}


class Frozen(models.Model):
    """A text with its live figures, as it was on a day: compressed, with the digest over its canonical form."""

    packed = models.BinaryField()
    digest = models.CharField(max_length=80)

    class Meta:
        abstract = True

    def freeze(self, content: dict[str, Any]) -> None:
        plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        self.packed, self.digest = zlib.compress(plain, 6), "sha256:" + hashlib.sha256(plain).hexdigest()

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(zlib.decompress(bytes(self.packed)))
        return found


class CommentRound(Frozen):
    """A draft laid open. Comments speak of this text, whatever the working text becomes meanwhile."""

    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    closes_on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    summary_zh = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)

    class Meta:
        verbose_name = _("comment round")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["guideline", "number"], name="guideline_round_once")]

    def __str__(self) -> str:
        return f"{self.guideline} · {self.number}"

    @property
    def summary(self) -> str:
        return localized(self.summary_zh, self.summary_en)

    def audit_snapshot(self) -> dict[str, Any]:
        fields = ("guideline_id", "number", "closes_on", "closed_at", "published_at", "summary_zh", "summary_en", "digest")
        return {name: getattr(self, name) for name in fields}


class GuidelineComment(models.Model):
    """What somebody says of one paragraph; of a whole chapter, or of all, where ``paragraph`` or ``chapter`` is not given.

    The address is proven by a code before the comment is kept and is never published; the name only with consent.
    """

    round = models.ForeignKey(CommentRound, on_delete=models.PROTECT, related_name="comments")
    number = models.CharField(max_length=20, unique=True)
    chapter = models.SlugField(max_length=40, blank=True)
    paragraph = models.PositiveSmallIntegerField(null=True, blank=True)
    language = models.CharField(max_length=10)
    quote = models.TextField(blank=True)
    text = models.TextField()
    name = models.CharField(max_length=100)
    organisation = models.CharField(max_length=200, blank=True)
    email = models.EmailField()
    is_named = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=CommentState.choices, default=CommentState.OPEN)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("comment on a guideline")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="open") | ~models.Q(answer=""),
                name="guideline_comment_answered",
                violation_error_message=_("An answered comment has its reason."),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def author(self) -> str:
        """As it is published; '' where the name is not to be."""
        return " · ".join(part for part in (self.organisation, self.name) if part) if self.is_named else ""

    def audit_snapshot(self) -> dict[str, Any]:
        """Without the person: the chain is kept for good, names and addresses are not."""
        fields = ("round_id", "number", "chapter", "paragraph", "language", "text", "state", "answer", "answered_at")
        return {name: getattr(self, name) for name in fields}


class Revision(Frozen):
    """One issue. ``reason``: what this revision is for; '' of the first."""

    guideline = models.ForeignKey(Guideline, on_delete=models.PROTECT, related_name="revisions")
    revision = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=60, unique=True)
    issued_on = models.DateField()
    as_of = models.DateField()
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("issued guideline")
        ordering: ClassVar = ["-revision"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["guideline", "revision"], name="guideline_revision_once")]

    def __str__(self) -> str:
        return self.number

    def audit_snapshot(self) -> dict[str, Any]:
        fields = ("guideline_id", "revision", "number", "issued_on", "as_of", "reason", "digest")
        return {name: getattr(self, name) for name in fields}


class RevisionFile(models.Model):
    """A file made when the revision was issued. ``inputs``: the digest of what it was made of."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    language = models.CharField(max_length=10)
    inputs = models.CharField(max_length=80)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("file of a guideline")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["revision", "kind", "language"], name="guideline_file_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In plain letters, for a browser's folder."""
        return f"{self.revision.guideline.slug}-{self.revision.revision}-{SHORT[self.language]}.{self.kind}"

    def audit_snapshot(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("revision_id", "kind", "language", "inputs", "size", "digest")}
