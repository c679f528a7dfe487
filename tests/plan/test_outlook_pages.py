"""The plan's public pages with forecasts: the box in the bar, the fan, what was said before and what is counted now."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from pilotage.directory.models import Entry
from pilotage.plan import indicators, readings
from pilotage.plan.indicators import CannotCount, Indicator
from tests.factories import directory
from tests.factories.outlooks import history, on_their_way
from tests.factories.plan import PlanFactory, TargetFactory
from tests.web.pages import offences

pytestmark = pytest.mark.django_db
TODAY = date(2023, 10, 31)


def page(client: Any, url: str, status: int = 200, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == status, response.content.decode()[:500]
    assert offences(response) == []
    return response.content.decode()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Indicator:
    return on_their_way(monkeypatch)


@pytest.fixture
def target(counted: Indicator, at: Any) -> Any:
    at("2023-10-31 10:00")
    return TargetFactory(indicator=counted.key, value=Decimal(300), title_zh="建成5G工厂", title_en="5G factories built")


def address(target: Any) -> str:
    return reverse("plan:target", args=[target.measure.area.plan.slug, target.code])


def test_a_bar_shows_where_the_count_is_expected_to_end(client_for: Any, target: Any) -> None:
    told = page(client_for(), "/")
    assert told.count('class="bar-box"') == 1
    assert "预测区间（80%）" in told
    assert "预计年底" in told
    assert "进展正常" in told
    english = page(client_for(), "/", **{"accept-language": "en"})
    assert "expected by 31 Dec" in english
    assert "On track" in english


def test_the_page_of_a_target_shows_its_fan_and_says_how(client_for: Any, target: Any) -> None:
    told = page(client_for(), address(target))
    assert told.count("<svg xmlns") == 2  # for wide screens and for phones
    assert "前后达到300家，年底" in told
    assert "按期可能" in told
    assert "预测方法" in told
    assert "目标300" in told


def test_without_a_forecast_the_page_says_why(client_for: Any, at: Any) -> None:
    at("2023-10-31 10:00")
    told = page(client_for(), address(TargetFactory()))
    assert "该目标没有对应的统计指标。" in told
    assert "<svg xmlns" not in told


def test_a_number_that_cannot_be_counted_is_a_sentence(client_for: Any, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(*_args: Any) -> int:
        raise CannotCount("分母为零，无法计算比率。")

    found = Indicator("test.broken", "测试", "Test", "%", "%", "测试用", "for the test", count=count)
    monkeypatch.setitem(indicators._indicators, found.key, found)
    at("2023-10-31 10:00")
    broken = TargetFactory(indicator=found.key, kind="rate")
    for url in ("/", address(broken)):
        assert "分母为零，无法计算比率。" in page(client_for(), url)


def test_a_corrected_number_stands_beside_what_was_said(client_for: Any, target: Any, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = target.measure.area.plan
    at("2023-10-01 08:00")
    readings.take(plan, date(2023, 9, 30))
    at("2023-10-31 10:00")
    assert "3家移至上年" not in page(client_for(), address(target))
    on_their_way(monkeypatch, history=lambda *args: [number - 3 for number in history(*args)])
    told = page(client_for(), address(target))
    assert '<span class="diff-new">257</span>' in told
    assert "3家移至上年" in told
    for secret in ("沈经办", "企业来函更正", "/applications/X-1/"):
        assert secret not in told


def test_the_real_count_of_an_earlier_day_is_compared(client_for: Any, cast: Any, at: Any) -> None:
    from pilotage.plan.services import load_folder
    from tests.factories.plan import lean_folder

    at("2023-10-31 10:00")
    plan = load_folder(lean_folder(), actor=None).plan
    directory.published(cast, count=3)
    at("2023-12-02 10:00")
    readings.take(plan, date(2023, 12, 1))
    Entry.objects.filter(number=Entry.objects.order_by("number").values("number")[:1]).update(removed_on=date(2023, 11, 30))
    told = page(client_for(), reverse("plan:target", args=[plan.slug, "M03-1"]))
    assert '<td class="num">3</td><td class="num"><span class="diff-new">2</span></td>' in told


def test_a_plan_without_targets(client_for: Any, at: Any) -> None:
    at("2023-10-31 10:00")
    plan = PlanFactory()
    assert "规划没有写明数值的目标。" in page(client_for(), reverse("plan:detail", args=[plan.slug]))


def test_an_earlier_day_is_forecast_from_what_was_known_then(client_for: Any, target: Any) -> None:
    url = address(target)
    assert f'截至<time datetime="{TODAY - timedelta(days=30)}">' in page(client_for(), f"{url}?as_of={TODAY - timedelta(days=30)}")
