"""The cockpit: what it says of each target, who sees it, on which day, what each number opens, what it costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from pilotage.plan import indicators, readings
from pilotage.plan.indicators import CannotCount, Indicator
from pilotage.plan.services import load_folder
from tests.factories import directory
from tests.factories.outlooks import history, on_their_way
from tests.factories.plan import AreaFactory, MeasureFactory, PlanFactory, TargetFactory, lean_folder
from tests.web.pages import offences

pytestmark = pytest.mark.django_db
HOME = "/cockpit/"


def page(client: Any, url: str = HOME, status: int = 200, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == status, response.content.decode()[:500]
    assert offences(response) == []
    return response.content.decode()


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch, at: Any) -> Any:
    at("2023-10-31 10:00")
    counted = on_their_way(monkeypatch)
    return TargetFactory(
        indicator=counted.key, value=Decimal(300), title_zh="建成5G工厂", title_en="5G factories built", code="T1", measure__code="M03"
    )


@pytest.fixture
def plan(at: Any) -> Any:
    at("2023-10-31 10:00")
    return load_folder(lean_folder(), actor=None).plan


def test_without_a_plan_the_page_says_what_to_do(client_for: Any, cast: Any) -> None:
    assert "还没有载入规划" in page(client_for(cast.secretariat))


def test_who_steers_sees_it_and_nobody_else(client_for: Any, cast: Any, target: Any) -> None:
    for actor in (cast.secretariat, cast.auditor, cast.province_officer, cast.communications_officer):
        assert "建成5G工厂" in page(client_for(actor))
    for actor in (cast.outsider, cast.filer, cast.expert, cast.city_officer):
        for url in (HOME, reverse("cockpit:what-if", args=[target.measure.area.plan.slug, "T1"])):
            told = page(client_for(actor), url, 403)
            assert "总览供秘书处" in told
            assert "建成5G工厂" not in told
    assert client_for().get(HOME).status_code == 302


def test_a_line_has_value_goal_forecast_chance_and_judgement(client_for: Any, cast: Any, target: Any) -> None:
    told = page(client_for(cast.secretariat))
    for words in ("1项量化目标", "<b>1</b>正常", "260", "≥300", "进展正常", "1—10月走势", "截至2023年10月31日10:00"):
        assert words in told
    assert "前后达到300家，年底" in told
    assert told.count("<svg xmlns") == 3  # a sparkline, a fan for wide screens and one for phones
    english = page(client_for(cast.secretariat), HOME, **{"accept-language": "en"})
    for words in ("1 quantified target:", "<b>1</b> on track", "On track", "Course Jan–Oct", "Reaches 300 around"):
        assert words in english


def test_any_line_can_be_selected_by_its_link(client_for: Any, cast: Any, target: Any) -> None:
    other = TargetFactory(measure=target.measure, code="T2", title_zh="试点标杆")
    client = client_for(cast.secretariat)
    assert f'<h2 class="card-title" id="line-title">{target.measure.code} 建成5G工厂</h2>' in page(client)
    told = page(client, f"{HOME}?target=T2")
    assert f'<h2 class="card-title" id="line-title">{target.measure.code} {other.title_zh}</h2>' in told
    assert "该目标没有对应的统计指标。" in told
    assert "target=T1" in told
    told = page(client, f"{HOME}?target=<b>", 400)
    assert "规划中没有编号为“&lt;b&gt;”的量化目标" in told


@pytest.mark.parametrize(
    ("day", "sentence"), [("soon", "“soon”不是日期"), ("2023-02-30", "“2023-02-30”不是日期"), ("2023-11-01", "只能统计到今天为止的日期。")]
)
def test_a_day_that_cannot_be_shown(client_for: Any, cast: Any, target: Any, day: str, sentence: str) -> None:
    assert sentence in page(client_for(cast.secretariat), f"{HOME}?as_of={day}", 400)


def test_an_earlier_day_is_shown_as_it_stood(client_for: Any, cast: Any, target: Any) -> None:
    told = page(client_for(cast.secretariat), f"{HOME}?as_of=2023-06-30")
    assert "截至2023年6月30日24:00" in told
    assert ">180<" in told.replace("\n", "")
    assert "as_of=2023-06-30" in told


def test_what_was_said_and_who_corrected_it(client_for: Any, cast: Any, target: Any, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at("2023-10-01 08:00")
    readings.take(target.measure.area.plan, date(2023, 9, 30))
    at("2023-10-31 10:00")
    on_their_way(monkeypatch, history=lambda *args: [number - 3 for number in history(*args)])
    told = page(client_for(cast.secretariat))
    for words in ('<span class="diff-new">257</span>', "3家移至上年", "沈经办", "企业来函更正", "/applications/X-1/"):
        assert words in told


def test_a_province_officer_sees_own_numbers_beside_the_national_ones(client_for: Any, cast: Any, target: Any) -> None:
    told = page(client_for(cast.province_officer))
    assert "本地数据：江苏省" in told
    assert ">260<" in told
    assert ">257<" in told
    own = page(client_for(cast.other_province_officer))
    assert "本地数据：山东省" in own
    assert ">260<" in own
    assert ">3<" in own
    assert ">257<" not in own.split("tile-map")[0]
    assert "本地数据" not in page(client_for(cast.secretariat))


def test_the_funnel_counts_the_call_of_the_selected_target(client_for: Any, cast: Any, plan: Any, at: Any) -> None:
    directory.published(cast, count=3)
    at("2023-12-01 10:00")
    told = page(client_for(cast.secretariat), f"{HOME}?target=M03-1")
    funnel = told[told.index('id="funnel-title"') :]
    assert reverse("calls:detail", args=["5g-factory-directory-2023"]) in funnel
    assert "passed=publish" in funnel
    assert "逾期未办：" in funnel
    assert 'href="/directory/5g-factory/?edition=' in told
    elsewhere = page(client_for(cast.other_province_officer), f"{HOME}?target=M03-1")
    funnel = elsewhere[elsewhere.index('id="funnel-title"') :]
    assert "山东省" in funnel
    assert "province=370000" in funnel
    for secret in directory.SECRETS:
        assert secret not in told + elsewhere


def test_the_map_has_views_and_a_table_beside_it(client_for: Any, cast: Any, target: Any) -> None:
    told = page(client_for(cast.secretariat), f"{HOME}?map=target")
    assert "<b>257</b>" in told
    assert '<td class="num">257</td>' in told
    assert "<b>0</b>" in page(client_for(cast.secretariat), f"{HOME}?map=nonsense")


def test_all_measures_with_their_lights(client_for: Any, cast: Any, plan: Any) -> None:
    told = page(client_for(cast.secretariat), f"{HOME}?view=measures")
    assert "建成不少于300家5G工厂" in told
    assert told.count('class="group"') == 4  # areas with measures
    assert "依据" in told


def test_a_plan_without_targets(client_for: Any, cast: Any, at: Any) -> None:
    at("2023-10-31 10:00")
    PlanFactory()
    told = page(client_for(cast.secretariat))
    assert "规划没有写明数值的目标，无从预测。" in told
    assert "规划尚未录入措施。" in page(client_for(cast.secretariat), f"{HOME}?view=measures")


def test_a_number_that_cannot_be_counted_is_a_sentence(client_for: Any, cast: Any, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(*_args: Any) -> int:
        raise CannotCount("分母为零，无法计算比率。")

    monkeypatch.setitem(
        indicators._indicators, "test.broken", Indicator("test.broken", "测试", "Test", "%", "%", "测试用", "for the test", count=count)
    )
    at("2023-10-31 10:00")
    TargetFactory(indicator="test.broken", kind="rate")
    assert "分母为零，无法计算比率。" in page(client_for(cast.secretariat))


def test_an_unknown_plan_is_a_404(client_for: Any, cast: Any, target: Any) -> None:
    page(client_for(cast.secretariat), f"{HOME}?plan=nothing", 404)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_whatever_the_plan_holds(
    client_for: Any, cast: Any, django_assert_num_queries: Any, target: Any, count: int
) -> None:
    plan = target.measure.area.plan
    for area in AreaFactory.create_batch(count, plan=plan):
        for measure in MeasureFactory.create_batch(count, area=area):
            TargetFactory.create_batch(count, measure=measure, value=Decimal(10), indicator=target.indicator)
    client = client_for(cast.secretariat)
    with django_assert_num_queries(QUERIES):
        page(client, f"{HOME}?plan={plan.slug}")


QUERIES = 12
