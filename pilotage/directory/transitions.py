"""The state tables of notices, objections, editions and entries."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilotage.core import clock
from pilotage.core.transitions import StateTable, register, row
from pilotage.core.verdict import Invalid
from pilotage.directory import rules
from pilotage.directory.enums import UNDECIDED, EditionState, EntryState, NoticeState
from pilotage.directory.models import Edition, Entry, PublicNotice
from pilotage.directory.objection_transitions import OBJECTION as OBJECTION


def has_rows(notice: PublicNotice) -> None:
    if not notice.rows.exists():
        raise Invalid(_("The notice has no rows."))


def closes_later(notice: PublicNotice) -> None:
    if notice.closes_at <= clock.now():
        raise Invalid(_("The period of this notice is over before it was opened; prepare it again with new dates."))


def period_over(notice: PublicNotice) -> None:
    if clock.now() <= notice.closes_at:
        raise Invalid(_("The notice period is still running."))


def no_open_objection(notice: PublicNotice) -> None:
    waiting = notice.objections.filter(state__in=UNDECIDED).count()
    if waiting:
        raise Invalid(
            ngettext("%(count)d objection is still to be decided.", "%(count)d objections are still to be decided.", waiting)
            % {"count": waiting}
        )


def has_entries(edition: Edition) -> None:
    if not edition.entries.exists():
        raise Invalid(_("The edition has no entries."))


def all_notices_closed(edition: Edition) -> None:
    if edition.call and edition.call.notices.exclude(state=NoticeState.CLOSED).exists():
        raise Invalid(_("A notice of this call is not closed yet."))


def term_over(entry: Entry) -> None:
    if entry.next_evaluation_on is None or entry.next_evaluation_on > clock.today():
        raise Invalid(_("The term of this entry is not over."))


NOTICE = register(
    "directory.publicnotice",
    StateTable(
        "directory.notice",
        tuple(NoticeState.values),
        NoticeState.DRAFT,
        (
            row("open", NoticeState.DRAFT, NoticeState.OPEN, rules.can_manage_notice, has_rows, closes_later),
            row(
                "close",
                NoticeState.OPEN,
                NoticeState.CLOSED,
                rules.can_manage_notice,
                period_over,
                no_open_objection,
                two_person=True,
            ),
        ),
    ),
)
EDITION = register(
    "directory.edition",
    StateTable(
        "directory.edition",
        tuple(EditionState.values),
        EditionState.PREPARED,
        (
            row(
                "publish",
                EditionState.PREPARED,
                EditionState.PUBLISHED,
                rules.can_publish,
                has_entries,
                all_notices_closed,
                two_person=True,
            ),
        ),
    ),
)
_IN_FORCE = (EntryState.LISTED, EntryState.RECTIFYING)
ENTRY = register(
    "directory.entry",
    StateTable(
        "directory.entry",
        tuple(EntryState.values),
        EntryState.PREPARED,
        (
            row("list", EntryState.PREPARED, EntryState.LISTED, rules.can_keep),
            row("rectify", EntryState.LISTED, EntryState.RECTIFYING, rules.can_keep, needs_reason=True),
            row("restore", EntryState.RECTIFYING, EntryState.LISTED, rules.can_keep, needs_reason=True),
            row("renew", EntryState.LISTED, EntryState.LISTED, rules.can_keep, needs_reason=True),
            row("remove", _IN_FORCE, EntryState.REMOVED, rules.can_keep, needs_reason=True, two_person=True),
            row(
                "readmit",
                (EntryState.REMOVED, EntryState.EXPIRED),
                EntryState.LISTED,
                rules.can_keep,
                needs_reason=True,
                two_person=True,
            ),
            row("expire", _IN_FORCE, EntryState.EXPIRED, rules.can_keep, term_over),
        ),
    ),
)
