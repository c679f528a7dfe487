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
PROVINCE = frozenset({Role.PROVINCE_OFFICER})
COMMUNICATIONS = frozenset({Role.COMMUNICATIONS_OFFICER})
DIRECT = frozenset({Role.RECOMMENDING_OFFICER})
OFFICERS = CHECKERS | PROVINCE | COMMUNICATIONS | DIRECT
SECRETARIAT = frozenset({Role.SECRETARIAT})
AUDITORS = frozenset({Role.AUDITOR})
EXPERTS = frozenset({Role.EXPERT})
FINANCE = frozenset({Role.FINANCE_LIAISON})
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


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    label: str | _StrPromise
    current: bool


PUBLIC_NAV = (
    NavItem("home", pgettext_lazy("navigation", "Plan"), under=("/plans/",)),
    NavItem("calls:list", pgettext_lazy("navigation", "Calls")),
    NavItem("directory:notice-list", pgettext_lazy("navigation", "Notices")),
    NavItem("directory:home", pgettext_lazy("navigation", "Directory")),
    NavItem("publications:case-list", pgettext_lazy("navigation", "Cases")),
    NavItem("directory:open-data", pgettext_lazy("navigation", "Open data")),
)
WORK_NAV = (
    NavItem("desk", pgettext_lazy("navigation", "Overview"), SECRETARIAT, under=("/work/review/", "/work/selection/", "/work/calls/")),
    NavItem("calls:my-list", _("My applications"), APPLICANTS),
    NavItem("calls:cosign-desk", pgettext_lazy("navigation", "Co-sign"), COMMUNICATIONS),
    NavItem("calls:check-desk", pgettext_lazy("navigation", "Check"), CHECKERS | PROVINCE | COMMUNICATIONS | DIRECT, is_of_lists=True),
    NavItem("calls:recommend-desk", pgettext_lazy("navigation", "Recommend"), PROVINCE | COMMUNICATIONS | DIRECT, is_of_lists=True),
    NavItem("calls:report-desk", pgettext_lazy("navigation", "Reports"), OFFICERS | SECRETARIAT | AUDITORS),
    NavItem("review:queue", pgettext_lazy("navigation", "To review"), EXPERTS),
    NavItem("review:discussions", pgettext_lazy("navigation", "Discussions"), EXPERTS),
    NavItem("review:profile", pgettext_lazy("navigation", "My profile"), EXPERTS),
    NavItem("calls:accept-desk", pgettext_lazy("navigation", "Accept"), SECRETARIAT),
    NavItem("calls:application-list", pgettext_lazy("navigation", "Applications"), OFFICERS | SECRETARIAT | AUDITORS),
    NavItem("review:expert-list", pgettext_lazy("navigation", "Experts"), SECRETARIAT),
    NavItem("directory:notice-manage", pgettext_lazy("navigation", "Notices"), SECRETARIAT),
    NavItem("messages:outbox", pgettext_lazy("navigation", "Outbox"), SECRETARIAT),
    NavItem("registry:enterprise-list", pgettext_lazy("navigation", "Enterprises"), OFFICERS | SECRETARIAT | AUDITORS | FINANCE),
    NavItem("audit:event-list", pgettext_lazy("navigation", "Audit"), AUDITORS),
    NavItem("calls:list", pgettext_lazy("navigation", "Calls"), APPLICANTS | OFFICERS),
    NavItem("home", pgettext_lazy("navigation", "Plan"), EVERYBODY - APPLICANTS - EXPERTS, under=("/plans/",)),
    NavItem("directory:home", pgettext_lazy("navigation", "Directory"), EVERYBODY - EXPERTS),
    NavItem("accounts:consents", _("Data sharing"), APPLICANTS),
)


def links(items: Iterable[NavItem], roles: set[str], path: str) -> list[Link]:
    """The items for these roles whose pages exist; the one with the longest matching path is current."""
    found = [(url, item) for item in items if item.roles & roles and (url := resolved(item.url_name))]
    best = max((_match(url, item, path) for url, item in found), default=0)
    return [Link(url, item.label, best > 0 and _match(url, item, path) == best) for url, item in found]


def public_links(path: str) -> list[Link]:
    return links(PUBLIC_NAV, set(EVERYBODY), path)


def work_links(actor: Any, path: str) -> list[Link]:
    """One query for a communications administration, none for others."""
    roles = actor.roles() if hasattr(actor, "roles") else set()
    if roles & COMMUNICATIONS and not has_own_list(actor):
        return links((replace(item, roles=item.roles - COMMUNICATIONS) if item.is_of_lists else item for item in WORK_NAV), roles, path)
    return links(WORK_NAV, roles, path)


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
