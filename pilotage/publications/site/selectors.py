"""Named reads of pages and news."""

from __future__ import annotations

from django.db.models import QuerySet

from pilotage.publications.site.enums import PageKind, PagePlace, PageState
from pilotage.publications.site.models import SitePage

NEWS_ORDER = ("-published_on", "-id")
DESK_ORDER = ("-changed_at", "-id")
_LISTED = ("id", "kind", "slug", "title_zh", "title_en", "summary_zh", "summary_en", "state", "published_on", "is_fictional", "place")


def news() -> QuerySet[SitePage]:
    """What is published, without the texts; page it by :data:`NEWS_ORDER`."""
    return SitePage.objects.filter(kind=PageKind.NEWS, state=PageState.PUBLISHED).only(*_LISTED)


def help_pages() -> list[SitePage]:
    found = SitePage.objects.filter(kind=PageKind.PAGE, state=PageState.PUBLISHED, place=PagePlace.HELP)
    return list(found.only(*_LISTED).order_by("slug"))


def desk_list(kind: str = "") -> QuerySet[SitePage]:
    found = SitePage.objects.select_related("changed_by")
    return found.filter(kind=kind) if kind in PageKind.values else found
