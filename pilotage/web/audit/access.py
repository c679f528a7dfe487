"""Who reads the record: the auditor all of it, the secretariat the history of one object."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core.verdict import YES, Verdict, no


def can_read_record(actor: Any) -> Verdict:
    if has_role(actor, Role.AUDITOR):
        return YES
    return no(_("Only an auditor reads the whole record of decisions."))


def can_read_history(actor: Any) -> Verdict:
    if has_role(actor, Role.AUDITOR, Role.SECRETARIAT):
        return YES
    return no(_("Only an auditor or the secretariat reads the history of an object."))
