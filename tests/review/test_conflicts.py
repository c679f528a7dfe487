import json
from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotage.review.experts import conflict_screen, conflicts
from pilotage.review.experts.conflicts import Person, Project

ids = st.integers(0, 3)
sets = st.frozensets(ids, max_size=2)
names = st.sampled_from(["", "甲公司", "乙公司", "丙公司"])
days = st.none() | st.dates(date(2018, 1, 1), date(2024, 12, 31))
ties = st.builds(conflicts.Tie, key=ids, kind=st.just("consultancy"), enterprise=st.none() | ids, name=names, starts=days, ends=days)
persons = st.builds(
    Person,
    key=ids,
    enterprises=sets,
    families=sets,
    employer_names=st.frozensets(names, max_size=1),
    province=st.none() | ids,
    cities=sets,
    ties=st.lists(ties, max_size=2).map(tuple),
    files=sets,
    house_files=sets,
    declared=sets,
)
projects = st.builds(Project, key=ids, enterprises=sets, families=sets, names=st.frozensets(names, max_size=2), provinces=sets, cities=sets)


def slow_conflicts(person: Person, project: Project) -> set[str]:
    found = set()
    for enterprise in project.enterprises:
        if enterprise in person.enterprises:
            found.add("same_enterprise")
        for tie in person.ties:
            if tie.enterprise == enterprise:
                found.add("relation")
    for name in project.names - {""}:
        if name in person.employer_names:
            found.add("same_enterprise")
        for tie in person.ties:
            if tie.name == name:
                found.add("relation")
    for family in person.families:
        if family in project.families:
            found.add("same_group")
    if person.files:
        found.add("own_application")
    if person.house_files:
        found.add("employer_applies")
    if project.key in person.declared:
        found.add("declared")
    if person.province is not None and person.province in project.provinces:
        found.add("same_province")
    for city in person.cities:
        if city in project.cities:
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


@given(st.lists(persons, max_size=5), st.lists(projects, max_size=5), st.lists(st.sampled_from(sorted(conflicts.RULES)), unique=True))
def test_screening_all_pairs_says_what_single_pairs_say(people, filed, listed):
    rules = conflicts.rules_in_force(listed)
    screening = conflict_screen.screen(people, filed, rules)
    for place, project in enumerate(filed):
        alone = {i: rule for i, person in enumerate(people) if (rule := conflicts.find(person, project, rules))}
        assert screening.of(place) == alone
    assert sum(screening.by_rule().values()) == sum(screening.by_person().values()) == len(screening.persons)


@given(persons, projects)
def test_an_explanation_names_every_rule_and_begins_with_the_one_found(person, project):
    rules = conflicts.rules_in_force(conflicts.RULES)
    found = [each.rule for each in conflicts.explain(person, project, rules)]
    assert (found[0] if found else None) == conflicts.find(person, project, rules)
    hidden = {"same_group"} if "same_enterprise" in found else set()
    assert set(found) == slow_conflicts(person, project) - hidden


def test_what_holds_whatever_the_call_says():
    always = ("same_enterprise", "same_group", "own_application", "relation", "declared")
    assert conflicts.rules_in_force([]) == always
    assert conflicts.rules_in_force(["same_province"]) == (*always, "same_province")


def test_partners_are_applicants():
    joint = Project(1, frozenset({7, 8}), frozenset({7, 80}), frozenset({"牵头公司", "成员公司"}), frozenset({"32", "37"}))
    assert conflicts.find(Person(1, frozenset({8})), joint, ["same_enterprise"]) == "same_enterprise"
    assert conflicts.find(Person(1, families=frozenset({80})), joint, ["same_group"]) == "same_group"
    assert conflicts.find(Person(1, employer_names=frozenset({"成员公司"})), joint, ["same_enterprise"]) == "same_enterprise"
    assert conflicts.find(Person(1, province="37"), joint, ["same_province"]) == "same_province"


@pytest.mark.parametrize(
    ("ends", "on", "counts"),
    [
        (None, date(2023, 10, 8), True),
        (date(2020, 10, 8), date(2023, 10, 8), True),
        (date(2020, 10, 7), date(2023, 10, 8), False),
        (date(2021, 2, 28), date(2024, 2, 29), True),
        (date(2021, 2, 27), date(2024, 2, 29), False),
    ],
)
def test_a_tie_counts_for_three_years_to_the_day(ends, on, counts):
    tie = conflicts.Tie(1, "consultancy", 7, starts=date(2015, 1, 1), ends=ends)
    assert conflicts.lasting([tie], on) == ((tie,) if counts else ())


def test_employer_outside_the_registry_is_found_by_name():
    person = Person(1, employer_names=frozenset({conflicts.plain("华锐 机械(南京)有限公司")}))
    assert (
        conflicts.find(person, Project(9, frozenset({7}), names=frozenset({"华锐机械（南京）有限公司"})), ["same_enterprise"])
        == "same_enterprise"
    )


def test_unknown_facts_make_no_conflict():
    assert (
        conflicts.find(
            Person(1, province=""),
            Project(2, frozenset({3}), provinces=frozenset({""})),
            conflicts.rules_in_force(["same_province", "same_city"]),
        )
        is None
    )


def test_a_misspelt_rule_is_refused():
    with pytest.raises(ValueError, match="same_provinces"):
        conflicts.rules_in_force(["same_provinces"])


def test_every_rule_that_a_call_file_may_name_is_known():
    """What ``plan check`` lets through must not stop the review."""
    schema = json.loads((resources.files("pilotage.plan") / "schemas" / "call.json").read_text(encoding="utf-8"))
    listed = {name for node in walk(schema) if "same_province" in (names := node.get("enum", ())) for name in names}
    assert listed == {"same_enterprise", "same_province", "same_city", "employer_applies"}
    assert set(conflicts.rules_in_force(listed)) == set(conflicts.RULES)


def walk(node):
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from walk(each)
    elif isinstance(node, list):
        for each in node:
            yield from walk(each)
