"""Writes the kept counts of calls anew, and takes in applications that came without events."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import transaction
from django.db.models import Min

from pilotage.audit.services import hold
from pilotage.calls.enums import ApplicationState
from pilotage.calls.flow.history import History, MoveRow
from pilotage.calls.flow.recount import BATCH, Models, batches, brought_in, happenings, history_of, recounted, unknown
from pilotage.calls.models import Application, BuildingSpan, Move
from pilotage.calls.services.flow import SUMS, add_up, write_moves, write_spans


@transaction.atomic
def recount() -> int:
    """Throw the kept counts away and reckon them from the events and records; how many changes of state there are.

    What was brought in without events stays as it was taken in; rows of which nothing is known are taken in first.
    """
    hold()
    using = Models(apps.get_model)
    adopt()
    Move.objects.filter(event__gt=0).delete()
    BuildingSpan.objects.all().delete()
    for model in SUMS:
        model._default_manager.all().delete()
    history = history_of(using)
    total = _write(history.take(happenings(using)))
    write_spans(history.all_spans())
    sums = recounted(history)
    for model in SUMS:
        add_up(model, sums[model.__name__])
    _write_steps(history)
    return total


def adopt() -> None:
    """Write down, as far as the record tells, how applications without any event came to their state; the sums are not touched."""
    using = Models(apps.get_model)
    found = brought_in(unknown(using), Move.objects.aggregate(lowest=Min("event"))["lowest"] or 0)
    write_moves(history_of(using).take(found))


def _write(moves: Iterator[MoveRow]) -> int:
    total = 0
    for batch in batches(moves):
        write_moves(row for row in batch if row.event > 0)
        total += len(batch)
    return total


def _write_steps(history: History) -> None:
    rows = Application.objects.exclude(state=ApplicationState.DRAFT).only("pk", "step", "step_since").order_by("pk")
    for batch in batches(rows.iterator(BATCH)):
        moved = []
        for row in batch:
            known = history.since(row.pk)
            if known and (row.step, row.step_since) != known[1:]:
                _state, row.step, row.step_since = known
                moved.append(row)
        Application.objects.bulk_update(moved, ["step", "step_since"], batch_size=400)
