"""Cards: what each shows, under whose rights, and what it says where there is nothing to show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from pilotage.calls.enums import ApplicationState
from pilotage.calls.services.recounting import recount
from pilotage.core import clock
from pilotage.core.verdict import Invalid, Refused
from pilotage.plan import indicators
from pilotage.plan.indicators import CannotCount, Indicator
from pilotage.reports.cards import kinds as cards
from pilotage.reports.cards.kinds import Card, CardKind, Cell, Nothing
from pilotage.reports.cards.sources import axis, goal_words, month_ends, one_page, options_in
from tests.factories import calls as make
from tests.factories.accounts import enterprise as firm
from tests.factories.dashboards import small_plan
from tests.factories.plan import AreaFactory, MeasureFactory, PlanFactory, TargetFactory

pytestmark = pytest.mark.django_db
DAY = date(2023, 10, 31)
KINDS = {"funnel", "targets", "fan", "number", "target", "province-map", "regions", "industries", "effects", "measures", "text"}


@pytest.fixture
def counted() -> Iterator[Indicator]:
    """An indicator whose records only the auditor may open; its values grow by 100 a month."""
    made = indicators.register(
        Indicator(
            key="test.counted",
            name_zh="测试指标",
            name_en="Test indicator",
            unit_zh="家",
            unit_en="factories",
            formula_zh="测试口径",
            formula_en="a test",
            count=lambda plan, options, day: {"none": None, "some": Decimal(int(options.get("value", 1000)))}[options.get("state", "some")],
            records_url=lambda plan, options, actor: "/records/" if actor is not None and "auditor" in actor.roles() else None,
            dated=True,
            history=lambda plan, options, days: [None if day.month < 3 else day.month * 100 for day in days],
            by_place=lambda plan, options, day: {"320000": 600, "370000": 400},
        )
    )
    yield made
    indicators._indicators.pop("test.counted")


@pytest.fixture
def plan(counted: Indicator) -> Any:
    made = PlanFactory()
    measure = MeasureFactory(area=AreaFactory(plan=made), code="M02")
    TargetFactory(measure=measure, code="M02-1", title_zh="建设企业", title_en="Enterprises building", indicator="test.counted", value=3000)
    TargetFactory(measure=measure, code="M02-2", title_zh="手册", title_en="Handbook", kind="deliverable", value=1, unit_zh="份")
    return made


def built(actor: Any, plan: Any, kind: str, day: date = DAY, title: str = "", **options: str) -> Card:
    return cards.built(actor, plan, day, {"kind": kind, "title": title, "options": options})


def words(card: Card) -> list[list[str]]:
    return [[cell.shown for cell in row] for row in card.rows]


def test_the_kinds_on_offer() -> None:
    assert {kind.key for kind in cards.every()} >= KINDS
    for language, wanted in (("zh-hans", "文字"), ("en", "Free text")):
        with translation.override(language):
            assert str(cards.get("text").title) == wanted  # type: ignore[union-attr]


def test_a_number_is_everybodys_and_its_records_only_for_those_who_may_see_them(cast: Any, plan: Any) -> None:
    for person, url in ((cast.auditor, "/records/?as_of=2023-10-31"), (cast.secretariat, ""), (cast.outsider, "")):
        card = built(person, plan, "number", indicator="test.counted")
        assert card.figure is not None
        assert (card.figure.words, card.figure.unit, card.figure.url) == ("1,000", "家", url)
        assert (card.title, card.note) == ("测试指标", "测试口径")
    assert words(card)[0] == ["2023年3月31日", "300"]
    assert words(card)[-1] == ["2023年10月31日", "1,000"]


def test_a_number_can_be_narrowed_as_in_a_plan_file(cast: Any, plan: Any) -> None:
    card = built(cast.secretariat, plan, "number", indicator="test.counted", options="value=42")

    assert card.figure is not None
    assert card.figure.words == "42"
    assert options_in("call=a; edition = 2023；x") == {"call": "a", "edition": "2023"}


def test_nothing_counted_is_said_and_is_no_zero(cast: Any, plan: Any) -> None:
    card = built(cast.secretariat, plan, "number", indicator="test.counted", options="state=none")

    assert (card.sentence, card.figure, card.draw) == ("尚无统计值。口径：测试口径", None, None)


def test_a_target_says_its_share_and_its_day(cast: Any, plan: Any) -> None:
    card = built(cast.secretariat, plan, "target", target="M02-1")

    assert card.figure is not None
    assert (card.figure.words, card.figure.below) == ("1,000", "完成目标（≥3,000家）的33%，2023年12月31日到期")
    assert card.draw is not None
    assert "目标≥3,000家" in card.draw(404).svg
    with translation.override("en"):
        assert built(cast.secretariat, plan, "target", target="M02-1").figure.below == "33% of the target ≥3,000, due 31 December 2023"  # type: ignore[union-attr]


def test_a_target_that_is_not_counted_says_so(cast: Any, plan: Any) -> None:
    card = built(cast.secretariat, plan, "target", target="M02-2")

    assert card.figure is not None
    assert (card.figure.words, card.rows, card.draw) == ("未在系统中统计", [], None)


def test_all_targets_stand_on_a_line_each(cast: Any, plan: Any) -> None:
    card = built(cast.auditor, plan, "targets")

    assert [row[0] for row in words(card)] == ["M02-1 建设企业", "M02-2 手册"]
    assert [cell.shown for cell in card.rows[0]][1:3] == ["1,000", "≥3,000家"]
    assert card.rows[0][1].url == "/records/?as_of=2023-10-31"
    assert card.rows[0][3].picture is not None
    assert card.rows[1][3].picture is None
    assert {len(row) for row in card.rows} == {len(card.columns)}


def test_the_fan_draws_course_and_target(cast: Any, plan: Any) -> None:
    card = built(cast.secretariat, plan, "fan", target="M02-1")

    assert card.draw is not None
    for width in (404, 852, 1298, 326):
        assert card.draw(width).width == width
    assert "目标≥3,000家" in card.draw(852).svg
    assert len({len(row) for row in card.rows}) == 1


def test_a_fan_of_what_is_not_counted_says_so(cast: Any, plan: Any) -> None:
    assert built(cast.secretariat, plan, "fan", target="M02-2").sentence == "“手册”尚无统计值，无法绘制走势与预测。"


def test_the_map_of_provinces_has_its_table(cast: Any, plan: Any) -> None:
    card = built(cast.outsider, plan, "province-map", target="M02-1")

    assert words(card) == [["江苏省", "600", "60%"], ["山东省", "400", "40%"]]
    assert card.draw is not None
    assert "江苏省 600" in card.draw(404).svg
    assert built(cast.outsider, plan, "province-map", target="M02-2").sentence == "“手册”不按省统计。"


@pytest.mark.parametrize("kind", sorted(KINDS - {"funnel", "text", "number", "target", "fan", "province-map"}))
def test_every_card_of_an_empty_plan_says_what_is_missing(cast: Any, kind: str) -> None:
    for person in (cast.secretariat, cast.province_officer, cast.outsider, None):
        card = built(person, PlanFactory(), kind)
        assert card.sentence
        assert (card.rows, card.draw) == ((), None)
        with translation.override("en"):
            assert built(person, PlanFactory(), kind).sentence.isascii()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_card_whose_settings_no_longer_fit_says_so(cast: Any, kind: str) -> None:
    gone = {"call": "gone", "target": "M99-9", "indicator": "gone.away", "text": "仍在"}
    card = built(cast.secretariat, small_plan(), kind, **gone)

    assert bool(card.sentence) != bool(card.rows or card.text)
    assert "Traceback" not in card.sentence


def test_own_words_stay_words(cast: Any) -> None:
    card = built(cast.secretariat, small_plan(), "text", title="说明", text="<b>粗体</b>")

    assert (card.title, card.text) == ("说明", "<b>粗体</b>")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Nothing("还没有。"), "还没有。"),
        (CannotCount("分母为零。"), "分母为零。"),
        (Refused("只有审计人员可以查看。"), "只有审计人员可以查看。"),
        (ZeroDivisionError("secret detail"), "这张卡片未能生成。故障已记入日志，其他卡片不受影响。"),
    ],
)
def test_a_card_that_cannot_be_shown_says_why_and_gives_nothing_away(cast: Any, monkeypatch: Any, fault: Exception, said: str) -> None:
    def build(*_told: Any) -> Card:
        raise fault

    monkeypatch.setitem(cards._kinds, "broken", CardKind("broken", "坏卡片", "", build))
    card = built(cast.outsider, small_plan(), "broken")

    assert (card.title, card.sentence, card.rows) == ("坏卡片", said, ())


def test_a_kind_that_is_gone_says_so(cast: Any) -> None:
    assert "不再提供" in built(cast.secretariat, small_plan(), "long-gone").sentence


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        cards.register(CardKind("text", "", "", lambda *told: Card("", DAY)))


def test_choices_are_those_of_the_plan(cast: Any, plan: Any) -> None:
    other = small_plan()
    kind = cards.get("target")
    assert kind is not None
    assert cards.clean(kind, cast.secretariat, plan, {"target": " M02-1 "}) == {"target": "M02-1"}
    with pytest.raises(Invalid) as refused:
        cards.clean(kind, cast.secretariat, other, {"target": "M02-1"})
    assert refused.value.errors == {"target": "请从列表中选择。"}


def test_one_page_reads_the_targets_once(cast: Any, plan: Any, django_assert_max_num_queries: Any) -> None:
    with one_page():
        built(cast.secretariat, plan, "targets")
        with django_assert_max_num_queries(0):
            built(cast.secretariat, plan, "targets")


def test_words_of_goals_and_axes() -> None:
    target = TargetFactory.build
    assert [goal_words(target(kind=kind, value=Decimal(2), value_max=Decimal(5), unit_zh="个")) for kind in
            ("minimum", "exact", "range", "about", "growth", "rate", "deliverable", "qualitative")] == [
        "≥2个", "2个", "2—5", "2个左右", "≥2%", "≥2%", "2个", "–"]  # fmt: skip
    assert [axis(value) for value in (0, 950, 12_000, 1_000_000, 2_500_000_000)] == ["0", "950", "1.2万", "100万", "25亿"]
    with translation.override("en"):
        assert [axis(value) for value in (0, 950, 12_000, 1_000_000, 2_500_000_000)] == ["0", "950", "12k", "1m", "2.5bn"]


@pytest.mark.parametrize(
    ("first", "as_of", "days"),
    [
        (date(2023, 1, 1), date(2023, 3, 31), ["2023-01-31", "2023-02-28", "2023-03-31"]),
        (date(2023, 1, 15), date(2023, 2, 10), ["2023-01-31", "2023-02-10"]),
        (date(2023, 5, 1), date(2023, 2, 10), ["2023-02-10"]),
        (date(2023, 12, 1), date(2024, 1, 1), ["2023-12-31", "2024-01-01"]),
    ],
)
def test_ends_of_months(first: date, as_of: date, days: list[str]) -> None:
    assert [day.isoformat() for day in month_ends(first, as_of)] == days


def test_a_cell_shows_its_words_or_its_value() -> None:
    assert [Cell(3, "三").shown, Cell(3).shown, Cell(None).shown] == ["三", "3", ""]


@pytest.fixture
def filed(cast: Any, at: Any) -> Any:
    """A call with three applications in Jiangsu, two of them checked, and one in Shandong."""
    at(make.FILING)
    call = make.call()
    submitted, checked = ApplicationState.SUBMITTED, ApplicationState.CHECKED
    states = [
        (cast.enterprise, submitted),
        (firm("苏州甲机械有限公司", "320500"), checked),
        (firm("苏州乙机械有限公司", "320500"), checked),
    ]
    for number, (owner, state) in enumerate([*states, (cast.other_enterprise, submitted)]):
        make.application(call, cast.filer, owner, state=state, number=f"F-{number}")
    recount()
    return call


def test_the_course_of_a_call_ends_at_the_readers_territory(cast: Any, filed: Any) -> None:
    def counts(person: Any) -> list[int]:
        return [row[1].value for row in built(person, filed.plan, "funnel", clock.today(), call=filed.slug).rows]

    assert counts(cast.secretariat)[:2] == counts(cast.auditor)[:2] == [4, 2]
    assert counts(cast.province_officer)[:2] == [3, 2]
    assert counts(cast.other_province_officer)[:2] == [1, 0]
    for person in (cast.city_officer, cast.communications_officer, cast.filer, cast.outsider, None):
        card = built(person, filed.plan, "funnel", clock.today(), call=filed.slug)
        assert (card.rows, card.draw, "秘书处" in card.sentence) == ((), None, True)


def test_the_course_of_a_call_opens_its_records_and_is_drawn(cast: Any, filed: Any) -> None:
    card = built(cast.secretariat, filed.plan, "funnel", clock.today(), call=filed.slug)

    assert card.rows[0][1].url.startswith("/applications/?")
    assert card.draw is not None
    assert 'href="/applications/?' in card.draw(404).svg
    assert "尚无申报" in built(cast.secretariat, filed.plan, "funnel", date(2023, 1, 1), call=filed.slug).sentence
    assert "已没有这项征集" in built(cast.secretariat, PlanFactory(), "funnel", clock.today(), call=filed.slug).sentence
