"""How many applications the fictional year has, where, and how they end. Pure data and arithmetic."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

SEED = 2023

# Listed entries per province. Published: 26 provinces, Jiangsu 97, Shandong 32, Hubei 30, Liaoning 8.
# The others are fictional and make up the published total of 300.
LISTED = {
    "320000": 97, "370000": 32, "420000": 30, "330000": 21, "440000": 19, "340000": 16, "350000": 11, "310000": 9,
    "210000": 8, "510000": 8, "430000": 7, "130000": 6, "410000": 6, "360000": 5, "500000": 5, "110000": 4,
    "610000": 3, "140000": 3, "120000": 2, "450000": 2, "150000": 1, "220000": 1, "230000": 1, "640000": 1,
    "650000": 1, "530000": 1,
}  # fmt: skip
# Places without an entry that file all the same.
UNLISTED = {"620000": 3, "520000": 4, "460000": 2}

# Separately planned cities recommend by themselves; this many of their province's listed entries are theirs.
PLANNED_CITIES = {"210200": 4, "370200": 8, "330200": 6, "350200": 4, "440300": 7}


class Fate(StrEnum):
    """Where an application's year ends."""

    LISTED = "listed"
    OVER_CAP = "over_cap"  # strong enough for the national line, but the province is full
    BELOW_LINE = "below_line"
    NOT_ACCEPTED = "not_accepted"
    NOT_RECOMMENDED = "not_recommended"
    DECLINED = "declined"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    DRAFT = "draft"


# For every listed entry of a province, so many others of each kind (rounded, at least the minimum).
COMPANIONS = {
    Fate.BELOW_LINE: (0.80, 2),
    Fate.NOT_RECOMMENDED: (0.36, 1),
    Fate.DECLINED: (0.20, 1),
    Fate.RETURNED: (0.08, 0),
    Fate.WITHDRAWN: (0.05, 0),
    Fate.NOT_ACCEPTED: (0.03, 0),
    Fate.DRAFT: (0.20, 0),
}
OVER_CAP = {"320000": 13}
# The review stage is built fuller: some 900 projects in review, most of them around the line.
BELOW_LINE_CONTESTED = 1.85


@dataclass(frozen=True, slots=True)
class Plot:
    """One application to be: its place among the province's, the recommender's city if any, and its fate."""

    index: int
    province: str
    planned_city: str | None
    fate: Fate


def plots(*, contested: bool = False) -> Iterator[Plot]:
    """``contested``: the year as it stands in review, where it is not yet known who will be listed."""
    index = 0
    for province, listed in {**LISTED, **UNLISTED}.items():
        for fate, planned_city in _fates(province, listed if province in LISTED else 0, UNLISTED.get(province, 0), contested):
            yield Plot(index, province, planned_city, fate)
            index += 1


def _fates(province: str, listed: int, others: int, contested: bool) -> list[tuple[Fate, str | None]]:
    city = next((code for code in PLANNED_CITIES if code[:2] == province[:2]), None)
    own = PLANNED_CITIES.get(city or "", 0)
    fates: list[tuple[Fate, str | None]] = [(Fate.LISTED, city)] * own + [(Fate.LISTED, None)] * (listed - own)
    fates += [(Fate.OVER_CAP, None)] * OVER_CAP.get(province, 0)
    for fate, (usual, least) in COMPANIONS.items():
        share = BELOW_LINE_CONTESTED if contested and fate is Fate.BELOW_LINE else usual
        fates += [(fate, None)] * max(least, round(share * (listed or others)))
    if city:
        fates += [(Fate.BELOW_LINE, city)] * 2 + [(Fate.NOT_RECOMMENDED, city)]
    random.Random(f"{SEED}{province}").shuffle(fates)
    return fates
