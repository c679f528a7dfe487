"""Issuing, replacing and ending certificates; beginning and withdrawing keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.audit.models import Proposal, ProposalState
from pilotage.core import clock
from pilotage.core.verdict import Conflict, Invalid
from pilotage.directory.enums import IN_FORCE
from pilotage.directory.models import Edition, Entry
from pilotage.publications.certificates import keys, proof, rules
from pilotage.publications.certificates.content import credential, stamp, subject
from pilotage.publications.certificates.enums import CertificateState, KeyState
from pilotage.publications.certificates.models import Certificate, CertificateKey

RELATED = ("edition__directory", "edition__call__plan", "enterprise", "province", "prefecture", "industry")


# --- certificates ---------------------------------------------------------------------------
@transaction.atomic
def issue(*, actor: Any, entries: Sequence[Entry]) -> list[Certificate]:
    """A certificate for each of the entries, none of which holds one in force. A bounded number of queries.

    Called in the transaction of the act that it follows from, after that act's audit event: whoever writes
    one waits for the end of the chain, so no two number certificates at once. Raises ``Refused`` where the
    private half of the key is not here, ``signing.KeyUnusable`` where it cannot be read.
    """
    if not entries:
        return []
    full = list(Entry.objects.filter(pk__in=[entry.pk for entry in entries]).select_related(*RELATED).order_by("number"))
    key = _active_key()
    private, now = keys.private_half(key), clock.now()
    serials = _last_serials(full)
    place = (Certificate.objects.aggregate(last=Max("place"))["last"] or 0) + 1
    drafts = [_draft(entry, serials.get(entry.pk, 0) + 1, key, private, place + step, now) for step, entry in enumerate(full)]
    made = Certificate.objects.bulk_create(drafts, batch_size=500)
    audit.record_many([audit.Entry(certificate, "publications.certificate.issue") for certificate in made], actor=actor)
    return made


def _draft(entry: Entry, serial: int, key: CertificateKey, private: Ed25519PrivateKey, place: int, now: datetime) -> Certificate:
    number = f"{entry.number}-C{serial}"
    said = credential(entry, number=number, place=place, issued_at=now)
    body = proof.signed(said, key=private, method=key.method, created=stamp(now))
    return Certificate(entry=entry, serial=serial, number=number, key=key, place=place, body=proof.canonical(body).decode(), issued_at=now)


def _last_serials(entries: Sequence[Entry]) -> dict[int, int]:
    rows = Certificate.objects.filter(entry__in=entries).values_list("entry").annotate(last=Max("serial")).order_by("entry")
    return dict(rows)


@transaction.atomic
def issue_missing(*, actor: Any, edition: Edition) -> list[Certificate]:
    """For every entry in force that holds none, as those listed before there were certificates."""
    entry = Entry(edition=edition)
    rules.can_issue(actor, entry).require()
    if not edition.is_complete:
        raise Invalid(_("This edition is recorded from public sources; nothing of it was issued here."))
    held = Certificate.objects.filter(state=CertificateState.IN_FORCE, entry__edition=edition).values("entry")
    waiting = list(edition.entries.filter(state__in=IN_FORCE).exclude(pk__in=held).order_by("number"))
    if waiting:
        audit.record(edition, "publications.certificate.issue_missing", actor=actor, extra={"entries": len(waiting)})
    return issue(actor=actor, entries=waiting)


@transaction.atomic
def renew_changed(*, entries: Iterable[Entry], reason: str) -> list[Certificate]:
    """A new certificate for each entry whose certificate in force no longer says what the entry says; by the system."""
    changed = [each for each in _in_force(entries) if proof.read(each.body)["credentialSubject"] != subject(each.entry)]
    return _replace(changed, actor=None, reason=reason)


@transaction.atomic
def lapse(*, entries: Iterable[Entry], reason: str) -> list[Certificate]:
    """The entries are out of force, so their certificates are revoked; by the system."""
    ending = _in_force(entries)
    audit.transition_many(ending, "lapse", actor=None, reason=reason)
    return ending


def propose_revoke(*, actor: Any, certificate: Certificate, reason: str) -> Proposal:
    """The certificate is wrong though its entry stays listed; a second person confirms."""
    return audit.propose(certificate, "revoke", actor=actor, reason=reason)


@transaction.atomic
def confirm_revoke(*, actor: Any, certificate: Certificate) -> Certificate:
    audit.confirm(_waiting(certificate), certificate, actor=actor)
    return certificate


def _waiting(certificate: Certificate) -> Proposal:
    label, verb = certificate._meta.label_lower, "revoke"
    found = Proposal.objects.filter(object_type=label, object_id=str(certificate.pk), verb=verb, state=ProposalState.OPEN).first()
    if found is None:
        raise Conflict(_("Nobody has proposed this act, or it was decided already. Reload the page to see what has happened."))
    return found


def _in_force(entries: Iterable[Entry]) -> list[Certificate]:
    """The certificates in force of the entries, with the entries as they now are."""
    rows = Certificate.objects.filter(state=CertificateState.IN_FORCE, entry__in=[entry.pk for entry in entries])
    return list(rows.select_related(*(f"entry__{name}" for name in RELATED)).order_by("pk"))


def _replace(certificates: Sequence[Certificate], *, actor: Any, reason: str) -> list[Certificate]:
    audit.transition_many(certificates, "replace", actor=actor, reason=reason)
    return issue(actor=actor, entries=[certificate.entry for certificate in certificates])


# --- keys -----------------------------------------------------------------------------------
def _active_key() -> CertificateKey:
    return CertificateKey.objects.filter(state=KeyState.ACTIVE).first() or _begin_key(actor=None)


@transaction.atomic
def rotate(*, actor: Any, reason: str) -> CertificateKey:
    """From now on a new key signs. The old one stays published with the day it ended; what it signed stays valid."""
    old = CertificateKey.objects.select_for_update().filter(state=KeyState.ACTIVE).first()
    if old is not None:
        audit.transition(old, "retire", actor=actor, reason=reason)
    return _begin_key(actor=actor)


@transaction.atomic
def withdraw_key(*, actor: Any, key: CertificateKey, reason: str) -> list[Certificate]:
    """Somebody else may hold the key: nothing it signed counts any more, and what was in force is signed anew."""
    was_active = key.state == KeyState.ACTIVE
    audit.transition(key, "compromise", actor=actor, reason=reason)
    if was_active:
        _begin_key(actor=actor)
    held = Certificate.objects.filter(key=key, state=CertificateState.IN_FORCE).select_related(*(f"entry__{name}" for name in RELATED))
    return _replace(list(held.order_by("pk")), actor=actor, reason=reason)


def _begin_key(*, actor: Any) -> CertificateKey:
    number = (CertificateKey.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    public = proof.multikey(keys.new_private(number))
    if CertificateKey.objects.filter(public_key=public).exists():
        raise Conflict(_("This key was in use before. Put a new one into %(setting)s first.") % {"setting": "PILOTAGE_CERTIFICATE_KEY"})
    key = CertificateKey.objects.create(number=number, method=f"{keys.did()}#key-{number}", public_key=public, made_at=clock.now())
    audit.record(key, "publications.certificate_key.begin", actor=actor)
    return key
