"""Writes of what is issued: two people give a revision its number and freeze it; later revisions; withdrawal."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pilotage.audit.models import Proposal
from pilotage.audit.services import confirm, propose, record, transition, withdraw_proposal
from pilotage.core import clock
from pilotage.core.one_state import one_state
from pilotage.core.verdict import Conflict
from pilotage.publications.guidelines import rules
from pilotage.publications.guidelines.book import inputs_of, made_files
from pilotage.publications.guidelines.checks import can_be_issued
from pilotage.publications.guidelines.content import frozen
from pilotage.publications.guidelines.models import Guideline, Revision, RevisionFile
from pilotage.publications.guidelines.rules import open_proposal

NOTHING: dict[str, Any] = {"next_number": "", "next_issued_on": None, "next_as_of": None}


def propose_issue(*, actor: Any, guideline: Guideline) -> Proposal:
    return propose(guideline, "issue", actor=actor)


def confirm_issue(*, actor: Any, guideline: Guideline) -> Revision:
    """A second person: text and figures are frozen, the files made and kept with their digests, and the guideline is issued.

    Raises ``documents.DocumentError`` where a file cannot be made; nothing is issued then.
    """
    rules.can_write(actor).require()
    proposal = _waiting(guideline, "issue")
    can_be_issued(guideline)
    last = guideline.revisions.aggregate(last=Max("revision"))["last"] or 0
    made = Revision(
        guideline=guideline,
        revision=last + 1,
        number=guideline.next_number,
        issued_on=guideline.next_issued_on or clock.today(),
        as_of=guideline.next_as_of or clock.today(),
        reason=_reason_of(guideline) if last else "",
        made_at=clock.now(),
    )
    with one_state():
        working = frozen(guideline, made.as_of)
    made.freeze(working)
    files = made_files(made)
    with transaction.atomic():
        confirm(proposal, guideline, actor=actor, changes=NOTHING)
        made.save(force_insert=True)
        record(made, "guideline.revision", actor=actor)
        for kind, language, content in files:
            _keep(made, kind, language, content, actor)
    return made


def _keep(revision: Revision, kind: str, language: str, content: bytes, actor: Any) -> None:
    kept = RevisionFile.objects.create(
        revision=revision,
        kind=kind,
        language=language,
        inputs=inputs_of(revision, language),
        content=content,
        size=len(content),
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
    )
    record(kept, "guideline.file", actor=actor)


def _reason_of(guideline: Guideline) -> str:
    """What was said when the revision was begun."""
    from pilotage.audit.models import AuditEvent  # only read here

    found = AuditEvent.objects.filter(object_type="publications.guideline", object_id=str(guideline.pk), verb="guideline.revise")
    return found.order_by("-number").values_list("reason", flat=True).first() or ""


def revise(*, actor: Any, guideline: Guideline, reason: str) -> Guideline:
    """The working text may be changed again; what is issued stays public until the next issue."""
    transition(guideline, "revise", actor=actor, reason=reason)
    return guideline


def propose_withdrawal(*, actor: Any, guideline: Guideline, reason: str) -> Proposal:
    return propose(guideline, "withdraw", actor=actor, reason=reason)


def confirm_withdrawal(*, actor: Any, guideline: Guideline) -> Guideline:
    proposal = _waiting(guideline, "withdraw")
    confirm(proposal, guideline, actor=actor, changes={"withdrawn_on": clock.today()})
    return guideline


def take_back(*, actor: Any, guideline: Guideline) -> None:
    proposal = open_proposal(guideline)
    if proposal is None:
        raise Conflict(_("Nothing is proposed, or the proposal was withdrawn."))
    withdraw_proposal(proposal, actor=actor)


def _waiting(guideline: Guideline, verb: str) -> Proposal:
    proposal = open_proposal(guideline)
    if proposal is None or proposal.verb != verb:
        raise Conflict(_("Nothing is proposed, or the proposal was withdrawn."))
    return proposal
