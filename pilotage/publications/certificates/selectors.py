"""Named reads: what is published about keys and lists, and the certificates of an entry or an edition."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Max, QuerySet

from pilotage.core import clock
from pilotage.directory.enums import IN_FORCE
from pilotage.directory.models import Edition, Entry
from pilotage.publications.certificates import checking, content, keys, proof, status
from pilotage.publications.certificates.enums import CertificateState, KeyState
from pilotage.publications.certificates.models import Certificate, CertificateKey

LIST_VALID_FOR = timedelta(days=30)
ORDER = ("-issued_at", "-id")


def did_document() -> proof.Json:
    """The platform's keys, old ones too, each with the day it ended. One query."""
    rows = list(CertificateKey.objects.order_by("number"))
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": keys.did(),
        "verificationMethod": [_method(key) for key in rows],
        "assertionMethod": [key.method for key in rows if key.state != KeyState.COMPROMISED],
    }


def _method(key: CertificateKey) -> proof.Json:
    found = {"id": key.method, "type": "Multikey", "controller": key.method.partition("#")[0], "publicKeyMultibase": key.public_key}
    if key.retired_at:
        # up to the next whole second: what was signed in the last one stays valid
        found["expires"] = content.stamp(key.retired_at + timedelta(seconds=1))
    if key.compromised_at:
        found["revoked"] = content.stamp(key.compromised_at)
    return found


def trusted_keys() -> dict[str, checking.Key]:
    """Every key of this platform, withdrawn ones as such. One query."""
    return {
        key.method: checking.Key(key.public_key, key.retired_at and key.retired_at + timedelta(seconds=1), key.compromised_at)
        for key in CertificateKey.objects.order_by("number")
    }


def status_list(number: int) -> proof.Json | None:
    """The list with this number (from 1), signed with the key in use; None where there is no such list. Three queries.

    Dated by the beginning of the hour, or the last change within it, so that two readers of an hour get the same bytes.
    """
    first = (number - 1) * status.SIZE
    if number < 1 or not Certificate.objects.filter(place__range=(first, first + status.SIZE - 1)).exists():
        return None
    ended = Certificate.objects.filter(place__range=(first, first + status.SIZE - 1)).exclude(state=CertificateState.IN_FORCE)
    places = [place - first for place in ended.order_by("place").values_list("place", flat=True)]
    key = CertificateKey.objects.get(state=KeyState.ACTIVE)
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    since = max(filter(None, [hour, key.made_at, ended.aggregate(last=Max("ended_at"))["last"]]))
    address = content.address("certificates:status", number=number)
    said = {
        "@context": [content.CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": key.method.partition("#")[0],
        "validFrom": content.stamp(since),
        "validUntil": content.stamp(since + LIST_VALID_FOR),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": status.encoded(places),
        },
    }
    return proof.signed(said, key=keys.private_half(key), method=key.method, created=content.stamp(since))


def status_list_at(address: str) -> proof.Json | None:
    """The list that this platform publishes there."""
    tail = address.rstrip("/").rpartition("/")[2]
    number = int(tail) if tail.isdecimal() and len(tail) < 9 else 0
    return status_list(number) if number and address == content.address("certificates:status", number=number) else None


def check(file: bytes) -> checking.Answer:
    """``file`` against this platform's own keys and lists. Six queries at most."""
    return checking.check(file, keys=trusted_keys(), listed=status_list_at)


def current(entry: Entry) -> Certificate | None:
    """The certificate of the entry that is in force, else the last one there was."""
    rows = Certificate.objects.filter(entry=entry).order_by("-serial")
    return next((row for row in rows if row.state == CertificateState.IN_FORCE), next(iter(rows), None))


def successor(certificate: Certificate) -> Certificate | None:
    """What took the place of one that was replaced."""
    return Certificate.objects.filter(entry=certificate.entry_id, serial__gt=certificate.serial).order_by("-serial").first()


def missing(edition: Edition) -> int:
    """Entries in force without a certificate in force."""
    held = Certificate.objects.filter(state=CertificateState.IN_FORCE, entry__edition=edition).values("entry")
    return edition.entries.filter(state__in=IN_FORCE).exclude(pk__in=held).count()


def listed(rows: QuerySet[Certificate], *, state: str = "", text: str = "") -> QuerySet[Certificate]:
    """For the desk; page them by :data:`ORDER`."""
    if state in CertificateState.values:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(number__startswith=text.strip().upper())
    return rows.select_related("entry", "key")


def said_of(certificate: Certificate) -> dict[str, Any]:
    """What the certificate says of its entry."""
    return dict(proof.read(certificate.body)["credentialSubject"])
