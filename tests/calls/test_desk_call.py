"""At which of several calls a desk stands when nobody has asked for one."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory

from pilotage.calls.models import Call
from pilotage.web.calls.context import desk_call
from tests.factories import calls as factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_calls() -> None:
    """The directory call, checked until 8 September, and one that is sorted before it, checked until 5 September."""
    factory.call()
    stages = factory.call_document()["stages"]
    check = next(stage for stage in stages if stage["key"] == "city_check")
    check["closes"] = "2023-09-05T17:00"
    factory.call(call="1-case-call-2023", stages=stages)


def stands_at(cast: Any, query: str = "") -> str:
    request = RequestFactory().get(f"/work/check/{query}")
    request.user = cast.secretariat
    chosen, calls = desk_call(request, "check")
    assert sorted(call.slug for call in calls) == ["1-case-call-2023", "5g-factory-directory-2023"]
    return str(chosen.slug) if chosen else ""


def test_a_desk_stands_at_the_call_that_is_open(two_calls: None, cast: Any, at: Any) -> None:
    at("2023-09-07 10:00")
    assert stands_at(cast) == "5g-factory-directory-2023"


def test_else_at_the_call_that_closed_last(two_calls: None, cast: Any, at: Any) -> None:
    at("2023-12-01 10:00")
    assert stands_at(cast) == "5g-factory-directory-2023"
    assert stands_at(cast, "?call=1-case-call-2023") == "1-case-call-2023"


def test_a_call_that_is_not_there_is_not_found(two_calls: None, cast: Any, at: Any) -> None:
    with pytest.raises(Http404):
        stands_at(cast, "?call=none-2023")


def test_of_two_that_are_open_at_the_one_with_more_before_the_reader(two_calls: None, cast: Any, at: Any) -> None:
    at("2023-09-04 10:00")
    call = Call.objects.get(slug="5g-factory-directory-2023")
    factory.application(call, cast.filer, cast.enterprise, "submitted")
    assert stands_at(cast) == "5g-factory-directory-2023"
