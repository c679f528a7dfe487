import doctest
import json
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.review import calibration
from pilotage.review.calibration import CalibrationError, Score, calibrate, sample
from pilotage.review.calibration.equations import Equations
from pilotage.review.calibration.panel import build
from pilotage.review.calibration.variances import Variances, estimate
from tests.review.calibration.panels import NEURIPS_2014, recall, simulated


@st.composite
def panels(draw, least=1):
    projects, experts = draw(st.integers(2, 6)), draw(st.integers(2, 5))
    seats = draw(st.lists(st.tuples(st.integers(0, projects - 1), st.integers(0, experts - 1)), min_size=least, max_size=20, unique=True))
    return [Score(f"p{p}", f"e{e}", draw(st.integers(0, 100))) for p, e in seats]


def dense(panel, variances):
    """Projects (no prior) and experts as unknowns of one system, inverted at once: values and covariance, experts first."""
    n, experts, projects = len(panel.thousandths), len(panel.experts), len(panel.projects)
    design = np.zeros((n, experts + projects))
    design[np.arange(n), panel.expert] = 1
    design[np.arange(n), experts + panel.project] = 1
    noise = float(variances.noise)
    prior = np.diag(np.concatenate([np.full(experts, noise / float(variances.expert)), np.zeros(projects)]))
    inverse = np.linalg.inv(design.T @ design + prior)
    return inverse @ design.T @ panel.points, inverse * noise


