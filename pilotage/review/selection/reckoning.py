# Who is selected, why, and how sure is that: everything that follows from the inputs of a selection, and nothing else.
#
# Data: JSON in, JSON out. Inputs (made by selection_facts.py, kept beside the selection and in its decision file):
#   kernels     versions of what reckons here
#   call        slug, year, version, digest of the version; rubric: scale and weights of the criteria
#   parameters  SelectionParameters: places, quotas, tie rule, calibrate, draws, seed
#   candidates  number, rank in the recommendation, gate (stage and why it keeps out, or None), attributes
#   scores      [number, pseudonym of the expert, total] of each finished review
#   sittings    weight of each defence, video review or visit that counts, of 100; the candidates hold their mean in each ("sittings")
# Output: "results" (line, quotas, relaxed minimums, certificate, checks, calibration, grey zone, substitutes) and "rows", one
# per candidate in public order with outcome, reason and figures. Decimals are strings with three places.
#
# Algorithm: raw means; calibration of all scores; selection by the raw mean or, where the terms say so, by the calibrated
# score, which the sittings join with their published weights; draws of the true scores through the selection for the
# chance of each place. Many candidates get fewer draws, so that the whole stays below half a minute.
# With the lottery those whose chance lies strictly between 0.05 and 0.95 draw lots.
#
# Invariants: the same inputs give the same output; the order of candidates and scores is without effect.
#
# Refuses: to compare calibrated scores across components that share no expert (CannotCompare); what the kernels refuse.
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from pilotage.review.panel.shares import SittingShares
from pilotage.review.selection.terms import SelectionParameters

if TYPE_CHECKING:  # numpy and scipy are loaded when something is reckoned, not when the site starts
    from pilotage.review.calibration import Calibration
    from pilotage.review.selecting import Blocker, Candidate, Place, Quota, Selection, Terms

FORMAT = 1
KERNELS = {"reckoning": 2, "calibration": 1, "selecting": 1}
PLACES = Decimal("0.001")
WORK = 2_000_000  # candidates times draws that are sampled at most
SURE = Decimal("0.05")  # a chance below this or above one minus this needs no second look


class CannotCompare(ValueError):
    """Calibrated scores were asked for, but ``parts`` groups of candidates share no expert."""

    def __init__(self, parts: list[list[str]]) -> None:
        self.parts = parts
        super().__init__(f"{len(parts)} groups of candidates share no expert, so calibrated scores cannot be compared")


