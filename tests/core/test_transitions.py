"""The table type, and a look at every table that is declared."""

from __future__ import annotations

import dataclasses

import pytest

from pilotage.core import transitions
from pilotage.core.transitions import StateTable, anyone, row
from pilotage.core.verdict import no

TABLE = StateTable(
    "door", ("open", "shut", "locked"), "open",
    (
        row("shut", "open", "shut", anyone),
        row("open", {"shut"}, "open", anyone),
        row("lock", "shut", "locked", lambda actor, obj: no("You have no key."), needs_reason=True, two_person=True),
    ),
)  # fmt: skip


class Door:
    class _meta:
        label_lower = "test.door"

    def __init__(self, state):
        self.state = state


def test_a_table_answers_what_is_possible():
    assert [transition.verb for transition in TABLE.verbs_from("shut")] == ["open", "lock"]
    assert TABLE.audit_verb("lock") == "door.lock"
    assert TABLE.by_verb["lock"].sources == frozenset({"shut"})


def test_a_table_is_drawn():
    assert TABLE.mermaid() == "\n".join(
        [
            "stateDiagram-v2",
            "    [*] --> open",
            "    open --> shut: shut",
            "    shut --> open: open",
            "    shut --> locked: lock (two people)",
        ]
    )


@pytest.mark.parametrize(
    ("rows", "initial", "sentence"),
    [
        ((row("shut", "open", "shut", anyone), row("shut", "locked", "shut", anyone)), "open", "a verb is declared twice"),
        ((row("burn", "open", "ashes", anyone),), "open", r"door\.burn: unknown state \['ashes'\]"),
        ((), "ajar", "unknown initial state ajar"),
    ],
)
def test_a_wrong_table_does_not_load(rows, initial, sentence):
    with pytest.raises(ValueError, match=sentence):
        StateTable("door", ("open", "shut", "locked"), initial, rows)


def test_may_asks_the_state_first_and_the_rule_second(monkeypatch):
    monkeypatch.setitem(transitions._tables, "test.door", TABLE)

    assert transitions.may(None, Door("open"), "shut")
    assert not transitions.may(None, Door("open"), "lock")
    assert transitions.may(None, Door("shut"), "lock") == no("You have no key.")


def test_a_model_has_one_table():
    other = dataclasses.replace(TABLE, name="gate")
    transitions.register("test.door", TABLE)
    try:
        assert transitions.register("test.door", TABLE) is TABLE
        with pytest.raises(ValueError, match="has a state table already"):
            transitions.register("test.door", other)
    finally:
        transitions._tables.pop("test.door")


@pytest.mark.parametrize("label", sorted(transitions.all_tables()))
def test_every_declared_table_fits_its_model(label):
    from django.apps import apps

    table = transitions.all_tables()[label]
    field = apps.get_model(label)._meta.get_field(table.field)

    assert set(table.states) == {value for value, _label in field.choices}
    assert field.default in {table.initial, getattr(table.initial, "value", table.initial)}


@pytest.mark.parametrize("label", sorted(transitions.all_tables()))
def test_every_state_can_be_reached(label):
    table = transitions.all_tables()[label]
    reached, grown = {str(table.initial)}, True
    while grown:
        new = {str(row.target) for row in table.rows if {str(source) for source in row.sources} & reached} - reached
        reached |= new
        grown = bool(new)

    assert reached == {str(state) for state in table.states}
