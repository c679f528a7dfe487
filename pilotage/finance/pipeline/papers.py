"""The two papers of a batch, made once at sign-off: a PDF to be read and a table to be worked with. They say the same lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from pilotage.core import documents
from pilotage.core.tables import Column, write_xlsx
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch
from pilotage.finance.pipeline.enums import ON_LIST

OFFICIAL = "zh-hans"
WIDTHS = (1, 7, 5, 3, 4, 3)


def _head() -> list[str]:
    return [
        _("No."),
        _("Enterprise"),
        _("Credit code"),
        _("Province"),
        _("Industry"),
        _("On the cultivation list since"),
    ]


def _cells(number: int, line: BatchLine) -> list[Any]:
    return [number, line.enterprise_name, line.uscc, line.province, line.industry, line.cultivated_from]


def papers(batch: RecommendationBatch, signers: Sequence[Any], made_at: datetime, digest: str) -> tuple[bytes, bytes]:
    """``(pdf, xlsx)`` in the official language; ``digest``: of the list they print. Raises ``documents.DocumentError`` without a font."""
    with override(OFFICIAL):
        rows = [_cells(number, line) for number, line in enumerate(batch.lines.filter(state__in=ON_LIST).order_by("position"), 1)]
        day = timezone.localtime(made_at).date()
        data = {
            "title": batch.title,
            "issuer": settings.BASE_URL,
            "foot": batch.number,
            "page_words": _("page {page} of {pages}"),
            "facts": [
                [_("Receiver"), batch.receiver.name],
                [_("Market"), batch.get_market_display()],
                [_("Purpose"), batch.purpose],
                [_("Number of enterprises"), str(len(rows))],
                [_("Signed off by"), _(", ").join(str(each) for each in signers)],
                [_("Signed off on"), day.isoformat()],
                [_("Digest of the list (SHA-256)"), digest],
            ],
            "widths": list(WIDTHS),
            "head": _head(),
            "rows": [[str(cell) for cell in row] for row in rows],
            "note": _("A recommendation is no approval: whether an enterprise may be listed is decided by the exchange and the regulator."),
        }
        columns = [Column(title, 4 + 4 * width, "yyyy-mm-dd" if not step else "") for title, width, step in _columns()]
        return documents.render("list", data, made_at=made_at), write_xlsx(columns, rows, title=batch.number)


def _columns() -> list[tuple[str, int, int]]:
    """Title, width, and how many columns follow."""
    head = _head()
    return [(title, width, len(head) - 1 - place) for place, (title, width) in enumerate(zip(head, WIDTHS, strict=True))]
