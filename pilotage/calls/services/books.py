"""Taking over what was filled in offline: all of it or nothing, through the same merging as every other save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from pilotage.audit.services import record
from pilotage.calls.models import Application, Partner
from pilotage.calls.services.drafts import save_draft
from pilotage.calls.services.merging import SaveResult
from pilotage.calls.services.partners import save_part


def take_book(
    *,
    actor: Any,
    row: Application | Partner,
    values: Mapping[str, Any],
    base_version: int,
    source: Mapping[str, str],
    only_try: bool = False,
) -> SaveResult:
    """Save answers that come from a workbook. With a conflict or an error among them, or ``only_try``, nothing is written.

    ``source`` is the name and the SHA-256 of the workbook, for the record. Read ``row`` again afterwards.
    Raises ``Refused`` and ``Conflict`` as saving does.
    """
    with transaction.atomic():
        if isinstance(row, Partner):
            result = save_part(actor=actor, partner=row, values=values, base_version=base_version)
        else:
            result = save_draft(actor=actor, application=row, values=values, base_version=base_version)
        if only_try or result.conflicts or result.errors:
            transaction.set_rollback(True)
        elif result.saved:
            record(row, "workbook.take", actor=actor, extra={**source, "fields": sorted(result.saved)})
    return result
