import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.review.round_robin import Need, assign


@st.composite
def small_cases(draw):
    experts = [f"e{i}" for i in range(draw(st.integers(1, 4)))]
    needs = [
        Need(f"p{i}", draw(st.integers(0, 2)), dict.fromkeys(draw(st.sets(st.sampled_from(experts))), "rule"))
        for i in range(draw(st.integers(1, 4)))
    ]
    return needs, {expert: draw(st.integers(0, 3)) for expert in experts}


def panels(need: Need, experts: list[str]) -> list[tuple[str, ...]]:
    free = [e for e in experts if e not in need.barred]
    return list(itertools.combinations(free, min(need.seats, len(free))))


def best_squares(needs, loads) -> int:
    """Every way to fill as many seats as can be filled; the least sum of squared loads."""
    return min(
        sum((loads[e] + sum(e in panel for panel in choice)) ** 2 for e in loads)
        for choice in itertools.product(*(panels(need, list(loads)) for need in needs))
    )


@settings(max_examples=150, deadline=None)
@given(small_cases(), st.text(max_size=3))
def test_seats_are_lawful_complete_and_as_even_as_can_be(case, seed):
    needs, loads = case
    plan = assign(needs, loads, seed=seed)
    by_project = {need.project: [e for p, e in plan.seats if p == need.project] for need in needs}
    for need in needs:
        seated = by_project[need.project]
        free = [e for e in loads if e not in need.barred]
        assert len(set(seated)) == len(seated) == min(need.seats, len(free))
        assert set(seated) <= set(free)
    assert {u.project: u.missing for u in plan.unfilled} == {
        n.project: n.seats - len(by_project[n.project]) for n in needs if len(by_project[n.project]) < n.seats
    }
    assert sum(load**2 for load in plan.loads.values()) == best_squares(needs, loads)
    assert plan == assign(needs, loads, seed=seed)


def test_without_conflicts_loads_differ_by_at_most_one():
    plan = assign([Need(f"p{i}", 3) for i in range(20)], {f"e{i}": 0 for i in range(7)})
    assert sorted(plan.loads.values()) == [8, 8, 8, 9, 9, 9, 9]
    assert plan.unfilled == []


def test_a_chain_of_swaps_evens_out_what_greedy_cannot():
    barred = {"e2": "same_province"}
    needs = [Need("p0", 1), Need("p1", 1, {"e0": "x"}), Need("p2", 1, barred), Need("p3", 1, {"e1": "x", **barred})]
    plan = assign(needs, {"e0": 0, "e1": 0, "e2": 0})
    assert sorted(plan.loads.values()) == [1, 1, 2]


def test_empty_seats_say_how_many_experts_each_rule_kept_away():
    need = Need("p", 3, {"a": "same_province", "b": "same_province", "c": "same_enterprise"})
    (unfilled,) = assign([need], {"a": 0, "b": 0, "c": 0, "d": 0}).unfilled
    assert (unfilled.missing, unfilled.possible, unfilled.barred_by) == (2, 1, {"same_enterprise": 1, "same_province": 2})


def test_empty_pool_leaves_every_seat_empty():
    plan = assign([Need("p", 3)], {})
    assert (plan.seats, plan.unfilled[0].missing, plan.unfilled[0].possible) == ([], 3, 0)


def test_panels_mix():
    plan = assign([Need(f"p{i}", 3) for i in range(100)], {f"e{i}": 0 for i in range(12)})
    pairs = {frozenset(p) for i in range(100) for p in itertools.combinations([e for q, e in plan.seats if q == f"p{i}"], 2)}
    assert len(pairs) == 66


def test_negative_seats_are_refused():
    with pytest.raises(ValueError, match="negative"):
        assign([Need("p", -1)], {"a": 0})


def test_nine_hundred_projects_with_sixty_experts_are_shared_evenly():
    experts = {f"e{i}": 0 for i in range(60)}
    needs = [Need(f"p{i}", 3, {f"e{j}": "same_province" for j in range(60) if j % 26 == i % 26}) for i in range(900)]
    plan = assign(needs, experts)
    assert (len(plan.seats), max(plan.loads.values()) - min(plan.loads.values())) == (2700, 0)


@settings(max_examples=100, deadline=None)
@given(small_cases(), st.data())
def test_nobody_gets_more_than_agreed_and_who_is_full_is_counted(case, data):
    needs, loads = case
    limits = data.draw(st.dictionaries(st.sampled_from(sorted(loads)), st.integers(0, 4)))
    plan = assign(needs, loads, limits=limits)
    taken = {e: sum(each == e for _project, each in plan.seats) for e in loads}
    assert all(taken[e] <= max(0, limits[e] - loads[e]) for e in limits)
    seats = sum(need.seats for need in needs)
    assert len(plan.seats) + sum(unfilled.missing for unfilled in plan.unfilled) == seats
    for unfilled in plan.unfilled:
        need = next(need for need in needs if need.project == unfilled.project)
        full = {e for e in loads if e not in need.barred and plan.loads[e] >= limits.get(e, 99)}
        assert unfilled.barred_by.get("full", 0) <= len(full)
