"""When a loan is not repaid: the default, the claim against the region's fund, the disposal of the rights."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import compensation, rules, terms
from pilotage.finance.pledges.models import Pledge


def default(*, actor: Any, pledge: Pledge, on: date | None, reason: str) -> Pledge:
    """``on``: since when; the region's term of that day holds for a claim."""
    rules.can_bank(actor, pledge).require()
    errors = terms.past(on, pledge.disbursed_on)
    if not reason.strip():
        errors["reason"] = _("Say why: as interest unpaid since when.")
    if errors:
        raise Invalid(errors)
    audit.transition(pledge, "default", actor=actor, reason=reason, changes={"defaulted_on": on, "reason": reason.strip()})
    return pledge


def claim(*, actor: Any, pledge: Pledge, loss: Any) -> Pledge:
    """The bank claims from the region's fund; the amount follows from the term of the day of the default, else it is refused with the reason."""
    rules.can_bank(actor, pledge).require()
    if not terms.is_amount(loss) or loss > pledge.amount:
        raise Invalid({"loss": _("Give the lost principal, not above the amount of the loan.")})
    found = compensation.claim(pledge, loss, pledge.defaulted_on)
    if found.amount is None:
        raise Invalid({"loss": _("The claim cannot be determined: %(why)s") % {"why": found.why}})
    extra = {"term": found.term.pk if found.term else None}
    audit.transition(pledge, "claim", actor=actor, changes={"loss": loss, "claim": found.amount}, extra=extra)
    return pledge


def dispose(*, actor: Any, pledge: Pledge, recovered: Any, reason: str) -> Pledge:
    """The right was sold or auctioned; ``recovered`` in whole yuan, zero where nothing came in."""
    if isinstance(recovered, bool) or not isinstance(recovered, int) or not 0 <= recovered <= terms.MOST_YUAN:
        raise Invalid({"recovered": _("Give what came in, 0 where nothing did.")})
    audit.transition(pledge, "dispose", actor=actor, reason=reason, changes={"recovered": recovered, "reason": reason.strip()})
    return pledge
