"""Who handles interbank notes, re-lending lists and the columns of a bank."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pilotage.accounts.enums import Role
from pilotage.accounts.rules import enterprise_ids, has_role
from pilotage.audit import chain
from pilotage.core.verdict import YES, Verdict, no
from pilotage.finance.matching.enums import BatchState, NoteState
from pilotage.finance.matching.paper_models import BondNote, RelendingBatch
from pilotage.finance.matching.rules import Actor, institution_ids, sees_all


# --- interbank notes -------------------------------------------------------------------------
def visible_notes(actor: Actor) -> QuerySet[BondNote]:
    """The issuer's own, the underwriter's own; an underwriter whom the issuer no longer trusts keeps the notes it brought out."""
    if sees_all(actor):
        return BondNote.objects.all()
    return BondNote.objects.filter(Q(issuer__in=enterprise_ids(actor)) | Q(underwriter__in=institution_ids(actor)))


def can_plan_note(actor: Actor, issuer: Any) -> Verdict:
    """For an enterprise whose facts the institution may read."""
    if actor is None or has_role(actor, Role.SECRETARIAT):
        return YES
    if issuer.consents.filter(organisation__in=institution_ids(actor), withdrawn_at__isnull=True).exists():
        return YES
    return no(_("Notes are entered by the secretariat, or by an underwriter to whom the issuer has opened its data."))


def can_handle_note(actor: Actor, note: BondNote) -> Verdict:
    if actor is None or has_role(actor, Role.SECRETARIAT) or (note.underwriter_id and note.underwriter_id in institution_ids(actor)):
        return YES
    return no(_("A note is handled by its underwriter or by the secretariat."))


def can_change_note(actor: Actor, note: BondNote) -> Verdict:
    handles = can_handle_note(actor, note)
    if not handles or note.state == NoteState.PLANNED:
        return handles
    return no(_("A tagged note is untagged before it is corrected; one that is issued or dropped stays as it is."))


# --- re-lending lists ------------------------------------------------------------------------
def visible_batches(actor: Actor) -> QuerySet[RelendingBatch]:
    """A bank sees the lists handed to it, once they are signed off."""
    if sees_all(actor):
        return RelendingBatch.objects.all()
    return RelendingBatch.objects.filter(organisation__in=institution_ids(actor), state=BatchState.FROZEN)


def can_compose(actor: Actor, batch: Any) -> Verdict:
    return YES if actor is None or has_role(actor, Role.SECRETARIAT) else no(_("Lists for re-lending are made by the secretariat."))


def can_set_columns(actor: Actor, organisation: Any) -> Verdict:
    if actor is None or has_role(actor, Role.SECRETARIAT) or organisation.pk in institution_ids(actor):
        return YES
    return no(_("The columns of a bank are set by the bank or by the secretariat."))


def digest_of(batch: RelendingBatch) -> str:
    """Of the lines as they stand, so that a file handed out can be held against the list."""
    lines = batch.lines.order_by("position").values_list(
        "position", "enterprise_name", "uscc", "project", "ground", "ground_number", "ground_from", "ground_until"
    )
    said = json.dumps([[str(value) if value is not None else "" for value in line] for line in lines], ensure_ascii=False)
    return chain.digest(said.encode(), settings.AUDIT_HASH)
