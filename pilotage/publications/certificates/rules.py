"""Who may do what with certificates and keys. Everybody may read a certificate: it says what the directory says."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core.verdict import YES, Verdict, no
from pilotage.directory import rules as directory
from pilotage.publications.certificates.models import Certificate, CertificateKey


def can_issue(actor: Any, entry: Any) -> Verdict:
    if actor is None or has_role(actor, Role.SECRETARIAT, call=entry.edition.call):
        return YES
    return no(_("Only the secretariat issues certificates."))


def can_replace(actor: Any, certificate: Certificate) -> Verdict:
    return can_issue(actor, certificate.entry)


def can_lapse(actor: Any, certificate: Certificate) -> Verdict:
    """Follows from the removal of the entry; nobody does it by hand."""
    return YES if actor is None else no(_("A certificate lapses by itself when its entry is removed or expires."))


def can_revoke(actor: Any, certificate: Certificate) -> Verdict:
    if has_role(actor, Role.SECRETARIAT, call=certificate.entry.edition.call):
        return YES
    return no(_("Only the secretariat revokes certificates."))


def can_change_keys(actor: Any, key: CertificateKey) -> Verdict:
    return YES if actor is None else no(_("Keys are changed by the operator, on the command line."))


def can_see_desk(actor: Any) -> Verdict:
    return directory.can_see_management(actor)


def visible_certificates(actor: Any) -> QuerySet[Certificate]:
    """As the entries they speak of: none of an entry that is not public."""
    if directory.sees_all(actor):
        return Certificate.objects.all()
    return Certificate.objects.filter(entry__in=directory.visible_entries(actor))
