import doctest
import json
from decimal import Decimal

import numpy as np
import pytest

from pilotage.review import selecting
from pilotage.review.calibration import Score, calibrate, sample
from pilotage.review.selecting import Candidate, Lottery, Quota, SelectionError, Terms, compare, enough, grey_zone, select


def pool(*rows: tuple[str, str, dict[str, str]]) -> list[Candidate]:
    return [Candidate(key, Decimal(score), attributes) for key, score, attributes in rows]


def plain(count: int, start: int = 90) -> list[Candidate]:
    return [Candidate(f"n{i:02}", Decimal(start - i), {"province": "ab"[i % 2]}) for i in range(count)]


def test_the_example_of_the_documentation():
    assert doctest.testmod(selecting).failed == 0


def test_the_parts_of_a_bar_sum_to_what_the_applicant_reads():
    large = {"size": "large"}
    candidates = pool(
        ("x1", "82.3", {"province": "X"}),
        ("x2", "82.4", {"province": "X", **large}),
        ("l1", "80.7", {"province": "Y", **large}),
        ("o1", "90", {"province": "Y"}),
        ("o2", "79.9", {"province": "Y"}),
        ("o3", "79.899", {"province": "Y"}),
    )
    found = select(candidates, [Quota("province", "X", maximum=1), Quota("size", "large", maximum=1)], Terms(total=4))
    assert found.selected == ("o1", "x1", "l1", "o2")
    place = found.place("x2")
    assert [(p.code, p.attribute, p.value, str(p.amount), p.limit, p.used) for p in place.bar.parts] == [
        ("line", None, None, "79.900", 4, 4),
        ("maximum", "province", "X", "2.400", 1, 1),
        ("maximum", "size", "large", "0.800", 1, 1),
    ]
    assert (str(place.bar.value), place.candidate.score, found.line) == ("83.100", Decimal("82.4"), Decimal("79.9"))
    assert enough(found, "x2") == Decimal("83.101")  # one thousandth more: two would leave and o3 come in
    assert place.reason == "quotas"
    assert [(b.code, b.attribute, b.value, b.limit, b.blocked) for b in place.figures["blockers"]] == [
        ("maximum", "province", "X", 1, 2),
        ("maximum", "size", "large", 1, 2),
    ]
    assert place.figures["contenders"] == 3
    assert found.place("o3").reason == "below_line"
    assert found.place("o3").figures == {"lowest": Decimal("79.9")}
    assert found.checks == selecting.Checks(bars=6, bars_agree=6, bars_corrected=0, swaps_tried=3, improving_swaps=0, quotas_kept=True)


def test_one_full_quota_that_blocks_all_is_the_reason():
    found = select(plain(6), [Quota("province", maximum=1)], Terms(total=2))
    assert found.selected == ("n00", "n01")
    assert found.place("n02").reason == "below_line"
    found = select(plain(6), [Quota("province", "a", maximum=1)], Terms(total=3))
    assert found.selected == ("n00", "n01", "n03")
    place = found.place("n02")
    assert (place.reason, place.figures["single"], place.figures["contenders"]) == ("quota_maximum", True, 1)


def test_a_minimum_that_just_holds_is_the_reason():
    candidates = pool(("a", "90", {"p": "1"}), ("b", "80", {"p": "1"}), ("c", "70", {"p": "2"}))
    found = select(candidates, [Quota("p", "2", minimum=1)], Terms(total=2))
    place = found.place("b")
    assert (found.selected, place.reason) == (("a", "c"), "quota_minimum")
    assert [(p.code, str(p.amount)) for p in found.place("c").bar.parts] == [("line", "90.000"), ("minimum", "-20.000")]
    assert found.quotas[1] == selecting.Used("p", "2", 1, None, 1, 1)


def test_a_lost_tie_names_who_stood_ahead_and_the_rule():
    candidates = [Candidate("a", Decimal(80), {}, finished=3), Candidate("b", Decimal(80), {}, finished=5)]
    place = select(candidates, [], Terms(total=1)).place("a")
    assert (place.reason, place.figures["ahead"], place.figures["rule"]) == ("tie", "b", "finished_count")


