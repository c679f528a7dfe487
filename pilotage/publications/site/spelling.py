"""Which indexed word was meant by one that nothing holds? A pure kernel.

Data: every indexed Latin word is kept under itself and under itself without one letter. Two words that share such a key differ by
one letter too many, too few or wrong, or by two letters that changed places.
Algorithm: the keys of the word that was typed fetch candidates; the optimal string alignment distance orders them.
Invariants: every word within distance one is found; of those at distance two only such as share a key.
Refuses: words of fewer than four letters, and words with digits: a number is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SHORTEST, LONGEST = 4, 40
_WORD = re.compile(r"[a-z]{4,40}")


def is_word(token: str) -> bool:
    return bool(_WORD.fullmatch(token))


def keys(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def distance(one: str, other: str) -> int:
    """How many slips lead from one to the other: a letter added, left out, replaced, or two neighbours exchanged."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def best(word: str, candidates: Iterable[str], most: int = 3) -> list[str]:
    """The likeliest first: fewest slips, then the same first letter, then the shorter word."""
    allowed = 1 if len(word) < 7 else 2
    near = {other: slips for other in candidates if other != word and (slips := distance(word, other)) <= allowed}
    return sorted(near, key=lambda other: (near[other], other[0] != word[0], abs(len(other) - len(word)), other))[:most]
