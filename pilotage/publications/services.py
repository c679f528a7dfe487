"""Recording what was published: every case with the page it stands on."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.db import transaction

from pilotage.audit.services import Entry, record_many
from pilotage.core.search import bigrams
from pilotage.publications.models import Case
from pilotage.publications.rules import can_record
from pilotage.registry.enums import DivisionLevel
from pilotage.registry.models import Division

SEED = Path(__file__).parent / "seeds" / "cases.csv"


def load_history(*, actor: Any) -> list[Case]:
    """Record the cases of ``seeds/cases.csv`` that are not there yet; the new ones. Safe to run again.

    A blank cell stays blank. Writes one audit event for each new case.
    """
    can_record(actor).require()
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with transaction.atomic():
        known = set(Case.objects.values_list("programme_zh", "name", "year"))
        provinces = {d.name_zh: d for d in Division.objects.filter(level=DivisionLevel.PROVINCE)}
        found = [_case(row, provinces) for row in rows]
        cases = [case for case in found if (case.programme_zh, case.name, case.year) not in known]
        for case in cases:
            case.save(force_insert=True)
        record_many([Entry(case, "publications.case.record") for case in cases], actor=actor)
    return cases


def _case(row: dict[str, str], provinces: dict[str, Division]) -> Case:
    words = (row["name"], row["enterprise"], row["province"], row["city"], row["programme_zh"], row["programme_en"], row["category_zh"])
    return Case(
        year=int(row["year"]) if row["year"] else None,
        programme_zh=row["programme_zh"],
        programme_en=row["programme_en"],
        name=row["name"],
        enterprise_name=row["enterprise"],
        province=provinces.get(row["province"]),
        city=row["city"],
        category_zh=row["category_zh"],
        category_en=row["category_en"],
        source=row["source"],
        bigrams=bigrams(" ".join(words)),
    )
