"""Checks that a step needs beyond who takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from pilotage.accounts.models import EnterpriseConsent
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.pipeline.enums import Decision, RoundState, Stage, line_of

MOST_NAMED = 5


def is_on_the_way(stage: Stage) -> Callable[[Any], None]:
    def check(project: Any) -> None:
        if stage not in line_of(project.market):
            raise Invalid(_("The way to this market has no such stage."))

    return check


def is_next(stage: Stage) -> Callable[[Any], None]:
    """Nothing between the present stage and this one is passed over."""

    def check(project: Any) -> None:
        line = line_of(project.market)
        if stage not in line:
            raise Invalid(_("The way to this market has no such stage."))
        if project.state not in line or line.index(stage) != line.index(Stage(project.state)) + 1:
            raise Invalid(_("Another stage comes before this one on the way to this market."))

    return check


def without_consent(batch: Any) -> list[str]:
    """Names of the enterprises that have not let the receiver see them, in the order of the list. Two queries."""
    consented = EnterpriseConsent.objects.filter(organisation=batch.receiver_id, withdrawn_at__isnull=True)
    given = set(consented.values_list("enterprise_id", flat=True))
    lines = batch.lines.order_by("position").values_list("project__enterprise_id", "enterprise_name")
    return [name for enterprise, name in lines if enterprise not in given]


def batch_is_ready(batch: Any) -> None:
    if not batch.lines.exists():
        raise Invalid(_("The list is empty."))
    moved = list(batch.lines.exclude(project__state=Stage.CULTIVATION).values_list("enterprise_name", flat=True).order_by("position"))
    if moved:
        raise Invalid(_("No longer on the cultivation list: %(names)s. Leave them out first.") % {"names": _few(moved)})
    missing = without_consent(batch)
    if missing:
        raise Invalid(_("Without the consent of the enterprise: %(names)s. Wait for it, or leave them out.") % {"names": _few(missing)})


def _few(names: list[str]) -> str:
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