def test_a_draw_as_tie_rule_depends_on_the_seed_alone():
    candidates = [Candidate(f"n{i}", Decimal(80)) for i in range(40)]
    drawn = {seed: select(candidates, [], Terms(10, tie_break=("draw",), seed=seed)).selected for seed in ("s1", "s2")}
    assert drawn["s1"] == select(candidates[::-1], [], Terms(10, tie_break=("draw",), seed="s1")).selected
    assert len(set(drawn["s1"]) & set(drawn["s2"])) < 10


def test_a_fractional_relaxation_is_said_and_still_solved():
    candidates = pool(("a", "10", {"p": "1", "q": "1"}), ("b", "10", {"p": "1", "r": "1"}), ("c", "10", {"q": "1", "r": "1"}))
    found = select(candidates, [Quota(name, "1", maximum=1) for name in "pqr"], Terms(total=3))
    assert len(found.selected) == 1
    assert (found.certificate.method, found.certificate.fractional, found.certificate.value) == ("milp", True, Decimal(10))
    assert (found.certificate.status, found.certificate.gap) == ("optimal", 0)
    assert found.checks.improving_swaps == 0
    assert found.certificate.solver.startswith("HiGHS 1.")


def test_minimums_that_cannot_be_met_are_lowered_and_named():
    candidates = pool(
        ("a", "90", {"province": "11", "group": "g"}),
        ("b", "80", {"province": "54", "group": "h"}),
        ("c", "70", {"province": "63", "group": "g"}),
        ("d", "60", {"province": "63", "group": "g"}),
        ("e", "50", {"province": "63", "group": "i"}),
    )
    quotas = [Quota("province", "54", minimum=2), Quota("province", "63", minimum=2), Quota("group", "g", maximum=0)]
    found = select(candidates, quotas, Terms(total=4))
    assert found.selected == ("b", "e")
    assert [str(relaxed) for relaxed in found.relaxed] == [
        "minimum 2 for province 54: only 1 eligible",
        "minimum 2 for province 63: only 1 of 3 eligible fit because of the maximum 0 for group g",
    ]
    assert enough(found, "a") is None
    assert found.checks.sound


def test_a_default_holds_for_every_value_without_its_own_line():
    found = select(plain(8), [Quota("province", maximum=1), Quota("province", "b", maximum=2)], Terms(total=8))
    assert found.selected == ("n00", "n01", "n03")


def test_those_set_aside_keep_their_reasons():
    candidates = [
        Candidate("ok", Decimal(80), {}, 3),
        Candidate("few", Decimal(99), {}, 1),
        Candidate("none", None, {}, 3),
        Candidate("low", Decimal(50), {}, 3),
        Candidate("gate", Decimal(95), {}, 3, kept_out=("defence", "absent")),
    ]
    found = select(candidates, [], Terms(3, required_reviews=2, least_score=Decimal(60)))
    assert [(p.candidate.key, p.position, p.outcome, p.reason) for p in found.places] == [
        ("ok", 1, "selected", "selected"),
        ("few", 2, "not_selected", "few_reviews"),
        ("gate", 3, "not_selected", "gate_absent"),
        ("low", 4, "not_selected", "below_least"),
        ("none", 5, "not_selected", "few_reviews"),
    ]
    assert found.places[1].figures == {"finished": 1, "required": 2}
    with pytest.raises(SelectionError, match=r"few was set aside before \(few_reviews\)"):
        enough(found, "few")


def test_the_reserve_moves_up_by_margin_under_the_same_quotas():
    found = select(plain(10), [Quota("province", "a", maximum=2)], Terms(total=3, reserve=2))
    assert (found.selected, found.reserve) == (("n00", "n01", "n02"), ("n03", "n05"))
    assert found.substitutes == {"n00": "n03", "n01": "n03", "n02": "n03"}
    assert found.place("n03").figures["place"] == 1


def test_nobody_and_no_places():
    assert select([], [Quota("province", maximum=3)], Terms(5)).selected == ()
    found = select(plain(2), [], Terms(0, reserve=1))
    assert (found.selected, found.reserve, found.line, found.checks.sound) == ((), ("n00",), None, True)


