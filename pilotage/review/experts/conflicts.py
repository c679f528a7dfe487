# Which expert may never judge which project, and by which rule and facts?
#
# Data: a Person is what is known of an expert with regard to one call (every enterprise the expert belongs
# to, the roots of the groups those are part of, the names of employers outside the registry, home province,
# cities, ties to enterprises that still count, own applications in the call, conflicts declared on single
# applications); a Project is an application with everybody who applies in it: lead and partners alike.
#
# Algorithm: each rule gives a set of tokens for a person and one for a project; the rule holds for a pair
# where the two sets meet. So one pair is one intersection, all rules of a pair with their facts are all
# intersections, and all pairs of a call are a join: persons are indexed by token once, each project looks
# its tokens up. Cost: the pairs found, not the pairs there are. Rules have a fixed order; the first that
# holds is the answer, so the record always names one rule and always the same one.
#
# Invariants: no answer depends on anything but the arguments and the list of rules; adding a rule to the
# list never removes a conflict; unknown facts (None, "") never make a conflict; screening all pairs gives
# for each pair what `find` gives. The rules in ALWAYS hold whatever a call says.
#
# Refuses: a rule name it does not know, so that a misspelt option cannot switch a rule off in silence.
from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date

Key = Hashable
Tokens = frozenset[Key]
TIE_YEARS = 3
_NONE: Tokens = frozenset()
_EVERY: Tokens = frozenset({"every project"})


@dataclass(frozen=True, slots=True)
class Tie:
    """What binds a person to an enterprise, or did. ``enterprise`` None: outside the registry, known by ``name``."""

    key: Key
    kind: str
    enterprise: Key | None = None
    name: str = ""
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """``ties`` are those that count on the call's day, see :func:`lasting`. ``files``: numbers of the
    applications of the call that the person files or is the contact of; ``house_files``: of the person's employers."""

    key: Key
    enterprises: Tokens = _NONE
    families: Tokens = _NONE
    employer_names: frozenset[str] = frozenset()
    province: Key | None = None
    cities: Tokens = _NONE
    ties: tuple[Tie, ...] = ()
    files: Tokens = _NONE
    house_files: Tokens = _NONE
    declared: Tokens = _NONE


@dataclass(frozen=True, slots=True)
class Project:
    """``enterprises`` and what follows are those of all who apply together."""

    key: Key
    enterprises: Tokens = _NONE
    families: Tokens = _NONE
    names: frozenset[str] = frozenset()
    provinces: Tokens = _NONE
    cities: Tokens = _NONE


def plain(name: str) -> str | None:
    """A name as it is compared: no spaces, full-width brackets folded; None where nothing is left."""
    return "".join(name.split()).replace("(", "（").replace(")", "）").casefold() or None


def lasting(ties: Iterable[Tie], on: date) -> tuple[Tie, ...]:
    """The ties that count on a day: not ended, or ended within the last three years."""
    first = years_before(on, TIE_YEARS)
    return tuple(tie for tie in ties if tie.ends is None or tie.ends >= first)


def years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


# --- rules: what a person and a project have in common --------------------------------------
def _named(names: Iterable[str]) -> Tokens:
    return frozenset(("name", folded) for name in names if (folded := plain(name)))


def _applicants(project: Project) -> Tokens:
    return project.enterprises | _named(project.names)


def _tied(person: Person) -> Tokens:
    bound = frozenset(tie.enterprise for tie in person.ties if tie.enterprise is not None)
    return bound | _named(tie.name for tie in person.ties)


@dataclass(frozen=True, slots=True)
class Rule:
    of_person: Callable[[Person], Tokens]
    of_project: Callable[[Project], Tokens]


RULES: dict[str, Rule] = {
    "same_enterprise": Rule(lambda person: person.enterprises | _named(person.employer_names), _applicants),
    "same_group": Rule(lambda person: person.families, lambda project: project.families),
    "own_application": Rule(lambda person: _EVERY if person.files else _NONE, lambda _project: _EVERY),
    "relation": Rule(_tied, _applicants),
    "declared": Rule(lambda person: person.declared, lambda project: frozenset({project.key})),
    "employer_applies": Rule(lambda person: _EVERY if person.house_files else _NONE, lambda _project: _EVERY),
    "same_province": Rule(lambda person: _known(person.province), lambda project: project.provinces),
    "same_city": Rule(lambda person: person.cities, lambda project: project.cities),
}
ALWAYS = ("same_enterprise", "same_group", "own_application", "relation", "declared")


def _known(value: Key | None) -> Tokens:
    return _NONE if value is None or value == "" else frozenset({value})


def rules_in_force(listed: Iterable[str]) -> tuple[str, ...]:
    """The rules of a call in their fixed order. Raises ValueError for an unknown name."""
    wanted = {*ALWAYS, *listed}
    unknown = sorted(wanted - RULES.keys())
    if unknown:
        raise ValueError(f"unknown conflict rule: {', '.join(unknown)}")
    return tuple(name for name in RULES if name in wanted)


# --- one pair -------------------------------------------------------------------------------
def common(rule: str, person: Person, project: Project) -> Tokens:
    return (RULES[rule].of_person(person) & RULES[rule].of_project(project)) - {None, ""}


def find(person: Person, project: Project, rules: Iterable[str]) -> str | None:
    """The first rule that keeps this person from this project, or None."""
    return next((name for name in rules if common(name, person, project)), None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that holds for a pair, with what the two have in common."""

    rule: str
    common: Tokens


def explain(person: Person, project: Project, rules: Iterable[str]) -> list[Finding]:
    """Every rule that holds, in order. The group is left out where the enterprise itself is the same."""
    found = [Finding(name, shared) for name in rules if (shared := common(name, person, project))]
    names = {each.rule for each in found}
    return [each for each in found if not (each.rule == "same_group" and "same_enterprise" in names)]
