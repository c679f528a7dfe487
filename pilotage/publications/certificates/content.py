"""What a certificate says: the Verifiable Credential (W3C data model 2.0) of an entry, before it is signed.

Only what the directory's public page of the entry says is repeated here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pilotage.directory.enums import EntryLabel
from pilotage.directory.models import Entry
from pilotage.publications.certificates import status
from pilotage.publications.certificates.keys import did
from pilotage.publications.certificates.proof import Json
from pilotage.publications.certificates.words import in_both, words

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
KIND = "DirectoryEntryCertificate"


def credential(entry: Entry, *, number: str, place: int, issued_at: datetime) -> Json:
    """``entry`` with edition, directory, call, plan, enterprise, places and industry at hand."""
    directory = entry.edition.directory
    return {
        "@context": [CREDENTIALS, address("certificates:context")],
        "id": address("certificates:detail", number=number),
        "type": ["VerifiableCredential", KIND],
        "name": words(directory.title_zh, directory.title_en),
        "issuer": {"id": did(), "name": issuer(entry)},
        "validFrom": stamp(issued_at),
        "credentialSubject": subject(entry),
        "credentialStatus": status_entry(place),
    }


def subject(entry: Entry) -> Json:
    """What is said of the entry; the certificate is renewed when this is no longer the same."""
    said = {
        "id": address("directory:entry", number=entry.number),
        "type": "DirectoryEntry",
        "number": entry.number,
        "edition": words(entry.edition.title_zh, entry.edition.title_en),
        "enterprise": _enterprise(entry),
        "projectTitle": entry.project_title,
        "level": _level(entry),
        "industry": _coded(entry.industry_id, entry.industry),
        "province": _coded(entry.province_id, entry.province),
        "prefecture": _coded(entry.prefecture_id, entry.prefecture),
        "listedOn": entry.listed_on.isoformat() if entry.listed_on else "",
        "label": _label(entry),
        "fictional": entry.is_fictional,
    }
    return {name: value for name, value in said.items() if value not in ("", None, {}, [])}


def issuer(entry: Entry) -> list[Json]:
    """Never a real office under an invented entry."""
    call = entry.edition.call
    if entry.is_fictional:
        return in_both(_("Fictional demonstration, issued by nobody"))
    return words(call.plan.issuer_zh, call.plan.issuer_en) if call else words(settings.BASE_URL, "")


def status_entry(place: int) -> Json:
    number, index = divmod(place, status.SIZE)
    lists = address("certificates:status", number=number + 1)
    return {
        "id": f"{lists}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": lists,
    }


def address(name: str, **values: Any) -> str:
    return settings.BASE_URL + reverse(name, kwargs=values or None)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _enterprise(entry: Entry) -> Json:
    code = entry.enterprise.uscc if entry.enterprise else ""
    return {"name": entry.enterprise_name} | ({"unifiedSocialCreditCode": code} if code else {})


def _level(entry: Entry) -> Json:
    found = [row for row in entry.edition.codes.get("levels", []) if row["code"] == entry.level]
    return {"code": entry.level, "name": words(found[0]["zh"], found[0].get("en", ""))} if found else {}


def _coded(code: str | None, row: Any) -> Json:
    return {"code": code, "name": words(row.name_zh, row.name_en)} if code else {}


def _label(entry: Entry) -> Json:
    if not entry.label:
        return {}
    given = {"givenOn": entry.labelled_on.isoformat()} if entry.labelled_on else {}
    return {"code": entry.label, "name": in_both(EntryLabel(entry.label).label)} | given
