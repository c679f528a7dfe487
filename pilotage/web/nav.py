"""The role's own navigation: one line of links, the same on every page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilotage.accounts.enums import Role
from pilotage.calls.selectors import has_own_list

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

APPLICANTS = frozenset({Role.FILER, Role.LEGAL_REPRESENTATIVE})
CHECKERS = frozenset({Role.CITY_OFFICER, Role.DISTRICT_OFFICER})
CITIES = frozenset({Role.CITY_OFFICER})
PROVINCE = frozenset({Role.PROVINCE_OFFICER})
COMMUNICATIONS = frozenset({Role.COMMUNICATIONS_OFFICER})
DIRECT = frozenset({Role.RECOMMENDING_OFFICER})
OFFICERS = CHECKERS | PROVINCE | COMMUNICATIONS | DIRECT
SECRETARIAT = frozenset({Role.SECRETARIAT})
AUDITORS = frozenset({Role.AUDITOR})
EXPERTS = frozenset({Role.EXPERT})
FINANCE = frozenset({Role.FINANCE_LIAISON})
UNITS = frozenset({Role.UNIT_OFFICER})
EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link. ``under`` names further path prefixes that belong to it."""

    url_name: str
    label: str | _StrPromise
    roles: frozenset[str] = EVERYBODY
    under: tuple[str, ...] = ()
    # about lists: nothing for a communications administration that only co-signs
    is_of_lists: bool = False
    # what a plan is steered by; where somebody has several of these pages they stand in a line of their own
    steers: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    label: str | _StrPromise
    current: bool
    steers: bool = False
    count: int | None = None  # as every tab has


# one line at 1366 px; what else is public stands at the foot of every page
PUBLIC_NAV = (
    NavItem("home", pgettext_lazy("navigation", "Plan"), under=("/plans/",)),
    NavItem("calls:list", pgettext_lazy("navigation", "Calls")),
    NavItem("directory:notice-list", pgettext_lazy("navigation", "Notices")),
    NavItem("directory:home", pgettext_lazy("navigation", "Directory")),
    NavItem("cases:list", pgettext_lazy("navigation", "Cases"), under=("/case-sets/",)),
    NavItem("guidelines:list", pgettext_lazy("navigation", "Guidelines")),
    NavItem("site:news-list", pgettext_lazy("navigation", "News")),
)
FOOTER_NAV = (
    NavItem("site:help", _("Help and information")),
    NavItem("books:list", _("Case sets")),
    NavItem("certificates:verify", _("Check a certificate")),
    NavItem("open_data:home", pgettext_lazy("navigation", "Open data")),
    NavItem("api:openapi-json", _("Interface for programs")),
    NavItem("styleguide", _("Page components")),
)
WORK_NAV = (
    NavItem("desk", pgettext_lazy("navigation", "Overview"), SECRETARIAT, under=("/work/review/", "/work/selection/", "/work/calls/")),
    NavItem("cockpit:home", pgettext_lazy("navigation", "Targets"), SECRETARIAT | AUDITORS | PROVINCE | COMMUNICATIONS, steers=True),
    NavItem("calls:my-list", _("My applications"), APPLICANTS),
    NavItem("calls:cosign-desk", pgettext_lazy("navigation", "Co-sign"), COMMUNICATIONS),
    NavItem("calls:check-desk", pgettext_lazy("navigation", "Check"), CHECKERS | PROVINCE | COMMUNICATIONS | DIRECT, is_of_lists=True),
    NavItem("calls:recommend-desk", pgettext_lazy("navigation", "Recommend"), PROVINCE | COMMUNICATIONS | DIRECT, is_of_lists=True),
    NavItem("calls:report-desk", pgettext_lazy("navigation", "Reports"), OFFICERS | SECRETARIAT | AUDITORS),
    NavItem("reports:list", _("Work reports"), SECRETARIAT | AUDITORS, steers=True),
    NavItem(
        "statistics:desk",
        pgettext_lazy("navigation", "Statistics"),
        CITIES | PROVINCE | UNITS | SECRETARIAT | AUDITORS,
        under=("/statistics/",),
        steers=True,
    ),
    NavItem("review:queue", pgettext_lazy("navigation", "To review"), EXPERTS),
    NavItem("review:discussions", pgettext_lazy("navigation", "Discussions"), EXPERTS),
    NavItem("review:profile", pgettext_lazy("navigation", "My profile"), EXPERTS),
    NavItem("measures:desk", pgettext_lazy("navigation", "Measures"), SECRETARIAT | UNITS, under=("/work/measures/",), steers=True),
    NavItem("calls:accept-desk", pgettext_lazy("navigation", "Accept"), SECRETARIAT),
    NavItem("calls:application-list", pgettext_lazy("navigation", "Applications"), OFFICERS | SECRETARIAT | AUDITORS),
    NavItem("review:expert-list", pgettext_lazy("navigation", "Experts"), SECRETARIAT),
    NavItem("directory:notice-manage", pgettext_lazy("navigation", "Notices"), SECRETARIAT),
    NavItem(
        "cases:desk",
        pgettext_lazy("navigation", "Publications"),
        SECRETARIAT | AUDITORS,
        under=("/work/case-sets/", "/work/guidelines/", "/work/certificates/", "/work/pages/"),
    ),
    NavItem(
        "financing:home",
        pgettext_lazy("navigation", "Financing"),
        APPLICANTS | FINANCE | SECRETARIAT | AUDITORS,
        under=("/financing/",),
    ),
    NavItem("messages:outbox", pgettext_lazy("navigation", "Outbox"), SECRETARIAT),
    NavItem("dashboards:list", pgettext_lazy("navigation", "Dashboards"), PROVINCE | SECRETARIAT | AUDITORS, steers=True),
    NavItem("registry:enterprise-list", pgettext_lazy("navigation", "Enterprises"), OFFICERS | SECRETARIAT | AUDITORS | FINANCE),
    NavItem("audit:event-list", pgettext_lazy("navigation", "Audit"), AUDITORS),
    NavItem("calls:list", pgettext_lazy("navigation", "Calls"), APPLICANTS | OFFICERS),
    NavItem("cases:desk", pgettext_lazy("navigation", "Cases"), APPLICANTS),
    NavItem("home", pgettext_lazy("navigation", "Plan"), EVERYBODY - APPLICANTS - EXPERTS, under=("/plans/",)),
    NavItem("directory:home", pgettext_lazy("navigation", "Directory"), EVERYBODY - EXPERTS),
    NavItem("accounts:consents", _("Data sharing"), APPLICANTS),
)
# the pages on which what is published is made, in a line of their own
PUBLICATION_NAV = (
    NavItem("cases:desk", pgettext_lazy("navigation", "Cases")),
    NavItem("books:desk", pgettext_lazy("navigation", "Case sets")),
    NavItem("guidelines:desk", pgettext_lazy("navigation", "Guidelines")),
    NavItem("certificates:desk", pgettext_lazy("navigation", "Certificates")),
    NavItem("site:desk", pgettext_lazy("navigation", "Pages")),
)

