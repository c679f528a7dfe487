"""Every state, verb and role of the directory's four tables."""

from __future__ import annotations

from typing import Any

import pytest

from pilotage.calls.models import Application
from pilotage.core.transitions import StateTable, may
from pilotage.directory.objection_rules import Objector
from pilotage.directory.transitions import EDITION, ENTRY, NOTICE, OBJECTION
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
MAY_ACT = {"secretariat", "second_secretariat"}


def everyone(table: StateTable, obj: Any, cast: Any) -> None:
    people = {**cast.people(), "nobody": None}
    for state in table.states:
        setattr(obj, table.field, state)
        for verb, row in table.by_verb.items():
            for role, actor in people.items():
                expected = state in row.sources and role in MAY_ACT
                assert bool(may(actor, obj, verb)) is expected, (state, verb, role)
                if not expected:
                    assert str(may(actor, obj, verb).reason)


def test_notice(cast: Any) -> None:
    everyone(NOTICE, make.prepared(cast).notice, cast)


def test_objection(cast: Any) -> None:
    stage = make.opened(cast)
    objection = make.objection(stage, email="a@example.org")
    mine = {"secretariat", "second_secretariat"}
    own = {"filer", "legal_representative"}
    Application.objects.filter(pk=objection.application_id).update(enterprise=cast.enterprise)
    objection.refresh_from_db()
    who = {"hear": mine, "dismiss": mine, "uphold": mine, "answer": own, "withdraw": {"objector"}}
    people = {**cast.people(), "nobody": None, "objector": Objector("a@example.org"), "other_objector": Objector("b@example.org")}
    for state in OBJECTION.states:
        objection.state = state
        for verb, row in OBJECTION.by_verb.items():
            for role, actor in people.items():
                expected = state in row.sources and role in who[verb]
                assert bool(may(actor, objection, verb)) is expected, (state, verb, role)
                assert expected or str(may(actor, objection, verb).reason)


def test_edition(cast: Any) -> None:
    everyone(EDITION, make.edition_prepared(cast).edition, cast)


def test_entry(cast: Any) -> None:
    everyone(ENTRY, make.published(cast).entries[0], cast)


def test_two_person_verbs_are_exactly_the_irreversible_ones() -> None:
    two_person = {(t.name, v) for t in (NOTICE, OBJECTION, EDITION, ENTRY) for v, row in t.by_verb.items() if row.two_person}
    assert two_person == {
        ("directory.notice", "close"),
        ("directory.edition", "publish"),
        ("directory.entry", "remove"),
        ("directory.entry", "readmit"),
    }
