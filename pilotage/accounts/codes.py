"""One-time codes by e-mail: whoever types the code reads that mailbox.

For acts of people without an account. A code has six digits, holds for a quarter of an hour, for one address and one purpose, once;
five wrong guesses end it, and a newer code ends the older ones. Only digests keyed with the secret key are kept. How many go
out is limited by address, by network address and by time, so that nobody's mailbox is flooded.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from pilotage.accounts.models import EmailCode
from pilotage.audit.services import record
from pilotage.core import clock
from pilotage.core.verdict import Invalid, Refused

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MINUTES = 15
GUESSES = 5
WAIT = timedelta(seconds=60)  # between two codes to one address
PER_EMAIL = 5  # an hour
PER_ORIGIN = 20  # an hour
PROOF_MINUTES = 120
_KEPT = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SALT = "pilotage.accounts.codes"
# what a code may be asked for -> how the message names it
PURPOSES: dict[str, str | _StrPromise] = {}


class TooManyCodes(Refused):
    """A limit is reached; ``again_at`` says when the next code is sent."""

    def __init__(self, sentence: str, again_at: datetime):
        super().__init__(sentence)
        self.again_at = again_at


def register_purpose(name: str, words: str | _StrPromise) -> None:
    """``words`` continue "Your code for …". A purpose asked for may add what it is about after a colon: ``objection:5GF-N2023-01``."""
    PURPOSES[name] = words


def send_code(*, email: str, purpose: str, language: str = "", origin: str = "", per_origin: int = PER_ORIGIN) -> None:
    """Send a new code. ``origin``: the network address that asks; at most ``per_origin`` codes an hour go out for it.

    Raises ``Invalid`` for what is no address and ``TooManyCodes`` at a limit; nothing is sent then.
    """
    words, address = PURPOSES[purpose.partition(":")[0]], normal(email)
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        row = _new_code(address, purpose, code, origin)
        record(row, "code.send", actor=None)  # holds the end of the record, so those after it count this one
        _require_below_limits(row, per_origin)
        with override(language or None):
            send_mail(
                _("Your code for %(purpose)s") % {"purpose": words},  # without the code: subjects are shown to whoever runs the outbox
                _(
                    "Your code for %(purpose)s:\n\n%(code)s\n\nIt holds for %(minutes)d minutes and for this address only. "
                    "If you did not ask for it, somebody typed your address; you need do nothing."
                )
                % {"purpose": words, "code": code, "minutes": MINUTES},
                None,
                [address],
            )


def check_code(*, email: str, purpose: str, code: str) -> bool:
    """Whether this is the code last sent to the address for the purpose. True once; each call is one of the guesses.

    Never inside a transaction of the caller: one that is rolled back would give the guess back.
    """
    try:
        address = normal(email)
    except Invalid:
        return False
    with transaction.atomic(durable=True):
        row = EmailCode.objects.filter(email_digest=_digest("email", address), purpose=purpose).order_by("-id").first()
        return row is not None and _guess(row, address, "".join(code.split()))


def _guess(row: EmailCode, address: str, code: str) -> bool:
    open_ones = EmailCode.objects.filter(pk=row.pk, used_at__isnull=True, expires_at__gt=clock.now())
    if not open_ones.filter(attempts__lt=GUESSES).update(attempts=F("attempts") + 1):
        return False
    if constant_time_compare(row.code_digest, _code_digest(address, row.purpose, code)):
        if not open_ones.update(used_at=clock.now()):
            return False
        row.refresh_from_db()
        record(row, "code.use", actor=None)
        return True
    row.refresh_from_db()
    if row.attempts >= GUESSES:
        record(row, "code.exhaust", actor=None)
    return False


def proof(*, email: str, purpose: str) -> str:
    """A signed token that says the address was proven for the purpose just now; for a session or a hidden field."""
    return signing.dumps([normal(email), purpose], salt=_SALT)


def proven(token: str, *, purpose: str) -> str:
    """The address a token proves for this purpose, '' where it proves none or is older than ``PROOF_MINUTES``."""
    try:
        address, meant = signing.loads(token, salt=_SALT, max_age=PROOF_MINUTES * 60)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(address) if meant == purpose else ""


def normal(email: str) -> str:
    """Raises ``Invalid`` under ``email``."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid({"email": _("Enter an e-mail address, such as name@example.org.")}) from None
    return address


def email_digest(email: str) -> str:
    """By which rooms count what one address does without keeping it."""
    return _digest("email", normal(email))


def origin_digest(origin: str) -> str:
    return _digest("origin", origin) if origin else ""


def _new_code(address: str, purpose: str, code: str, origin: str) -> EmailCode:
    now = clock.now()
    EmailCode.objects.filter(expires_at__lt=now - _KEPT).delete()
    return EmailCode.objects.create(
        purpose=purpose,
        email_digest=_digest("email", address),
        code_digest=_code_digest(address, purpose, code),
        origin_digest=origin_digest(origin),
        created_at=now,
        expires_at=now + timedelta(minutes=MINUTES),
    )


def _require_below_limits(row: EmailCode, per_origin: int) -> None:
    others = EmailCode.objects.exclude(pk=row.pk).filter(created_at__gt=row.created_at - _HOUR).order_by("-created_at")
    to_address = list(others.filter(email_digest=row.email_digest).values_list("created_at", flat=True)[:PER_EMAIL])
    if to_address and to_address[0] + WAIT > row.created_at:
        raise TooManyCodes(
            _("A code was sent to this address a moment ago. Look into the mailbox, or ask again in a minute."), to_address[0] + WAIT
        )
    if len(to_address) >= PER_EMAIL:
        sentence = _("Not more than %(count)d codes an hour are sent to one address. Try again later.")
        raise TooManyCodes(sentence % {"count": PER_EMAIL}, to_address[-1] + _HOUR)
    if not row.origin_digest:
        return
    from_origin = list(others.filter(origin_digest=row.origin_digest).values_list("created_at", flat=True)[:per_origin])
    if len(from_origin) >= per_origin:
        sentence = _("Not more than %(count)d codes an hour are sent from one network address. Try again later.")
        raise TooManyCodes(sentence % {"count": per_origin}, from_origin[-1] + _HOUR)


def _code_digest(address: str, purpose: str, code: str) -> str:
    return _digest("code", f"{address}\n{purpose}\n{code}")


def _digest(kind: str, text: str) -> str:
    return salted_hmac(f"{_SALT}.{kind}", text, algorithm="sha256").hexdigest()