def reckon(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """``{"results": …, "rows": […]}``. Raises CannotCompare, or SelectionError naming the quota that contradicts."""
    parameters = SelectionParameters.from_json(inputs["parameters"])
    totals = _totals(inputs["scores"])
    calibration = _calibrated(inputs["scores"])
    if parameters.calibrate and calibration is not None:
        _refuse_apart(inputs["candidates"], totals, calibration, parameters)
    sittings = SittingShares.read(inputs)
    found, candidates, quotas, absent = _selected(inputs["candidates"], totals, calibration, parameters, sittings)
    grey = _grey(found, calibration, parameters, sittings)
    if parameters.lottery and grey["numbers"]:
        found = _select(candidates, quotas, _with_lottery(found.terms, grey["numbers"], parameters.seed))
    ties = _ties(found, parameters.seed)
    rows = [_row(place, totals.get(place.candidate.key, []), calibration, grey["chances"], ties) for place in found.places]
    line = _text(found.line)
    for row in rows:
        row["figures"]["line"] = line
        if sittings.weights:
            row["figures"]["sittings"] = _text(sittings.brought(row["number"]))
    return {"results": _results(found, absent, calibration, grey, parameters), "rows": rows}


def enough(inputs: Mapping[str, Any], number: str) -> str | None:
    """The score from which one candidate would have been selected, all other scores the same; None where no score would do.

    None as well where the candidate was set aside before, or where lots decided.
    """
    from pilotage.review.selecting import SelectionError
    from pilotage.review.selecting import enough as needed

    parameters = SelectionParameters.from_json(inputs["parameters"])
    if parameters.lottery:
        return None
    totals, calibration, sittings = _totals(inputs["scores"]), _calibrated(inputs["scores"]), SittingShares.read(inputs)
    found, *_rest = _selected(inputs["candidates"], totals, calibration, parameters, sittings)
    try:
        return _text(needed(found, number))
    except SelectionError:
        return None


def _selected(
    raw: Sequence[Mapping[str, Any]],
    totals: Mapping[str, list[Decimal]],
    calibration: Calibration | None,
    parameters: SelectionParameters,
    sittings: SittingShares,
) -> tuple[Selection, list[Candidate], list[Quota], list[Quota]]:
    candidates = [_candidate(each, totals.get(each["number"], []), calibration, parameters, sittings) for each in raw]
    quotas, absent = _quotas(candidates, parameters)
    return _select(candidates, quotas, _terms(parameters)), candidates, quotas, absent


def _select(candidates: Sequence[Candidate], quotas: Sequence[Quota], terms: Terms) -> Selection:
    from pilotage.review.selecting import select

    return select(candidates, quotas, terms)


# --- what goes in ---------------------------------------------------------------------------
def _totals(scores: Sequence[Sequence[str]]) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for number, _expert, total in scores:
        found[number].append(Decimal(total))
    return found


def _calibrated(scores: Sequence[Sequence[str]]) -> Calibration | None:
    from pilotage.review.calibration import Score, calibrate

    return calibrate(Score(number, expert, Decimal(total)) for number, expert, total in scores) if scores else None


def _refuse_apart(
    candidates: Sequence[Mapping[str, Any]], totals: Mapping[str, list[Decimal]], calibration: Calibration, parameters: SelectionParameters
) -> None:
    parts: dict[int, list[str]] = defaultdict(list)
    for each in candidates:
        given = len(totals.get(each["number"], ()))
        if given >= max(parameters.required_reviews, 1) and each["gate"] is None:
            parts[calibration.project(each["number"]).component].append(each["number"])
    if len(parts) > 1:
        raise CannotCompare([sorted(parts[part]) for part in sorted(parts)])


def _candidate(
    raw: Mapping[str, Any],
    totals: list[Decimal],
    calibration: Calibration | None,
    parameters: SelectionParameters,
    sittings: SittingShares,
) -> Candidate:
    from pilotage.review.selecting import Candidate

    score = mean(totals)
    if parameters.calibrate and totals and calibration is not None:
        score = calibration.project(raw["number"]).calibrated
    spread = max(totals) - min(totals) if len(totals) > 1 else None
    gate = None if raw["gate"] is None else (raw["gate"][0], raw["gate"][1])
    if gate is None and (absent := sittings.lacking(raw["number"])):
        gate = (absent, "unscored")
    score = sittings.joined(raw["number"], score)
    return Candidate(raw["number"], score, raw["attributes"], len(totals), spread, raw["rank"], gate)


def mean(totals: Sequence[Decimal]) -> Decimal | None:
    return (sum(totals, Decimal(0)) / len(totals)).quantize(PLACES, rounding=ROUND_HALF_EVEN) if totals else None


def _quotas(candidates: Sequence[Candidate], parameters: SelectionParameters) -> tuple[list[Quota], list[Quota]]:
    """The quotas that the candidates can meet or break, and those of attributes that no candidate has."""
    from pilotage.review.selecting import Quota

    known = {name for candidate in candidates for name in candidate.attributes}
    quotas = [Quota(line.attribute, line.value, line.minimum, line.maximum) for line in parameters.quotas]
    return [quota for quota in quotas if quota.attribute in known], [quota for quota in quotas if quota.attribute not in known]


def _terms(parameters: SelectionParameters) -> Terms:
    from pilotage.review.selecting import Terms

    return Terms(
        parameters.total,
        parameters.reserve,
        parameters.required_reviews,
        parameters.least_mean,
        parameters.tie_break,
        parameters.seed,
    )


def _with_lottery(terms: Terms, zone: Sequence[str], seed: str) -> Terms:
    from pilotage.review.selecting import Lottery

    return replace(terms, lottery=Lottery(frozenset(zone), seed))


# --- how sure it is -------------------------------------------------------------------------
def _grey(
    found: Selection,
    calibration: Calibration | None,
    parameters: SelectionParameters,
    sittings: SittingShares,
) -> dict[str, Any]:
    """Chances by number where sampling can tell anything: a contest, and scores that show how uncertain scores are."""
    nothing: dict[str, Any] = {"draws": 0, "numbers": [], "chances": {}, "fractional": 0}
    eligible = len(found.intake.eligible)
    if not parameters.draws or not found.selected or calibration is None or eligible == len(found.selected):
        return nothing
    from pilotage.review.calibration import CalibrationError, sample
    from pilotage.review.selecting import grey_zone

    draws = max(1, min(parameters.draws, WORK // eligible))
    try:
        drawn = sample(calibration, draws, parameters.seed)
    except CalibrationError:  # each project has one score, so nothing tells how uncertain a score is
        return nothing
    thousandths = drawn.thousandths
    if sittings.weights:  # what is unsure is the reviews; the sittings stay as they were scored
        brought = [float((sittings.brought(key) or 0) * 1000) if key in sittings.given else 0.0 for key in drawn.projects]
        thousandths = (thousandths * float(sittings.rest) + brought).round().astype("int64")
    zone = grey_zone(found, drawn.projects, thousandths, low=SURE, high=1 - SURE)
    unsure = [key for key in zone.unsure if SURE < zone.probability[key] < 1 - SURE]
    return {"draws": draws, "numbers": unsure, "chances": zone.probability, "fractional": zone.fractional}


def _ties(found: Selection, seed: str) -> dict[str, str]:
    """The rule that decided between each candidate and the one before with the same score."""
    from pilotage.review.selecting.intake import decided_by

    pairs = zip(found.intake.eligible, found.intake.eligible[1:], strict=False)
    return {after.key: decided_by(before, after, found.intake.rules, seed) for before, after in pairs if before.score == after.score}


# --- what comes out -------------------------------------------------------------------------
def _row(
    place: Place, totals: list[Decimal], calibration: Calibration | None, chances: Mapping[str, Decimal], ties: Mapping[str, str]
) -> dict[str, Any]:
    key = place.candidate.key
    figures = {name: _plain(value) for name, value in place.figures.items()} | _scores(place, totals, calibration)
    if place.bar is not None:
        figures["bar"] = _text(place.bar.value)
        figures["parts"] = [
            {"code": p.code, "attribute": p.attribute, "value": p.value, "amount": _text(p.amount), "limit": p.limit, "used": p.used}
            for p in place.bar.parts
        ]
    if key in chances:
        figures["chance"] = _text(chances[key])
    if key in ties:
        figures["tie"] = ties[key]
    return {"number": key, "position": place.position, "outcome": place.outcome, "reason": place.reason, "figures": figures}


def _scores(place: Place, totals: list[Decimal], calibration: Calibration | None) -> dict[str, Any]:
    found: dict[str, Any] = {"score": _text(place.candidate.score), "raw": _text(mean(totals)), "finished": len(totals)}
    if totals and calibration is not None:
        project = calibration.project(place.candidate.key)
        shift = project.calibrated - project.raw
        found |= {"calibrated": _text(project.calibrated), "shift": _text(shift), "error": _text(project.error)}
    return found


def _results(
    found: Selection, absent: Sequence[Quota], calibration: Calibration | None, grey: Mapping[str, Any], parameters: SelectionParameters
) -> dict[str, Any]:
    c = found.certificate
    certificate = {"solver": c.solver, "status": c.status, "method": c.method, "fractional": c.fractional}
    checks = {name: getattr(found.checks, name) for name in ("bars", "bars_agree", "bars_corrected", "swaps_tried", "improving_swaps")}
    return {
        "line": _text(found.line),
        "total_score": _text(found.total_score),
        "reserve": list(found.reserve),
        "quotas": _used(found, absent, parameters),
        "relaxed": _relaxed(found, absent),
        "certificate": certificate | {name: str(getattr(c, name)) for name in ("value", "bound", "gap")},
        "checks": checks | {"quotas_kept": found.checks.quotas_kept, "sound": found.checks.sound},
        "calibration": _calibration_figures(calibration, parameters),
        "grey": {"draws": grey["draws"], "seed": parameters.seed, "numbers": grey["numbers"], "fractional": grey["fractional"]},
        "substitutes": {key: other for key, other in sorted(found.substitutes.items()) if other is not None},
    }


def _used(found: Selection, absent: Sequence[Quota], parameters: SelectionParameters) -> list[dict[str, Any]]:
    """Each published line with what it came to; of values without a line of their own those that matter."""
    named = {(line.attribute, line.value) for line in parameters.quotas}
    rows = [u for u in found.quotas if u.attribute is not None]
    kept = [u for u in rows if (u.attribute, u.value) in named or u.used or u.minimum]
    names = ("attribute", "value", "minimum", "maximum", "eligible", "used")
    lines: list[dict[str, Any]] = [{name: getattr(u, name) for name in names} for u in kept]
    rest = [q for q in absent if q.value is not None]
    nobody: dict[str, Any] = {"eligible": 0, "used": 0}
    return lines + [{"attribute": q.attribute, "value": q.value, "minimum": q.minimum, "maximum": q.maximum} | nobody for q in rest]


def _relaxed(found: Selection, absent: Sequence[Quota]) -> list[dict[str, Any]]:
    lines = [
        {
            "attribute": each.quota.attribute,
            "value": each.quota.value,
            "minimum": each.quota.minimum,
            "eligible": each.eligible,
            "reached": each.reached,
            "blocked_by": [_blocker(blocker) for blocker in each.blocked_by],
        }
        for each in found.relaxed
    ]
    nobody = [quota for quota in absent if quota.value is not None and quota.minimum]
    return lines + [
        {"attribute": q.attribute, "value": q.value, "minimum": q.minimum, "eligible": 0, "reached": 0, "blocked_by": []} for q in nobody
    ]


def _calibration_figures(calibration: Calibration | None, parameters: SelectionParameters) -> dict[str, Any]:
    if calibration is None:
        return {"used": False, "components": 0, "warnings": []}
    figures = calibration.figures()
    return {
        "used": parameters.calibrate,
        "components": len(calibration.components),
        "variances": figures["variances"],
        "separable": figures["separable"],
        "errors": figures["errors"],
        "experts": [
            {"expert": e.expert, "scores": e.scores, "shift": _text(e.shift), "error": _text(e.error), "shrinkage": _text(e.shrinkage)}
            for e in calibration.experts
        ],
        "warnings": [{"code": w.code, "figures": {name: _plain(value) for name, value in w.figures.items()}} for w in calibration.warnings],
    }


def _blocker(blocker: Blocker) -> dict[str, Any]:
    return {name: getattr(blocker, name) for name in ("code", "attribute", "value", "limit", "blocked")}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_blocker(each) for each in value]
    return _text(value) if isinstance(value, Decimal) else value


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.3f}"