@settings(max_examples=80, deadline=None)
@given(panels(), st.tuples(*[st.integers(1, 400)] * 3))
def test_estimates_and_errors_equal_the_dense_solution(scores, parts):
    panel = build(scores)
    variances = Variances(*(Decimal(part) / 4 for part in parts), separable=True)
    values, covariance = dense(panel, variances)
    equations = Equations(panel, variances)
    shifts, errors = equations.shifts(panel.points[:, None]), equations.errors()
    calibrated = equations.calibrated(panel.points[:, None], shifts)
    np.testing.assert_allclose(np.concatenate([shifts, calibrated])[:, 0], values, atol=1e-6)
    np.testing.assert_allclose(np.concatenate([errors.shifts, errors.projects]), np.sqrt(np.diag(covariance)), atol=1e-7)
    for part in range(panel.parts):
        mine = panel.project_part == part
        whole = np.diag(float(variances.noise) / panel.seats_of_projects[mine]) + np.eye(mine.sum()) * float(variances.project)
        ones = np.ones(mine.sum())
        level = ones @ np.linalg.solve(whole, calibrated[mine, 0]) / (ones @ np.linalg.solve(whole, ones))
        expected = level + float(variances.project) * np.linalg.solve(whole, calibrated[mine, 0] - level)
        np.testing.assert_allclose(equations.shrunken(calibrated, equations.levels(calibrated))[mine, 0], expected, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(panels(), st.randoms(use_true_random=False))
def test_another_order_of_the_input_gives_the_same_bytes(scores, random):
    first = json.dumps(calibrate(scores).figures())
    assert json.dumps(calibrate(random.sample(scores, len(scores))).figures()) == first


@settings(max_examples=40, deadline=None)
@given(panels())
def test_what_is_published_adds_up(scores):
    found = calibrate(scores)
    shift = {expert.expert: expert.shift for expert in found.experts}
    for project in found.projects:
        mine = [score for score in scores if score.project == project.project]
        raw = sum((Decimal(s.value) for s in mine), Decimal(0)) / len(mine)
        assert project.scores == len(mine)
        assert abs(project.raw - raw) <= Decimal("0.0005")
        assert abs(project.calibrated - (raw - sum(shift[s.expert] for s in mine) / len(mine))) <= Decimal("0.0005")
    for component in found.components:
        assert abs(sum(shift[name] for name in component.experts)) <= Decimal("0.001") * len(component.experts)
    assert found.variances.noise > 0
    assert min(found.variances.project, found.variances.expert) >= 0
    if not found.variances.expert:
        assert [p.calibrated for p in found.projects] == [p.raw for p in found.projects]
        assert set(shift.values()) == {0}


def test_the_example_of_the_documentation():
    assert doctest.testmod(calibration).failed == 0


def test_variances_of_a_full_table_are_those_of_the_analysis_of_variance():
    values = np.random.RandomState(3).normal(0, 5, (8, 6)) + np.arange(8)[:, None] * 2 + 4 * np.arange(6)[None, :]
    values = np.round(values, 3)
    found = estimate(build(Score(f"p{i}", f"e{j}", float(values[i, j])) for i in range(8) for j in range(6)))
    mean, rows, columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    noise = ((values - rows[:, None] - columns[None, :] + mean) ** 2).sum() / (7 * 5)
    np.testing.assert_allclose(float(found.noise), noise, rtol=1e-5)
    np.testing.assert_allclose(float(found.project), (6 * ((rows - mean) ** 2).sum() / 7 - noise) / 6, rtol=1e-5)
    np.testing.assert_allclose(float(found.expert), (8 * ((columns - mean) ** 2).sum() / 5 - noise) / 8, rtol=1e-5)


def test_published_variances_are_found_again():
    found = [calibrate(simulated(seed, **NEURIPS_2014)[1]).variances for seed in range(4)]
    assert np.mean([float(v.project) for v in found]) == pytest.approx(128, rel=0.15)
    assert np.mean([float(v.expert) for v in found]) == pytest.approx(24, rel=0.25)
    assert np.mean([float(v.noise) for v in found]) == pytest.approx(127, rel=0.1)
    assert [float(v.reliability) for v in found] == pytest.approx([0.46] * 4, abs=0.1)


@pytest.mark.parametrize(
    "world",
    [
        {},
        {"reviewer": 0.64},
        {"pools": 10, "bridging": 0.2, "quality": 0.6},
        {"pools": 10, "bridging": 0.2, "severity": 0.6},
    ],
    ids=["neurips", "severe", "pools-differ-in-quality", "pools-differ-in-severity"],
)
def test_calibration_finds_at_least_as_many_of_the_true_best_as_raw_means(world):
    raw = calibrated = 0.0
    for seed in range(6):
        true, scores = simulated(seed, projects=600, experts=90, **world)
        found = calibrate(scores)
        raw += recall(true, [p.raw for p in found.projects], 60)
        calibrated += recall(true, [p.calibrated for p in found.projects], 60)
    assert calibrated >= raw


def test_nobody_shifts_where_experts_do_not_differ():
    scores = [Score(f"p{i}", f"e{j}", 10 * i + (i + j) % 3) for i in range(6) for j in range(3) if (i, j) != (5, 2)]
    found = calibrate(scores)
    assert found.variances.expert == 0
    assert [p.project for p in found.ranking()] == ["p5", "p4", "p3", "p2", "p1", "p0"]
    assert {(str(e.shift), str(e.shrinkage)) for e in found.experts} == {("0.000", "0.000")}
    assert [p.calibrated for p in found.projects] == [p.raw for p in found.projects]
    assert [w.code for w in found.warnings] == ["no_expert_variance"]


def test_an_expert_with_few_scores_moves_little_and_is_marked():
    scores = [Score(f"p{i}", f"e{j}", 60 + i + 8 * (j % 2) + i * j * 3 % 5) for i in range(8) for j in range(4)]
    full, gone = calibrate(scores).expert("e1"), calibrate([s for s in scores if s.expert != "e1" or s.project == "p0"])
    left = gone.expert("e1")
    assert (full.few, left.few, left.scores) == (False, True, 1)
    assert 0 < left.shift < full.shift
    assert left.error > full.error
    assert left.shrinkage < full.shrinkage
    assert gone.warnings[-1] == calibration.Warned("few_scores", {"experts": ["e1"], "least": 3})


def test_components_are_never_compared():
    scores = [
        Score(f"{pool}{i}", f"{pool}-expert{j}", base + 3 * i + 2 * j)
        for pool, base in (("a", 60), ("b", 80))
        for i in range(3)
        for j in range(2)
    ]
    found = calibrate(scores)
    assert [c.projects for c in found.components] == [("a0", "a1", "a2"), ("b0", "b1", "b2")]
    assert [p.project for p in found.ranking(["a0", "a2"])] == ["a2", "a0"]
    assert found.difference("b2", "b0") == 6
    sentence = (
        "2 components share no expert, so their calibrated scores cannot be compared: component 1 (projects a0, a1, a2; experts a-expert0, a-expert1); "
        "component 2 (projects b0, b1, b2; experts b-expert0, b-expert1). Seat experts of one on projects of the other, or compare raw means"
    )
    for refused in (found.ranking, lambda: found.difference("a0", "b0")):
        with pytest.raises(CalibrationError) as error:
            refused()
        assert str(error.value) == sentence
    assert found.warnings[0] == calibration.Warned("several_components", {"components": 2})


def test_draws_have_the_stated_distribution_and_repeat():
    found = calibrate(simulated(1, projects=40, experts=8, reviewer=1.0)[1])
    panel, variances = found.panel, found.variances
    _values, covariance = dense(panel, variances)
    seats = np.zeros((40, 8))
    seats[panel.project, panel.expert] = 1 / panel.seats_of_projects[panel.project]
    own, noise = float(variances.project), float(variances.noise) / panel.seats_of_projects
    trust, weight = own / (own + noise), 1 / (own + noise)
    pull = (np.diag(trust) + np.outer(1 - trust, weight / weight.sum())) @ seats
    spread = pull @ covariance[:8, :8] @ pull.T + np.diag(trust * noise) + np.outer(1 - trust, 1 - trust) / weight.sum()
    draws = sample(found, 3000, "a seed")
    assert draws.projects == tuple(p.project for p in found.projects)
    np.testing.assert_allclose(draws.thousandths.mean(axis=0) / 1000, [float(p.expected) for p in found.projects], atol=0.7)
    np.testing.assert_allclose(draws.thousandths.std(axis=0) / 1000, np.sqrt(np.diag(spread)), rtol=0.06)
    assert (sample(found, 100, "a seed").thousandths == draws.thousandths[:100]).all()
    assert not (sample(found, 100, "another").thousandths == draws.thousandths[:100]).all()


def test_large_panels_estimate_their_errors_by_sampling():
    scores = simulated(2, projects=60, experts=10)[1]
    exact, sampled = calibrate(scores), calibrate(scores, exact_up_to=0)
    assert (exact.exact_errors, sampled.exact_errors) == (True, False)
    assert [p.calibrated for p in exact.projects] == [p.calibrated for p in sampled.projects]
    np.testing.assert_allclose([float(p.error) for p in sampled.projects], [float(p.error) for p in exact.projects], rtol=0.2)
    np.testing.assert_allclose([float(e.error) for e in sampled.experts], [float(e.error) for e in exact.experts], rtol=0.2)


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ([], "there are no scores to calibrate; wait until reviews are finished"),
        ([("p", "e", None)], "no score yet from expert e on project p; leave the seat out or wait for the review"),
        ([("p", "e", float("nan"))], "not a number: the score of expert e on project p; correct it or leave the seat out"),
        ([("p", "e", Decimal("Infinity"))], "not a number: the score of expert e on project p"),
        ([("p", "e", 10**7)], "out of all range: the score of expert e on project p"),
        ([("p", "e", 1), ("p", "e", 2)], "two scores from expert e on project p; keep the final one"),
        ([("", "e", 1)], "a score without a project or an expert: expert e on project (blank); give both"),
        ([(f"p{i}", "e", None) for i in range(7)], "expert e on project p4 and 2 more; leave the seat out"),
    ],
)
def test_bad_scores_are_refused_by_name(scores, sentence):
    with pytest.raises(CalibrationError) as error:
        calibrate(scores)
    assert sentence in str(error.value)


def test_what_cannot_be_asked_is_refused_by_name():
    found = calibrate([Score("p0", "e0", 50), Score("p1", "e0", 60), Score("p2", "e1", 70)])
    assert [w.code for w in found.warnings] == ["several_components", "not_separable", "few_scores"]
    for ask, sentence in (
        (lambda: found.project("p9"), "project p9 has no scores here"),
        (lambda: found.expert("e9"), "expert e9 has no scores here"),
        (lambda: sample(found, 10, "s"), "every project has one score, so nothing tells how uncertain a score is; seat a second expert"),
        (lambda: sample(found, 0, "s"), "0 draws were asked for; ask for at least one"),
    ):
        with pytest.raises(CalibrationError) as error:
            ask()
        assert sentence in str(error.value)
