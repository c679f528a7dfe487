"""Where the public pages of the rooms below are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import NoReverseMatch, reverse

from pilotage.calls.rules import visible_calls
from pilotage.directory import rules
from pilotage.plan.models import Target
from pilotage.plan.rules import visible_plans
from pilotage.publications.books.rules import public_sets
from pilotage.publications.cases.rules import published_cases
from pilotage.publications.guidelines.enums import GuidelineState
from pilotage.publications.guidelines.rules import public_guidelines
from pilotage.publications.open_data import tables
from pilotage.publications.open_data.site_map import Address, Section, register
from pilotage.publications.site.enums import PageKind
from pilotage.publications.site.models import SitePage
from pilotage.publications.site.rules import visible_pages

# the pages every visitor begins at
FRONT = (
    "home",
    "calls:list",
    "directory:notice-list",
    "directory:home",
    "cases:list",
    "cases:history",
    "books:list",
    "guidelines:list",
    "site:news-list",
    "site:help",
    "certificates:verify",
    "open_data:home",
)


def _front() -> Iterator[Address]:
    for name in FRONT:
        try:
            yield Address(reverse(name))
        except NoReverseMatch:
            continue  # the room has no such page
    for table in tables.every():
        yield Address(reverse("open_data:table", args=[table.key]), table.changed_at())


def _entry(entry: Any) -> Address:
    return Address(reverse("directory:entry", args=[entry.number]), entry.removed_on or entry.labelled_on or entry.listed_on)


def _page(page: SitePage) -> Address:
    return Address(reverse("site:news" if page.kind == PageKind.NEWS else "site:page", args=[page.slug]), page.changed_at)


def register_all() -> None:
    register(Section("pages", addresses=_front))
    register(Section("news", rows=lambda: visible_pages(None).defer("body_zh", "body_en").order_by("kind", "slug"), address_of=_page))
    register(
        Section(
            "plans",
            rows=lambda: visible_plans(None),
            address_of=lambda plan: Address(reverse("plan:detail", args=[plan.slug]), plan.issued_on),
        )
    )
    register(
        Section(
            "targets",
            rows=lambda: Target.objects.select_related("measure__area__plan").order_by("id"),
            address_of=lambda target: Address(reverse("plan:target", args=[target.measure.area.plan.slug, target.code])),
        )
    )
    register(
        Section(
            "calls",
            rows=lambda: visible_calls(None).order_by("slug"),
            address_of=lambda call: Address(reverse("calls:detail", args=[call.slug])),
        )
    )
    register(
        Section(
            "notices",
            rows=lambda: rules.visible_notices(None).order_by("number"),
            address_of=lambda notice: Address(reverse("directory:notice-detail", args=[notice.number]), notice.opens_at),
        )
    )
    register(
        Section(
            "entries",
            rows=lambda: rules.visible_entries(None).only("number", "removed_on", "labelled_on", "listed_on").order_by("number"),
            address_of=_entry,
        )
    )
    register(
        Section(
            "cases",
            rows=lambda: published_cases().only("number", "published_at").order_by("number"),
            address_of=lambda case: Address(reverse("cases:detail", args=[case.number]), case.published_at),
        )
    )
    register(
        Section(
            "guidelines",
            rows=lambda: public_guidelines().exclude(state=GuidelineState.WITHDRAWN).order_by("slug"),
            address_of=lambda found: Address(reverse("guidelines:detail", args=[found.slug])),
        )
    )
    register(
        Section(
            "case-sets",
            rows=lambda: public_sets().order_by("slug"),
            address_of=lambda found: Address(reverse("books:detail", args=[found.slug]), found.issued_on),
        )
    )
