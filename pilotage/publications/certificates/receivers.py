"""Certificates follow the directory, in the transaction of each act there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from pilotage.audit.signals import Moved, moved
from pilotage.directory.campaign_enums import ChangeKind
from pilotage.directory.models import Entry, EntryChange
from pilotage.publications.certificates import services

BEGINS = frozenset({"list", "readmit"})
ENDS = frozenset({"remove", "expire"})
SAYS_OTHERWISE = frozenset({ChangeKind.UPDATED, ChangeKind.LABELLED, ChangeKind.UNLABELLED})


@receiver(moved, sender=Entry, dispatch_uid="publications.certificates.entries")
def entries_moved(sender: Any, moves: Sequence[Moved], **_kwargs: Any) -> None:
    """Listed: certificates are issued. Out of force: they are revoked. What only a public source tells of gets none."""
    begun = [move.obj for move in moves if move.verb in BEGINS and move.obj.edition.is_complete]
    services.issue(actor=None, entries=begun)
    ended = [move for move in moves if move.verb in ENDS]
    if ended:
        services.lapse(entries=[move.obj for move in ended], reason=ended[0].event.reason or _("The term of the entry was over."))


@receiver(post_save, sender=EntryChange, dispatch_uid="publications.certificates.changes")
def entry_changed(sender: Any, instance: EntryChange, created: bool, **_kwargs: Any) -> None:
    """A label was given or taken, or the yearly update says something else: the certificate is renewed with it."""
    if created and instance.kind in SAYS_OTHERWISE:
        services.renew_changed(entries=[instance.entry], reason=instance.reason or str(ChangeKind(instance.kind).label))
