from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models, transaction

from pilotage.audit.chain import canonical, digest
from pilotage.audit.services import record
from pilotage.registry.models import Division, Industry

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


@dataclass(frozen=True, slots=True)
class SeedReport:
    divisions: int
    industries: int
    changed: int


def load_reference_data(*, actor: Any = None) -> SeedReport:
    """Bring divisions and industries to the state of the seed files. Idempotent; adds and corrects, never deletes."""
    divisions = [
        Division(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            short_zh=row["short_zh"],
            level=row["level"],
            parent_id=row["parent"] or None,
            is_pseudo=row["is_pseudo"] == "1",
        )
        for row in _rows("divisions.csv")
    ]
    industries = [
        Industry(
            **{name: row[name] for name in ("code", "name_zh", "short_zh", "name_en", "short_en", "level")}, parent_id=row["parent"] or None
        )
        for row in _rows("industries.csv")
    ]
    with transaction.atomic():
        changed = [*_bring(divisions), *_bring(industries)]
        if changed:
            facts = sorted(_facts(obj) for obj in changed)
            record(
                Division(code="*", name_zh="GB/T 2260, GB/T 4754"),
                "registry.seed",
                actor=actor,
                extra={"changed": len(changed), "digest": digest(canonical(facts))},
            )
    return SeedReport(len(divisions), len(industries), len(changed))


def _rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _bring(rows: list[Any]) -> list[models.Model]:
    """Insert the missing and correct the differing rows; parents stand before their children in the files."""
    model = type(rows[0])
    present = {obj.pk: _facts(obj) for obj in model.objects.all()}
    changed = [obj for obj in rows if present.get(obj.pk) != _facts(obj)]
    if changed:
        fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]
        ordered = sorted(changed, key=lambda obj: (_LEVELS[obj.level], obj.pk))
        model.objects.bulk_create(ordered, update_conflicts=True, unique_fields=[model._meta.pk.name], update_fields=fields)
    return changed


_LEVELS = {"province": 0, "prefecture": 1, "county": 2, "section": 0, "division": 1}


def _facts(obj: models.Model) -> list[str]:
    return [str(field.value_from_object(obj)) for field in obj._meta.concrete_fields]
