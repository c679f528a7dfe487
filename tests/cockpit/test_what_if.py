"""Trying changes: each lever, what would help most, and sentences for what cannot be tried."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from tests.cockpit.test_cockpit import page
from tests.factories.outlooks import on_their_way
from tests.factories.plan import TargetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch, at: Any) -> Any:
    at("2023-10-31 10:00")
    return TargetFactory(indicator=on_their_way(monkeypatch).key, value=Decimal(317), title_zh="建成5G工厂", code="T1")


@pytest.fixture
def url(target: Any) -> str:
    return reverse("cockpit:what-if", args=[target.measure.area.plan.slug, "T1"])


@pytest.fixture
def client(client_for: Any, cast: Any) -> Any:
    return client_for(cast.secretariat)


def test_before_anything_is_tried(client: Any, url: str) -> None:
    told = page(client, url)
    assert ("变化后" in told, "现状" in told, "最有效的办法" in told) == (False, True, True)
    assert told.count("<svg xmlns") == 2
    assert "试算不改动任何记录。" in told


@pytest.mark.parametrize("query", ["more=20&more_at=select&more_place=320000", "share=9&share_at=select", "more=40"])
def test_a_lever_raises_the_chance(client: Any, url: str, query: str) -> None:
    told = page(client, f"{url}?{query}")
    assert "变化后" in told
    assert "按期可能提高" in told
    assert told.count("<svg xmlns") == 4


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("more=many", "“many”不是整数。"),
        ("more=-3", "此处只能增加申报，不能减少。"),
        ("more=99999999", "最多可试算1,000,000。"),
        ("more=3&more_place=990000", "请从列表中选择地区。"),
        ("share=5&share_at=nowhere", "请从列表中选择环节。"),
        ("limit=5&limit_at=step:nowhere", "请从列表中选择环节。"),
        ("as_of=soon", "“soon”不是日期"),
        ("days=1e3", "“1e3”不是整数。"),
    ],
)
def test_what_cannot_be_tried_is_a_sentence(client: Any, url: str, query: str, sentence: str) -> None:
    told = page(client, f"{url}?{query}", 400)
    assert sentence in told
    assert "变化后" not in told


def test_dates_limits_and_helps_keep_the_day(client: Any, url: str) -> None:
    for query in ("days=10&days_at=select", "limit=-30&limit_at=step:select", "more=0"):
        assert "现状" in page(client, f"{url}?{query}")
    assert "as_of=2023-10-30&amp;" in page(client, f"{url}?as_of=2023-10-30")


def test_a_target_without_records_on_their_way(client: Any, target: Any) -> None:
    other = TargetFactory(measure=target.measure, code="T2")
    told = page(client, reverse("cockpit:what-if", args=[target.measure.area.plan.slug, other.code]))
    assert "该目标没有对应的统计指标。" in told
    assert "返回总览" in told


def test_what_is_not_there_is_a_404(client: Any, url: str) -> None:
    page(client, url.replace("T1", "T9"), 404)
    page(client, url.replace("plan-", "plain-"), 404)
