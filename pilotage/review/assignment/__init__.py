"""Which experts read which projects: as suitable as can be, within every rule, with a proof or a gap.

    problem = Problem(
        seats=np.array([3, 3, 2]),                       # of each project
        load_max=np.full(pool, 12),                      # of each expert
        suitability=lambda lo, hi: block(lo, hi),        # float32 (hi - lo, pool), or one array (projects, pool)
        bars=[SameGroup("same_province", province_of_project, province_of_expert),
              BarredPairs("declared", np.array([[0, 17]]))],
        employer=employer_of_expert,                     # at most one of each in a panel
        floor=0.3,                                       # nobody below sits
    )
    solution = solve(problem, seed="…", time_limit=60, progress=print)
    solution.pairs, solution.total, solution.gap         # (n, 2), suitability, per cent to the proven bound
    [entry.sentence for entry in solution.unfilled]      # "project 2: 1 empty, 1 possible experts are left; kept away: …"
    solve(problem.with_fixed(solution.pairs[keep]))      # again, with these seats locked

`solve` is exact up to a few million pairs (min-cost flow and pricing over all pairs) and within its stated gap beyond
(auction and pricing). `largest_floor` finds the highest competence floor that keeps every seat filled, `randomise` draws
so that no pair is more likely than q, `more_experts` names the projects near the line that need one more opinion, and
`Suitability` computes and explains suitability from disciplines, fields and texts. Nothing here knows Django. OR-tools
and numba are the extra `solvers`; without OR-tools a sentence says so, without numba the flow does it all, more slowly.
"""

from pilotage.review.assignment.chance import commitment, matches
from pilotage.review.assignment.floor import Floor, largest_floor
from pilotage.review.assignment.near_line import NearLine, more_experts
from pilotage.review.assignment.problem import AssignmentError, BarredBlocks, BarredPairs, Bridging, Problem, SameGroup, Slots
from pilotage.review.assignment.randomise import Lottery, randomise
from pilotage.review.assignment.result import ShortLoad, Solution, Unfilled
from pilotage.review.assignment.solving import solve
from pilotage.review.assignment.suitability import Explanation, Profile, Suitability, Weights

__all__ = [
    "AssignmentError",
    "BarredBlocks",
    "BarredPairs",
    "Bridging",
    "Explanation",
    "Floor",
    "Lottery",
    "NearLine",
    "Problem",
    "Profile",
    "SameGroup",
    "ShortLoad",
    "Slots",
    "Solution",
    "Suitability",
    "Unfilled",
    "Weights",
    "commitment",
    "largest_floor",
    "matches",
    "more_experts",
    "randomise",
    "solve",
]
