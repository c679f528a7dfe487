# Who reads what: one question in, one answer out, proven or with its gap.
#
# Data: a Problem. Algorithm: whatever can be refused is refused before anything is assigned; fixed seats leave the
# problem; up to a few million pairs, or where least loads are asked for, min-cost flow with pricing (exact.py), beyond
# that the auction (auction.py); where seats bridge pools, parts of the project-expert graph that hang in the air are
# tied on by fixing a pair for each and solving again; what is empty is explained.
#
# Invariants: the answer keeps every bar, load, slot, employer and fixed pair; total, loads and gap are recounted from it.
# The same problem and seed give the same answer with the same versions (which the answer names).
#
# Refuses: an empty pool, loads that cannot cover the seats, an expert pool that is barred altogether (unless partial).
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pilotage.review.assignment import greedy, result
from pilotage.review.assignment.auction import by_auction
from pilotage.review.assignment.bridging import ties
from pilotage.review.assignment.chains import fill_by_chains
from pilotage.review.assignment.exact import Draft, Search, draft, search
from pilotage.review.assignment.frame import Frame, make_frame
from pilotage.review.assignment.problem import AssignmentError, Problem, as_pairs
from pilotage.review.assignment.result import ShortLoad, Solution
from pilotage.review.assignment.run import Progress, Run
from pilotage.review.assignment.scan import kernels

FLOW_PAIRS = 6_000_000  # beyond, the auction is quicker
TIE_ROUNDS = 4


def solve(
    problem: Problem,
    *,
    seed: str = "",
    time_limit: float | None = None,
    progress: Progress | None = None,
    gap: float = 0.1,
    partial: bool = False,
    method: str = "auto",
) -> Solution:
    """``gap`` in per cent is where the auction may stop; ``partial`` leaves seats empty where loads or rules cannot
    cover them all instead of refusing; ``method``: auto, flow, auction. ``progress(stage, share)``."""
    run = Run(seed, time_limit, progress)
    frame = make_frame(problem, seed)
    if not problem.shape[0] or not np.sum(problem.seats):
        return solution(frame, _nothing(problem), run)
    refuse(frame, partial)
    found = _draft(frame, run, gap, method)
    if problem.bridging and found.finished:
        frame, found = _tied(frame, found, run, gap, method)
    return solution(frame, found, run, problem)


def refuse(frame: Frame, partial: bool) -> None:
    problem = frame.problem
    count, pool = problem.shape
    if not pool:
        raise AssignmentError("empty_pool", "There is no expert in the pool. Invite experts first.")
    need, room = int(np.sum(problem.seats)), int(np.sum(problem.load_max))
    if room < need and not partial:
        most = max(1, int(np.max(problem.load_max)))
        sentence = f"{need} seats are to be filled, but all loads add up to {room}."
        more = f"Raise the loads to {-(-need // pool)} each or invite {-(-(need - room) // most)} more experts."
        raise AssignmentError("loads", f"{sentence} {more}", seats=need, loads=room)
    if not partial and frame.seats.any() and not _any_pair(frame):
        barred = frame.rules(int(np.flatnonzero(frame.seats)[0]))
        sentence = f"No expert may take any seat; the rules keep all {pool} away from all {count} projects."
        kept = ", ".join(f"{rule} {number}" for rule, number in barred.items())
        raise AssignmentError(
            "all_barred", f"{sentence} For {problem.project(int(np.flatnonzero(frame.seats)[0]))}: {kept}.", barred=barred
        )


