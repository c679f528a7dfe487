"""What a receipt says, how it is set on paper, and whether one that somebody shows is ours.

Data: a receipt is a dictionary of strings, numbers and lists; ``canonical`` JSON of it is what was signed.
The file that is handed out holds it under ``receipt`` and the signature beside it; the PDF carries that same
file inside (``receipt.json``).
Invariants: paper and file are made from the stored body alone, so each download gives the same bytes.
Refuses: to judge by the key a file brings along; a signature counts when it was made with a key the reader trusts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from pilotage.audit.chain import canonical, digest
from pilotage.audit.models import AuditEvent
from pilotage.calls.forms.words import in_language
from pilotage.calls.models import Application, Receipt, Revision
from pilotage.calls.selectors import form_of
from pilotage.core import documents, signing

FORMAT = "pilotage-receipt/1"
FILE = "receipt.json"


# --- what it says ---------------------------------------------------------------------------
def content(application: Application, revision: Revision, event: AuditEvent, registry: Mapping[str, str]) -> dict[str, Any]:
    """The receipt of a revision just filed; ``event`` is the act in the audit chain, whose digest was the chain's head then."""
    call = application.version.content
    return {
        "format": FORMAT,
        "issued_by": settings.BASE_URL,
        "application": application.number,
        "kind": application.kind,
        "call": {"slug": application.call.slug, "title": call.get("title") or {}, "version": application.version.number},
        "applicant": {"name": registry.get("enterprise.name_zh", ""), "uscc": registry.get("enterprise.uscc", "")},
        "project": application.project_title,
        "filed_at": _stamp(revision.made_at),
        "filed_by": str(revision.made_by),
        "revision": revision.number,
        "digest": revision.digest,
        "files": [{name: each[name] for name in ("field", "name", "size", "sha256")} for each in _filed_files(revision)],
        **({"partners": [_partner(each) for each in revision.partners]} if revision.partners else {}),
        "statements": [*_statements(application, revision), *_signature_of_the_head(revision)],
        "audit": {"event": event.number, "head": event.digest},
    }


def _filed_files(revision: Revision) -> list[Mapping[str, Any]]:
    return [*revision.attachments, *(each for part in revision.partners or [] for each in part.get("attachments", []))]


def _partner(part: Mapping[str, Any]) -> dict[str, Any]:
    """Who took part and consented when; the digest is that of the whole part as it was filed."""
    known = {name: part[name] for name in ("name", "uscc", "role", "consented_by", "consented_at")}
    return known | {"digest": digest(canonical(part))}


def _stamp(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _statements(application: Application, revision: Revision) -> list[dict[str, Any]]:
    found = []
    for key, field in form_of(application.version).by_key.items():
        made = revision.data.get(key) if field.type == "statement" else None
        if isinstance(made, dict) and made.get("agreed"):
            text = {"zh": field.text_zh or field.label_zh, "en": field.text_en or field.label_en}
            found.append({"field": key, "text": text, "by": made.get("by", ""), "at": made.get("at", "")})
    return found


def _signature_of_the_head(revision: Revision) -> list[dict[str, Any]]:
    """The legal representative's, where the call asks for one."""
    signed = revision.signoff or {}
    if not signed.get("statement"):
        return []
    text = signed["statement"]
    words = {"zh": text, "en": text} if isinstance(text, str) else text
    return [{"field": "signoff", "text": words, "by": str(signed.get("by", "")), "at": str(signed.get("at", ""))}]


# --- files ----------------------------------------------------------------------------------
def file_of(receipt: Receipt) -> bytes:
    """The JSON file that is handed out."""
    signature = {"algorithm": signing.ALGORITHM, "public_key": receipt.public_key, "value": receipt.signature}
    return json.dumps({"receipt": json.loads(receipt.body), "signature": signature}, ensure_ascii=False, indent=1).encode()


def paper_of(receipt: Receipt, application: Application) -> bytes:
    """The PDF, in the active language. Raises ``documents.DocumentError``."""
    said = json.loads(receipt.body)
    labels = {key: field.label for key, field in form_of(application.version).by_key.items()}
    data = {
        "title": _("Receipt of the application"),
        "subtitle": in_language(said["call"]["title"].get("zh", ""), said["call"]["title"].get("en", "")),
        "issuer": said["issued_by"],
        "foot": _("%(application)s, version %(number)s") % {"application": said["application"], "number": said["revision"]},
        "page_words": _("page {page} of {pages}"),
        "facts": _facts(said),
        "statements_title": _("Statement of truth"),
        "statements": [_statement(each) for each in said["statements"]],
        "partners_title": _("Members of the consortium"),
        "partners_head": [_("No."), _("Member"), _("Consent"), _("Digest of its part")],
        "partners": _partners(said.get("partners", [])),
        "files_title": _("Files (%(count)s)") % {"count": len(said["files"])},
        "files_head": [_("No."), _("File"), _("File size"), "SHA-256"],
        "files": _files(said["files"], labels),
        "no_files": _("No files were filed."),
        "signature_title": _("Signature of the platform"),
        "signature": [
            [_("Algorithm"), signing.ALGORITHM],
            [_("Public key"), receipt.public_key, True],
            [_("Signature"), receipt.signature, True],
        ],
        "how_to_check": _how_to_check(),
    }
    return documents.render("receipt", data, made_at=receipt.issued_at, attached={FILE: file_of(receipt)})


def _facts(said: Mapping[str, Any]) -> list[list[Any]]:
    return [
        [_("Number of the application"), said["application"]],
        [_("Applicant"), said["applicant"]["name"]],
        [_("Unified social credit code"), said["applicant"]["uscc"] or "–"],
        [_("Title of the project"), said["project"] or "–"],
        [_("Filed at"), _moment(said["filed_at"])],
        [_("Filed by"), said["filed_by"]],
        [_("Version"), str(said["revision"])],
        [_("Digest of what was filed"), said["digest"], True],
        [_("Audit record"), _("event %(number)s") % {"number": said["audit"]["event"]}],
        [_("Head of the audit chain then"), said["audit"]["head"], True],
    ]


def _partners(partners: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "name": each["name"],
            "uscc": each["uscc"] or "–",
            "consent": f"{_moment(each['consented_at'])} · {each['consented_by']}" if each["consented_at"] else _("not asked for"),
            "digest": each["digest"],
        }
        for number, each in enumerate(partners, start=1)
    ]


