from __future__ import annotations

from typing import Any

import pytest

from tests.factories import calls as make


@pytest.fixture(autouse=True)
def _filing_time(request: pytest.FixtureRequest) -> Any:
    """Everything of the shipped call stands at a moment of its filing, unless a test pins another."""
    if "at" in request.fixturenames:
        request.getfixturevalue("at")(make.FILING.replace("T", " "))


@pytest.fixture
def call(db: None) -> Any:
    return make.call()


@pytest.fixture
def inboxes(cast: Any) -> Any:
    """Reads the news and gives ``{role name: [wordings, newest last]}`` of everybody who has any."""
    from pilotage.messages.models import Message
    from pilotage.messages.services import read_news

    def read() -> dict[str, list[str]]:
        while read_news():
            pass
        names = {person.pk: name for name, person in cast.people().items()}
        found: dict[str, list[str]] = {}
        for row in Message.objects.order_by("id"):
            found.setdefault(names.get(row.recipient_id, f"user {row.recipient_id}"), []).append(row.text)
        return found

    return read
