"""What came back from the receiver: the receipt of the list, and what it says of each enterprise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pilotage.audit import services as audit
from pilotage.core import clock
from pilotage.core.verdict import Invalid
from pilotage.finance.pipeline import rules
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch
from pilotage.finance.pipeline.enums import ON_LIST, Answer


def receive(*, actor: Any, batch: RecommendationBatch, by: str, number: str, on: date | None) -> RecommendationBatch:
    """The receipt: on which day, by whom at the receiver, under which number there. Entered again it is put right; each entry stays on record."""
    rules.can_answer(actor, batch).require()
    errors = {}
    if not by.strip():
        errors["by"] = _("Say who received it.")
    if not number.strip():
        errors["number"] = _("Give the number under which it was received.")
    if on is None or not _between(batch, on):
        errors["on"] = _("Give a day between the sign-off and today.")
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        batch.received_on, batch.received_by, batch.receipt_number = on, by.strip()[:200], number.strip()[:100]
        batch.receipt_entered_by = actor
        batch.save(update_fields=["received_on", "received_by", "receipt_number", "receipt_entered_by"])
        audit.record(batch, "finance.listing_batch.receive", actor=actor)
    return batch


def answer(*, actor: Any, line: BatchLine, answer: str, text: str = "", on: date | None = None) -> BatchLine:
    """What the receiver says of one enterprise; it may change its mind, and each answer stays in the record."""
    rules.can_answer(actor, line.batch).require()
    if line.state not in ON_LIST:
        raise Invalid(_("This enterprise was not on the list that was sent."))
    _write(actor, [line], _checked(line.batch, answer, text, on))
    return line


def answer_many(
    *, actor: Any, batch: RecommendationBatch, positions: Iterable[int], answer: str, text: str = "", on: date | None = None
) -> int:
    """The same of several enterprises. Returns how many."""
    rules.can_answer(actor, batch).require()
    told = _checked(batch, answer, text, on)
    rows = list(batch.lines.filter(position__in=list(positions), state__in=ON_LIST).select_related("batch").order_by("position"))
    if not rows:
        raise Invalid(_("Choose the enterprises that are answered."))
    _write(actor, rows, told)
    return len(rows)


def _checked(batch: RecommendationBatch, answer: str, text: str, on: date | None) -> dict[str, Any]:
    day = on or clock.today()
    errors = {}
    if answer not in set(Answer.values) - {Answer.WAITING}:
        errors["answer"] = _("Choose one of the values.")
    if answer in {Answer.DECLINED, Answer.LATER} and not text.strip():
        errors["text"] = _("Say why: the enterprise reads it.")
    if not _between(batch, day):
        errors["on"] = _("Give a day between the sign-off and today.")
    if errors:
        raise Invalid(errors)
    return {"answer": answer, "answer_text": text.strip()[:1000], "answered_on": day}


@transaction.atomic
def _write(actor: Any, rows: Sequence[BatchLine], told: dict[str, Any]) -> None:
    for row in rows:
        for name, value in {**told, "answered_by": actor}.items():
            setattr(row, name, value)
    BatchLine.objects.bulk_update(rows, [*told, "answered_by"], batch_size=500)
    verb, reason = "finance.listing_batch.answer", told["answer_text"]
    audit.record_many([audit.Entry(row, verb, reason) for row in rows], actor=actor)


def _between(batch: RecommendationBatch, day: date) -> bool:
    return (batch.signed_on or date.min) <= day <= clock.today()
