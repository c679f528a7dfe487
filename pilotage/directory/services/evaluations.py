"""An entry under examination: passed, to be rectified by a day, reported, sent back; failing is the removal by two people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.audit.models import Proposal
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.directory import campaign_rules as rules
from pilotage.directory.campaign_enums import EvaluationState
from pilotage.directory.enums import EntryState
from pilotage.directory.models import Evaluation, TermReminder
from pilotage.directory.services.entries import propose_remove
from pilotage.directory.terms import after_years

# days before a term at which the enterprise is reminded; after it, once a week later
REMIND_AT = (14, 3, -1, -8)


@transaction.atomic
def pass_entries(*, actor: Any, evaluations: Sequence[Evaluation], reason: str) -> None:
    """The entries stand: their next examination falls due after the campaign's years. All or none."""
    audit.transition_many(evaluations, "pass", actor=actor, reason=reason, changes=lambda _each: _decided(reason))
    for state, verb in ((EntryState.LISTED, "renew"), (EntryState.RECTIFYING, "restore")):
        held = {each.entry_id: each for each in evaluations if each.entry.state == state}
        audit.transition_many(
            [each.entry for each in held.values()],
            verb,
            actor=actor,
            reason=reason,
            changes=lambda entry, held=held: {"next_evaluation_on": after_years(clock.today(), held[entry.pk].campaign.next_years)},  # type: ignore[misc]
        )


def _decided(reason: str) -> dict[str, Any]:
    return {"finding": reason, "decided_at": clock.now(), "due_on": None}


@transaction.atomic
def require(*, actor: Any, evaluation: Evaluation, reason: str, due_on: date | None = None) -> Evaluation:
    """Something is to be rectified by a day, else after the campaign's term; the entry is marked and stays in force."""
    changes = {"finding": reason, "due_on": _term(evaluation, due_on)}
    audit.transition(evaluation, "require", actor=actor, reason=reason, changes=changes)
    if evaluation.entry.state == EntryState.LISTED:
        audit.transition(evaluation.entry, "rectify", actor=actor, reason=reason)
    return evaluation


def extend(*, actor: Any, evaluation: Evaluation, reason: str, due_on: date) -> Evaluation:
    if evaluation.due_on and due_on <= evaluation.due_on:
        raise Invalid({"due_on": _("The new term must lie after the present one.")})
    audit.transition(evaluation, "extend", actor=actor, reason=reason, changes={"due_on": _term(evaluation, due_on)})
    return evaluation


def report(*, actor: Any, evaluation: Evaluation, text: str) -> Evaluation:
    """The enterprise says what it has done. After the term too: the secretariat sees that it was late."""
    if not text.strip():
        raise Invalid({"text": _("Say what was rectified, when, and how it can be checked.")})
    audit.transition(evaluation, "report", actor=actor, changes={"report": text.strip(), "reported_at": clock.now()})
    return evaluation


def send_back(*, actor: Any, evaluation: Evaluation, reason: str, due_on: date | None = None) -> Evaluation:
    changes = {"finding": reason, "due_on": _term(evaluation, due_on)}
    audit.transition(evaluation, "send_back", actor=actor, reason=reason, changes=changes)
    return evaluation


def propose_failure(*, actor: Any, evaluation: Evaluation, reason: str) -> Proposal:
    """The entry is to be removed; with the second person's confirmation (``confirm_remove``) it has failed."""
    rules.can_evaluate(actor, evaluation).require()
    return propose_remove(actor=actor, entry=evaluation.entry, reason=reason)


def _term(evaluation: Evaluation, due_on: date | None) -> date:
    day = due_on or clock.today() + timedelta(days=evaluation.campaign.term_days)
    if day <= clock.today():
        raise Invalid({"due_on": _("The term must end after today.")})
    return day


def remind_terms() -> int:
    """Remind of terms that draw near or are over, each once; part of every tick. Two queries where nothing is due."""
    today = clock.today()
    rows = Evaluation.objects.filter(state=EvaluationState.RECTIFYING, due_on__lte=today + timedelta(days=max(REMIND_AT)))
    done = set(TermReminder.objects.filter(evaluation__in=rows, due_on=F("evaluation__due_on")).values_list("evaluation", "days"))
    due = [(each, days) for each in rows.select_related("entry").order_by("pk") if (days := _reached(each, today, done)) is not None]
    with transaction.atomic():
        for evaluation, days in due:
            TermReminder.objects.create(evaluation=evaluation, due_on=evaluation.due_on or today, days=days)
        audit.record_many([audit.Entry(each, "directory.evaluation.remind", extra={"days": days}) for each, days in due], actor=None)
    return len(due)


def _reached(evaluation: Evaluation, today: date, done: set[tuple[int, int]]) -> int | None:
    """The latest of the days reached, unless it or a later one was reminded of."""
    left = (evaluation.due_on - today).days if evaluation.due_on else 0
    reached = [days for days in REMIND_AT if left <= days]
    latest = min(reached)
    told = [days for pk, days in done if pk == evaluation.pk]
    return None if told and min(told) <= latest else latest
