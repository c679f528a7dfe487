"""Plans: rows made directly for pages and counting, and a copy of the model folder to be spoilt."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import factory

from pilotage.plan.models import Area, Measure, Plan, Target

MODEL_FOLDER = Path(__file__).resolve().parents[2] / "plans" / "industrial-internet-2023"
# what the targets of the model plan name
INDICATORS = frozenset(
    {
        "plan.deliverables", "calls.enterprises_building", "directory.listed", "directory.labelled", "directory.edition_published",
        "finance.amount", "pipeline.listed", "pipeline.cultivation",
    }
)  # fmt: skip


class PlanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Plan

    slug = factory.Sequence(lambda n: f"plan-{n}")
    title_zh = factory.Sequence(lambda n: f"测试规划{n}")
    title_en = factory.Sequence(lambda n: f"Test plan {n}")
    issuer_zh = "测试工作组"
    issuer_en = "Test working group"
    starts_on = date(2023, 1, 1)
    ends_on = date(2023, 12, 31)
    version = 1


class AreaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Area

    plan = factory.SubFactory(PlanFactory)
    code = factory.Sequence(lambda n: f"area-{n}")
    title_zh = factory.Sequence(lambda n: f"方面{n}")
    title_en = factory.Sequence(lambda n: f"Area {n}")
    position = factory.Sequence(lambda n: n)


class MeasureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Measure

    area = factory.SubFactory(AreaFactory)
    code = factory.Sequence(lambda n: f"M{n:02d}")
    title_zh = factory.Sequence(lambda n: f"措施{n}")
    title_en = factory.Sequence(lambda n: f"Measure {n}")
    position = factory.Sequence(lambda n: n)


class TargetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Target

    measure = factory.SubFactory(MeasureFactory)
    code = factory.Sequence(lambda n: f"T{n:02d}")
    title_zh = factory.Sequence(lambda n: f"目标{n}")
    title_en = factory.Sequence(lambda n: f"Target {n}")
    kind = "minimum"
    value = Decimal(300)
    unit_zh = "家"
    unit_en = "factories"
    position = factory.Sequence(lambda n: n)


def folder_copy(to: Path, *, every_call: bool = False) -> Path:
    """A copy of the model plan folder that a test may change; with the call for the directory alone, unless ``every_call``."""
    folder = Path(shutil.copytree(MODEL_FOLDER, to / "plan"))
    for call in (folder / "calls").glob("*.yaml"):
        if not every_call and call.stem != "5g-factory-directory":
            call.unlink()
    return folder


@cache
def lean_folder() -> Path:
    """The model plan with the call for the directory alone, which loads in a third of the time. Not to be changed."""
    return folder_copy(Path(tempfile.mkdtemp()))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace the first ``old`` in a file; the test is wrong if it is not there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
