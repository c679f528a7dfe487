"""The demonstration's objection is heard before it is decided."""

from types import SimpleNamespace
from typing import Any

import pytest

from pilotage.calls.models import Application
from pilotage.console.demo import objections
from pilotage.directory.models import Hearing, Objection
from tests.factories import directory as make

pytestmark = pytest.mark.django_db


def test_whoever_can_answer_is_asked_and_answers_as_fiction(cast: Any) -> None:
    stage = make.opened(cast)
    Application.objects.filter(pk=stage.selected[0].pk).update(enterprise=cast.enterprise)
    make.objection(stage, "2023-11-13 15:20")
    make.objection(stage, "2023-11-13 15:21", application=stage.selected[1])  # nobody is there to answer
    make.objection(stage, "2023-11-13 15:22", application=None)

    objections.hear(stage.notice, SimpleNamespace(secretariat=(cast.secretariat, cast.second_secretariat)))  # type: ignore[arg-type]

    assert list(Objection.objects.order_by("id").values_list("state", flat=True)) == ["heard", "received", "received"]
    assert "虚构" in Hearing.objects.get().answer
