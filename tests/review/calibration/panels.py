"""Simulated panels: known truth, published variances."""

import numpy as np

from pilotage.review.calibration import Score

NEURIPS_2014 = {"item": 1.28, "reviewer": 0.24, "noise": 1.27}  # inverseprobability.com, Lawrence and Cortes


def simulated(
    seed, *, projects=500, experts=75, seats=3, item=1.28, reviewer=0.24, noise=1.27, pools=1, bridging=0.0, quality=0.0, severity=0.0
):
    """True values of the projects and their scores, ten points a unit. Pools differ in ``quality`` or ``severity`` by these deviations."""
    random = np.random.RandomState(seed)
    pool_of_project, pool_of_expert = np.arange(projects) % pools, np.arange(experts) % pools
    true = random.standard_normal(projects) * item**0.5 + (random.standard_normal(pools) * quality)[pool_of_project]
    shift = random.standard_normal(experts) * reviewer**0.5 + (random.standard_normal(pools) * severity)[pool_of_expert]
    crosses = random.random_sample((projects, seats)) < bridging
    scores = []
    for project in range(projects):
        order = random.permutation(experts)
        own = pool_of_expert[order] == pool_of_project[project]
        away = int(crosses[project].sum()) if pools > 1 else 0
        for expert in (*order[own][: seats - away], *order[~own][:away]):
            value = 50 + 10 * (true[project] + shift[expert] + random.standard_normal() * noise**0.5)
            scores.append(Score(f"p{project:04}", f"e{expert:03}", round(float(value), 3)))
    return true, scores


def recall(true, values, top):
    best = set(np.argsort(-true, kind="stable")[:top].tolist())
    return len(best & set(np.argsort(-np.array(values, dtype=float), kind="stable")[:top].tolist())) / top
