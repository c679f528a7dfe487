import json
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotage.review import conflicts
from pilotage.review.conflicts import Person, Project

ids = st.integers(0, 3)
persons = st.builds(
    Person,
    key=ids,
    enterprises=st.frozensets(ids, max_size=2),
    families=st.frozensets(ids, max_size=2),
    employer_names=st.frozensets(st.sampled_from(["甲公司", "乙公司"]), max_size=1),
    province=st.none() | ids,
    cities=st.frozensets(ids, max_size=2),
)
projects = st.builds(
    Project,
    key=ids,
    enterprise=ids,
    family=st.none() | ids,
    name=st.sampled_from(["", "甲公司", "丙公司"]),
    province=st.none() | ids,
    city=st.none() | ids,
)


def slow_conflicts(person: Person, project: Project) -> set[str]:
    found = set()
    for enterprise in person.enterprises:
        if enterprise == project.enterprise:
            found.add("same_enterprise")
    for name in person.employer_names:
        if name == project.name and name:
            found.add("same_enterprise")
    for family in person.families:
        if family == project.family:
            found.add("same_group")
    if person.province is not None and person.province == project.province:
        found.add("same_province")
    for city in person.cities:
        if city == project.city:
            found.add("same_city")
    return found


@given(persons, projects, st.lists(st.sampled_from(sorted(conflicts.RULES)), unique=True))
def test_find_agrees_with_the_slow_reference(person, project, listed):
    rules = conflicts.rules_in_force(listed)
    applying = [name for name in conflicts.RULES if name in rules and name in slow_conflicts(person, project)]
    assert conflicts.find(person, project, rules) == (applying[0] if applying else None)


@given(persons, projects)
def test_more_rules_never_free_anyone(person, project):
    few = conflicts.find(person, project, conflicts.rules_in_force([]))
    many = conflicts.find(person, project, conflicts.rules_in_force(["same_province"]))
    assert few is None or many is not None


def test_own_house_and_group_hold_whatever_the_call_says():
    assert conflicts.rules_in_force([]) == ("same_enterprise", "same_group")
    assert conflicts.rules_in_force(["same_province"]) == ("same_enterprise", "same_group", "same_province")


def test_employer_outside_the_registry_is_found_by_name():
    person = Person(1, employer_names=frozenset({conflicts.plain("华锐 机械(南京)有限公司")}))
    assert conflicts.find(person, Project(9, 7, name="华锐机械（南京）有限公司"), ["same_enterprise"]) == "same_enterprise"


def test_unknown_facts_make_no_conflict():
    assert conflicts.find(Person(1), Project(2, 3), conflicts.rules_in_force(["same_province", "same_city"])) is None


def test_a_misspelt_rule_is_refused():
    with pytest.raises(ValueError, match="same_provinces"):
        conflicts.rules_in_force(["same_provinces"])


def test_every_rule_that_a_call_file_may_name_is_known():
    """What ``plan check`` lets through must not stop the review."""
    schema = json.loads((resources.files("pilotage.plan") / "schemas" / "call.json").read_text(encoding="utf-8"))
    listed = {name for node in walk(schema) if "same_province" in (names := node.get("enum", ())) for name in names}
    assert listed == {"same_enterprise", "same_province", "same_city"}
    assert conflicts.rules_in_force(listed) == ("same_enterprise", "same_group", "same_province", "same_city")


def walk(node):
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from walk(each)
    elif isinstance(node, list):
        for each in node:
            yield from walk(each)
