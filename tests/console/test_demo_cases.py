"""The demonstration's cases: published with consent, fictional and saying so, one still open."""

from __future__ import annotations

import pytest

from pilotage.calls.models import Application
from pilotage.console.demo import cases, people
from pilotage.publications.cases import selectors
from pilotage.publications.cases.rules import published_cases
from tests.factories import directory as make

pytestmark = pytest.mark.django_db


def test_listed_projects_tell_their_case(cast):
    make.published(cast, count=3)
    Application.objects.update(enterprise=cast.enterprise)  # whose filer filed them all
    told: list[str] = []

    written = cases.write_cases(people.Offices(secretariat=[cast.secretariat]), told.append, many=2)

    assert [case.state for case in written] == ["published", "published", "draft"]
    assert told == ["3 cases written"]
    shown = selectors.public_contents(list(selectors.with_relations(published_cases())))
    assert len(shown) == 2
    assert all("演示" in page.text("problem") for page in shown)
    assert all(len(page.pictures) == 1 for page in shown)
    assert written[-1].comments.count() == 1
