"""How many objections one sender files, and the small puzzle a browser solves so that machines are slow.

Nobody is refused for what others do: a flood against a notice only makes the puzzle harder and the allowance of those who solved none
smaller; a proven mailbox alone always gets one through an hour. The puzzle: a number with which the SHA-256 of challenge and number
begins with so many zero bits; the challenge is signed, is for one notice, runs out and is taken once.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Refused
from pilotage.directory.models import Objection, PublicNotice

PER_ADDRESS = 5  # an hour, from one network address whose browser solved no puzzle
PER_ADDRESS_SOLVED = 30
PER_EMAIL = 3  # an hour
PER_EMAIL_AND_NOTICE = 20
FLOOD = 100  # an hour against one notice, from whomever
CODES_UNSOLVED, CODES_SOLVED = 5, 30  # codes an hour to one network address
BITS, BITS_IN_FLOOD = 15, 18
PUZZLE_SECONDS = 2 * 60 * 60
_HOUR = timedelta(hours=1)
_SALT = "pilotage.directory.objection.puzzle"


@dataclass(frozen=True, slots=True)
class Puzzle:
    challenge: str
    bits: int


def puzzle(notice: PublicNotice) -> Puzzle:
    bits = BITS_IN_FLOOD if is_flooded(notice) else BITS
    return Puzzle(signing.dumps([notice.number, bits, secrets.token_hex(8)], salt=_SALT), bits)


def is_solved(notice: PublicNotice, challenge: str, answer: str) -> bool:
    """True once for each challenge."""
    try:
        number, bits, token = signing.loads(challenge, salt=_SALT, max_age=PUZZLE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    if number != notice.number or len(answer) > 20 or not fits(challenge, answer, bits):
        return False
    return bool(cache.add(f"objection-puzzle:{token}", 1, PUZZLE_SECONDS))


def fits(challenge: str, answer: str, bits: int) -> bool:
    found = hashlib.sha256(f"{challenge}:{answer}".encode()).digest()
    return int.from_bytes(found, "big") >> (256 - bits) == 0


def is_flooded(notice: PublicNotice) -> bool:
    return Objection.objects.filter(notice=notice, received_at__gt=clock.now() - _HOUR).count() >= FLOOD


def require_below_limits(notice: PublicNotice, *, origin: str, email: str, solved: bool) -> None:
    """``origin``: the digest of the network address. Raises ``Refused``; nothing typed is lost, the page keeps it."""
    recent = Objection.objects.filter(received_at__gt=clock.now() - _HOUR)
    if recent.filter(email=email).count() >= PER_EMAIL:
        raise Refused(
            _("Not more than %(count)d objections an hour are taken from one e-mail address. Try again later.") % {"count": PER_EMAIL}
        )
    if notice.objections.filter(email=email).count() >= PER_EMAIL_AND_NOTICE:
        sentence = _("Not more than %(count)d objections to one notice are taken from one e-mail address. Add to one you have filed.")
        raise Refused(sentence % {"count": PER_EMAIL_AND_NOTICE})
    most = PER_ADDRESS_SOLVED if solved else 1 if is_flooded(notice) else PER_ADDRESS
    if origin and recent.filter(origin_digest=origin).count() >= most:
        raise Refused(
            _("Not more than %(count)d objections an hour are taken from one network address. Try again later.") % {"count": most}
        )


def origin_digest(address: str) -> str:
    return salted_hmac("pilotage.directory.objection.origin", address, algorithm="sha256").hexdigest() if address else ""
