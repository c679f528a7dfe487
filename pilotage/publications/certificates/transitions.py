"""The state tables of certificates and of the keys they are signed with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotage.core import clock
from pilotage.core.transitions import StateTable, register, row
from pilotage.publications.certificates import rules
from pilotage.publications.certificates.enums import CertificateState, KeyState


def _ended(certificate: Any, target: str) -> Mapping[str, Any]:
    return {"ended_at": clock.now()}


def _dated(key: Any, target: str) -> Mapping[str, Any]:
    return {"retired_at": clock.now()} if target == KeyState.RETIRED else {"compromised_at": clock.now()}


_KEPT = CertificateState.IN_FORCE
CERTIFICATE = register(
    "publications.certificate",
    StateTable(
        "publications.certificate",
        tuple(CertificateState.values),
        CertificateState.IN_FORCE,
        (
            row("replace", _KEPT, CertificateState.REPLACED, rules.can_replace, needs_reason=True),
            row("lapse", _KEPT, CertificateState.REVOKED, rules.can_lapse, needs_reason=True),
            row("revoke", _KEPT, CertificateState.REVOKED, rules.can_revoke, needs_reason=True, two_person=True),
        ),
        stamp=_ended,
    ),
)
KEY = register(
    "publications.certificatekey",
    StateTable(
        "publications.certificate_key",
        tuple(KeyState.values),
        KeyState.ACTIVE,
        (
            row("retire", KeyState.ACTIVE, KeyState.RETIRED, rules.can_change_keys, needs_reason=True),
            row("compromise", (KeyState.ACTIVE, KeyState.RETIRED), KeyState.COMPROMISED, rules.can_change_keys, needs_reason=True),
        ),
        stamp=_dated,
    ),
)
