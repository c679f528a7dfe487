"""The step before an objection: a mailbox is proven by a code, and the session remembers it for this notice.

The session holds the address asked for, or the signed proof, and whether the browser solved the puzzle; nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pilotage.accounts import codes
from pilotage.core.verdict import Invalid, Refused
from pilotage.directory import objection_limits
from pilotage.directory.models import Objection, PublicNotice
from pilotage.directory.objection_rules import Objector
from pilotage.directory.services.objections import purpose

SESSION = "objections"


@dataclass(frozen=True, slots=True)
class Proven:
    """``email`` blank: nothing is proven yet; ``asked``: to which address a code went."""

    email: str = ""
    asked: str = ""
    proof: str = ""
    solved: bool = False


def state_of(request: HttpRequest, notice: PublicNotice) -> Proven:
    kept: dict[str, Any] = request.session.get(SESSION, {}).get(notice.number, {})
    proof = str(kept.get("proof", ""))
    email = codes.proven(proof, purpose=purpose(notice)) if proof else ""
    return Proven(email, str(kept.get("asked", "")), proof if email else "", bool(kept.get("solved")))


def objector(request: HttpRequest, objection: Objection) -> Objector | None:
    email = state_of(request, objection.notice).email
    return Objector(email) if email and email == objection.email else None


def act(request: HttpRequest, notice: PublicNotice, email: str) -> dict[str, str]:
    """Send a code to ``email``, check the one typed, or forget who it was. Returns sentences by field, none where it went well."""
    kept = state_of(request, notice)
    verb = request.POST.get("do")
    if verb == "forget":
        _remember(request, notice, {})
    elif verb == "send":
        return _send(request, notice, email)
    elif verb == "check" and kept.asked:
        if not codes.check_code(email=kept.asked, purpose=purpose(notice), code=request.POST.get("code", "")[:20]):
            return {"code": _("This is not the code, or it has run out. Type it again, or ask for a new one.")}
        _remember(request, notice, {"proof": codes.proof(email=kept.asked, purpose=purpose(notice)), "solved": kept.solved})
    return {}


def _send(request: HttpRequest, notice: PublicNotice, email: str) -> dict[str, str]:
    solved = state_of(request, notice).solved or objection_limits.is_solved(
        notice, request.POST.get("challenge", ""), request.POST.get("answer", "")
    )
    most = objection_limits.CODES_SOLVED if solved else objection_limits.CODES_UNSOLVED
    origin = request.META.get("REMOTE_ADDR", "")
    try:
        codes.send_code(email=email, purpose=purpose(notice), language=get_language() or "", origin=origin, per_origin=most)
    except Invalid as refusal:
        return refusal.errors
    except Refused as refusal:
        return {"email": str(refusal)}
    _remember(request, notice, {"asked": codes.normal(email), "solved": solved})
    return {}


def _remember(request: HttpRequest, notice: PublicNotice, values: dict[str, Any]) -> None:
    others = {number: kept for number, kept in request.session.get(SESSION, {}).items() if number != notice.number}
    request.session[SESSION] = others | ({notice.number: values} if values else {})
