"""The fictional pipeline of the demonstration: a project in every stage, a list answered, a tier round."""

from __future__ import annotations

from typing import Any

import pytest

from pilotage.audit.services import verify
from pilotage.console.demo.finance import pipeline
from pilotage.console.demo.people import Offices
from pilotage.core import clock
from pilotage.finance.facts.models import TierStay
from pilotage.finance.pipeline.batch_models import BatchLine, RecommendationBatch
from pilotage.finance.pipeline.enums import Stage
from pilotage.finance.pipeline.models import ListingProject
from pilotage.finance.pipeline.round_models import TierRound
from tests.conftest import moment
from tests.factories.plan import PlanFactory
from tests.factories.registry import EnterpriseFactory

pytestmark = pytest.mark.django_db


def test_there_is_one_of_each(cast: Any) -> None:
    EnterpriseFactory.create_batch(22)
    with clock.at(moment("2024-01-08 09:00")):
        pipeline.build(Offices(secretariat=[cast.secretariat, cast.second_secretariat]), PlanFactory())

    assert set(ListingProject.objects.values_list("state", flat=True)) == set(Stage.values)
    assert sorted(RecommendationBatch.objects.values_list("state", flat=True)) == ["draft", "signed"]
    assert sorted(BatchLine.objects.filter(batch__state="signed").values_list("answer", flat=True)) == ["accepted", "later"]
    assert list(TierRound.objects.values_list("state", flat=True)) == ["final"]
    assert TierStay.objects.filter(tier="innovation", until_on=None).count() == 2
    days = ListingProject.objects.values_list("stage_on", flat=True)
    assert {day.year for day in days} <= {2022, 2023}
    assert verify() == []


def test_a_small_register_is_enough(cast: Any) -> None:
    with clock.at(moment("2024-01-08 09:00")):
        pipeline.build(Offices(secretariat=[cast.secretariat, cast.second_secretariat]), PlanFactory())

    assert ListingProject.objects.count() == 2
