from django.utils.translation import gettext_lazy as _

from pilotage.core.transitions import StateTable, register, row
from pilotage.messages import rules
from pilotage.messages.enums import MailState

M = MailState
MAIL = register(
    "messaging.outboxmail",
    StateTable(
        "mail",
        tuple(M.values),
        M.WAITING,
        (
            # held too: it may be held in the very second in which it leaves
            row("send", (M.WAITING, M.HELD), M.SENT, rules.is_the_system),
            row("fail", (M.WAITING, M.HELD), M.FAILED, rules.is_the_system, needs_reason=True),
            row("hold", M.WAITING, M.HELD, rules.may_run, label=_("Hold")),
            row("release", M.HELD, M.WAITING, rules.may_run, label=_("Release")),
            row("retry", M.FAILED, M.WAITING, rules.may_run, label=_("Try again")),
        ),
    ),
)
