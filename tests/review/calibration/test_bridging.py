from decimal import Decimal

import pytest

from pilotage.review.calibration import CalibrationError, Score, calibrate
from tests.review.calibration.panels import simulated


def pools_of(scores, pools):
    return {score.project: f"pool{int(score.project[1:]) % pools}" for score in scores}


def test_the_statistic_is_counted_seats_over_expected_seats():
    scores = [Score(f"{pool}{i}", f"{pool}e{j}", 50 + i + j) for pool in "ab" for i in range(5) for j in range(2)]
    found = calibrate([*scores, Score("a0", "be0", 55)], pools={f"{pool}{i}": pool for pool in "ab" for i in range(5)})
    [a, b] = found.bridges
    # 21 seats: pool a has 11 project ends and 10 expert ends, so 11 * 11 / 21 + 10 * 10 / 21 would cross by chance
    assert (a.pool, a.seats, a.bridging, str(a.expected), str(a.mixing), a.thin) == ("a", 11, 1, "10.524", "0.095", True)
    assert (b.bridging, str(b.mixing), b.experts) == (1, "0.095", ("be0", "be1"))
    assert [w.figures for w in found.warnings] == [
        {"component": 0, "pool": name, "mixing": Decimal("0.095"), "threshold": Decimal("0.200"), "bridging": 1, "seats": seats}
        for name, seats in (("a", 11), ("b", 11))
    ]


@pytest.mark.parametrize(("bridging", "thin"), [(0.02, True), (0.1, True), (0.3, False)])
def test_thin_bridging_is_warned_of_with_pools_and_without(bridging, thin):
    _true, scores = simulated(5, projects=400, experts=60, pools=4, bridging=bridging)
    known, blind = calibrate(scores, pools=pools_of(scores, 4)), calibrate(scores)
    assert {bridge.pool for bridge in known.bridges} == {"pool0", "pool1", "pool2", "pool3"}
    assert {bridge.thin for bridge in known.bridges} == {thin}
    assert [bridge.thin for bridge in blind.bridges] == [thin]
    assert ("thin_bridging" in {w.code for w in blind.warnings}) is thin


def test_a_well_mixed_panel_has_no_thin_cut():
    found = calibrate(simulated(6)[1])
    assert [bridge.thin for bridge in found.bridges] == [False]
    assert found.warnings == ()


def test_two_halves_joined_by_one_expert_are_cut_there():
    scores = [Score(f"{half}{i}", f"{half}e{j}", 50 + 2 * i + j) for half in "ab" for i in range(8) for j in range(3)]
    [bridge] = calibrate([*scores, Score("b0", "ae0", 52)]).bridges
    assert bridge.bridging == 1
    assert bridge.thin
    assert bridge.experts in {("ae0", "ae1", "ae2"), ("be0", "be1", "be2")}


def test_every_project_needs_its_pool():
    with pytest.raises(CalibrationError, match="no pool is given for project p1; give every scored project its pool"):
        calibrate([Score("p0", "e", 1), Score("p1", "e", 2)], pools={"p0": "a"})