# the pages of financing, in a line of their own
FINANCING_NAV = (
    NavItem("financing:home", pgettext_lazy("navigation", "Channels")),
    NavItem("facts:home", pgettext_lazy("navigation", "Enterprise data"), APPLICANTS | FINANCE | SECRETARIAT | AUDITORS),
    NavItem("financing:screenings", pgettext_lazy("navigation", "Screening"), FINANCE | SECRETARIAT | AUDITORS),
    NavItem("pledges:home", pgettext_lazy("navigation", "IP pledges")),
    NavItem("pipeline:home", pgettext_lazy("navigation", "Listing pipeline")),
    NavItem("matching:home", pgettext_lazy("navigation", "Needs and offers")),
)


def links(items: Iterable[NavItem], roles: set[str], path: str) -> list[Link]:
    """The items for these roles whose pages exist; the one with the longest matching path is current."""
    found = [(url, item) for item in items if item.roles & roles and (url := resolved(item.url_name))]
    best = max((_match(url, item, path) for url, item in found), default=0)
    return [Link(url, item.label, best > 0 and _match(url, item, path) == best, item.steers) for url, item in found]


def public_links(path: str) -> list[Link]:
    return links(PUBLIC_NAV, set(EVERYBODY), path)


def publication_links(actor: Any, path: str) -> list[Link]:
    """For those who see all of them; nothing for an enterprise, which has its cases only."""
    roles = actor.roles() if hasattr(actor, "roles") else set()
    return links(PUBLICATION_NAV, roles, path) if roles & (SECRETARIAT | AUDITORS) else []


def financing_links(actor: Any, path: str) -> list[Link]:
    """Shown on the pages of financing only."""
    roles = actor.roles() if hasattr(actor, "roles") else set()
    may = roles & (APPLICANTS | FINANCE | SECRETARIAT | AUDITORS)
    return links(FINANCING_NAV, roles, path) if may and path.startswith("/financing/") else []


def footer_links(path: str) -> list[Link]:
    """Each page once, though two rooms may have had it."""
    return list({str(link.label): link for link in reversed(links(FOOTER_NAV, set(EVERYBODY), path))}.values())[::-1]


def work_links(actor: Any, path: str) -> tuple[list[Link], list[Link]]:
    """The main line, and the line under it on the pages a plan is steered by. One query for a communications administration, none for others."""
    roles = actor.roles() if hasattr(actor, "roles") else set()
    items: Iterable[NavItem] = WORK_NAV
    if roles & COMMUNICATIONS and not has_own_list(actor):
        items = (replace(item, roles=item.roles - COMMUNICATIONS) if item.is_of_lists else item for item in WORK_NAV)
    return folded(links(items, roles, path))


def folded(found: list[Link]) -> tuple[list[Link], list[Link]]:
    """Three or more pages of steering become one link with a line of its own; fewer stay where they are."""
    steering = [link for link in found if link.steers]
    if len(steering) < 3:
        return found, []
    is_current = any(link.current for link in steering)
    one = Link(steering[0].url, pgettext_lazy("navigation", "Steering"), is_current)
    main = [one if link is steering[0] else link for link in found if link is steering[0] or not link.steers]
    return main, steering if is_current else []


def resolved(url_name: str, *args: Any) -> str:
    """The address of a page, '' where that room has no such page."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


def _match(url: str, item: NavItem, path: str) -> int:
    if path == url:
        return len(url)
    prefixes = [prefix for prefix in (url, *item.under) if prefix != "/"]
    return max((len(prefix) for prefix in prefixes if path.startswith(prefix)), default=0)