def _any_pair(frame: Frame) -> bool:
    step = max(1, (1 << 22) // frame.problem.shape[1])
    for lo in range(0, frame.problem.shape[0], step):
        hi = min(lo + step, frame.problem.shape[0])
        if (frame.allowed(lo, hi, frame.problem.block(lo, hi)) & (frame.seats[lo:hi, None] > 0)).any():
            return True
    return False


def _nothing(problem: Problem) -> Draft:
    none = np.empty(0, np.int64)
    return Draft(none, none, none.astype(np.float32), (), 0.0, np.zeros(problem.shape[1]), "nothing to assign", True)


def _draft(frame: Frame, run: Run, gap: float, method: str) -> Draft:
    if method not in ("auto", "flow", "auction"):
        raise AssignmentError("method", f"There is no method {method}; choose auto, flow or auction.")
    least = bool(frame.load_min.any())
    if method == "auction" and (least or not kernels()):
        reason = "cannot keep least loads; choose flow" if least else "needs numba, which is not installed (extra: solvers)"
        raise AssignmentError("method", f"The auction {reason}.")
    large = frame.problem.shape[0] * frame.problem.shape[1] > FLOW_PAIRS
    if method == "auction" or (method == "auto" and large and not least and kernels()):
        return by_auction(frame, run, gap)
    found = search(frame, run)
    if found.network is None:
        return greedy.draft(found)
    made = draft(found)
    return _mended(frame, found, made, run) if made.lacks and len(found.forbidden) else made


def _mended(frame: Frame, found: Search, made: Draft, run: Run) -> Draft:
    """Forbidding pairs across slots may have cost a seat that a chain can still fill."""
    with run.stage("repair"):
        full = fill_by_chains(frame, made, run)
    gained = _worth(full) - _worth(made) + found.worth.empty * (len(full.project) - len(made.project))
    return replace(full, slack=max(0.0, made.slack - gained))


def _tied(frame: Frame, found: Draft, run: Run, gap: float, method: str) -> tuple[Frame, Draft]:
    """Solves again with a pair fixed for every part that no bridging seat reached, as long as that helps."""
    problem, slack, value = frame.problem, found.slack, _worth(found)
    for _ in range(TIE_ROUNDS):
        links = ties(frame, found) if run.left > 0 else np.empty((0, 2), np.int64)
        if not len(links):
            break
        try:
            next_frame = make_frame(frame.problem.with_fixed(links), run.seed)
        except AssignmentError:
            break
        again = _draft(next_frame, run, gap, method)
        if not again.finished or sum(lack[3] for lack in again.lacks) > sum(lack[3] for lack in found.lacks):
            break
        frame, found = next_frame, again
    fixed = _suitability(problem, frame.fixed) if frame.problem is not problem else 0.0
    fixed -= _suitability(problem, as_pairs(problem.fixed)) if fixed else 0.0
    return frame, replace(found, slack=max(0.0, slack + value - _worth(found) - fixed))


def _worth(found: Draft) -> float:
    return float(found.suitability.sum(dtype=np.float64))


def _suitability(problem: Problem, pairs: NDArray[np.int64]) -> float:
    return float(sum(problem.block(project, project + 1)[0, expert] for project, expert in pairs.tolist()))


def solution(frame: Frame, found: Draft, run: Run, asked: Problem | None = None) -> Solution:
    problem = frame.problem
    locked = frame.fixed
    suits = [float(problem.block(project, project + 1)[0, expert]) for project, expert in locked.tolist()]
    project = np.concatenate([locked[:, 0], found.project])
    expert = np.concatenate([locked[:, 1], found.expert])
    suitability = np.concatenate([np.array(suits, np.float32), found.suitability])
    order = np.lexsort((expert, project))
    project, expert, suitability = project[order], expert[order], suitability[order]
    with run.stage("reasons"):
        reasons = result.unfilled(frame, found.lacks, np.stack([found.project, found.expert], axis=1), not found.finished)
    total, crossing = float(suitability.sum(dtype=np.float64)), frame.crossing(project, expert)
    loads = np.bincount(expert, minlength=problem.shape[1])
    return Solution(
        project=project,
        expert=expert,
        suitability=suitability,
        discipline=np.asarray(problem.slots.discipline, np.int64)[expert] if problem.slots else np.full(len(expert), -1, np.int64),
        fixed=_is_fixed(project, expert, as_pairs((asked or problem).fixed), problem.shape[1]),
        crossing=crossing,
        loads=loads,
        total=total,
        bound=total + found.slack,
        gap=100 * found.slack / max(abs(total), 1e-12),
        unfilled=reasons,
        short=_short(problem, loads),
        components=result.components(project, expert, problem.shape),
        bridge_share=float(crossing.mean()) if len(crossing) else 0.0,
        algorithm=found.algorithm,
        finished=found.finished,
        seed=run.seed,
        versions=result.versions(),
        timings=dict(run.timings),
        repairs=found.repairs,
        rounds=found.rounds,
        notes=_notes(found),
    )


def _is_fixed(project: NDArray[np.int64], expert: NDArray[np.int64], fixed: NDArray[np.int64], pool: int) -> NDArray[np.bool_]:
    return np.isin(project * pool + expert, fixed[:, 0] * pool + fixed[:, 1])


def _short(problem: Problem, loads: NDArray[np.int64]) -> tuple[ShortLoad, ...]:
    if problem.load_min is None:
        return ()
    below = np.flatnonzero(loads < problem.load_min)
    return tuple(ShortLoad(int(expert), int(loads[expert]), int(problem.load_min[expert])) for expert in below)


def _notes(found: Draft) -> Sequence[str]:
    return () if found.finished else ("The time was up: this is the best found so far, and the gap says how far it may be from the best.",)
