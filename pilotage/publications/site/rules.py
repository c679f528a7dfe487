"""Who writes pages and news, who reads them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.publications.site.enums import PageState
from pilotage.publications.site.models import SitePage


def can_edit(actor: Any, page: SitePage | None = None) -> Verdict:
    """``actor`` None is the system: the command on the server's own console."""
    if actor is None or has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat writes pages and news."))


def can_see_desk(actor: Any) -> Verdict:
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return YES
    return no(_("Only the secretariat and auditors see this page."))


def visible_pages(actor: Any) -> QuerySet[SitePage]:
    """The public sees what is published, the secretariat and auditors also drafts and what was withdrawn."""
    if has_role(actor, Role.SECRETARIAT, Role.AUDITOR):
        return SitePage.objects.all()
    return SitePage.objects.filter(state=PageState.PUBLISHED)
