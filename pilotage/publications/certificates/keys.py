"""Where the private halves of the signing keys lie, and the DID the platform signs under.

A key's file is ``certificate-keys/<number>`` in the data directory, made on first use; ``PILOTAGE_CERTIFICATE_KEY`` gives
the one in use instead, where several machines share a database. The public halves stand in the database.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext as _

from pilotage.core import signing
from pilotage.core.verdict import Refused
from pilotage.publications.certificates import proof
from pilotage.publications.certificates.models import CertificateKey

FOLDER = "certificate-keys"


def did() -> str:
    """The platform as did:web names it, by its public address."""
    return "did:web:" + quote(urlsplit(settings.BASE_URL).netloc, safe=".")


def private_half(key: CertificateKey) -> Ed25519PrivateKey:
    """Raises ``Refused`` where it is not here, or belongs to another public half."""
    text = settings.CERTIFICATE_KEY or signing.read_key(_file(key.number))
    if text and proof.multikey(found := parsed(text)) == key.public_key:
        return found
    raise Refused(
        _("The private half of the signing key %(key)s is not on this machine. Bring it back, or begin a new key: %(command)s")
        % {"key": key.method, "command": "pilotage certificates rotate"}
    )


def new_private(number: int) -> Ed25519PrivateKey:
    """The key that the one with this number is to be: the one of the setting, else the file's, made where there is none."""
    path = _file(number)
    if settings.CERTIFICATE_KEY:
        return parsed(settings.CERTIFICATE_KEY)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return parsed(signing.read_key(path) or signing.make_key(path))


def parsed(text: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
    except ValueError as error:
        raise signing.KeyUnusable("a signing key (PILOTAGE_CERTIFICATE_KEY or its file) must be 64 hexadecimal digits.") from error


def _file(number: int) -> Path:
    return Path(settings.DATA_DIR) / FOLDER / f"{number}"
