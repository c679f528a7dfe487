"""Found by the problem they speak of; likeness says why."""

from __future__ import annotations

import pytest
from django.test.utils import CaptureQueriesContext

from pilotage.publications.cases import selectors, terms
from pilotage.publications.cases.rules import published_cases
from tests.factories.case_studies import OTHER, WORDS, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(cast):
    vision = published(cast, project_title="视觉质检5G工厂")
    pump = published(cast, OTHER, project_title="矿山巡检5G工厂")
    return vision, pump


def numbers(text):
    return [found.key for found in selectors.search(text, published_cases())]


def test_found_by_the_problem_not_the_name(two):
    vision, pump = two
    assert numbers("夜班漏检怎么办") == [vision.pk]
    assert numbers("设备停机发现太晚") == [pump.pk]
    assert numbers("manual inspection missed") == [vision.pk]
    assert numbers("量子通信") == []
    assert numbers("") == []
    assert numbers("的 ' OR 1=1 --") == []


def test_the_sentence_that_answers_is_shown(two):
    page = selectors.public_content(selectors.with_relations(published_cases()).get(pk=two[0].pk))
    found = selectors.passage(page, "夜班漏检")
    assert found.section == "problem"
    assert "".join(text for text, _hit in found.marked) == WORDS["problem_zh"]
    assert [text for text, hit in found.marked if hit] == ["漏检", "夜班"]
    assert selectors.passage(page, "量子") is None


def test_filters_keep_within_a_facet_any_between_facets_all(two):
    cases = published_cases()
    counts = selectors.facet_counts(cases)
    code = next(iter(counts["scenario"]))
    assert counts["scenario"][code] == 2
    keep = selectors.Filters(scenarios=(code, "20"), provinces=("320000",))
    assert selectors.filtered(cases, keep).count() == 2
    assert selectors.filtered(cases, selectors.Filters(provinces=("110000",))).count() == 0


def test_similar_cases_say_why(cast, two):
    vision, pump = two
    third = published(
        cast,
        {**WORDS, "title_zh": "轴承装配线的视觉质检", "problem_zh": "人工目检漏检率高，客户退货多。"},
        project_title="轴承质检5G工厂",
    )
    like = selectors.similar(third)
    assert [each.case for each in like] == [vision, pump]
    assert like[0].share > like[1].share > 0
    assert like[0].share <= 1
    assert "漏检率" in " ".join(like[0].words)
    assert like[0].scenarios == vision.data["scenarios"]


def test_the_number_of_queries_does_not_grow(cast, two, django_assert_max_num_queries):
    from django.db import connection

    def ask():
        with CaptureQueriesContext(
            connection,
        ) as made:
            selectors.public_contents(list(selectors.with_relations(published_cases())))
            selectors.search("漏检", published_cases())
            selectors.similar(two[0])
        return len(made)

    before = ask()
    published(cast, {**OTHER, "title_zh": "第三篇"}, project_title="第三5G工厂")
    assert ask() == before == 13


def test_weights_are_a_unit_vector_and_rare_terms_weigh_more():
    vector = terms.vector([("title", "机器视觉"), ("problem", "漏检"), ("lessons", "机器")])
    assert sum(weight**2 for weight in vector.values()) == pytest.approx(1)
    assert vector["视觉"] > vector["漏检"]
    asked = terms.asked({"常见": 1.0, "罕见": 1.0, "没有": 1.0}, {"常见": 10, "罕见": 1}, 10)
    assert asked["罕见"] > asked["常见"]
    assert "没有" not in asked
    assert terms.likeness(0.5, ["a", "b"], ["b", "c"]) == pytest.approx(0.7 * 0.5 + 0.3 / 3)


def test_shared_pairs_are_joined_to_words():
    text, weights = "部署机器视觉相机和设备，5g", {"机器": 0.2, "器视": 0.2, "视觉": 0.2, "相机": 0.3, "设备": 0.1, "5g": 0.5}
    assert terms.shared_words(text, weights) == ["机器视觉", "相机"]  # 设备 weighs too little, 5g says too little
    assert terms.shared_words(text, weights, without="机器视觉质检") == ["相机"]
