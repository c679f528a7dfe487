"""A number with records on their way, for pages of forecasts: an indicator that one test registers and no plan has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pilotage.plan import indicators
from pilotage.plan.forecast import Pipeline, Place, Prior, Step
from pilotage.plan.indicators import Change, Indicator
from tests.conftest import moment


def pipeline(_plan: Any, _options: Any, day: date) -> Pipeline:
    """260 counted; 60 wait for one dated step, of which nine in ten usually go on; the step lets 330 pass."""
    step = Step("select", "专家评审", ((10, 60),), 0, 0, (), Prior(0.9, 40, 20, 40), closes_on=date(2023, 12, 10), together=True, limit=330)
    return Pipeline(day, 260, (step,), places=(Place("320000", (60,), 260),))


def history(_plan: Any, _options: Any, days: Any) -> list[Decimal | int | None]:
    return [min(260, max(0, (day - date(2023, 1, 1)).days)) for day in days]


def changes(_plan: Any, _options: Any, _since: date) -> list[Change]:
    return [Change(moment("2023-10-20 09:30"), "沈经办", "企业来函更正", "3家移至上年", "/applications/X-1/")]


def by_place(_plan: Any, _options: Any, _day: date) -> dict[str, Decimal | int]:
    return {"320000": 257, "370000": 3}


def on_their_way(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> Indicator:
    usual = {
        "key": "test.on_their_way", "name_zh": "测试", "name_en": "Test", "unit_zh": "家", "unit_en": "factories", "formula_zh": "测试用",
        "formula_en": "for the test", "count": lambda plan, options, day: history(plan, options, [day])[0], "dated": True,
        "history": history, "pipeline": pipeline, "changes": changes, "by_place": by_place,
    }  # fmt: skip
    found = Indicator(**{**usual, **fields})
    monkeypatch.setitem(indicators._indicators, found.key, found)
    return found
