# How well does an expert fit a project, and why?
#
# Data: codes of disciplines, scenarios and industry and a text of each project; the same of each expert. Four parts
# between 0 and 1, weighted: the share of the project's disciplines that the expert has (a secondary one counts half),
# the share of its scenarios the expert knows, industry (the same division 1, only the same section 1/2), and the cosine
# of the two texts under TF-IDF over Chinese character bigrams and English words. Suitability is their weighted mean; a
# part that is unknown of a project leaves its weight to the others, so that it does not sink below a floor for it.
#
# Algorithm: every part is an inner product, so a block of pairs is one small dense and one sparse product. Nothing is
# learnt or downloaded: `explain` gives the same figure part by part with the terms both texts share.
#
# Invariants: 0 <= suitability <= 1; parts times weights add up to it; terms add up to the part of the text.
#
# Refuses: weights that are negative or all zero.
from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from pilotage.review.assignment.problem import AssignmentError

TOKENS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[-+.][a-z0-9]+)*")
STOP_WORDS = "a an and are as at be by for from has in is it its of on or that the this to was were which will with"
ENGLISH_STOP = frozenset(STOP_WORDS.split())
PARTS = ("discipline", "scenario", "industry", "text")
SECONDARY = 0.5


@dataclass(frozen=True, slots=True)
class Profile:
    """Of a project or an expert. ``disciplines``: of an expert, the primary one first. ``industries``: division codes."""

    disciplines: Sequence[str] = ()
    scenarios: Sequence[str] = ()
    industries: Sequence[str] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    discipline: float = 0.4
    scenario: float = 0.15
    industry: float = 0.15
    text: float = 0.3

    def values(self) -> NDArray[np.float64]:
        found = np.array([getattr(self, part) for part in PARTS], np.float64)
        if not np.isfinite(found).all() or (found < 0).any() or not found.sum():
            raise AssignmentError("weights", f"The weights are {found.tolist()}. Give numbers of zero or more, one of them above zero.")
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """``value`` times ``weight`` is what the part adds."""

    name: str
    weight: float
    value: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """``terms``: shared terms with what each adds to the value of the text, largest first."""

    suitability: float
    parts: tuple[Part, ...]
    terms: tuple[tuple[str, float], ...]


def tokens(text: str) -> list[str]:
    """Character bigrams of Chinese runs (a single character as it is), words of everything else."""
    found: list[str] = []
    for run in TOKENS.findall(text.lower()):
        if "\u3400" <= run[0] <= "\u9fff":
            found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        elif run not in ENGLISH_STOP and (len(run) > 1 or run.isdigit()):
            found.append(run)
    return found


class Suitability:
    """``block(lo, hi)`` goes into a Problem; ``explain(project, expert)`` says why a pair has its figure."""

    def __init__(
        self,
        projects: Sequence[Profile],
        experts: Sequence[Profile],
        weights: Weights | None = None,
        sections: Mapping[str, str] | None = None,
    ) -> None:
        """``sections`` maps an industry division to its section."""
        self.codes, sides = _coded(projects, experts, sections or {})
        self.terms, self.project_text, self.expert_text = _texts(projects, experts)
        self.weights = _row_weights(projects, (weights or Weights()).values())
        self.project_codes, self.expert_codes = sides
        columns = np.array([PARTS.index(part) for part, _ in self.codes], np.int64)
        self._left = (self.project_codes * self.weights[:, columns]).astype(np.float32)
        self._right = np.ascontiguousarray(self.expert_codes.T, dtype=np.float32)
        self._text = (csr_array(self.project_text.multiply(self.weights[:, 3:4]))).astype(np.float32)
        self._expert_terms = csr_array(self.expert_text.T).astype(np.float32)

    def block(self, lo: int, hi: int) -> NDArray[np.float32]:
        """(hi - lo, R) float32."""
        found = self._left[lo:hi] @ self._right
        found += (self._text[lo:hi] @ self._expert_terms).toarray()
        return found

    def explain(self, project: int, expert: int, terms: int = 8) -> Explanation:
        columns = np.array([PARTS.index(part) for part, _ in self.codes], np.int64)
        values = np.zeros(len(PARTS))
        np.add.at(values, columns, self.project_codes[project] * self.expert_codes[expert])
        shared = self._shared(project, expert)
        values[3] = sum(value for _, value in shared)
        parts = tuple(Part(name, float(w), float(v)) for name, w, v in zip(PARTS, self.weights[project], values, strict=True))
        return Explanation(float(self.weights[project] @ values), parts, tuple(shared[:terms]))

    def _shared(self, project: int, expert: int) -> list[tuple[str, float]]:
        mine, theirs = _row(self.project_text, project), _row(self.expert_text, expert)
        found = [(self.terms[term], value * theirs[term]) for term, value in mine.items() if term in theirs]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _row(matrix: csr_array, row: int) -> dict[int, float]:
    start, end = matrix.indptr[row], matrix.indptr[row + 1]
    return dict(zip(matrix.indices[start:end].tolist(), matrix.data[start:end].tolist(), strict=True))