def test_zero_and_negative_scores_still_fill_places():
    candidates = [Candidate("a", Decimal(0)), Candidate("b", Decimal("-0.4")), Candidate("c", Decimal("-0.5"))]
    found = select(candidates, [], Terms(2))
    assert (found.selected, found.total_score, str(found.place("c").bar.value)) == (("a", "b"), Decimal("-0.4"), "-0.400")
    assert enough(found, "c") == Decimal("-0.4")
    assert select(candidates, [], Terms(3)).selected == ("a", "b", "c")


def test_the_grey_zone_is_where_draws_disagree():
    found = select(plain(6), [Quota("province", maximum=2)], Terms(total=3))
    keys = [f"n{i:02}" for i in range(6)]
    near = np.random.RandomState(1).normal(0, 800, (500, 6)) + np.arange(90_000, 84_000, -1000)
    zone = grey_zone(found, keys, np.rint(near).astype(np.int64))
    assert sum(zone.probability.values()) == 3
    assert zone.probability["n00"] > zone.probability["n02"] > zone.probability["n05"]
    assert zone.unsure[0] in {"n02", "n03"}
    assert set(zone.unsure) == {key for key, p in zone.probability.items() if Decimal("0.1") <= p <= Decimal("0.9")}
    certain = grey_zone(found, keys, np.tile(np.arange(90_000, 84_000, -1000), (5, 1)))
    assert (certain.unsure, [str(certain.probability[key]) for key in keys[:4]]) == ((), ["1.000", "1.000", "1.000", "0.000"])
    alone = grey_zone(found, ["n03"], np.array([[99_000], [1_000]]))
    assert (alone.probability["n03"], alone.probability["n02"], alone.probability["n00"]) == (Decimal("0.5"), Decimal("0.5"), 1)


def test_the_lottery_draws_inside_the_zone_only_and_keeps_quotas():
    quotas = [Quota("province", "a", maximum=2)]
    zone = frozenset(f"n{i:02}" for i in range(2, 8))
    drawn = {}
    for seed in map(str, range(30)):
        found = select(plain(12), quotas, Terms(5, lottery=Lottery(zone, seed)))
        drawn[seed] = found.selected
        assert len(found.selected) == 5
        assert {"n00", "n01"} <= set(found.selected) <= {"n00", "n01"} | zone
        assert sum(found.place(key).candidate.attributes["province"] == "a" for key in found.selected) <= 2
        assert {found.place(key).reason for key in zone} == {"lottery"}
        assert {p.reason for p in found.places if p.candidate.key not in zone} == {"selected", "below_line"}
        assert found.checks.sound
    assert len(set(drawn.values())) > 3
    assert drawn["7"] == select(plain(12)[::-1], quotas, Terms(5, lottery=Lottery(zone, "7"))).selected


def test_what_if_names_who_enters_and_leaves():
    before = select(plain(6), [], Terms(3, reserve=1))
    after = select(plain(6), [Quota("province", "a", maximum=1)], Terms(3, reserve=1))
    change = compare(before, after)
    assert (change.enter, change.leave, change.score, change.places) == (("n03",), ("n02",), Decimal(-1), 0)
    assert (change.reserve_enter, change.reserve_leave) == (("n05",), ("n03",))
    assert [(old, new.used) for old, new in change.quotas] == [(None, 1)]
    same = compare(before, before)
    assert (same.enter, same.leave, same.score, same.quotas) == ((), (), 0, ())


def test_the_published_figures_are_plain():
    found = select(plain(6), [Quota("province", "a", minimum=1, maximum=1)], Terms(3, reserve=1))
    figures = json.loads(json.dumps(found.figures()))
    assert figures["selected"] == ["n00", "n01", "n03"]
    assert figures["certificate"] == {
        "status": "optimal",
        "method": "lp",
        "value": "266",
        "bound": "266",
        "gap": "0.0",
        "fractional": "False",
    }
    assert figures["places"][2][:5] == ["n02", "88", 3, "not_selected", "quota_maximum"]


