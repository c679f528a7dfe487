"""Published cases are public; only the secretariat, or the system, records them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.publications.models import Case


def can_record(actor: Any) -> Verdict:
    if actor is None or has_role(actor, Role.SECRETARIAT):
        return YES
    return no(_("Only the secretariat records published cases."))


def visible_cases(actor: Any) -> QuerySet[Case]:
    """Whoever asks sees all: a case is recorded only after it was published elsewhere."""
    return Case.objects.all()
