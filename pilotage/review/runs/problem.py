"""The bridge to the kernel: facts become a problem, its solution becomes what a run keeps.

numpy and the solvers are loaded when a run is solved, never when the site starts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pilotage.review.enums import LIVE, SeatOrderKind
from pilotage.review.runs.facts import Desk, Facts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pilotage.review.assignment import AssignmentError, Problem, Solution, Suitability

Progress = Callable[[str, float], None]
NO_LOAD = "no_load"  # the kernel's name for an expert without a free seat
EVEN_PAIRS = 2_000_000  # beyond, least loads would take the slow way
TELL_EVERY = 1000  # seats
TERMS, ROUNDS, RAISE = 4, 4, 1.5  # shared terms kept per seat; times a limit nobody set is raised, and by how much


@dataclass(frozen=True, slots=True)
class Answer:
    seats: list[list[Any]]
    result: dict[str, Any]


def answer(facts: Facts, seed: str, public: str, progress: Progress | None = None) -> Answer:
    """Raises AssignmentError with what cannot be. The same facts and seed give the same seats."""
    from pilotage.review.assignment import Suitability

    begun = time.perf_counter()
    tell = progress or (lambda _stage, _share: None)
    tell("suitability", 0.0)
    suits = Suitability(*_profiles(facts), sections=facts.sections)
    problem = _problem(facts, suits)
    found, price = _solved(facts, problem, seed, public, tell)
    seats = _seats(facts, found, suits, tell)
    result = _result(facts, problem, found) | {"price": price, "seconds": round(time.perf_counter() - begun, 3)}
    return Answer(seats, result)


def _profiles(facts: Facts) -> tuple[list[Any], list[Any]]:
    from pilotage.review.assignment import Profile

    projects = [
        Profile(
            [each["industry"]] if each["industry"] else [], each["scenarios"], [each["industry"]] if each["industry"] else [], each["text"]
        )
        for each in facts.projects
    ]
    experts = [Profile(each["disciplines"], each["scenarios"], each["disciplines"], each["text"]) for each in facts.people]
    return projects, experts


# --- the problem ----------------------------------------------------------------------------
def _problem(facts: Facts, suits: Suitability) -> Problem:
    import numpy as np

    from pilotage.review.assignment import Problem

    desk, asked = facts.desk, facts.desk.parameters
    room = np.array(desk.room, np.int64)
    return Problem(
        seats=np.array(_seats_wanted(facts), np.int64),
        load_max=room,
        load_min=_least_loads(desk),
        suitability=suits.block,
        bars=[*_conflict_bars(facts), *_held_bars(facts)],
        fixed=np.array(facts.orders[SeatOrderKind.LOCK], np.int64).reshape(-1, 2),
        forbidden=np.array(facts.orders[SeatOrderKind.FORBID], np.int64).reshape(-1, 2),
        slots=_slots(facts) if facts.panel else None,
        employer=np.array(_numbered([each["house"] for each in facts.people]), np.int64),
        floor=asked.floor,
        bridging=_bridging(facts) if asked.bridging else None,
        project_names=[application.number for application in desk.applications],
        expert_names=[expert.number for expert in desk.experts],
    )


def _least_loads(desk: Desk) -> NDArray[np.int64] | None:
    """Half of an even share where nobody asked for another least, as long as the exact method does without being asked."""
    import numpy as np

    asked = desk.parameters.load_min
    if asked is None and len(desk.applications) * len(desk.experts) > EVEN_PAIRS:
        return None
    even = (sum(desk.loads) + desk.need) // (2 * max(1, len(desk.experts)))
    least = np.clip((even if asked is None else asked) - np.array(desk.loads, np.int64), 0, np.array(desk.room, np.int64))
    return None if not least.any() or (asked is None and least.sum() > desk.need) else least


def _seats_wanted(facts: Facts) -> list[int]:
    """A locked pair has a seat even where the panel is full."""
    locked = [0] * len(facts.desk.wanted)
    for row, _column in facts.orders[SeatOrderKind.LOCK]:
        locked[row] += 1
    return [max(pair) for pair in zip(facts.desk.wanted, locked, strict=True)]


def _numbered(names: Sequence[str]) -> list[int]:
    """Equal names get equal numbers; -1 for those without one."""
    known: dict[str, int] = {}
    return [known.setdefault(name, len(known)) if name else -1 for name in names]


def _conflict_bars(facts: Facts) -> list[Any]:
    """One bar per rule that keeps anybody away, over the pairs as they were screened: nothing is copied."""
    import numpy as np

    from pilotage.review.assignment import BarredBlocks

    screening, pool = facts.screening, len(facts.desk.experts)

    def block_of(code: int) -> Callable[[int, int], NDArray[np.bool_]]:
        def block(lo: int, hi: int) -> NDArray[np.bool_]:
            part = slice(screening.starts[lo], screening.starts[hi])
            rows = np.repeat(np.arange(hi - lo), np.diff(screening.starts[lo : hi + 1]))
            mine = screening.codes[part] == code
            found = np.zeros((hi - lo, pool), dtype=bool)
            found[rows[mine], screening.persons[part][mine]] = True
            return found

        return block

    return [BarredBlocks(rule, block_of(code)) for code, rule in enumerate(screening.rules) if (screening.codes == code).any()]


def _held_bars(facts: Facts) -> list[Any]:
    """Who sits or sat on an application does not sit again, nor does a colleague of one who sits."""
    import numpy as np

    from pilotage.review.assignment import BarredPairs

    pairs: dict[str, list[tuple[int, int]]] = {"seated": [], "recused": [], "same_employer": []}
    column = {expert.pk: place for place, expert in enumerate(facts.desk.experts)}
    mates = _colleagues(facts)
    for row, application in enumerate(facts.desk.applications):
        for expert, state in facts.desk.held.get(application.pk, ()):
            live, place = state in LIVE, column.get(expert)
            if place is not None:
                pairs["seated" if live else "recused"].append((row, place))
            if live and place is not None:
                pairs["same_employer"] += [(row, mate) for mate in mates[place] if mate != place]
    return [BarredPairs(rule, np.array(listed, np.int64)) for rule, listed in pairs.items() if listed]


def _colleagues(facts: Facts) -> list[list[int]]:
    houses: dict[str, list[int]] = {}
    for place, each in enumerate(facts.people):
        houses.setdefault(each["house"], []).append(place)
    return [houses[each["house"]] if each["house"] else [] for each in facts.people]


def _slots(facts: Facts) -> Any:
    """Class 0 is everybody whom no entry of the call's panel names. Seats that are held count."""
    import numpy as np

    from pilotage.review.assignment import Slots

    kinds = [_class(each["disciplines"], facts.panel) for each in facts.people]
    seats = np.array(_seats_wanted(facts), np.int64)
    least = np.tile(np.array([0, *(int(each.get("least", 0)) for each in facts.panel)], np.int64), (len(seats), 1))
    most = np.tile(np.array([10**6, *(int(each.get("most", 10**6)) for each in facts.panel)], np.int64), (len(seats), 1))
    held = np.zeros_like(least)
    column = {expert.pk: place for place, expert in enumerate(facts.desk.experts)}
    for row, application in enumerate(facts.desk.applications):
        for expert, state in facts.desk.held.get(application.pk, ()):
            if state in LIVE and expert in column:
                held[row, kinds[column[expert]]] += 1
    least = np.maximum(0, least - held)
    least[least.sum(1) > seats] = 0  # too few seats are left for what is missing: any expert is better than none
    return Slots(np.array(kinds, np.int64), least, np.maximum(least, most - held))


