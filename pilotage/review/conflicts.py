# Which expert may never judge which project?
#
# Data: a Person is what is known of an expert (every enterprise the expert belongs to, the names of
# employers outside the registry, the families those enterprises are part of, their cities, the home province);
# a Project is the applicant behind an application. A family is the enterprise at the top of a group.
#
# Algorithm: named rules in a fixed order; the first that applies is the answer, so the record always
# names one rule and always the same one. `same_enterprise` and `same_group` hold whatever a call says;
# the others hold where the call lists them (stage option `conflicts`).
#
# Invariants: no answer depends on anything but the two arguments and the list of rules; adding a rule
# to the list never removes a conflict; unknown facts (None, "") never make a conflict.
#
# Refuses: a rule name it does not know, so that a misspelt option cannot switch a rule off in silence.
from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

Key = Hashable


@dataclass(frozen=True, slots=True)
class Person:
    key: Key
    enterprises: frozenset[Key] = frozenset()
    families: frozenset[Key] = frozenset()
    employer_names: frozenset[str] = frozenset()
    province: Key | None = None
    cities: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class Project:
    key: Key
    enterprise: Key
    family: Key | None = None
    name: str = ""
    province: Key | None = None
    city: Key | None = None


def same_enterprise(person: Person, project: Project) -> bool:
    return project.enterprise in person.enterprises or plain(project.name) in person.employer_names


def same_group(person: Person, project: Project) -> bool:
    return project.family is not None and project.family in person.families


def same_province(person: Person, project: Project) -> bool:
    return project.province is not None and project.province == person.province


def same_city(person: Person, project: Project) -> bool:
    return project.city is not None and project.city in person.cities


RULES: dict[str, Callable[[Person, Project], bool]] = {
    "same_enterprise": same_enterprise,
    "same_group": same_group,
    "same_province": same_province,
    "same_city": same_city,
}
ALWAYS = ("same_enterprise", "same_group")


def plain(name: str) -> str | None:
    """A name as it is compared: no spaces, full-width brackets folded; None where nothing is left."""
    return "".join(name.split()).replace("(", "（").replace(")", "）").casefold() or None


def rules_in_force(listed: Iterable[str]) -> tuple[str, ...]:
    """The rules of a call in their fixed order. Raises ValueError for an unknown name."""
    wanted = {*ALWAYS, *listed}
    unknown = sorted(wanted - RULES.keys())
    if unknown:
        raise ValueError(f"unknown conflict rule: {', '.join(unknown)}")
    return tuple(name for name in RULES if name in wanted)


def find(person: Person, project: Project, rules: Iterable[str]) -> str | None:
    """The first rule that keeps this person from this project, or None."""
    return next((name for name in rules if RULES[name](person, project)), None)