def _moment(text: str) -> str:
    moment = parse_datetime(text)
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S %Z") if moment else text


def _statement(each: Mapping[str, Any]) -> dict[str, str]:
    signed = _("Stated by %(who)s, %(when)s") % {"who": each["by"], "when": _moment(each["at"])}
    return {"text": in_language(each["text"].get("zh", ""), each["text"].get("en", "")), "signed": signed}


def _files(files: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "name": each["name"],
            "field": labels.get(each["field"], each["field"]),
            "size": filesizeformat(each["size"]).replace("\xa0", " "),
            "sha256": each["sha256"],
        }
        for number, each in enumerate(files, start=1)
    ]


def _how_to_check() -> str:
    return _(
        "This PDF carries the file receipt.json. To check it: `pilotage receipt verify FILE.pdf` on the platform, or any Ed25519 tool: "
        "the signature is made over the part named receipt of that file as JSON with sorted keys, without spaces, in UTF-8."
    )


# --- checking -------------------------------------------------------------------------------
class NotAReceipt(Exception):
    """``str()`` is a sentence for the person who brought the file."""


@dataclass(frozen=True, slots=True)
class Checked:
    """``is_signed``: by a trusted key. ``record``: what the platform's own record says to it, '' where it agrees."""

    said: Mapping[str, Any]
    is_signed: bool
    is_recorded: bool
    record: str


def read(file: bytes) -> dict[str, Any]:
    """The content of a handed-out JSON file or PDF. Raises :class:`NotAReceipt`."""
    try:
        found = json.loads(_attached(file) if file.startswith(b"%PDF-") else file)
        if found["receipt"]["format"] != FORMAT or not isinstance(found["signature"]["value"], str):
            raise NotAReceipt(f"this is no receipt of the format {FORMAT}.")
    except (ValueError, KeyError, TypeError) as error:
        raise NotAReceipt("this file holds no receipt.") from error
    return dict(found)


def _attached(file: bytes) -> bytes:
    import pypdfium2  # 0.15 s to load, and only needed here

    try:
        pdf = pypdfium2.PdfDocument(file)
        for position in range(pdf.count_attachments()):
            attachment = pdf.get_attachment(position)
            if attachment.get_name() == FILE:
                return bytes(attachment.get_data())
    except pypdfium2.PdfiumError as error:
        raise NotAReceipt("this PDF cannot be opened.") from error
    raise NotAReceipt(f"this PDF carries no {FILE}; a printed and scanned receipt cannot be checked by its signature.")


def check(file: bytes, *, trusted: str = "") -> Checked:
    """``trusted`` is a public key in hex; this installation's own by default. Two queries."""
    found = read(file)
    said, message = found["receipt"], canonical(found["receipt"])
    is_signed = signing.fits(message, found["signature"]["value"], trusted or signing.public_key())
    kept = Receipt.objects.filter(revision__application__number=said.get("application"), revision__number=said.get("revision")).first()
    if kept is None:
        return Checked(said, is_signed, False, "no such application and version is on record here.")
    return Checked(said, is_signed, True, "" if kept.body.encode() == message else "the record of this version says something else.")