def _class(disciplines: Sequence[str], panel: Sequence[dict[str, Any]]) -> int:
    for number, each in enumerate(panel, start=1):
        if set(map(str, each.get("any_of", ()))) & set(disciplines):
            return number
    return 0


def _bridging(facts: Facts) -> Any:
    """Pools are industries: of an application its own, of an expert the first discipline."""
    import numpy as np

    from pilotage.review.assignment import Bridging

    projects = [each["industry"] for each in facts.projects]
    experts = [next(iter(each["disciplines"]), "") for each in facts.people]
    numbers = np.array(_numbered([*projects, *experts]), np.int64)
    return Bridging(numbers[: len(projects)], numbers[len(projects) :], facts.desk.parameters.bridging)


# --- solving --------------------------------------------------------------------------------
def _solved(facts: Facts, problem: Problem, seed: str, public: str, tell: Progress) -> tuple[Solution, float | None]:
    """With a pair cap, what the lots cost in per cent too. A limit of loads that nobody set is raised while it empties seats."""
    from pilotage.review.assignment import AssignmentError, randomise, solve

    asked = facts.desk.parameters
    if asked.pair_cap:
        lottery = randomise(problem, Fraction(asked.pair_cap), seed=public, progress=tell, partial=asked.partial)
        return lottery.draw(seed), lottery.price
    options: dict[str, Any] = {"time_limit": asked.time_limit, "gap": asked.gap, "method": asked.method, "partial": asked.partial}
    for _round in range(ROUNDS if asked.load_max is None else 0):
        try:
            found = solve(problem, seed=seed, progress=tell, **options)
        except AssignmentError as error:
            if NO_LOAD not in error.facts.get("barred", ()):
                raise
        else:
            if not any(entry.code == "load" or NO_LOAD in entry.barred_by for entry in found.unfilled):
                return found, None
        problem = replace(problem, load_max=_raised(facts))
    return solve(problem, seed=seed, progress=tell, **options), None


