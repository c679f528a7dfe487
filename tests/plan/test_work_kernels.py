"""The rule of the lights, weights and periods, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pilotage.plan.work import periods as work_periods
from pilotage.plan.work.enums import Light
from pilotage.plan.work.lights import IN_DOUBT, LATE_DAYS, LOST, ON_THE_WAY, RULES, Facts, rule_for
from pilotage.plan.work.weights import Part, rolled, used_weights
from tests.conftest import moment

SEVERITY = {Light.DONE: 0, Light.GREEN: 1, Light.AMBER: 2, Light.RED: 3}
STATUSES = sorted(ON_THE_WAY | LOST | IN_DOUBT)


@st.composite
def facts(draw: Any) -> Facts:
    count = draw(st.integers(0, 4))
    done = draw(st.integers(0, count))
    late = draw(st.integers(0, count - done))
    return Facts(
        targets=tuple((f"T{number}", status) for number, status in enumerate(draw(st.lists(st.sampled_from(STATUSES), max_size=4)))),
        milestones=count,
        milestones_done=done,
        milestones_late=late,
        longest_delay=draw(st.integers(1, 90)) if late else 0,
        report_late=draw(st.integers(0, 90)),
        stated=draw(st.none() | st.integers(0, 100)),
        elapsed=draw(st.floats(0, 100)),
    )


@given(facts())
def test_the_first_rule_that_holds_decides_and_says_what_it_found(known: Facts) -> None:
    rule = rule_for(known)

    assert rule == next(each for each in RULES if each.holds(known))
    assert RULES[-1].holds(known)
    with translation.override("en"):
        assert rule.found(known).endswith(".")


@given(facts(), st.integers(0, 60))
def test_a_fact_that_gets_worse_never_makes_the_light_better(known: Facts, more: int) -> None:
    before = rule_for(known).light
    worse = [replace(known, report_late=known.report_late + more), replace(known, elapsed=100.0)]
    worse += [replace(known, targets=(*known.targets, ("X", status))) for status in LOST | IN_DOUBT]
    if known.milestones_done < known.milestones:
        late = max(known.milestones_late, 1)
        worse.append(replace(known, milestones_late=late, longest_delay=known.longest_delay + 1 + more))
    if known.stated:
        worse.append(replace(known, stated=known.stated // 2))

    if before != Light.NONE:
        assert all(SEVERITY.get(rule_for(each).light, 9) >= SEVERITY[before] for each in worse)


@pytest.mark.parametrize(
    ("known", "light", "words"),
    [
        (Facts(), Light.NONE, "没有可判断的数值、没有节点、也没有报告。"),
        (Facts(targets=(("M02-1", "met"), ("M02-2", "met"))), Light.DONE, "各项目标均已完成，节点全部达成。"),
        (Facts(stated=100), Light.DONE, "自评进度100%，已经审核通过。"),
        (Facts(targets=(("M02-1", "met"),), milestones=1), Light.GREEN, "没有逾期或风险事项。"),
        (Facts(targets=(("M02-1", "unlikely"), ("M02-2", "missed"))), Light.RED, "未完成或预计难以完成：M02-1、M02-2。"),
        (Facts(targets=(("M02-1", "at_risk"),)), Light.AMBER, "存在风险：M02-1。"),
        (Facts(milestones=2, milestones_late=1, longest_delay=LATE_DAYS), Light.AMBER, "1个节点逾期，最长30天。"),
        (Facts(milestones=2, milestones_late=2, longest_delay=LATE_DAYS + 1), Light.RED, "2个节点逾期，最长31天。"),
        (Facts(report_late=5), Light.AMBER, "报告逾期5天。"),
        (Facts(report_late=31, targets=(("M02-1", "on_track"),)), Light.RED, "报告逾期31天。"),
        (Facts(stated=20, elapsed=50.0), Light.AMBER, "自评进度20%，时间已过50%。"),
        (Facts(stated=30, elapsed=50.0), Light.GREEN, "没有逾期或风险事项。"),
    ],
)
def test_each_rule_by_example(known: Facts, light: Light, words: str) -> None:
    rule = rule_for(known)
    assert (rule.light, rule.found(known)) == (light, words)


weights = st.none() | st.floats(0.1, 100)
progress = st.none() | st.floats(0, 100)
parts = st.lists(st.builds(Part, weights, progress), max_size=6)


@given(parts)
def test_a_roll_up_is_the_weighted_mean_of_what_is_known(group: list[Part]) -> None:
    found = rolled(group)
    stated = [part.weight for part in group if part.weight is not None]
    usual = sum(stated) / len(stated) if stated else 1.0
    top = bottom = 0.0
    for part in group:
        weight = usual if part.weight is None else part.weight
        if part.progress is not None:
            top, bottom = top + weight * part.progress, bottom + weight

    assert found.progress == pytest.approx(top / bottom) if bottom else found.progress is None
    known = [part.progress for part in group if part.progress is not None]
    assert (found.parts, found.counted) == (len(group), len(known))
    if known:
        assert min(known) - 1e-9 <= found.progress <= max(known) + 1e-9


@given(parts, st.floats(0.5, 20))
def test_only_the_proportions_of_weights_matter(group: list[Part], factor: float) -> None:
    scaled = [Part(part.weight * factor if part.weight is not None else None, part.progress) for part in group]
    if any(part.weight is not None for part in group):
        assert rolled(scaled).progress == (None if rolled(group).progress is None else pytest.approx(rolled(group).progress))


def test_parts_without_a_weight_count_equally() -> None:
    assert used_weights([None, None]) == [1.0, 1.0]
    assert used_weights([30, None, 10]) == [30, 20, 10]
    with pytest.raises(ValueError, match="more than 0"):
        used_weights([0])


def plan(**reporting: Any) -> Any:
    return SimpleNamespace(starts_on=date(2023, 1, 1), ends_on=date(2023, 12, 31), reporting=reporting)


def keys(now: str, measure: Any, **reporting: Any) -> list[tuple[str, str]]:
    found = work_periods.periods(plan(**reporting), measure, moment(now))
    return [(period.key, f"{period.due_at:%m-%d %H:%M}") for period in found]


def test_a_quarter_is_asked_for_after_its_end_until_the_measure_ends() -> None:
    usual = SimpleNamespace(due_on=None, carries_over_to=None)
    assert keys("2023-03-31 23:00", usual) == []
    assert keys("2023-07-01 00:00", usual) == [("2023Q1", "04-15 17:00"), ("2023Q2", "07-15 17:00")]
    assert [key for key, _due in keys("2025-01-01 00:00", usual)] == ["2023Q1", "2023Q2", "2023Q3", "2023Q4"]
    short, long = (
        SimpleNamespace(due_on=date(2023, 5, 1), carries_over_to=None),
        SimpleNamespace(due_on=None, carries_over_to=date(2024, 6, 30)),
    )
    assert keys("2025-01-01 00:00", short)[-1][0] == "2023Q2"
    assert keys("2025-01-01 00:00", long)[-1][0] == "2024Q2"


def test_a_plan_may_ask_each_year_and_later() -> None:
    usual = SimpleNamespace(due_on=None, carries_over_to=None)
    assert keys("2024-05-01 00:00", usual, every="year", due_days=31) == [("2023", "01-31 17:00")]
    assert work_periods.last_day("2023Q2") == date(2023, 6, 30)
    assert work_periods.last_day("2023") == date(2023, 12, 31)
