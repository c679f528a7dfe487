"""Checks that a step needs beyond who takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.facts.models import TierStay
from pilotage.finance.pipeline.enums import NEEQ, ON_LIST, TIER_OF, BatchState, Decision, LineState, RoundState, Stage, line_of

MOST_NAMED = 5


def is_on_the_way(stage: Stage) -> Callable[[Any], None]:
    def check(project: Any) -> None:
        if stage not in line_of(project.market):
            raise Invalid(_("The way to this market has no such stage."))

    return check


def is_to_a_tier(project: Any) -> None:
    if project.market not in NEEQ:
        raise Invalid(_("This project does not lead to a tier of the NEEQ."))


def is_off_its_tier(project: Any) -> None:
    """Who is on the tier is listed: the stay ends first, and ends the project with it. One query for a tier, none for an exchange."""
    if project.market in NEEQ and _is_on_tier(project.enterprise_id, TIER_OF[project.market]):
        raise Invalid(_("The enterprise is on this tier. End its stay under “Tiers of the NEEQ”; that ends the project as well."))


def _is_on_tier(enterprise: int, tier: str) -> bool:
    """A stay that ends today does not hold any more."""
    today = clock.today()
    begun = TierStay.objects.filter(enterprise=enterprise, tier=tier, from_on__lte=today)
    return begun.filter(Q(until_on__isnull=True) | Q(until_on__gt=today)).exists()


def is_next(stage: Stage) -> Callable[[Any], None]:
    """Nothing between the present stage and this one is passed over."""

    def check(project: Any) -> None:
        line = line_of(project.market)
        if stage not in line:
            raise Invalid(_("The way to this market has no such stage."))
        if project.state not in line or line.index(stage) != line.index(Stage(project.state)) + 1:
            raise Invalid(_("Another stage comes before this one on the way to this market."))

    return check


def batch_is_ready(batch: Any) -> None:
    """Somebody is on the list, still on the cultivation list, and has consented to exactly this list. Two queries."""
    lines = batch.lines.filter(state__in=ON_LIST).order_by("position")
    rows = list(lines.values_list("enterprise_name", "state", "project__state"))
    if not rows:
        raise Invalid(_("The list is empty."))
    moved = [name for name, _state, stage in rows if stage != Stage.CULTIVATION]
    if moved:
        raise Invalid(_("No longer on the cultivation list: %(names)s. Leave them out first.") % {"names": few(moved)})
    unasked = [name for name, state, _stage in rows if state == LineState.NEW]
    if unasked:
        raise Invalid(_("Not asked for consent yet: %(names)s.") % {"names": few(unasked)})
    missing = [name for name, state, _stage in rows if state != LineState.GIVEN]
    if missing:
        raise Invalid(_("Without the consent of the enterprise: %(names)s. Wait for it, or leave them out.") % {"names": few(missing)})


def list_is_draft(line: Any) -> None:
    if line.batch.state != BatchState.DRAFT:
        raise Invalid(_("The list is signed off or dropped; nothing on it changes any more."))


def few(names: list[str]) -> str:
    """Names for a sentence: the first of them, and how many more."""
    shown = _(", ").join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else _("%(names)s and %(count)d more") % {"names": shown, "count": len(names) - MOST_NAMED}


def round_has_lines(found: Any) -> None:
    if not found.lines.exists():
        raise Invalid(_("The list is empty."))


def round_is_open(objection: Any) -> None:
    if objection.line.round.state != RoundState.NOTICE:
        raise Invalid(_("The round is not open to objections."))


def round_is_ripe(found: Any) -> None:
    """The days to object have passed and every objection is decided."""
    if clock.today() <= found.objections_until:
        raise Invalid(_("Objections can be raised until %(day)s.") % {"day": found.objections_until.isoformat()})
    if type(found).objects.filter(pk=found.pk, lines__objections__state=Decision.OPEN).exists():
        raise Invalid(_("Decide the open objections first."))