def _raised(facts: Facts) -> Any:
    """A higher limit for all, but nobody beyond what was agreed with the expert."""
    import numpy as np

    desk = facts.desk
    more = max(1, round(desk.load_max * (RAISE - 1)))
    desk.load_max += more
    desk.room = [min(room + more, most) for room, most in zip(desk.room, desk.agreed, strict=True)]
    return np.array(desk.room, np.int64)


# --- what the run keeps ---------------------------------------------------------------------
def _seats(facts: Facts, found: Solution, suits: Suitability, tell: Progress) -> list[list[Any]]:
    """Application, expert, suitability, is locked, parts with what each adds, terms both texts share."""
    desk = facts.desk
    rows = zip(found.project.tolist(), found.expert.tolist(), found.fixed.tolist(), strict=True)
    kept: list[list[Any]] = []
    for project, expert, locked in rows:
        if not len(kept) % TELL_EVERY:
            tell("reasons", len(kept) / len(found.project))
        why = suits.explain(project, expert, TERMS)
        parts = [[part.name, round(part.weight * part.value, 4)] for part in why.parts if part.value > 0]
        terms = [term for term, _value in why.terms]
        kept.append([desk.applications[project].pk, desk.experts[expert].pk, round(why.suitability, 4), bool(locked), parts, terms])
    return kept


def _result(facts: Facts, problem: Problem, found: Solution) -> dict[str, Any]:
    desk = facts.desk
    return {
        "applications": len(desk.applications),
        "experts": len(desk.experts),
        "held": sum(desk.loads),
        "wanted": int(sum(problem.seats)),
        "seats": len(found.project),
        "value": round(found.total, 6),
        "bound": round(found.bound, 6),
        "gap": round(found.gap, 6),
        "optimal": found.optimal,
        "finished": found.finished,
        "algorithm": found.algorithm,
        "load_max": desk.load_max,
        "loads": [[expert.pk, held, new] for expert, held, new in zip(desk.experts, desk.loads, found.loads.tolist(), strict=True)],
        "unfilled": [_unfilled(facts, entry) for entry in found.unfilled],
        "short": [[desk.experts[each.expert].pk, each.load, each.least] for each in found.short],
        "parts": len({part for part in found.components.tolist() if part >= 0}),
        "bridge_share": round(found.bridge_share, 4),
        "orders": facts.given,
        "barred": facts.screening.by_rule(),
        "versions": dict(found.versions),
        "timings": {stage: round(seconds, 3) for stage, seconds in found.timings.items()},
    }


def _unfilled(facts: Facts, entry: Any) -> dict[str, Any]:
    named = entry.discipline and facts.panel
    return {
        "application": facts.desk.applications[entry.project].pk,
        "missing": entry.missing,
        "code": entry.code,
        "possible": entry.possible,
        "barred_by": dict(entry.barred_by),
        "discipline": facts.panel[entry.discipline - 1].get("name") if named else None,
    }


def told(error: AssignmentError, facts: Facts) -> dict[str, Any]:
    """What a run keeps of a refusal, with numbers instead of places; the sentence is made when it is shown."""
    desk, found = facts.desk, dict(error.facts)
    for name, rows in (("project", desk.applications), ("expert", desk.experts)):
        if name in found:
            found[name] = rows[found[name]].number
    plain = {key: value if isinstance(value, str | int | float | dict) else str(value) for key, value in found.items()}
    return {"code": error.code, "facts": plain, "sentence": str(error)}
