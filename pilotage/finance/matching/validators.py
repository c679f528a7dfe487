"""Checks that a step needs beyond who takes it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.matching import selectors
from pilotage.finance.matching.enums import IN_TALKS, NeedState, OfferState


def need_is_current(need: Any) -> None:
    if need.valid_until < clock.today():
        raise Invalid({"valid_until": _("The day until which the need holds has passed.")})


def need_is_free(need: Any) -> None:
    """Talks are ended by their own act, so that the other side hears why."""
    if need.introductions.filter(state__in=IN_TALKS).exists():
        raise Invalid(_("Institutions are in talks about this need. Decline or close the introductions first."))


def offer_is_current(offer: Any) -> None:
    if offer.valid_until < clock.today():
        raise Invalid({"valid_until": _("The day until which the offer holds has passed.")})


def both_are_open(introduction: Any) -> None:
    if introduction.need.state != NeedState.OPEN:
        raise Invalid(_("The need is no longer open."))
    if introduction.offer.state != OfferState.OPEN or introduction.offer.valid_until < clock.today():
        raise Invalid(_("The offer is no longer open."))


def consent_in_force(introduction: Any) -> None:
    if not selectors.consent_holds(introduction):
        raise Invalid(_("The enterprise has withdrawn its consent, so its data is closed to you."))


def batch_has_lines(batch: Any) -> None:
    if not batch.lines.exists():
        raise Invalid(_("The list is empty."))
