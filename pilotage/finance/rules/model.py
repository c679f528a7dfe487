"""What rules are made of. All immutable, all compared by value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

# Of one metric. Sums of a dozen years times the largest factor stay within 64 bits on every database.
LARGEST = 10**14
# what some write for "missing"; nothing that is stated or asked for is one of these
MARKS = frozenset({-1, -9, -99, -999, -9999, -99999})
COMPARISONS = (">=", ">", "<=", "<", "==")


class RuleError(ValueError):
    """``str()`` names the place in the file, what is wrong and what was expected."""


def fault(where: str, sentence: str, **told: object) -> RuleError:
    """``where``: the place in the file, as ``rule.all[0].metric``."""
    return RuleError(f"{where}: {sentence % told}")


class Verdict(StrEnum):
    MEETS = "meets"
    DOES_NOT_MEET = "does_not_meet"
    CANNOT_DETERMINE = "cannot_determine"
    NEEDS_ATTESTATION = "needs_attestation"


@dataclass(frozen=True, slots=True)
class Metric:
    """A fact of an enterprise. ``unit``: yuan, basis_points, persons, count, shares, months, truth or code; ``years`` back that are kept."""

    key: str
    unit: str
    zh: str
    en: str
    years: int = 1

    def column(self, back: int) -> str:
        return f"{self.key}_{back}" if back else self.key


@dataclass(frozen=True, slots=True)
class Value:
    """What a parameter is, from when. ``in_force`` from and ``until`` are inclusive; ``operated_from`` where practice began later."""

    value: Fraction | tuple[str, ...]
    published: date
    in_force: date
    citation: str
    operated_from: date | None = None
    until: date | None = None
    region: str = ""
    verified: bool = False

    @property
    def number(self) -> Fraction:
        return self.value if isinstance(self.value, Fraction) else Fraction(0)

    @property
    def codes(self) -> tuple[str, ...]:
        return self.value if isinstance(self.value, tuple) else ()


@dataclass(frozen=True, slots=True)
class Parameter:
    key: str
    unit: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One product: ``factor`` times a metric of some years back, or ``factor`` alone."""

    factor: int
    metric: str = ""
    back: int = 0


@dataclass(frozen=True, slots=True)
class Lower:
    """The lower of two sums; a rule counts net profit before or after what does not recur, whichever is lower."""

    factor: int
    left: tuple[Term, ...]
    right: tuple[Term, ...]


Sum = tuple["Term | Lower", ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What all leaves share. ``since`` and ``until``: the days on which the condition itself belonged to the rule."""

    key: str
    zh: str
    en: str
    citation: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Compare(Condition):
    """``top / bottom <op> parameter``; both are sums of metrics with whole factors. ``power``: of the parameter, for growth over years."""

    top: Sum = ()
    bottom: Sum = (Term(1),)
    op: str = ">="
    parameter: str = ""
    power: int = 1
    plus_one: bool = False  # the parameter is a rate of growth: (1 + p) ** power


def threshold(leaf: Compare, source: Value) -> Fraction:
    return (source.number + 1 if leaf.plus_one else source.number) ** leaf.power


@dataclass(frozen=True, slots=True)
class Holds(Condition):
    """A metric of unit truth, such as a title in force."""

    metric: str = ""


@dataclass(frozen=True, slots=True)
class Category(Condition):
    """A metric of unit code that is one of the parameter's."""

    metric: str = ""
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Attested(Condition):
    """What a named person states with evidence; until then nobody knows. The fact has the key of the condition."""


# groups may have a heading of their own, for the reader
@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Node, ...]
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Node, ...]
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class NoneOf:
    parts: tuple[Node, ...]
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many parts, or on a scorecard so many points: ``points`` has what each part is worth; () counts each once."""

    count: int
    parts: tuple[Node, ...]
    zh: str = ""
    en: str = ""
    points: tuple[int, ...] = ()

    @property
    def worth(self) -> tuple[int, ...]:
        return self.points or (1,) * len(self.parts)


Leaf = Compare | Holds | Category | Attested
Node = All | AnyOf | NoneOf | AtLeast | Leaf


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    zh: str
    en: str
    tree: Node
    parameters: Mapping[str, Parameter]
    metrics: Mapping[str, Metric]
