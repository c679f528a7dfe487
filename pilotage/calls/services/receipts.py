"""Issuing receipts: in the transaction of the filing, so that none is without one."""

from __future__ import annotations

from pilotage.audit.chain import canonical
from pilotage.audit.models import AuditEvent
from pilotage.calls.models import Application, Receipt, Revision
from pilotage.calls.papers import receipts
from pilotage.core import signing


def issue_receipt(*, application: Application, revision: Revision, event: AuditEvent) -> Receipt:
    """Sign what was filed. To be called in the transaction of the submission whose audit event this is."""
    body = canonical(receipts.content(application, revision, event, revision.registry))
    return Receipt.objects.create(
        revision=revision,
        body=body.decode(),
        signature=signing.sign(body),
        public_key=signing.public_key(),
        issued_at=revision.made_at,
    )
