"""The solver beneath, on programs whose relaxation is often fractional: pairs of which at most one may be taken."""

import itertools
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from pilotage.review.selecting import SelectionError, program
from pilotage.review.selecting.program import Program


def built(count, rows, low, high, limit=None):
    matrix = np.zeros((len(rows), count), dtype=np.int64)
    for row, members in enumerate(rows):
        matrix[row, list(members)] = 1
    nobody = np.zeros(0, dtype=np.int64)
    return Program(np.arange(count), nobody, sparse.csc_array(matrix), np.array(low, dtype=np.int64), np.array(high, dtype=np.int64), limit)


@st.composite
def programs(draw):
    count = draw(st.integers(1, 8))
    pairs = draw(st.lists(st.sampled_from(list(itertools.combinations(range(8), 2))), max_size=14, unique=True))
    rows = [range(count), *(pair for pair in pairs if pair[1] < count)]
    sums = [(draw(st.integers(0, 2)), draw(st.integers(2, 6))), *((int(not draw(st.integers(0, 9))), 1) for _ in rows[1:])]
    weights = np.array(draw(st.lists(st.integers(0, 20), min_size=count, max_size=count)), dtype=np.int64)
    return built(count, rows, [low for low, _high in sums], [high for _low, high in sums]), weights


def every(given_program):
    matrix = given_program.matrix.toarray()
    for bits in itertools.product((0, 1), repeat=matrix.shape[1]):
        used = matrix @ np.array(bits, dtype=np.int64)
        if (given_program.low <= used).all() and (used <= given_program.high).all():
            yield np.array(bits, dtype=bool)


@pytest.mark.parametrize(("many", "near"), [(0, 1), (3000, 400)])
@settings(max_examples=80, deadline=None)
@given(case=programs())
def test_the_best_value_and_all_choices_that_reach_it(many, near, case):
    start, weights = case
    with mock.patch.multiple(program, MANY=many, NEAR=near):
        found = program.best(start, weights)
    choices = list(every(start))
    if not choices:
        assert found is None
        return
    best = max(int(weights[choice].sum()) for choice in choices)
    assert found.value == best
    assert found.bound < (best + 1) * program.MILLION
    assert int(weights[program.chosen(found.left, len(weights))].sum()) == best
    for choice in choices:
        if int(weights[choice].sum()) == best:
            assert choice[found.left.taken].all()
            assert not np.delete(choice, np.concatenate([found.left.taken, found.left.open])).any()
            used = found.left.matrix @ choice[found.left.open].astype(np.int64)
            assert ((found.left.low <= used) & (used <= found.left.high)).all()


@pytest.mark.parametrize("seed", [4, 13, 17, 36, 44, 53])
def test_branching_near_the_bar_first_misses_nothing(seed):
    """Where looking only at the candidates nearest to their bar would give a worse choice."""
    random = np.random.RandomState(seed)
    pairs = sorted({tuple(sorted(random.choice(24, 2, replace=False).tolist())) for _ in range(60)})
    weights = random.randint(50, 80, 24)
    start = built(24, [range(24), *pairs], [0] * (len(pairs) + 1), [8, *[1] * len(pairs)])
    rows = optimize.LinearConstraint(start.matrix.astype(float), start.low.astype(float), start.high.astype(float))
    whole = optimize.milp(-weights, integrality=np.ones(24), bounds=optimize.Bounds(0, 1), constraints=rows, options={"mip_rel_gap": 0})
    with mock.patch.object(program, "NEAR", 1):
        found = program.best(start, weights)
    assert found.method == "milp"
    assert found.value == round(-whole.fun) == int(weights[program.chosen(found.left, 24)].sum())


def test_a_time_limit_that_passes_without_proof_is_said():
    random = np.random.RandomState(1)
    pairs = [tuple(sorted(random.choice(400, 2, replace=False))) for _ in range(3000)]
    hard = built(400, [range(400), *pairs], [0] * 3001, [400, *[1] * 3000], limit=0.001)
    with pytest.raises(SelectionError, match=r"no proven best selection within the time limit of 0.001 s"):
        program.best(hard, random.randint(1, 50, 400))
