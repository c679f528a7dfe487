from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PageKind(models.TextChoices):
    NEWS = "news", pgettext_lazy("kind of page", "News")
    PAGE = "page", pgettext_lazy("kind of page", "Page")


class PageState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("page", "draft")
    PUBLISHED = "published", pgettext_lazy("page", "published")
    WITHDRAWN = "withdrawn", pgettext_lazy("page", "withdrawn")


class PagePlace(models.TextChoices):
    """Where the site leads to a page from."""

    NOWHERE = "", _("only by its address and the search")
    HELP = "help", _("the list of help pages")


class Found(models.TextChoices):
    """What a search may find. The order is that of the results where nothing else decides: what few look for comes last."""

    PLAN = "plan", pgettext_lazy("search", "Plans")
    CALL = "call", pgettext_lazy("search", "Calls")
    PAGE = "page", pgettext_lazy("search", "Pages")
    NEWS = "news", pgettext_lazy("search", "News")
    GUIDELINE = "guideline", pgettext_lazy("search", "Guidelines")
    CASE_SET = "case_set", pgettext_lazy("search", "Case sets")
    NOTICE = "notice", pgettext_lazy("search", "Notices")
    EDITION = "edition", pgettext_lazy("search", "Editions")
    TARGET = "target", pgettext_lazy("search", "Targets")
    CASE = "case", pgettext_lazy("search", "Cases")
    KNOWN_CASE = "known_case", pgettext_lazy("search", "Known cases")
    ENTRY = "entry", pgettext_lazy("search", "Directory")
