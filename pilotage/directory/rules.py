"""Who may do what in the directory, and who sees what. One rule answers both."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import has_role
from pilotage.core import clock
from pilotage.core.verdict import YES, Verdict, no
from pilotage.directory.enums import PUBLIC, EditionState, NoticeState
from pilotage.directory.models import Edition, Entry, Objection, PublicNotice

Actor = Any  # a User, AnonymousUser, or None for the public


def sees_all(actor: Actor) -> bool:
    return has_role(actor, Role.SECRETARIAT, Role.AUDITOR)


def can_manage(actor: Actor, call: Any) -> Verdict:
    """Notices, objections, editions and entries of a call are run by its secretariat."""
    if has_role(actor, Role.SECRETARIAT, call=call):
        return YES
    return no(_("Only the secretariat runs notices and the directory."))


def can_manage_notice(actor: Actor, notice: PublicNotice) -> Verdict:
    return can_manage(actor, notice.call)


def can_decide(actor: Actor, objection: Objection) -> Verdict:
    return can_manage(actor, objection.notice.call)


def can_publish(actor: Actor, edition: Edition) -> Verdict:
    return can_manage(actor, edition.call)


def can_keep(actor: Actor, entry: Entry) -> Verdict:
    """Rectify, restore, remove, renew, expire, label."""
    return can_manage(actor, entry.edition.call)


def can_see_management(actor: Actor) -> Verdict:
    if sees_all(actor):
        return YES
    return no(_("Only the secretariat and auditors see this page."))


def can_object(notice: PublicNotice) -> Verdict:
    """Anybody may object, during the period only."""
    if notice.state == NoticeState.CLOSED or clock.now() > notice.closes_at:
        return no(_("The notice period is over, objections can no longer be filed."))
    if notice.state != NoticeState.OPEN or clock.now() < notice.opens_at:
        return no(_("The notice period has not begun."))
    return YES


def visible_notices(actor: Actor) -> QuerySet[PublicNotice]:
    """Everybody sees notices whose period has begun; the secretariat and auditors see drafts too."""
    if sees_all(actor):
        return PublicNotice.objects.all()
    return PublicNotice.objects.exclude(state=NoticeState.DRAFT).filter(opens_at__lte=clock.now())


def visible_objections(actor: Actor) -> QuerySet[Objection]:
    """Who objected, and what was said, is seen by the secretariat and auditors only."""
    return Objection.objects.all() if sees_all(actor) else Objection.objects.none()


def visible_editions(actor: Actor) -> QuerySet[Edition]:
    if sees_all(actor):
        return Edition.objects.all()
    return Edition.objects.filter(state=EditionState.PUBLISHED)


def visible_entries(actor: Actor) -> QuerySet[Entry]:
    if sees_all(actor):
        return Entry.objects.all()
    return Entry.objects.filter(edition__state=EditionState.PUBLISHED, state__in=sorted(PUBLIC))
