"""Every subset of small pools, against the solver: crossing quotas, minimums that cannot be met, ties."""

import itertools
import json
from collections import Counter
from decimal import Decimal
from unittest import mock

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pilotage.review.selecting import NOT_SELECTED, Candidate, Quota, Terms, enough, program, select

VALUES = {"province": "abc", "industry": "xy", "size": "SL"}


@st.composite
def cases(draw, size=7, minimums=True, least=0):
    pool = []
    for i in range(draw(st.integers(1, size))):
        attributes = {name: draw(st.sampled_from(values)) for name, values in VALUES.items() if draw(st.integers(0, 5))}
        pool.append(Candidate(f"n{i}", Decimal(draw(st.integers(least, 8))) / 2, attributes, draw(st.integers(1, 3))))
    present = sorted({(name, value) for c in pool for name, value in c.attributes.items()})
    assume(present)
    quotas = [
        Quota(name, value, draw(st.integers(0, 2)) if minimums and not draw(st.integers(0, 2)) else 0, draw(st.none() | st.integers(0, 3)))
        for name, value in draw(st.lists(st.sampled_from(present), unique=True))
    ]
    return pool, quotas, Terms(draw(st.integers(0, 5)), draw(st.integers(0, 2)))


def subsets(pool, most):
    return (frozenset(c) for n in range(min(most, len(pool)) + 1) for c in itertools.combinations(range(len(pool)), n))


def short(pool, quotas, chosen):
    return [max(0, q.minimum - sum(pool[i].attributes.get(q.attribute) == q.value for i in chosen)) for q in quotas]


def within(pool, quotas, chosen):
    counts = Counter((name, value) for i in chosen for name, value in pool[i].attributes.items())
    return all(q.maximum is None or counts[q.attribute, q.value] <= q.maximum for q in quotas)


def ordered(pool):
    return sorted(range(len(pool)), key=lambda i: (-pool[i].score, -pool[i].finished, pool[i].key))


def worth(pool, chosen):
    offset = max(0, -min(c.score for c in pool))
    place = {i: n for n, i in enumerate(ordered(pool))}
    return sum(pool[i].score + offset for i in chosen), sum(len(pool) - place[i] for i in chosen)


def lawful(pool, quotas, total):
    found = [s for s in subsets(pool, total) if within(pool, quotas, s)]
    least = min(sum(short(pool, quotas, s)) for s in found)
    return [s for s in found if sum(short(pool, quotas, s)) == least], least


def run(pool, quotas, terms):
    """Cases whose minimums alone are more than the total are refused before, which another test looks at."""
    sums = Counter()
    for quota in quotas:
        sums[quota.attribute] += quota.minimum
    assume(max(sums.values(), default=0) <= terms.total)
    assume(all(q.maximum is None or q.minimum <= q.maximum for q in quotas))
    return select(pool, quotas, terms)


@pytest.mark.parametrize(("many", "near"), [(0, 1), (3000, 400)])
@settings(max_examples=70, deadline=None)
@given(case=cases(least=-3))
def test_no_subset_is_better_and_every_reason_is_true(many, near, case):
    pool, quotas, terms = case
    with mock.patch.multiple(program, MANY=many, NEAR=near):
        found = run(pool, quotas, terms)
    every, least = lawful(pool, quotas, terms.total)
    names = {c.key: i for i, c in enumerate(pool)}
    chosen = frozenset(names[key] for key in found.selected)
    assert chosen in every
    assert worth(pool, chosen) == max(worth(pool, s) for s in every)
    assert found.total_score == sum(pool[i].score for i in chosen)
    assert sum(r.quota.minimum - r.reached for r in found.relaxed) == least
    assert found.checks.improving_swaps == 0
    assert found.checks.quotas_kept
    assert found.checks.bars_agree == len(pool)
    assert found.certificate.fractional or not found.checks.bars_corrected
    assert sorted(p.candidate.key for p in found.places) == sorted(names)
    for place in found.places:
        assert place.bar.value == sum(part.amount for part in place.bar.parts)


@settings(max_examples=40, deadline=None)
@given(cases(size=6))
def test_what_would_have_been_enough_is_where_the_best_sums_meet(case):
    pool, quotas, terms = case
    found = run(pool, quotas, terms)
    every, _least = lawful(pool, quotas, terms.total)
    assume(not found.relaxed)
    for i, candidate in enumerate(pool):
        within_it = [sum(pool[j].score for j in s if j != i) for s in every if i in s]
        without = [sum(pool[j].score for j in s) for s in every if i not in s]
        needed = enough(found, candidate.key)
        assert needed == (max(without) - max(within_it) if within_it and without else None if without else 0)
        place = found.place(candidate.key)
        if place.outcome == NOT_SELECTED and needed is not None and not found.certificate.fractional:
            assert candidate.score <= place.bar.value <= needed


@settings(max_examples=40, deadline=None)
@given(cases(size=6, minimums=False))
def test_the_reserve_is_the_best_continuation_and_each_substitute_fits(case):
    pool, quotas, terms = case
    found = run(pool, quotas, terms)
    names = {c.key: i for i, c in enumerate(pool)}
    chosen, more = frozenset(map(names.get, found.selected)), frozenset(map(names.get, found.reserve))
    further = [s for s in subsets(pool, len(pool)) if s > chosen and len(s) <= len(chosen) + terms.reserve and within(pool, quotas, s)]
    assert worth(pool, chosen | more) == max([worth(pool, s) for s in further] + [worth(pool, chosen)])
    outside = [i for i in ordered(pool) if i not in chosen]
    for key, other in found.substitutes.items():
        fits = [i for i in outside if within(pool, quotas, chosen - {names[key]} | {i})]
        assert other == (pool[fits[0]].key if fits else None)


@settings(max_examples=60, deadline=None)
@given(cases(minimums=False), st.lists(st.sampled_from(["finished_count", "number"]), unique=True))
def test_with_caps_of_one_attribute_the_set_is_that_of_walking_down_the_ranks(case, rules):
    pool, quotas, terms = case
    quotas = [q for q in quotas if q.attribute == "province"]
    terms = Terms(terms.total, terms.reserve, tie_break=tuple(rules))
    found = run(pool, quotas, terms)
    caps = {q.value: q.maximum for q in quotas}
    taken: list[str] = []
    used: Counter[str | None] = Counter()
    for place in found.places:  # caps of one attribute are nested in the total: a matroid, where the greedy list is the best
        province = place.candidate.attributes.get("province")
        if len(taken) < terms.total + terms.reserve and (caps.get(province) is None or used[province] < caps[province]):
            taken.append(place.candidate.key)
            used[province] += 1
    assert sorted(found.selected) == sorted(taken[: terms.total])
    assert sorted(found.reserve) == sorted(taken[terms.total :])


@settings(max_examples=25, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_another_order_of_the_input_gives_the_same_bytes(case, random):
    pool, quotas, terms = case
    found = run(pool, quotas, terms)
    pool, quotas = random.sample(pool, len(pool)), random.sample(quotas, len(quotas))
    assert json.dumps(run(pool, quotas, terms).figures()) == json.dumps(found.figures())
