"""This installation's own signature: Ed25519 over bytes.

The key is made on first use beside the secret key, or given by ``PILOTAGE_RECEIPT_KEY``. It is not
derived from the secret key, so that the one can be changed without the other. Losing it makes no
signature invalid; whoever kept the public key can still check them.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

ALGORITHM = "Ed25519"


class KeyUnusable(Exception):
    """The key cannot be read or made; ``str()`` is a sentence for the operator."""


def sign(message: bytes) -> str:
    """The signature in hex. Makes the key on first use."""
    return _private_key().sign(message).hex()


def public_key() -> str:
    return _private_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def fits(message: bytes, signature: str, key: str) -> bool:
    """Whether ``signature`` (hex) was made over ``message`` with the private half of ``key`` (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _private_key() -> Ed25519PrivateKey:
    path = Path(settings.DATA_DIR) / "receipt-key"
    text = settings.RECEIPT_KEY or read_key(path) or make_key(path)
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
    except ValueError as error:
        raise KeyUnusable(f"the receipt key (PILOTAGE_RECEIPT_KEY or {path}) must be 64 hexadecimal digits.") from error


def read_key(path: Path) -> str:
    """The private key in the file, in hex; '' where there is none."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise KeyUnusable(f"the key {path} cannot be read: {error}.") from error


def make_key(path: Path) -> str:
    """A new private key in hex, or the one another process put there first.

    Written whole under another name and then linked, so that of two processes one wins and both read the same key.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
    finally:
        draft.unlink()
    return read_key(path)
