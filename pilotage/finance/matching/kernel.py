"""Does an offer fit a need, criterion by criterion, and which offers come first?

Data: what a need says (:class:`Wanted`) and what an offer asks (:class:`Asked`); an empty set or an absent end of a range asks nothing.
``conditions``: how the rule of the offer came out for the enterprise, true, false or None.
Algorithm: each criterion is judged alone with three values: it fits, it does not, or it cannot be told from what is known. A criterion
about which the offer asks nothing is left out.
Invariants: unknown only where both answers are still possible once what is missing is filled in; the order is by gaps, then by unknowns,
then as given. Nothing is weighted, added up or predicted: fitting says that both sides may talk, not that anything is granted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Fit(StrEnum):
    FITS = "fits"
    DOES_NOT = "does_not"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Wanted:
    """``amount`` in whole yuan; ``months`` None: not said; ``collateral`` None: not said.

    Codes of divisions and industries as the registry has them; a prefecture is never known without its province.
    """

    channel: str
    amount: int
    months: int | None = None
    purpose: str = ""
    collateral: frozenset[str] | None = None
    stage: str = ""
    province: str = ""
    prefecture: str = ""
    industry: str = ""
    section: str = ""
    conditions: bool | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Ranges are inclusive, an absent end is open. ``regions`` mixes provinces and prefectures, ``industries`` major categories and sections."""

    channel: str
    amount_from: int | None = None
    amount_to: int | None = None
    months_from: int | None = None
    months_to: int | None = None
    purposes: frozenset[str] = frozenset()
    collateral: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    industries: frozenset[str] = frozenset()
    has_conditions: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    key: str
    fit: Fit


@dataclass(frozen=True, slots=True)
class Match:
    """``criteria`` in the order in which both sides read them."""

    criteria: tuple[Criterion, ...]
    gaps: int = field(init=False)
    unknowns: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gaps", sum(each.fit is Fit.DOES_NOT for each in self.criteria))
        object.__setattr__(self, "unknowns", sum(each.fit is Fit.UNKNOWN for each in self.criteria))

    @property
    def fits(self) -> bool:
        """No criterion speaks against it; some may be unknown."""
        return not self.gaps

    def of(self, key: str) -> Fit | None:
        return next((each.fit for each in self.criteria if each.key == key), None)


def compare(wanted: Wanted, asked: Asked) -> Match:
    found = ((key, judge(wanted, asked)) for key, judge in JUDGES)
    return Match(tuple(Criterion(key, fit) for key, fit in found if fit is not None))


def ordered(rows: Iterable[tuple[T, Match]]) -> list[tuple[T, Match]]:
    """Fewest gaps first, then fewest unknowns, else as they came."""
    return sorted(rows, key=lambda row: (row[1].gaps, row[1].unknowns))


# --- one criterion each; None: the offer asks nothing ------------------------------------------
def _channel(wanted: Wanted, asked: Asked) -> Fit:
    return Fit.FITS if wanted.channel == asked.channel else Fit.DOES_NOT


def _within(value: int | None, low: int | None, high: int | None) -> Fit | None:
    if low is None and high is None:
        return None
    if value is None:
        return Fit.UNKNOWN
    return Fit.FITS if (low is None or low <= value) and (high is None or value <= high) else Fit.DOES_NOT


def _amount(wanted: Wanted, asked: Asked) -> Fit | None:
    return _within(wanted.amount, asked.amount_from, asked.amount_to)


def _months(wanted: Wanted, asked: Asked) -> Fit | None:
    return _within(wanted.months, asked.months_from, asked.months_to)


def _one_of(value: str, accepted: frozenset[str]) -> Fit | None:
    if not accepted:
        return None
    return Fit.UNKNOWN if not value else Fit.FITS if value in accepted else Fit.DOES_NOT


def _purpose(wanted: Wanted, asked: Asked) -> Fit | None:
    return _one_of(wanted.purpose, asked.purposes)


def _stage(wanted: Wanted, asked: Asked) -> Fit | None:
    return _one_of(wanted.stage, asked.stages)


def _collateral(wanted: Wanted, asked: Asked) -> Fit | None:
    """One kind that the offer takes is enough."""
    if not asked.collateral:
        return None
    if wanted.collateral is None:
        return Fit.UNKNOWN
    return Fit.FITS if wanted.collateral & asked.collateral else Fit.DOES_NOT


def _region(wanted: Wanted, asked: Asked) -> Fit | None:
    """What is not known of the place may still be asked for, if it can lie in what is known."""
    if not asked.regions:
        return None
    if {wanted.province, wanted.prefecture} & asked.regions:
        return Fit.FITS
    return Fit.UNKNOWN if any(_possible(region, wanted) for region in asked.regions) else Fit.DOES_NOT


def _possible(region: str, wanted: Wanted) -> bool:
    """Codes nest by their first two digits; a code ending in 0000 is a province."""
    if not wanted.province:
        return True
    return not region.endswith("0000") and not wanted.prefecture and region[:2] == wanted.province[:2]


def _industry(wanted: Wanted, asked: Asked) -> Fit | None:
    """A section stands for all its major categories; where only the section is known, any category may be meant."""
    if not asked.industries:
        return None
    if {wanted.industry, wanted.section} & asked.industries:
        return Fit.FITS
    if wanted.industry:
        return Fit.DOES_NOT
    return Fit.UNKNOWN if not wanted.section or any(not code.isalpha() for code in asked.industries) else Fit.DOES_NOT


def _conditions(wanted: Wanted, asked: Asked) -> Fit | None:
    if not asked.has_conditions:
        return None
    return Fit.UNKNOWN if wanted.conditions is None else Fit.FITS if wanted.conditions else Fit.DOES_NOT


JUDGES: tuple[tuple[str, Callable[[Wanted, Asked], Fit | None]], ...] = (
    ("channel", _channel),
    ("amount", _amount),
    ("months", _months),
    ("purpose", _purpose),
    ("stage", _stage),
    ("collateral", _collateral),
    ("region", _region),
    ("industry", _industry),
    ("conditions", _conditions),
)
