"""A re-lending list as a file in the columns that its bank wants."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from pilotage.core.tables import Column, write_xlsx
from pilotage.finance.matching import columns as bank_columns
from pilotage.finance.matching.enums import BatchState
from pilotage.finance.matching.paper_models import RelendingBatch, RelendingLine


def workbook(batch: RelendingBatch) -> bytes:
    """The list as an XLSX file in the bank's columns; of a list that is not signed off the first line says so."""
    own = batch.columns or bank_columns.usual()
    heads = [
        Column(
            each["title"], bank_columns.FIELDS[each["field"]][1], "yyyy-mm-dd" if each["field"].endswith(("from", "until", "as_of")) else ""
        )
        for each in own
    ]
    notes = [] if batch.state == BatchState.FROZEN else [_("Draft, not signed off")]
    return write_xlsx(heads, (bank_columns.cells(batch, line, own) for line in _numbered(batch)), title=batch.number, notes=notes)


def _numbered(batch: RelendingBatch) -> Iterator[RelendingLine]:
    """Counted through, for lines may have been left out."""
    for number, line in enumerate(batch.lines.order_by("position").iterator(2000), 1):
        line.position = number
        yield line
