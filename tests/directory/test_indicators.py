"""What is counted of a directory on any day: its history, its places and its list say the same; and what is on its way."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from pilotage.calls.models import Application, Stage
from pilotage.calls.services.recounting import recount
from pilotage.core import clock
from pilotage.directory.models import Edition, Entry
from pilotage.plan import indicators
from pilotage.plan.models import Plan
from tests.factories import directory as make

pytestmark = pytest.mark.django_db
KEYS = ("directory.listed", "directory.labelled", "directory.edition_published")
PUBLISHED, REMOVED, LABELLED, LAST = date(2023, 11, 29), date(2024, 3, 1), date(2023, 12, 20), date(2024, 6, 30)
DAYS = [date(2023, 11, 28), PUBLISHED, date(2023, 12, 19), LABELLED, date(2024, 2, 29), REMOVED, LAST]


@pytest.fixture
def edition(cast: Any, at: Any) -> Edition:
    """Three listed; one of them removed later, two labelled, of which one is that one."""
    stage = make.published(cast, count=3)
    at("2024-07-01 09:00")
    found = Edition.objects.get(call=stage.call)
    assert found.call is not None
    first, second, _third = found.entries.order_by("number")
    Entry.objects.filter(pk=first.pk).update(state="removed", removed_on=REMOVED, label="benchmark", labelled_on=LABELLED)
    Entry.objects.filter(pk=second.pk).update(label="benchmark", labelled_on=LABELLED)
    Entry.objects.update(listed_on=PUBLISHED)
    Edition.objects.update(published_at=make.moment("2023-11-29 09:00"))
    Application.objects.filter(state="listed").update(updated_at=make.moment("2023-11-29 09:00"))
    return found


def options_of(edition: Edition) -> dict[str, Any]:
    return {"directory": edition.directory.slug, "edition": edition.year}


def test_history_count_and_list_say_the_same_on_every_day(edition: Edition, client_for: Any) -> None:
    expected = {
        "directory.listed": [0, 3, 3, 3, 3, 2, 2],
        "directory.labelled": [0, 0, 0, 2, 2, 1, 1],
        "directory.edition_published": [0, 1, 1, 1, 1, 1, 1],
    }
    plan, options = edition.call.plan, options_of(edition)
    for key in KEYS:
        indicator = indicators.get(key)
        assert indicator.history(plan, options, DAYS) == expected[key]
        assert [indicator.count(plan, options, day) for day in DAYS] == expected[key]
        if key == "directory.edition_published":
            continue
        for day, number in zip(DAYS, expected[key], strict=True):
            assert sum(indicator.by_place(plan, options, day).values()) == number
            address = indicators.as_counted(indicator.records_url(plan, options, None), day)
            page = client_for(None).get(address).content.decode()
            assert len(set(re.findall(rf"{edition.directory.prefix}-2023-\d+", page))) == number, (key, day, urlsplit(address).query)


def test_what_is_on_its_way_is_told_by_the_call(edition: Edition) -> None:
    plan, options = edition.call.plan, options_of(edition)
    recount()  # the rows were made directly
    pipeline = indicators.get("directory.listed").pipeline(plan, options, LAST)
    assert (pipeline.counted, pipeline.arrivals) == (2, None)
    assert {step.waiting for step in pipeline.steps} == {()}
    before = indicators.get("directory.listed").pipeline(plan, options, PUBLISHED.replace(day=28))
    assert (before.counted, before.as_of) == (0, date(2023, 11, 28))
    published = indicators.get("directory.edition_published")
    assert published.pipeline(plan, options, date(2023, 11, 28)).counted == 0
    assert published.pipeline(plan, options, LAST).counted == 1
    # a label given one by one comes from no call; one that a publication gives comes from its call
    labelled = indicators.get("directory.labelled")
    assert labelled.pipeline(plan, options, LAST) is None
    stage = Stage.objects.get(call=edition.call, kind="publish")
    stage.options = {**stage.options, "label": "benchmark"}
    stage.save()
    assert labelled.pipeline(Plan.objects.get(), options, LAST).counted == 1
    with clock.at(make.moment("2024-07-01 09:00")):
        assert indicators.get("directory.listed").pipeline(plan, {"directory": "nosuch"}, LAST) is None