@pytest.mark.parametrize(
    ("candidates", "quotas", "terms", "sentence"),
    [
        (plain(2), [Quota("province", "a", 3, 2)], Terms(5), "quota for province a: minimum 3 is above maximum 2"),
        (plain(2), [Quota("province", None, 2)], Terms(3), "the minimums of province sum to 4, more than the total of 3; lower them"),
        (
            plain(2),
            [Quota("province", "a"), Quota("province", "a", 1)],
            Terms(3),
            "quota for province a: stands there 2 times; keep one line",
        ),
        (plain(2), [Quota("provnce", "a", 1)], Terms(3), "quota on provnce: no candidate has this attribute; correct the name"),
        (plain(2), [Quota("province", "a", -1)], Terms(3), "quota for province a: a limit cannot be negative"),
        (plain(2), [], Terms(-1), "the total is -1; it cannot be negative"),
        (plain(2), [], Terms(1, -2), "the reserve is -2; it cannot be negative"),
        (plain(2), [], Terms(1, tie_break=("luck",)), "unknown tie rule: luck; known are finished_count, spread"),
        (plain(2), [], Terms(1, tie_break=("draw",)), "the tie rule draw needs a seed"),
        (plain(2) + plain(1), [], Terms(1), "two candidates have the same key: n00; keep one of each"),
        ([Candidate("x", Decimal("NaN"))], [], Terms(1), "the score of x is not a number"),
        ([Candidate("x", Decimal("Infinity"))], [], Terms(1), "the score of x is not a number"),
        ([Candidate("x", Decimal("1.2345"))], [], Terms(1), "the score of x has more than three places: 1.2345"),
        ([Candidate("x", Decimal("1e9"))], [], Terms(1), "the score of x is out of range"),
        (plain(2), [], Terms(1, lottery=Lottery(frozenset({"z"}), "s")), "the lottery zone names candidates that do not take part: z"),
        (plain(2), [], Terms(1, lottery=Lottery(frozenset(), "")), "the lottery needs a seed"),
    ],
)
def test_bad_input_is_named(candidates, quotas, terms, sentence):
    with pytest.raises(SelectionError) as error:
        select(candidates, quotas, terms)
    assert sentence in str(error.value)


def test_all_contradictions_are_named_at_once():
    with pytest.raises(SelectionError) as error:
        select(plain(2), [Quota("province", "a", 3, 2), Quota("size", "S", 1)], Terms(2))
    assert str(error.value) == (
        "contradictory terms: quota for province a: minimum 3 is above maximum 2; "
        "quota on size: no candidate has this attribute; correct the name; the minimums of province sum to 3, more than the total of 2; lower them"
    )


def test_draws_that_do_not_fit_are_refused():
    found = select(plain(2), [], Terms(1))
    with pytest.raises(SelectionError, match="there are no draws of the scores"):
        grey_zone(found, ["n00"], np.zeros((0, 1), dtype=np.int64))
    with pytest.raises(SelectionError, match="the draws have 2 columns for 1 keys"):
        grey_zone(found, ["n00"], np.zeros((3, 2), dtype=np.int64))
    with pytest.raises(SelectionError, match="zz is not among the candidates"):
        found.place("zz")


def test_draws_of_the_calibration_go_through_the_selection():
    random = np.random.RandomState(2)
    scores = [
        Score(f"p{i:02}", f"e{e}", round(90 - i + e + random.normal(0, 2), 3))
        for i in range(20)
        for e in random.choice(6, 3, replace=False)
    ]
    found = calibrate(scores)
    candidates = [Candidate(p.project, p.calibrated, {"province": "ab"[i % 2]}) for i, p in enumerate(found.projects)]
    selection = select(candidates, [Quota("province", "a", maximum=4)], Terms(10))
    draws = sample(found, 200, "seed")
    zone = grey_zone(selection, draws.projects, draws.thousandths)
    assert (zone.draws, zone.fractional) == (200, 0)
    assert sum(zone.probability.values()) == 10
    assert zone.unsure
    assert {key for key, p in zone.probability.items() if p > Decimal("0.9")} < set(selection.selected)
    assert grey_zone(selection, draws.projects, draws.thousandths) == zone