def _row_weights(projects: Sequence[Profile], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(P, parts), each row adding up to 1 over the parts that are known of the project."""
    known = np.array([[bool(p.disciplines), bool(p.scenarios), bool(p.industries), bool(p.text.strip())] for p in projects], bool)
    given = known.reshape(-1, len(PARTS)) * weights
    return given / np.maximum(given.sum(1, keepdims=True), 1e-300)


Coded = tuple[NDArray[np.float64], NDArray[np.float64]]


def _coded(projects: Sequence[Profile], experts: Sequence[Profile], sections: Mapping[str, str]) -> tuple[list[tuple[str, str]], Coded]:
    """The codes that occur, and both sides as matrices (P, codes) and (R, codes) whose inner product is each part."""
    left = [_project_codes(profile, sections) for profile in projects]
    right = [_expert_codes(profile, sections) for profile in experts]
    codes = sorted({code for row in left for code in row})
    place = {code: at for at, code in enumerate(codes)}
    return [("industry" if part == "section" else part, code) for part, code in codes], (_dense(left, place), _dense(right, place))


def _dense(rows: Sequence[Mapping[tuple[str, str], float]], place: Mapping[tuple[str, str], int]) -> NDArray[np.float64]:
    found = np.zeros((len(rows), len(place)))
    for at, row in enumerate(rows):
        for code, value in row.items():
            if code in place:
                found[at, place[code]] = value
    return found


def _project_codes(profile: Profile, sections: Mapping[str, str]) -> dict[tuple[str, str], float]:
    found = {("discipline", code): 1 / len(set(profile.disciplines)) for code in profile.disciplines}
    found |= {("scenario", code): 1 / len(set(profile.scenarios)) for code in profile.scenarios}
    share = 0.5 / max(len(set(profile.industries)), 1)
    for code in set(profile.industries):
        section = ("section", sections.get(code, code))
        found["industry", code] = share
        found[section] = found.get(section, 0.0) + share
    return found


def _expert_codes(profile: Profile, sections: Mapping[str, str]) -> dict[tuple[str, str], float]:
    found = {("discipline", code): SECONDARY for code in profile.disciplines[1:]}
    found |= {("discipline", code): 1.0 for code in profile.disciplines[:1]}
    found |= {("scenario", code): 1.0 for code in profile.scenarios}
    found |= {("industry", code): 1.0 for code in profile.industries}
    return found | {("section", sections.get(code, code)): 1.0 for code in profile.industries}


def _texts(projects: Sequence[Profile], experts: Sequence[Profile]) -> tuple[list[str], csr_array, csr_array]:
    """Terms that both sides use, and both sides' TF-IDF rows of length 1 (over all their terms)."""
    counted = [Counter(tokens(profile.text)) for profile in (*projects, *experts)]
    seen = Counter(term for count in counted for term in count)
    rarity = {term: math.log((1 + len(counted)) / (1 + number)) + 1 for term, number in seen.items()}
    both = _terms(counted[: len(projects)]) & _terms(counted[len(projects) :])
    terms = sorted(both)
    place = {term: at for at, term in enumerate(terms)}
    rows = _weighted(counted, rarity, place)
    return terms, rows[: len(projects)], rows[len(projects) :]


def _terms(counted: Iterable[Counter[str]]) -> set[str]:
    return {term for count in counted for term in count}


def _weighted(counted: Sequence[Counter[str]], rarity: Mapping[str, float], place: Mapping[str, int]) -> csr_array:
    data, indices, start = list[float](), list[int](), [0]
    for count in counted:
        value = {term: (1 + math.log(number)) * rarity[term] for term, number in count.items()}
        length = math.sqrt(sum(v * v for v in value.values())) or 1.0
        shared = sorted((place[term], v / length) for term, v in value.items() if term in place)
        indices += [at for at, _ in shared]
        data += [v for _, v in shared]
        start.append(len(indices))
    return csr_array((np.array(data), np.array(indices, np.int64), np.array(start, np.int64)), shape=(len(counted), len(place)))
