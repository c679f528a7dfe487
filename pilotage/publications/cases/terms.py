"""Which cases speak of this problem, and which are like this one?

Data: texts of a case by part, cut by ``core.search`` into pairs of Chinese characters and Latin words.
Algorithm: the vector space model in the scheme lnc.ltc: in a case a term weighs the logarithm of how often it stands in
a part times the weight of the part, the whole made a unit vector; in what is asked it weighs as much again the rarer it
is among all cases. The cosine of the two is the likeness. Between two cases it makes seven tenths, and the share of
common tags (Jaccard: those both have, of those either has) three tenths.
Invariants: likeness lies in 0..1; a case that shares nothing has 0; the same texts give the same weights.
Refuses: nothing; terms of a single CJK character and those longer than 40 characters are left out.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from pilotage.core.search import runs

MOST_TERMS, LONGEST_TERM = 400, 40
PART_WEIGHTS = {
    "title": 4.0, "name": 2.0, "problem": 3.0, "summary": 2.0, "tags": 2.0, "solution": 1.5, "effects": 1.5, "background": 0.5, "lessons": 0.5,
}  # fmt: skip
TEXT_SHARE, TAG_SHARE = 0.7, 0.3
# of the weight of what was asked for, this much must stand in a case that is shown
LEAST_COVERED = 0.3


def tokens(text: str) -> list[str]:
    found = [token for run in runs(text) for token in run]
    return [token for token in found if 1 < len(token) <= LONGEST_TERM]


def vector(parts: Iterable[tuple[str, str]]) -> dict[str, float]:
    """The heaviest terms of ``(part, text)`` as a unit vector."""
    weights: dict[str, float] = defaultdict(float)
    for part, text in parts:
        for token, count in Counter(tokens(text)).items():
            weights[token] += PART_WEIGHTS.get(part, 1.0) * (1 + math.log(count))
    return _unit(dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:MOST_TERMS]))


def rarity(cases: int, holding: int) -> float:
    return math.log(1 + cases / holding) if holding else 0.0


def asked(weights: Mapping[str, float], holding: Mapping[str, int], cases: int) -> dict[str, float]:
    """The terms asked for, rare ones heavier, as a unit vector; what no case holds is left out."""
    return _unit({term: weight * rarity(cases, holding[term]) for term, weight in weights.items() if holding.get(term)})


def likeness(cosine: float, own: Collection[str], other: Collection[str]) -> float:
    either = set(own) | set(other)
    shared = len(set(own) & set(other)) / len(either) if either else 0.0
    return TEXT_SHARE * min(cosine, 1.0) + TAG_SHARE * shared


def _unit(weights: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / length for term, weight in weights.items()} if length else {}


def shared_words(text: str, weights: Mapping[str, float], most: int = 3, without: str = "") -> list[str]:
    """The heaviest stretches of ``text`` that consist of these terms: overlapping pairs are joined to the words they come from.

    What stands in ``without`` is said otherwise already.
    """
    words: dict[str, float] = {}
    for run in runs(text):
        stretch, weight = "", 0.0
        for token in [*run, ""]:
            if token and token in weights:
                stretch = stretch + token[1:] if stretch and len(run) > 1 else token
                weight += weights[token]
            elif stretch:
                words[stretch] = max(words.get(stretch, 0.0), weight)
                stretch, weight = "", 0.0
    ordered = sorted(words, key=lambda word: (-words[word], word))
    kept: list[str] = []
    for word in ordered:
        is_weighty = words[word] * 3 >= words[ordered[0]] and (len(word) > 2 or not word.isascii())
        if is_weighty and 2 <= len(word) <= 8 and word not in without and not any(word in other or other in word for other in kept):
            kept.append(word)
    return kept[:most]
