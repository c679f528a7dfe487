"""The whole reckoning of a selection from its inputs: quotas, calibration, chances, and nothing that depends on an order."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.review.selection.reckoning import CannotCompare, reckon
from pilotage.review.selection.terms import QuotaLine, SelectionParameters, published_lines
from pilotage.review.wording import REASONS, bar_sentence, reason_sentence, relaxed_sentence, shown_parts


def candidate(number: str, gate: list[str] | None = None, **attributes: str) -> dict[str, Any]:
    return {"number": number, "rank": None, "gate": gate, "attributes": attributes}


def given_scores(table: dict[str, dict[str, float]]) -> list[list[str]]:
    return sorted([number, expert, f"{value:.3f}"] for number, mine in table.items() for expert, value in mine.items())


def inputs(candidates: list[dict[str, Any]], scores: list[list[str]], **terms: Any) -> dict[str, Any]:
    return {"parameters": SelectionParameters(**{"seed": "s", "draws": 50, **terms}).as_json(), "candidates": candidates, "scores": scores}


PANEL = {"A": {"Li": 80, "Wu": 79}, "B": {"Li": 71, "Gu": 78}, "C": {"Wu": 76, "Gu": 83}, "D": {"Li": 60, "Wu": 62, "Gu": 67}}
PROVINCES = {"A": "32", "B": "32", "C": "37", "D": "37"}


def four(**terms: Any) -> dict[str, Any]:
    return reckon(inputs([candidate(n, province=p) for n, p in PROVINCES.items()], given_scores(PANEL), total=2, reserve=1, **terms))


def row(found: dict[str, Any], number: str) -> dict[str, Any]:
    return next(each for each in found["rows"] if each["number"] == number)


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {each["number"]: each["outcome"] for each in found["rows"]}


def test_raw_and_calibrated_stand_side_by_side_and_raw_decides_unless_the_terms_say_otherwise():
    raw, calibrated = four(), four(calibrate=True)
    for found in (raw, calibrated):
        figures = row(found, "A")["figures"]
        assert (figures["raw"], figures["calibrated"], figures["shift"]) == ("79.500", "81.646", "2.146")
    assert (row(raw, "A")["figures"]["score"], row(calibrated, "A")["figures"]["score"]) == ("79.500", "81.646")
    assert (raw["results"]["calibration"]["used"], calibrated["results"]["calibration"]["used"]) == (False, True)
    assert [each["position"] for each in raw["rows"]] == [1, 2, 3, 4]
    assert row(raw, "C")["figures"]["tie"] == "number"
    assert "tie" not in row(calibrated, "C")["figures"]


def test_the_bar_is_the_sum_of_its_parts_and_is_said_in_both_languages():
    found = four(quotas=(QuotaLine("province", "32", 0, 1), QuotaLine("province", "37", 0, 1)))
    figures = row(found, "B")["figures"]
    assert outcomes(found) == {"A": "selected", "B": "not_selected", "C": "selected", "D": "not_selected"}
    assert round(sum(float(part["amount"]) for part in figures["parts"]), 3) == float(figures["bar"])
    figures = {
        "score": "82.400",
        "bar": "80.300",
        "parts": [
            {"code": "line", "attribute": None, "value": None, "amount": "79.900", "limit": 3, "used": 3},
            {"code": "maximum", "attribute": "province", "value": "32", "amount": "2.400", "limit": 1, "used": 1},
            {"code": "minimum", "attribute": "size", "value": "small", "amount": "-2.000", "limit": 1, "used": 1},
            {"code": "maximum", "attribute": "industry", "value": "34", "amount": "0.000", "limit": 1, "used": 1},
        ],
    }
    names = {"32": "江苏", "small": "小型"}
    with translation.override("zh-hans"):
        assert (
            bar_sentence(figures, lambda _a, v: names[v]) == "本项目82.40；入选线80.30＝全国线79.90＋江苏名额已满2.40－小型保底名额2.00。"
        )
    names = {"32": "Jiangsu", "small": "small"}
    with translation.override("en"):
        said = bar_sentence(figures, lambda _a, v: names[v])
    assert said == "Yours 82.40; bar 80.30 = national line 79.90 + Jiangsu full 2.40 − minimum for small 2.00."
    assert bar_sentence({"finished": 1, "required": 2}) == ""


BLOCKER = {"code": "maximum", "attribute": "province", "value": "江苏", "limit": 2, "blocked": 3}
FIGURES = {"score": "82.400", "bar": "83.100", "line": "79.900", "blockers": [BLOCKER], "place": 4, "rule": "spread", "least": "60.000"}


@pytest.mark.parametrize(
    ("reason", "more", "zh", "en"),
    [
        (
            "quota_maximum",
            {},
            "江苏的2个名额已满。本项目82.40分；在其名额限制下需83.10分。",
            "all 2 places are taken. This project has 82.40 points",
        ),
        (
            "quota_maximum",
            {"blockers": [BLOCKER | {"limit": 0}]},
            "按公布的名额，江苏没有名额。",
            "has no place under the published quotas.",
        ),
        ("quota_minimum", {}, "用于满足江苏保底名额2个。", "go to the minimum of 2 for"),
        ("quotas", {}, "受多项名额共同限制：江苏至多2个。", "Several quotas together stood in its way: at most 2 of"),
        ("reserve", {}, "限制条件：江苏至多2个。", "What stood in its way: at most 2 of"),
        ("tie", {}, "按公布的同分规则“分差小者在前”", "the published tie rule decided: smaller spread of the scores."),
        ("lottery", {}, "由公布的抽签决定。", "the published draw decided."),
        ("below_line", {"line": "90.000"}, "7.60", "7.60 short"),
        ("below_line", {"line": None}, "", "No place was to be given."),
    ],
)
def test_a_reason_is_said_with_its_figures_in_both_languages(reason, more, zh, en):
    for language, words in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            assert words in reason_sentence(reason, FIGURES | more)


def test_every_reason_of_a_reckoning_can_be_said():
    for terms in ({}, {"quotas": (QuotaLine("province", "32", 0, 0),)}, {"required_reviews": 3}, {"least_mean": Decimal(75)}):
        for each in four(**terms)["rows"]:
            assert reason_sentence(each["reason"], each["figures"])
            assert str(REASONS[each["reason"]])


def test_a_minimum_that_cannot_be_met_gives_way_and_is_named():
    found = four(quotas=(QuotaLine("province", "32", 1, None), QuotaLine("size", "small", 1, None), QuotaLine("province", "65", 1, None)))
    assert [(each["attribute"], each["value"], each["eligible"]) for each in found["results"]["relaxed"]] == [
        ("province", "65", 0),
        ("size", "small", 0),
    ]
    assert all(relaxed_sentence(each) for each in found["results"]["relaxed"])
    assert found["results"]["checks"]["sound"] is True


def test_components_warn_and_refuse_calibrated_scores():
    table = {"A": {"Li": 80, "Wu": 79}, "B": {"Li": 70, "Wu": 66}, "C": {"Gu": 90, "He": 88}, "D": {"Gu": 71, "He": 74}}
    pool = [candidate(n, province="32") for n in table]
    found = reckon(inputs(pool, given_scores(table), total=2, required_reviews=2))
    assert found["results"]["calibration"]["components"] == 2
    assert found["results"]["calibration"]["warnings"][0]["code"] == "several_components"
    with pytest.raises(CannotCompare) as refused:
        reckon(inputs(pool, given_scores(table), total=2, required_reviews=2, calibrate=True))
    assert refused.value.parts == [["A", "B"], ["C", "D"]]
    alone = [candidate("A"), candidate("B"), candidate("C", ["visit", "failed"]), candidate("D", ["visit", "failed"])]
    assert outcomes(reckon(inputs(alone, given_scores(table), total=1, calibrate=True)))["A"] == "selected"


def test_one_score_each_gives_no_chances_and_no_reviews_give_no_calibration():
    found = reckon(inputs([candidate("A"), candidate("B")], [["A", "x", "80.000"], ["B", "x", "70.000"]], total=1))
    assert (found["results"]["grey"]["draws"], "chance" in row(found, "A")["figures"]) == (0, False)
    found = reckon(inputs([candidate("A")], [], total=1))
    assert (found["results"]["line"], found["rows"][0]["reason"], found["results"]["calibration"]["components"]) == (None, "few_reviews", 0)
    assert reckon(inputs([], [], total=1, quotas=(QuotaLine("province", None, 0, 3),)))["rows"] == []


def close_race(**terms: Any) -> dict[str, Any]:
    noise = random.Random(7)
    table = {f"N{i:02}": {f"e{(i + k) % 8}": 80 - i + noise.uniform(-9, 9) for k in range(3)} for i in range(20)}
    return inputs([candidate(n, size="large" if i % 2 else "small") for i, n in enumerate(table)], given_scores(table), total=8, **terms)


def test_the_grey_zone_lies_around_the_line_and_chances_sum_to_the_places():
    found = reckon(close_race(draws=200))
    chances = {each["number"]: float(each["figures"]["chance"]) for each in found["rows"]}
    assert round(sum(chances.values()), 1) == 8.0
    assert set(found["results"]["grey"]["numbers"]) == {number for number, chance in chances.items() if 0.05 < chance < 0.95}
    assert 2 <= len(found["results"]["grey"]["numbers"]) <= 18
    assert row(found, found["rows"][0]["number"])["figures"]["chance"] > row(found, found["rows"][-1]["number"])["figures"]["chance"]


def test_the_lottery_draws_inside_the_grey_zone_only_and_keeps_quotas():
    plain = reckon(close_race(quotas=(QuotaLine("size", "large", 0, 3),)))
    drawn = reckon(close_race(quotas=(QuotaLine("size", "large", 0, 3),), lottery=True))
    assert drawn["results"]["grey"]["numbers"] == plain["results"]["grey"]["numbers"]
    moved = {n for n, outcome in outcomes(drawn).items() if (outcome == "selected") != (outcomes(plain)[n] == "selected")}
    assert moved <= set(plain["results"]["grey"]["numbers"])
    assert next(q for q in drawn["results"]["quotas"] if q["value"] == "large")["used"] <= 3


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False))
def test_another_order_gives_the_same_bytes(order):
    given_inputs = close_race(quotas=(QuotaLine("size", "large", 1, 5),), calibrate=True)
    shuffled = {**given_inputs, **{name: order.sample(given_inputs[name], len(given_inputs[name])) for name in ("candidates", "scores")}}
    assert json.dumps(reckon(shuffled)) == json.dumps(reckon(given_inputs))


def test_everything_is_json():
    found = reckon(close_race())
    assert json.loads(json.dumps(found)) == found


# --- terms ----------------------------------------------------------------------------------
def test_old_selections_and_per_province_read_as_quotas_of_the_province():
    old = SelectionParameters.from_json({"total": 3, "default_cap": 2, "caps": {"320000": 5}})
    assert old.quotas == (QuotaLine("province", None, 0, 2), QuotaLine("province", "320000", 0, 5))
    assert SelectionParameters.from_json(old.as_json()) == old
    assert (old.default_cap, old.caps) == (2, {"320000": 5})
    assert (old.line("province", "370000"), old.line("size", "small")) == (QuotaLine("province", None, 0, 2), None)


def test_quotas_of_the_call_file_win_over_per_province():
    lines = published_lines(
        {
            "per_province": {"default": 40, "320000": 97, "650000": None},
            "quotas": [{"by": "province", "values": {"320000": {"min": 5, "max": 90}}}, {"by": "group", "each": {"max": 3}}],
        }
    )
    assert lines == (
        QuotaLine("province", None, 0, 40),
        QuotaLine("province", "320000", 5, 90),
        QuotaLine("province", "650000", 0, None),
        QuotaLine("group", None, 0, 3),
    )


def with_sittings(means: dict[str, str], weight: str = "40", **terms: Any) -> dict[str, Any]:
    given = inputs([candidate(n, province=p) for n, p in PROVINCES.items()], given_scores(PANEL), total=2, reserve=1, **terms)
    for each in given["candidates"]:
        each["sittings"] = {"defence": means[each["number"]]} if each["number"] in means else {}
    return given | {"sittings": {"defence": weight}}


def test_a_defence_counts_with_its_published_weight():
    found = reckon(with_sittings({"A": "50.000", "B": "90.000", "C": "80.000", "D": "100.000"}))
    figures = row(found, "A")["figures"]
    assert (figures["raw"], figures["sittings"], figures["score"]) == ("79.500", "20.000", "67.700")  # 0.6 x 79.5 + 0.4 x 50
    assert outcomes(found) == {"A": "not_selected", "B": "selected", "C": "selected", "D": "reserve"}
    assert outcomes(four()) == {"A": "selected", "C": "selected", "B": "reserve", "D": "not_selected"}
    assert found["results"]["checks"]["sound"]


def test_who_has_no_score_in_a_weighted_sitting_gets_no_place_and_is_told_why():
    found = reckon(with_sittings({"A": "50.000", "B": "90.000", "D": "60.000"}))
    assert (row(found, "C")["outcome"], row(found, "C")["reason"]) == ("not_selected", "gate_unscored")
    assert row(found, "C")["figures"]["stage"] == "defence"
    with translation.override("en"):
        assert (
            reason_sentence("gate_unscored", row(found, "C")["figures"]) == "A stage that counts in the final score (defence) has no score."
        )


def test_the_chances_follow_the_final_score():
    """A defence that weighs almost everything leaves nothing unsure."""
    chances = [
        {
            each["number"]: each["figures"].get("chance")
            for each in reckon(with_sittings({"A": "10", "B": "90", "C": "50", "D": "30"}, weight))["rows"]
        }
        for weight in ("99", "1")
    ]
    assert chances[0] == {"A": "0.000", "B": "1.000", "C": "1.000", "D": "0.000"}
    assert chances[1] != chances[0]


def test_the_parts_shown_add_up_to_the_bar_shown():
    part = {"attribute": None, "value": None, "limit": 1, "used": 1}
    parts = [part | {"code": "line", "amount": "76.667"}, part | {"code": "maximum", "amount": "7.167"}]
    shown = shown_parts({"bar": "83.834", "parts": parts})
    assert [each["amount"] for each in shown] == ["76.67", "7.16"]
    assert [each["amount"] for each in shown_parts({"bar": "76.667", "parts": [parts[0], parts[1] | {"amount": "0.000"}]})] == ["76.67"]
