"""A certificate on paper: A4 across, both languages, a QR code to its page, the credential inside, and a seal over the whole.

Set from the signed body alone, so the paper can say nothing that was not signed.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import segno
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from pilotage.core import documents
from pilotage.core.verdict import no
from pilotage.publications.certificates import keys, proof
from pilotage.publications.certificates.checking import ATTACHED
from pilotage.publications.certificates.enums import CertificateState, KeyState
from pilotage.publications.certificates.models import Certificate, CertificateKey
from pilotage.publications.certificates.seal import sealed
from pilotage.publications.certificates.words import pick

Both = dict[str, str]
_DATES = {"zh": "Y年n月j日", "en": "j F Y"}


def file_of(certificate: Certificate) -> bytes:
    """The credential as it was signed."""
    return certificate.body.encode()


def paper_of(certificate: Certificate) -> bytes:
    """The sealed PDF. Raises ``Refused`` for a certificate no longer in force, ``documents.DocumentError`` without a font."""
    if certificate.state != CertificateState.IN_FORCE:
        no(_("This certificate is no longer in force, so no paper of it is made.")).require()
    key = CertificateKey.objects.get(state=KeyState.ACTIVE)
    found = proof.read(certificate.body)
    files = {ATTACHED: file_of(certificate), "qr.svg": qr(found["id"])}
    pdf = documents.render("certificate", said(certificate, found), made_at=certificate.issued_at, attached=files)
    return sealed(pdf, key=keys.private_half(key), method=key.method)


def qr(address: str) -> bytes:
    file = io.BytesIO()
    segno.make(address, error="m", micro=False).save(file, kind="svg", border=2, dark="#17202b", nl=False)
    return file.getvalue()


def said(certificate: Certificate, found: proof.Json) -> dict[str, Any]:
    subject = found["credentialSubject"]
    names = {"enterprise": subject["enterprise"]["name"], "project": subject.get("projectTitle") or subject["number"]}
    edition = _both(subject["edition"])
    sentence = {
        language: _in(language, _SENTENCE) % (names | {"edition": edition[language], "number": subject["number"]}) for language in _DATES
    }
    empty: Both = {"zh": "", "en": ""}
    return {
        "title": f"{certificate.number} {names['project']}",
        "issuer": pick(found["issuer"]["name"], "zh"),
        "directory": _both(found["name"]),
        "heading": _message(_("Certificate of listing")),
        "notice": _message(_("Demonstration with invented data, without any effect")) if subject["fictional"] else empty,
        "watermark": _in("zh", _("Demonstration")) if subject["fictional"] else "",
        "sentence": sentence,
        "facts": [{"label": label, "value": value} for label, value in _facts(certificate, subject)],
        "address": found["id"],
        "scan": _message(_("Scan to check")),
        "check": _message(_CHECK),
        "signature": f"{found['proof']['verificationMethod']} {found['proof']['proofValue']}",
        "issuer_name": _both(found["issuer"]["name"]),
        "issued": _day(timezone.localdate(certificate.issued_at)),
    }


_SENTENCE = _("This certifies that “%(project)s” of %(enterprise)s is listed in the %(edition)s under the number %(number)s.")
_CHECK = _(
    "This file carries a Verifiable Credential and a seal over every byte. Check it at /verify/, or offline with the command: pilotage verify FILE"
)


def _facts(certificate: Certificate, subject: proof.Json) -> list[tuple[Both, Both]]:
    place = {language: _joined(language, subject) for language in _DATES}
    rows = [
        (_("Number of the certificate"), _same(certificate.number)),
        (_("Directory number"), _same(subject["number"])),
        (_("Unified social credit code"), _same(subject["enterprise"].get("unifiedSocialCreditCode", ""))),
        (_("Place"), place),
        (_("Industry"), _both(subject.get("industry", {}).get("name"))),
        (_("Building level"), _both(subject.get("level", {}).get("name"))),
        (_("Listed on"), _day(date.fromisoformat(subject["listedOn"])) if "listedOn" in subject else _same("")),
        (_("Label"), _both(subject.get("label", {}).get("name"))),
    ]
    return [(_message(label), value) for label, value in rows if value["zh"]]


def _joined(language: str, subject: proof.Json) -> str:
    places = [subject[name]["name"] for name in ("province", "prefecture") if name in subject]
    if not all(any(each["@language"] == "en" for each in name) for name in places):
        language = "zh"  # a place without an English name is not half translated
    names = list(dict.fromkeys(pick(name, language) for name in places))
    return "".join(names) if language == "zh" else ", ".join(reversed(names))


def _day(day: date | datetime) -> Both:
    found = {}
    for language, pattern in _DATES.items():
        with override(_CODES[language]):
            found[language] = formatted(day, pattern)
    return found


_CODES = {"zh": "zh-hans", "en": "en"}


def _both(value: Any) -> Both:
    return {language: pick(value, language) for language in _DATES}


def _same(text: str) -> Both:
    return dict.fromkeys(_DATES, text)


def _message(message: str | Promise) -> Both:
    return {language: _in(language, message) for language in _DATES}


def _in(language: str, message: str | Promise) -> str:
    with override(_CODES[language]):
        return str(message)
