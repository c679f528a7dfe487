"""The lives of a partner and of a signature as tables."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

from pilotage.calls.enums import PartnerState as P
from pilotage.calls.enums import SignoffState as S
from pilotage.calls.joint import rules
from pilotage.core.transitions import StateTable, register, row

PARTNER = register(
    "calls.partner",
    StateTable(
        "partner",
        tuple(P.values),
        P.INVITED,
        (
            row("consent", P.INVITED, P.CONSENTED, rules.may_consent, rules.part_is_complete, label=gettext_lazy("Consent")),
            row("decline", P.INVITED, P.DECLINED, rules.may_consent, needs_reason=True, label=gettext_lazy("Decline")),
            row("leave", P.CONSENTED, P.WITHDRAWN, rules.may_leave, needs_reason=True, label=gettext_lazy("Leave the consortium")),
            row(
                "remove",
                (P.INVITED, P.CONSENTED, P.DECLINED, P.WITHDRAWN),
                P.REMOVED,
                rules.may_remove,
                needs_reason=True,
                label=pgettext_lazy("partner", "Remove"),
            ),
        ),
    ),
)

SIGNOFF = register(
    "calls.signoff",
    StateTable(
        "signoff",
        tuple(S.values),
        S.REQUESTED,
        (
            row("sign", S.REQUESTED, S.SIGNED, rules.may_sign, rules.is_unchanged, label=gettext_lazy("Sign")),
            row("refuse", S.REQUESTED, S.VOID, rules.may_sign, needs_reason=True, label=gettext_lazy("Do not sign")),
            row("void", (S.REQUESTED, S.SIGNED), S.VOID, rules.may_void, label=gettext_lazy("Take the signature back")),
        ),
    ),
)
