"""Exactly what do two people sign? The list as data, and the digest of it.

Data: number, receiver, market, name, purpose, and of each line that is on the list what is handed over, in the order of the list.
Form: JSON in UTF-8, keys in order, no spaces; ``sha256sum`` of the file that the page gives out must equal the digest on the page.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pilotage.audit.chain import canonical
from pilotage.finance.pipeline.batch_models import RecommendationBatch
from pilotage.finance.pipeline.enums import ON_LIST

HANDED_OVER = ("enterprise_name", "uscc", "province", "industry", "cultivated_from")


def as_data(batch: RecommendationBatch) -> dict[str, Any]:
    """Two queries at most."""
    rows = batch.lines.filter(state__in=ON_LIST).order_by("position").values(*HANDED_OVER)
    return {
        "number": batch.number,
        "receiver": batch.receiver.name_zh,
        "market": batch.market,
        "title": batch.title_zh,
        "purpose": batch.purpose,
        "lines": [{**row, "cultivated_from": row["cultivated_from"].isoformat()} for row in rows],
    }


def as_json(batch: RecommendationBatch) -> bytes:
    return canonical(as_data(batch))


def list_digest(batch: RecommendationBatch) -> str:
    return hashlib.sha256(as_json(batch)).hexdigest()
