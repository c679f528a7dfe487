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

With a pair cap, drawn by a seed that was committed to beforehand:

    publish(commitment(secret))                          # before
    lottery = randomise(problem, Fraction(1, 2), seed=public_word)
    lottery.expected, lottery.price                      # mean total of a draw, per cent lost against the best
    lottery.draw(secret)                                 # a Solution; anybody repeats it once the secret is out

`solve` is exact up to a few million pairs and wherever least loads are asked for (min-cost flow and pricing over all
pairs), and within its stated gap beyond (auction and pricing). `largest_floor(problem)` is the highest competence floor
that costs no seat; `more_experts` names the projects near the line that need one more opinion; `Suitability(projects,
experts)` gives `block` for a Problem and `explain(project, expert)`. One expert per employer is exact by itself; where
slots or bridging cross it, pairs are forbidden one by one and the gap says what that may cost. Nothing here knows Django.
OR-tools and numba are the extra `solvers`: without OR-tools a sentence says so, without numba the flow does it all, more
slowly. Whatever cannot be is an AssignmentError with a sentence, a code and its facts, before anything is assigned.
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
