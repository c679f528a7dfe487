"""The published entries that could be found: recorded with their source, never completed by guessing."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.timezone import make_aware

from pilotage.audit import services as audit
from pilotage.core.search import bigrams
from pilotage.directory.enums import EditionState, EntryState
from pilotage.directory.models import Directory, Edition, Entry
from pilotage.directory.services.counts import recount
from pilotage.directory.services.editions import ensure_directory
from pilotage.registry.models import Division

SEED = Path(__file__).resolve().parent.parent / "seeds" / "5g_factories.csv"

# Sizes and days of release as printed; the rows themselves come from news of the notice stage.
EDITIONS: dict[int, dict[str, str | int]] = {
    2023: {"declared_count": 300, "released": "2023-11-29", "source": "http://www.lyredcross.com/xw/bwdt/1497946.html"},
    2024: {"declared_count": 400, "released": "2024-11-19", "source": "http://hyeyvuf.cn/anews/202411/72023.html"},
}


@transaction.atomic
def record_history(*, actor: Any = None) -> list[Edition]:
    """Load ``seeds/5g_factories.csv`` into editions known in part. Safe to run again: what is there is left alone.

    A blank cell stays blank. No day of listing is written to a row, as its source speaks of the notice only.
    """
    directory = ensure_directory(slug="5g-factory", prefix="5GF", title_zh="5G工厂名录", title_en="5G factory directory")
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_record_year(directory, year, [row for row in rows if int(row["year"]) == year], actor) for year in EDITIONS]


def _record_year(directory: Directory, year: int, rows: list[dict[str, str]], actor: Any) -> Edition:
    known = EDITIONS[year]
    edition, created = Edition.objects.get_or_create(
        directory=directory,
        year=year,
        is_fictional=False,
        is_complete=False,
        defaults={
            "title_zh": f"{year}年5G工厂名录（已查到部分）",
            "title_en": f"5G factory directory {year} (the part that was found)",
            "declared_count": known["declared_count"],
            "source": known["source"],
            "published_at": make_aware(_day(str(known["released"]))),
            "state": EditionState.PUBLISHED,
        },
    )
    if not created:
        return edition
    Entry.objects.bulk_create(_entry(edition, row, position) for position, row in enumerate(rows, start=1))
    recount(edition)
    audit.record(edition, "directory.edition.record", actor=actor, extra={"rows": len(rows), "source": str(known["source"])})
    return edition


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _entry(edition: Edition, row: dict[str, str], position: int) -> Entry:
    number = f"REC-{edition.year}-{position:03d}"
    return Entry(
        edition=edition,
        number=number,
        state=EntryState.LISTED,
        enterprise_name=row["enterprise"],
        project_title=row["project"],
        province=Division.objects.filter(level="province", name_zh=row["province"]).first(),
        prefecture=Division.objects.filter(level="prefecture", name_zh=row["city"]).first(),
        source=row["source"],
        bigrams=bigrams(" ".join([row["project"], row["enterprise"], number])),
    )
