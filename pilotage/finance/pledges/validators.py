"""What a step of a pledge needs beyond who takes it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.pledges import checks, selectors


def ready_to_file(pledge: Any) -> None:
    """By ``checks.may_file``; what stands in the way is named with its remedy."""
    found = selectors.checks_of(pledge, clock.today())
    if not checks.may_file(found):
        raise Invalid(_("Not ready to be filed. %(what)s") % {"what": " ".join(checks.obstacles(found))})


def held_by_nobody_else(pledge: Any) -> None:
    """The registration office takes a right once."""
    twice = selectors.held_elsewhere(pledge, registered_only=True)
    if twice:
        names = ", ".join(pledge.assets.filter(pk__in=twice).order_by("number").values_list("number", flat=True))
        raise Invalid(_("Pledged already: %(rights)s.") % {"rights": names})
